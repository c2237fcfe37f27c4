"""The ends of a case's clocks as rows of their own, so that reports and lists count them in the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from casefile import tables as t

STOPPED = re.compile(r"stopped: (\w+) on \d")
COLUMNS = ("name", "due", "stopped_on", "stopped_by")


def clock_row(case_id: str, clock: dict[str, Any]) -> dict[str, Any]:
    """The row of one stored clock that has a last day."""
    found = STOPPED.search(clock.get("note") or "")
    return {"case_id": case_id, "name": clock["name"][:120], "due": clock["due"],
            "stopped_on": clock.get("stopped_on"), "stopped_by": found[1] if found else None}  # fmt: skip


def keep_clocks(c: Connection, case_id: str, clocks: Sequence[dict[str, Any]]) -> None:
    """Make a case's rows those of its clocks; writes nothing if they are."""
    rows = [clock_row(case_id, clock) for clock in clocks if clock["due"]]
    query = select(*(t.clock.c[name] for name in COLUMNS)).filter_by(case_id=case_id).order_by(t.clock.c.id)
    if [tuple(row[name] for name in COLUMNS) for row in rows] == c.execute(query).tuples().all():
        return
    c.execute(delete(t.clock).filter_by(case_id=case_id))
    if rows:
        c.execute(insert(t.clock), rows)
