"""Named retry and run policies, each with its reason, and Prefect's own settings for one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.settings import Settings

RETRIES = 0
"""Prefect repeats nothing: the queue does (`casefile.leases`), with growing pauses, fairly, and on any worker."""

CLIENT_RETRIES = "2"
"""How often Prefect's client asks a silent server again; then the fax goes on without it."""


def prepare_prefect(home: Path) -> None:
    """Set Prefect's environment before its first import: own folder, no telemetry, no tracebacks.

    A traceback may quote what was read; our own log names an error by its class.

    A `PREFECT_API_URL` set by the operator is left alone; without it Prefect starts its temporary
    server in this process. Anything the operator has set wins.
    """
    defaults = {
        "PREFECT_HOME": str((home / "prefect").absolute()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
        "PREFECT_CLIENT_MAX_RETRIES": CLIENT_RETRIES,
        "PREFECT_API_REQUEST_TIMEOUT": "20",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_heartbeat() -> Iterator[None]:
    """Run flows on the server that the environment names, without the heartbeat thread.

    That thread costs every synchronous flow a second at its end. The price is that Prefect cannot tell
    a dead run from a slow one. Our own store decides what is done, so a dead run is simply taken up again.
    """
    from prefect.context import SettingsContext, get_settings_context

    settings = _flow_settings(os.environ.get("PREFECT_API_URL", ""))
    with SettingsContext(profile=get_settings_context().profile, settings=settings):
        yield


@cache
def _flow_settings(api_url: str) -> Settings:
    """Prefect's settings for our flows, made once: making them anew costs more than the flow itself."""
    from prefect.context import get_settings_context
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY

    changes: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None} | (
        {PREFECT_API_URL: api_url} if api_url else {}
    )
    return get_settings_context().settings.copy_with_update(updates=changes)
