"""Log lines that name a fax by its id alone: plain for a terminal, JSON for a collector. Never patient text."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

FAX: ContextVar[str] = ContextVar("fax", default="")
"""The correlation id of the fax at hand: the first twelve digits of its SHA-256."""

log = logging.getLogger("casebinder")


@contextmanager
def about(sha256: str) -> Iterator[None]:
    """Every line logged within this block carries the fax's id."""
    token = FAX.set(sha256[:12])
    try:
        yield
    finally:
        FAX.reset(token)


def event(what: str, level: int = logging.INFO, **facts: object) -> None:
    """Log one event. `facts` are ids, counts, seconds and class names."""
    log.log(level, what, extra={"facts": {"fax": FAX.get(), **facts} if FAX.get() else facts})


class JsonLines(logging.Formatter):
    """One JSON object a line. Tracebacks are left out: they may quote what was read."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        row = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
               "level": record.levelname.lower(), "event": record.getMessage(), "pid": record.process}  # fmt: skip
        return json.dumps(row | getattr(record, "facts", {}), ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """Time, message, then the facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        facts = "".join(f"  {key}={value}" for key, value in getattr(record, "facts", {}).items())
        return f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()}{facts}"


def set_up(log_format: str) -> None:
    """Send our lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else Plain())
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
