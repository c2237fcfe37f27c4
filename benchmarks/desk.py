"""How fast the review desk answers with many cases, and whether it stands 20 people at once; on this machine alone.

    .venv/bin/python -m benchmarks.desk --cases 100000
    .venv/bin/python -m benchmarks.desk --cases 2000 --seconds 5

A desk is served on 127.0.0.1 over a SQLite store of so many invented cases (made as benchmarks/cases.py makes them) and
one sample order that was really read. Every figure is the whole answer as a browser waits for it: session, rights,
audit entry, queries, HTML. The peer in the same run is the plain way to make the list: read every case, pick in
Python, show the same page of 50 with the same template.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import sqlalchemy as sa

from benchmarks.cases import STATUSES, _case_id, _fill, _member, _name
from casefile.settings import Settings
from flows.steps import Desk, receive
from samples.story import write_demo
from tests.servers import served

LIST_MS, IMAGE_MS = 200.0, 300.0
PEOPLE, MOST_SECONDS = 20, 60
PASSWORD = "copper lamp 42 harbour"
DONE = """insert into review (sha256, held_by, held_at, done_by, done_at)
    select sha256, '', '', 'benchmark', received_at from fax"""
PAGES = "insert into page_key (sha256, page) select sha256, page_number from page"
WORDS = """insert into page_words (rowid, words)
    select id, 'patient order of page nr' || id || ' batch' || (id % 5000) || ' for home care' from page_key"""
"""Every invented fax was looked at, and its page is found by its words."""
View = Callable[[int], str]


def main() -> None:
    """Fill, serve, time, press; exit 1 when a median misses its mark or an answer is an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=40, help="how often each page is opened")
    parser.add_argument("--seconds", type=int, default=30, help=f"how long {PEOPLE} people click (at most 60)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebinder-bench-") as folder:
        desk = Desk(Settings(home=Path(folder), inbox=f"{folder}/inbox", use_prefect=False))
        sha256 = _prepare(desk, Path(folder), given.cases)
        with served(desk) as address:
            bad = _time_views(address, desk, sha256, given.cases, given.looks)
            bad |= _press(address, given.cases, min(given.seconds, MOST_SECONDS))
        desk.store.close()
    raise SystemExit(int(bad))


def _prepare(desk: Desk, folder: Path, cases: int) -> str:
    """Many cases, twenty people, one order read; returns the order's hash."""
    began = time.perf_counter()
    _fill(desk.store, cases, 1)
    with desk.store.engine.begin() as c:
        for statement in (DONE, PAGES, WORDS, "analyze"):
            c.execute(sa.text(statement))
    for number in range(PEOPLE):
        desk.store.add_account(f"clerk{number}", "intake", PASSWORD, by="benchmark", at=datetime.now(UTC))
    path = sorted(write_demo(folder / "samples"))[0]
    sha256 = desk.vault.put(path)
    desk.store.record_arrival(location="in", key=path.name, fingerprint="1", name=path.name, sha256=sha256,
                              size=path.stat().st_size, media_type="", at=datetime.now(UTC))  # fmt: skip
    receive(desk, sha256)
    print(f"{cases:,} cases, filled in {time.perf_counter() - began:.0f} s")
    return sha256


def _signed_in(address: str, name: str) -> httpx.Client:
    client = httpx.Client(base_url=address, timeout=30)
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/sign-in").text)
    assert found, "the sign-in page has no form code"
    done = client.post("/sign-in", data={"csrf": found[1], "name": name, "password": PASSWORD, "next": "/"})
    assert done.status_code == 303, f"sign-in answered {done.status_code}"
    return client


def _views(cases: int) -> list[tuple[str, View]]:
    picked = [Random(9).randrange(cases) for _ in range(1000)]
    middle = f"2027-02-01/{_case_id(cases // 2)}"
    return [
        ("cases, first page of 50", lambda n: "/cases"),
        ("cases, a page in the middle", lambda n: f"/cases?after={middle}"),
        ("cases of one status", lambda n: f"/cases?status={STATUSES[n % len(STATUSES)]}"),
        ("cases of one status, in the middle", lambda n: f"/cases?status={STATUSES[n % 8]}&after={middle}"),
        ("cases due within 7 days", lambda n: "/cases?due=7"),
        ("deadlines, first page", lambda n: "/deadlines"),
        ("inbox", lambda n: "/inbox"),
        ("search by member number", lambda n: f"/search?q={_member(picked[n])}"),
        ("search by first and last name", lambda n: f"/search?q={_name(picked[n])}"),
        ("search by a word on 20 pages", lambda n: f"/search?q=batch{picked[n] % 5000}"),
        ("search by two words on every page", lambda n: "/search?q=home+care"),
        ("one case", lambda n: f"/cases/{_case_id(picked[n])}"),
    ]


def _time_views(address: str, desk: Desk, sha256: str, cases: int, looks: int) -> bool:
    """Print each page's median and 95th percentile; whether one missed its mark."""
    client, bad = _signed_in(address, "clerk0"), False
    print(f"\n{'page':44} {'median ms':>10} {'95 %':>8}")
    for title, view in _views(cases):
        bad |= _report(title, [_timed(client, view(n)) for n in range(looks)], LIST_MS)
    image = f"/faxes/{sha256}/pages/{{}}.png?width=1700"
    bad |= _report("page image, drawn anew", [_timed(client, image.format(page)) for page in (1, 2)], IMAGE_MS)
    bad |= _report("page image, seen before", [_timed(client, image.format(1)) for _ in range(looks)], IMAGE_MS)
    began = time.perf_counter()
    rows = [row for row in desk.store.cases() if row["status"] == "ready"]
    rows.sort(key=lambda row: (row["next_due"] or "9", row["id"]))
    print(f"{'peer: every case read, 50 picked in Python':44} {(time.perf_counter() - began) * 1000:10.1f}")
    assert len(rows[:50]) == min(50, len(rows))
    return bad


def _report(title: str, times: list[float], mark: float) -> bool:
    times, median = sorted(times), statistics.median(times)
    slow = median >= mark
    print(f"{title:44} {median:10.1f} {times[int((len(times) - 1) * 0.95)]:8.1f}{'  TOO SLOW' if slow else ''}")
    return slow


def _timed(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return took


def _press(address: str, cases: int, seconds: int) -> bool:
    """Twenty people click through the lists as fast as they are answered; whether anything went wrong."""
    views, times, wrong = _views(cases), [], []
    clients = [_signed_in(address, f"clerk{number}") for number in range(PEOPLE)]
    end = time.monotonic() + seconds

    def click(number: int) -> None:
        rng = Random(number)
        while time.monotonic() < end:
            path = rng.choice(views)[1](rng.randrange(1000))
            began = time.perf_counter()
            try:
                status = clients[number].get(path).status_code
            except httpx.HTTPError as error:
                status = type(error).__name__
            times.append((time.perf_counter() - began) * 1000)
            if status != 200:
                wrong.append((path, status))

    threads = [threading.Thread(target=click, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(times)
    print(f"\n{PEOPLE} people for {seconds} s: {len(times):,} pages, {len(times) / seconds:.0f} a second, median "
          f"{statistics.median(times):.0f} ms, 95 % {ordered[int((len(ordered) - 1) * 0.95)]:.0f} ms, {len(wrong)} errors")  # fmt: skip
    for path, status in wrong[:5]:
        print(f"  {path}: {status}")
    return bool(wrong)


if __name__ == "__main__":
    main()
