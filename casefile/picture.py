"""The whole picture for `casebinder status` and the metrics: queue, ages, rates, failures, clocks at risk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from casefile import tables as t
from casefile.leases import JOINED, WAITS, clock, stamp, work
from casefile.store import Store

Row = dict[str, Any]
RISK_DAYS = 14


def picture(store: Store) -> Row:
    """`Store.status()` with `queue`, `rates`, `failures` and `clocks_at_risk` beside it."""
    with store.engine.connect() as c:
        now = clock(c)
        more = {"queue": _queue(c, now), "rates": _rates(c, now), "failures": _failures(c),
                "clocks_at_risk": _at_risk(c, now.date())}  # fmt: skip
    return {**store.status(), **more}


def _queue(c: Connection, now: datetime) -> Row:
    query = select(t.fax.c.received_at, work.c.until, work.c.urgent, work.c.not_before, t.fax.c.state)
    rows = c.execute(query.select_from(JOINED).where(WAITS)).all()
    oldest = min((row.received_at for row in rows), default=None)
    working = [row for row in rows if row.until and row.until >= stamp(now)]
    return {
        "waiting": len(rows) - len(working),
        "working": len(working),
        "urgent": sum(bool(row.urgent) for row in rows),
        "later": sum(bool(row.not_before and row.not_before > stamp(now)) for row in rows),
        "to_file": sum(row.state == "read" for row in rows),
        "oldest_seconds": round((now - datetime.fromisoformat(oldest)).total_seconds()) if oldest else 0,
        "unchecked_cases": c.execute(select(func.count()).select_from(t.case).where(t.case.c.unchecked)).scalar_one(),
    }


def _rates(c: Connection, now: datetime) -> Row:
    query = select(func.count(), func.avg(work.c.seconds), func.max(work.c.seconds)).where(
        work.c.kind == "fax", work.c.done_at >= stamp(now - timedelta(hours=1))
    )
    done, mean, longest = c.execute(query).one()
    return {"done_last_hour": done, "seconds_mean": round(mean or 0, 2), "seconds_longest": round(longest or 0, 2)}


def _failures(c: Connection) -> list[Row]:
    """What went wrong and waits to be tried again, or was set aside for it; by id, worst first."""
    wrong = (work.c.kind != "inbox") & ((work.c.failures > 0) | (work.c.deaths > 0))
    query = select(work).where(wrong).order_by(work.c.aside.desc(), work.c.failures.desc(), work.c.subject).limit(50)
    return [
        {"kind": r.kind, "id": r.subject[:12], "failures": r.failures, "deaths": r.deaths, "last_error": r.last_error,
         "set_aside": r.aside, "next_try": r.not_before or None}
        for r in c.execute(query)
    ]  # fmt: skip


def _at_risk(c: Connection, today: date) -> list[Row]:
    """Clocks of open cases that end within two weeks, or have ended; soonest first. Stopped ones are left out."""
    limit = (today + timedelta(days=RISK_DAYS)).isoformat()
    rows = [
        {
            "case": case_id,
            "clock": row["name"],
            "due": row["due"],
            "days": (date.fromisoformat(row["due"]) - today).days,
        }
        for case_id, clocks in c.execute(
            select(t.case.c.id, t.case.c.clocks).where(t.case.c.next_due <= limit, t.case.c.status != "closed")
        )
        for row in clocks or []
        if row.get("due") and row["due"] <= limit and not row.get("stopped_on")
    ]
    return sorted(rows, key=lambda row: (row["due"], row["case"]))
