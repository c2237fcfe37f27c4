"""How long every report takes over a full store; the peer reads every case and counts in Python.

    python -m benchmarks.reports [--cases 100000]

Fills a database of each kind (SQLite; PostgreSQL on a socket of its own) with invented cases, entries and letters.
Exit 1 when a report takes longer than 2 s.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks import cases as filled
from casefile import tables as t
from casefile.report_store import make_report
from casefile.reports import NAMES
from casefile.store import Store

TARGET_S = 2.0
AT = datetime(2026, 11, 24, 15, tzinfo=UTC)
BATCH = 5000


def main() -> None:
    """Fill, time and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    cases = parser.parse_args().cases
    slow = False
    for name, database in filled._databases(None):
        with database as url:
            store = Store.open(url)
            filled._fill(store, cases, 2)
            _more(store, cases)
            print(f"\n{name}: {cases:,} cases")
            for report in NAMES:
                seconds = min(_timed(partial(_report, store, report)) for _ in range(3))
                slow |= seconds > TARGET_S
                print(f"{report:32} {seconds:8.2f} s{'  TOO SLOW' if seconds > TARGET_S else ''}", flush=True)
            print(f"{'peer: deadlines, in Python':32} {_timed(partial(_peer, store)):8.2f} s")
            store.close()
    sys.exit(slow)


def _report(store: Store, name: str) -> Any:
    made = make_report(store, name, zone=ZoneInfo("America/New_York"), at=AT, first=date(2026, 10, 1))
    return made.to_json()


def _more(store: Store, cases: int) -> None:
    """An entry in nine of ten cases, a letter in one of thirteen, a denial code in every denial letter."""
    with store.engine.begin() as c:
        for first in range(0, cases, BATCH):
            ids = [f"C-{n + 1:04d}" for n in range(first, min(cases, first + BATCH))]
            row = {"kind": "called", "at": "2026-11-02T12:00:00-05:00", "title": "Called"}
            c.execute(sa.insert(t.event), [{"case_id": i, "key": "log:1", "row": row} for i in ids if i[-1] != "0"])
            letter = {"items": [], "state": "open", "made_at": AT.isoformat(), "last_sent_at": AT.isoformat()}
            c.execute(sa.insert(t.request), [{"token": i, "case_id": i, "office": f"Office {n % 900}", **letter}
                                             for n, i in enumerate(ids) if n % 13 == 0])  # fmt: skip
        c.execute(sa.update(t.document).where(t.document.c.id % 16 == 0).values(kind="denial_letter"))
        letters = sa.select(t.document.c.sha256, t.document.c.pages).where(t.document.c.kind == "denial_letter")
        found = [{"sha256": sha256, "page": pages[0], "field": "denial_code", "value": str(n % 40), "row": {}}
                 for n, (sha256, pages) in enumerate(c.execute(letters))]  # fmt: skip
        if found:
            c.execute(sa.insert(t.finding), found)
        c.execute(sa.text("analyze"))


def _peer(store: Store) -> int:
    """What a program without such queries does for one figure alone."""
    with store.engine.connect() as c:
        rows = c.execute(sa.select(t.case.c.id, t.case.c.clocks)).all()
    return sum(clock["due"] < "2026-11-24" for _, clocks in rows for clock in clocks)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
