"""How fast the desk is with many cases: work-list, search by any identifier, one case's page, on both databases.

    .venv/bin/python -m benchmarks.cases --cases 100000 --pages 10
    .venv/bin/python -m benchmarks.cases --cases 2000 --database postgresql+psycopg://user@/name

Each case has one fax of so many pages, a document a page, findings, gaps and an index of identifiers. The peer in the
same run is the plain way: read every case and pick in Python, as the first version of the store did.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from casefile import tables as t
from casefile.audit_chain import START, chained
from casefile.store import Store
from tests.servers import as_server_user, postgres_programs

BATCH = 500
TARGET_MS = 100.0
FIRST = ("Marisol", "Edgar", "Joanne", "Tobias", "Priya", "Leland", "Corinne", "Desmond", "Yvette", "Harold", "Rufus")
LAST = ("Okafor", "Brandvold", "Castellane", "Drummey", "Espinal", "Fairweather", "Gunderly", "Hathorne", "Ibarrola")
STATUSES = ("incomplete", "incomplete", "ready", "requested", "delivered", "denied", "needs a person", "closed")
KINDS = ("order", "progress_note", "test_result", "face_sheet", "delivery_proof", "denial_letter", "other", "call_log")
TEXT = {"words": [["Patient", 0.1, 0.1, 0.2, 0.12, 0.9, 0], ["order", 0.3, 0.1, 0.4, 0.12, 0.9, 0]], "source": "ocr",
        "confidence": 0.9, "rotation": 0, "blank": False, "dpi": [204, 98], "banner": None, "ink": []}  # fmt: skip
TEXT_ROW = json.dumps(TEXT)
Rows = dict[str, list[dict[str, Any]]]


def main() -> None:
    """Fill each database, time the three views, print the table; exit 1 when a median misses its mark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=10, help="pages a case")
    parser.add_argument("--looks", type=int, default=60, help="how often each view is opened")
    parser.add_argument("--database", help="one empty database only, by its URL")
    given = parser.parse_args()
    slow = False
    for name, url in _databases(given.database):
        with url as opened:
            slow |= _run(name, opened, given.cases, given.pages, given.looks)
    raise SystemExit(int(slow))


def _databases(url: str | None) -> list[tuple[str, Any]]:
    if url:
        return [(url.split(":")[0], _as_is(url))]
    return [("sqlite", _sqlite()), ("postgresql", _postgres())]


@contextmanager
def _as_is(url: str) -> Iterator[str]:
    yield url


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="casebinder-bench-") as folder:
        yield f"sqlite:///{folder}/cases.sqlite"


@contextmanager
def _postgres() -> Iterator[str]:
    """A server of its own on a socket, started from the system's programs."""
    programs = postgres_programs()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    base = Path(subprocess.check_output(["mktemp", "-d", "/tmp/casebinder-bench-XXXXXX"], text=True).strip())
    with contextlib.suppress(LookupError, PermissionError):
        shutil.chown(base, "postgres", "postgres")
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": base}
    options = f"-c listen_addresses='' -c unix_socket_directories={base} -c shared_buffers=256MB -c max_wal_size=4GB"
    subprocess.run(as_server_user(f"{programs}/initdb", "-D", f"{base}/data", "-U", "bench", "-A", "trust"), **quiet)
    start = [f"{programs}/pg_ctl", "-D", f"{base}/data", "-w", "-l", f"{base}/log", "-o", options, "start"]
    subprocess.run(as_server_user(*start), **quiet)
    try:
        yield f"postgresql+psycopg://bench@/postgres?host={base}"
    finally:
        stop = [f"{programs}/pg_ctl", "-D", f"{base}/data", "-m", "immediate", "stop"]
        subprocess.run(as_server_user(*stop), **quiet)
        shutil.rmtree(base, ignore_errors=True)


def _run(name: str, url: str, cases: int, pages: int, looks: int) -> bool:
    """Fill and time one database; whether a median missed its mark."""
    store = Store.open(url)
    began = time.perf_counter()
    _fill(store, cases, pages)
    with store.engine.begin() as c:
        c.execute(sa.text("analyze"))
    print(f"\n{name}: {cases:,} cases, {cases * pages:,} pages, filled in {time.perf_counter() - began:.0f} s")
    print(f"{'view':44} {'median ms':>10} {'95 %':>8}")
    slow = False
    for title, view in _views(store, cases, looks):
        times = sorted(_timed(view, n) for n in range(looks))
        median, late = statistics.median(times), times[int(looks * 0.95) - 1]
        slow |= median >= TARGET_MS
        print(f"{title:44} {median:10.1f} {late:8.1f}{'  TOO SLOW' if median >= TARGET_MS else ''}")
    peer = _timed(lambda _: [row for row in store.cases() if row["member_id"] == _member(7)], 0)
    print(f"{'peer: every case read, one picked in Python':44} {peer:10.1f}")
    store.close()
    return slow


def _views(store: Store, cases: int, looks: int) -> list[tuple[str, Callable[[int], object]]]:
    rng = Random(9)
    picked = [rng.randrange(cases) for _ in range(looks)]
    pages: dict[str, tuple[str, str]] = {"after": ("2026-12-20", _case_id(cases // 2))}
    return [
        ("work-list, first page of 50", lambda n: store.worklist()),
        ("work-list of one status, first page", lambda n: store.worklist(STATUSES[n % len(STATUSES)])),
        ("work-list, a page in the middle", lambda n: store.worklist(after=pages["after"])),
        ("search by member number", lambda n: _found(store, _member(picked[n]))),
        ("search by claim number, first 8 letters", lambda n: _found(store, f"NF{picked[n]:08d}"[:8])),
        ("search by first and last name", lambda n: _found(store, _name(picked[n]))),
        ("search by the provider's number", lambda n: _found(store, f"1{picked[n] % 5000:09d}")),
        ("search for what nobody has", lambda n: store.search(f"ZZ{n}999")),
        ("one case's page", lambda n: store.case(_case_id(picked[n]), date(2026, 11, 24))),
    ]


def _found(store: Store, words: str) -> list[Any]:
    rows = store.search(words)
    if not rows:
        raise SystemExit(f"search found nothing for {words}")
    return rows


def _timed(view: Callable[[int], object], n: int) -> float:
    began = time.perf_counter()
    view(n)
    return (time.perf_counter() - began) * 1000


def _case_id(n: int) -> str:
    return f"C-{n + 1:04d}"


def _member(n: int) -> str:
    return f"W{n * 7919 % 10**8:08d}{n % 10}"


def _name(n: int) -> str:
    return f"{FIRST[n % len(FIRST)]}{_letters(n % 97)} {LAST[n % len(LAST)]}{_letters(n % 89)}"


def _letters(n: int) -> str:
    """A number in letters, so that a name is made of letters only."""
    return "".join("aeioulnrst"[int(digit)] for digit in str(n))


def _fill(store: Store, cases: int, pages: int) -> None:
    """Rows in batches, a transaction each."""
    order = (t.fax, t.arrival, t.page, t.case, t.document, t.finding, t.gap, t.identifier, t.audit)
    last = (0, START)
    for first in range(0, cases, BATCH):
        rows: Rows = {table.name: [] for table in order}
        for n in range(first, min(cases, first + BATCH)):
            _case(rows, n, pages)
        for place, entry in enumerate(rows["audit"]):
            rows["audit"][place] = row = chained(dict.fromkeys(("case_id", "sha256")) | entry, last)
            last = (row["id"], row["hash"])
        with store.engine.begin() as c:
            for table in order:
                _write(c, table, rows[table.name])


def _write(c: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Rows as fast as the database takes them: COPY on PostgreSQL, one prepared statement on SQLite."""
    names = list(rows[0])
    texts = [isinstance(table.c[name].type, sa.JSON) for name in names]
    values = [
        [_json(row[name]) if text else row[name] for name, text in zip(names, texts, strict=True)] for row in rows
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    if c.dialect.name == "postgresql":
        raw: Any = c.connection.dbapi_connection
        with raw.cursor() as cursor, cursor.copy(f"copy {table.name} ({columns}) from stdin") as copy:
            for value in values:
                copy.write_row(value)
        return
    marks = ", ".join("?" * len(names))
    c.exec_driver_sql(f"insert into {table.name} ({columns}) values ({marks})", [tuple(value) for value in values])


def _json(value: Any) -> str:
    return TEXT_ROW if value is TEXT else json.dumps(value)


def _case(rows: Rows, n: int, pages: int) -> None:
    """One case with its fax."""
    sha256, case_id, at = hashlib.sha256(str(n).encode()).hexdigest(), _case_id(n), "2026-11-02T09:00:00+00:00"
    due = (date(2026, 11, 25) + timedelta(n * 31 % 180)).isoformat()
    status, dob = STATUSES[n % len(STATUSES)], (date(1935, 1, 1) + timedelta(n * 17 % 20000)).isoformat()
    rows["fax"].append({"sha256": sha256, "media_type": "image/tiff", "size": 1, "state": "read", "reason": "",
                        "filed": True, "received_at": at})  # fmt: skip
    rows["arrival"].append({"sha256": sha256, "location": "in", "key": f"{n}", "fingerprint": "1", "name": "f",
                            "arrived_at": at})  # fmt: skip
    clock = {"name": "appeal deadline", "due": due, "rule": "60 days", "started_by": "notice", "evidence": None,
             "note": "", "due_at": None, "opens": None, "started_on": "2026-11-02"}  # fmt: skip
    events = [{"kind": "received", "lane": "paperwork", "title": f"Received: {k}", "on": "2026-11-02", "at": at,
               "evidence": None, "flag": "", "entry": ""} for k in KINDS]  # fmt: skip
    verdicts = [{"requirement": f"swo.{k}", "title": k, "answer": "met", "reason": "on page 1", "rule": "swo/x 2026.1",
                 "evidence": None, "elsewhere": False, "blocks": True} for k in KINDS * 3]  # fmt: skip
    rows["patient_case"].append({
        "id": case_id, "member_name": _name(n), "member_dob": dob, "member_id": _member(n),
        "payer_name": "Lakeshore Mutual", "status": status, "unchecked": False, "created_at": at,
        "verdicts": verdicts, "clocks": [clock],
        "timeline": events, "copies": [], "open_gaps": n % 3, "next_due": due, "status_by_person": "", "status_at": "",
    })  # fmt: skip
    for page in range(1, pages + 1):
        rows["page"].append({"sha256": sha256, "page_number": page, "state": "exhibit", "reason": "same member id",
                             "of_page": None, "text": TEXT})  # fmt: skip
        rows["document"].append({"sha256": sha256, "kind": KINDS[page % len(KINDS)], "title": "", "pages": [page],
                                 "confidence": 0.9, "case_id": case_id, "why": "same member id"})  # fmt: skip
        value = {"field": "icd10", "value": "J44.9", "raw": "J44.9", "page": page, "box": [0.1, 0.1, 0.2, 0.12],
                 "confidence": 0.95, "status": "valid", "role": None, "reason": "as printed"}  # fmt: skip
        rows["finding"].append({"sha256": sha256, "page": page, "field": "icd10", "value": "J44.9", "row": value})
    rows["gap"] += [{"case_id": case_id, "requirement": f"swo.{k}", "title": k, "reason": "missing", "opened_at": at,
                     "closed_at": None if k == "order" else at, "closed_by": None} for k in KINDS[:3]]  # fmt: skip
    found = [("member_id", _member(n)), ("claim_number", f"NF{n:08d}"), ("ordering_provider_npi", f"1{n % 5000:09d}"),
             ("dob", dob), *(("name", word) for word in _name(n).lower().split())]  # fmt: skip
    rows["identifier"] += [{"case_id": case_id, "kind": kind, "value": value} for kind, value in found]
    rows["audit"] += [{"case_id": case_id, "at": at, "by": "casebinder", "what": "status: new", "why": "opened"}] * 2


if __name__ == "__main__":
    main()
