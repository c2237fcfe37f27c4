"""Named retry and run policies, each with its reason, and Prefect's own settings for one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STORE_RETRIES = 3
"""A database that is locked or restarting is back within seconds; a wrong answer never is."""

STORE_RETRY_DELAYS = [0.5, 2.0, 5.0]

READ_RETRIES = 1
"""Page-level retries happen inside the reader; a second whole read only helps after a killed child."""


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
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_heartbeat() -> Iterator[None]:
    """Run flows without the heartbeat thread, which costs every synchronous flow a second at its end.

    The price is that Prefect cannot tell a dead run from a slow one. Our own store decides what is
    done, so a dead run is simply taken up again.
    """
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
