"""Runs the steps as Prefect flows while its server answers, and as plain functions while it does not.

Our own store is the truth: a flow that fails because of the server, after its steps did their work, has not failed.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from casefile.leases import is_waiting
from casefile.settings import Settings
from flows import policies, steps, troubles
from flows.outcome import watched

LOOK_SECONDS = 5.0
"""How long an answer of the server counts."""

START_SECONDS = 60.0


class Engine:
    """One per process. `board` hears when the server is away.

    With `wait`, the first fax waits for the temporary server; otherwise it starts beside, and faxes that arrive
    meanwhile are worked on without it.
    """

    def __init__(self, settings: Settings, board: troubles.Board, wait: bool = True) -> None:
        self.settings, self.board, self.wait = settings, board, wait
        self._starting: threading.Thread | None = None
        self._lock = threading.Lock()
        self._run_open = threading.local()
        self._looked, self._up = 0.0, False
        policies.prepare_prefect(settings.home)

    def run_of_faxes(self, body: Callable[[], None]) -> None:
        """Call `body`, which receives one fax after the other, within one flow run where there is a server.

        A run for every fax would cost more than reading a short one. A fax leaves a task there, `fax-<hash>`.
        """
        begun = False

        def once() -> None:
            nonlocal begun
            begun = self._run_open.here = True
            try:
                body()
            finally:
                self._run_open.here = False

        def flow() -> None:
            from flows.receive_fax import work_off

            work_off(once)

        self._run(flow, body, lambda: begun)

    def receive(self, sha256: str, already_read: bool) -> None:
        """Read, file and check one fax."""

        def plain() -> None:
            steps.receive(steps.desk(), sha256, already_read)

        def flow() -> None:
            from flows.receive_fax import fax

            fax(sha256, already_read)

        if getattr(self._run_open, "here", False):
            self._guarded(flow, plain, lambda: not is_waiting(steps.desk().store.engine, sha256))
        else:
            plain()

    def check(self, case_id: str) -> None:
        """Check one case."""

        def flow() -> None:
            from flows.check_case import check_case

            check_case(case_id)

        self._run(flow, lambda: steps.check(steps.desk(), case_id), lambda: False)

    def _run(self, flow: Callable[[], None], plain: Callable[[], None], done: Callable[[], bool]) -> None:
        """As a flow while the server answers, plainly otherwise."""
        if not self.available():
            return plain()
        with policies.without_heartbeat():
            self._guarded(flow, plain, done)

    def _guarded(self, run: Callable[[], None], plain: Callable[[], None], done: Callable[[], bool]) -> None:
        """Run under Prefect; a step's own error comes out as it was, one of Prefect's costs nothing but its record."""
        with watched() as kept:
            try:
                run()
            except Exception:
                if kept:
                    raise kept[0] from None
                self._away()
                if not done():
                    plain()

    def warm_up(self) -> None:
        """Load what the first flow would otherwise wait for; to be run beside the work."""
        self.available()
        if self._starting:
            self._starting.join()
        if self.available():
            from flows import receive_fax  # noqa: F401

    def available(self) -> bool:
        """True while Prefect is wanted and its server answers; starts the temporary one if none is configured."""
        if not self.settings.use_prefect:
            return False
        with self._lock:
            if not os.environ.get("PREFECT_API_URL") and not self._started():
                return False
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._up, self._looked = _answers(os.environ["PREFECT_API_URL"]), time.monotonic()
            up = self._up
        if up:
            self.board.clear(troubles.PREFECT.kind)
        else:
            self.board.report(troubles.PREFECT)
        return up

    def _started(self) -> bool:
        """Start the temporary server; True once it has answered or been given up."""
        if self.wait:
            _start_server()
        elif self._starting is None:
            self._starting = threading.Thread(target=_start_server, daemon=True)
            self._starting.start()
        return bool(os.environ.get("PREFECT_API_URL"))

    def _away(self) -> None:
        with self._lock:
            self._looked, self._up = time.monotonic(), False
        self.board.report(troubles.PREFECT)


def _answers(api_url: str) -> bool:
    try:
        return httpx.get(f"{api_url.rstrip('/')}/health", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def _start_server() -> None:
    """Start the temporary server as a child of this process and tell Prefect where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment: dict[str, Any] = os.environ | {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1",
                                                "PREFECT__SERVER_FINAL": "1",
                                                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}  # fmt: skip
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "flows.local_server", str(port)]
    child = subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
    atexit.register(child.kill)
    url, start = f"http://127.0.0.1:{port}/api", time.monotonic()
    while not _answers(url) and child.poll() is None and time.monotonic() - start < START_SECONDS:
        time.sleep(0.1)
    os.environ["PREFECT_API_URL"] = url
