"""How fast the review desk answers over loopback with many cases, alone and with twenty people at once.

    .venv/bin/python -m benchmarks.desk --cases 100000
    .venv/bin/python -m benchmarks.desk --cases 2000 --seconds 10

The desk runs in a process of its own over SQLite; every request is a signed-in person's, through the door with all its
checks. All faxes but two hundred are done, which is what an inbox looks like after a year. The peer in the same run is
the plain way to the same list: read every case and sort in Python.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import sqlalchemy as sa

from benchmarks.cases import _case_id, _fill, _member, _name
from casefile import tables as t
from casefile.settings import Settings
from casefile.store import Store
from flows.steps import Desk, file_fax, read_fax
from review_desk.guard import COOKIE
from review_desk.inbox_screen import take_in
from review_desk.page_images import cache_folder
from tests.flows.test_reply import order
from tests.servers import free_port

LIST_MS, IMAGE_MS = 200.0, 300.0
OPEN_FAXES = 200
LOOKS = 40


def main() -> None:
    """Fill, serve, time, print; exit 1 when a median misses its mark or a request fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30, help="of load, at most 60")
    parser.add_argument("--serve", nargs=2, metavar=("HOME", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        _serve(Path(given.serve[0]), int(given.serve[1]))
        return
    with tempfile.TemporaryDirectory(prefix="casebinder-bench-") as folder:
        raise SystemExit(int(_run(Path(folder), given.cases, given.people, min(given.seconds, 60))))


def _serve(home: Path, port: int) -> None:
    import uvicorn

    from review_desk.app import create_app

    app = create_app(Settings(home=home, use_prefect=False))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False, ws="none")


def _run(home: Path, cases: int, people: int, seconds: int) -> bool:
    desk = Desk(Settings(home=home, use_prefect=False))
    began = time.perf_counter()
    sha256 = _filled(desk, home, cases)
    desk.store.add_account("ada", "admin", "a-long-password", by="bench", at=datetime.now(UTC))
    tokens = [desk.store.open_session("ada", datetime.now(UTC)) for _ in range(people)]
    print(f"{cases:,} cases, {cases:,} faxes and pages, filled in {time.perf_counter() - began:.0f} s")
    with _serving(home) as address:
        slow = _alone(address, tokens[0], home, sha256, cases)
        failed = _together(address, tokens, sha256, cases, seconds)
    print(f"{'peer: every case read and sorted in Python':46} {_peer(desk.store):10.1f}")
    desk.store.close()
    return slow or failed


def _filled(desk: Desk, home: Path, cases: int) -> str:
    """Cases, words of their pages, done reviews; and one fax that was really read, whose hash is returned."""
    order(home)
    sha256, _ = take_in(desk, home / "order.tif", "order.tif")
    read_fax(desk, sha256)
    _fill(desk.store, cases, 1)
    file_fax(desk, sha256)
    with desk.store.engine.begin() as c:
        hashes = c.execute(sa.select(t.fax.c.sha256).where(t.fax.c.sha256 != sha256)).scalars().all()
        first = c.execute(sa.text("select coalesce(max(id), 0) + 1 from page_key")).scalar_one()
        keys = [{"id": first + n, "sha256": h, "page": 1} for n, h in enumerate(hashes)]
        c.execute(sa.text("insert into page_key(id, sha256, page) values (:id, :sha256, :page)"), keys)
        words = [
            {"id": first + n, "words": f"Patient {_name(n)} order {_member(n)} oxygen"} for n in range(len(hashes))
        ]
        c.execute(sa.text("insert into page_words(rowid, words) values (:id, :words)"), words)
        done = [{"sha256": h, "held_by": "", "held_at": "", "done_by": "ines", "done_at": "2026-11-03"}
                for h in hashes[:-OPEN_FAXES]]  # fmt: skip
        c.execute(sa.insert(t.review), done)
        c.execute(sa.text("analyze"))
    return sha256


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.desk", "--serve", str(home), str(port)]
    server = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/sign-in", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def _views(sha256: str, cases: int, seed: int) -> list[tuple[str, str, float]]:
    """(what, path, mark in ms) of every view."""
    n = Random(seed).randrange(cases)
    image = f"/faxes/{sha256}/pages/1.png?width=1300"
    return [
        ("cases, first page", "/cases", LIST_MS),
        ("cases, one status", "/cases?status=denied", LIST_MS),
        ("cases, due within 7 days", "/cases?due=7", LIST_MS),
        ("cases, a page in the middle", f"/cases?after=2026-12-20/{_case_id(cases // 2)}", LIST_MS),
        ("deadlines, all", "/deadlines?due=", LIST_MS),
        ("inbox, needs you", "/inbox?show=needs", LIST_MS),
        ("inbox, done", "/inbox?show=done", LIST_MS),
        ("unmatched pages", "/unmatched", LIST_MS),
        ("search, member number", f"/search?q={_member(n)}", LIST_MS),
        ("search, name", f"/search?q={_name(n).replace(' ', '+')}", LIST_MS),
        ("search, a word on every page", "/search?q=oxygen", LIST_MS),
        ("one case", f"/cases/{_case_id(n)}", LIST_MS),
        ("review screen of a fax", f"/faxes/{sha256}", LIST_MS),
        ("page image, drawn before", image, IMAGE_MS),
    ]


def _alone(address: str, token: str, home: Path, sha256: str, cases: int) -> bool:
    """Each view by one person; whether a median missed its mark."""
    print(f"{'view, one person':46} {'median ms':>10} {'95 %':>8}")
    slow = False
    with httpx.Client(base_url=address, cookies={COOKIE: token}, timeout=60) as client:
        for number, (title, _, mark) in enumerate(_views(sha256, cases, 0)):
            times = [_get(client, _views(sha256, cases, look)[number][1]) for look in range(LOOKS)]
            slow |= _say(title, times, mark)
        drawn = []
        for _ in range(10):
            shutil.rmtree(cache_folder(home))
            drawn.append(_get(client, f"/faxes/{sha256}/pages/1.png?width=1300"))
        slow |= _say("page image, drawn now", drawn, IMAGE_MS)
    return slow


def _say(title: str, times: list[float], mark: float) -> bool:
    times = sorted(times)
    median = statistics.median(times)
    late = times[max(int(len(times) * 0.95) - 1, 0)]
    print(f"{title:46} {median:10.1f} {late:8.1f}{'  TOO SLOW' if median >= mark else ''}", flush=True)
    return median >= mark


def _get(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code} {answer.text[:200]}")
    return (time.perf_counter() - began) * 1000


def _together(address: str, tokens: list[str], sha256: str, cases: int, seconds: int) -> bool:
    """Everybody at once, opening any view again and again; whether a request failed."""
    times: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + seconds

    def work(token: str, seed: int) -> None:
        rng = Random(seed)
        with httpx.Client(base_url=address, cookies={COOKIE: token}, timeout=60) as client:
            while time.monotonic() < end:
                path = rng.choice(_views(sha256, cases, rng.randrange(10**6)))[1]
                try:
                    times.append(_get(client, path))
                except (SystemExit, httpx.HTTPError) as error:
                    errors.append(f"{path}: {error}")

    threads = [threading.Thread(target=work, args=(token, seed)) for seed, token in enumerate(tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _say(f"any view, {len(tokens)} people at once", times, float("inf"))
    print(
        f"{len(times)} requests in {seconds} s, {len(times) / seconds:.0f} a second, {len(errors)} errors", flush=True
    )
    for error in errors[:5]:
        print(f"  {error}")
    return bool(errors)


def _peer(store: Store) -> float:
    began = time.perf_counter()
    sorted(store.cases(), key=lambda row: (row["next_due"] or "9999-12-31", row["id"]))[:50]
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
