"""/health and /metrics on 127.0.0.1: whether this worker is well, and the numbers for Prometheus."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from casefile.picture import picture
from casefile.settings import Settings
from flows import metrics, steps, troubles
from flows.logs import event
from intake.inbox import Position


def report(settings: Settings, board: troubles.Board | None = None) -> dict[str, Any]:
    """`{"ok": …, "troubles": [{"kind", "message"}], "queue": {…}}`; asks the store."""
    wrong, row = list(board.current()) if board else [], {}
    try:
        row = picture(steps.desk_for(settings).store)
    except Exception as error:
        found = troubles.recognise(error)
        if found is None:
            raise
        if found not in wrong:
            wrong.append(found)
    rows = [{"kind": trouble.kind, "message": trouble.message} for trouble in wrong]
    ok = not [trouble for trouble in wrong if trouble.kind != troubles.PREFECT.kind]
    return {"ok": ok, "troubles": rows, "queue": row.get("queue"), "rates": row.get("rates")}


def look_around(settings: Settings) -> dict[str, Any]:
    """The report of a process that works on nothing: also looks at the inbox and the disk."""
    board = troubles.Board()
    desk = steps.desk_for(settings)
    try:
        next(iter(desk.inbox.look(Position())), None)
    except Exception as error:
        found = troubles.recognise(error)
        if found is None:
            raise
        board.note(found)
    if shutil.disk_usage(settings.home if settings.home.exists() else ".").free < settings.min_free_mb << 20:
        board.note(troubles.DISK_LOW)
    return report(settings, board)


@contextmanager
def serving(settings: Settings, board: troubles.Board) -> Iterator[None]:
    """Answer on `health_port` within this block; a port that is taken is said and work goes on without."""
    if not settings.health_port:
        yield
        return
    registry = CollectorRegistry()
    registry.register(metrics.REGISTRY)
    registry.register(
        metrics.StoreCollector(
            lambda: picture(steps.desk_for(settings).store), lambda: [trouble.kind for trouble in board.current()]
        )
    )
    try:
        server = ThreadingHTTPServer(("127.0.0.1", settings.health_port), _handler(settings, board, registry))
    except OSError:
        event("the health port is taken; going on without it", logging.ERROR, port=settings.health_port)
        yield
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _handler(settings: Settings, board: troubles.Board, registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            """Answer the two addresses."""
            if self.path == "/health":
                row = report(settings, board)
                self._answer(200 if row["ok"] else 503, "application/json", json.dumps(row).encode())
            elif self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", generate_latest(registry))
            else:
                self._answer(404, "text/plain", b"/health or /metrics\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: every scrape would be a line."""

    return Handler
