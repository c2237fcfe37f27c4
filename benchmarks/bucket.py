"""The watched bucket in figures, on this machine: `python -m benchmarks.bucket [PART ...]`.

prefect   the same batch of fax images worked off with Prefect (server on PostgreSQL) and without, in turns
workers   two single-threaded workers against one on the same queue, with PostgreSQL; then a simulation to 100 workers
drop      drop to first visible result of a three-page fax on an idle system, median of several
restart   10,000 objects that were all taken in; start the program, one new object: seconds and GETs until noticed

Reading is real OCR of fax images. Servers are started by the benchmark itself; everything listens on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, select

from casefile import tables as t
from casefile.database import writing
from casefile.leases import Leases, Rules
from casefile.store import Store
from samples import orders, papers
from samples.degrade import fax
from samples.people import make_case
from samples.sheet import Sheets
from tests.servers import KEYS, PostgresServer, PrefectServer, S3Server, Watcher, until

OBJECTS = 10_000


class Bench:
    """A folder, PostgreSQL, and watchers with settings of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        self.postgres = PostgresServer(folder / "postgres")
        self.postgres.start()
        self.count = 0

    def run(self, files: Path, workers: int, **settings: str) -> float:
        """Seconds from the first claim until a queue of these files is worked off by so many watchers."""
        self.count += 1
        home, name = self.folder / f"run{self.count}", f"run{self.count}"
        self.postgres.run(f"create database {name}")
        variables = {
            "CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox"), "CASEBINDER_STABLE_SECONDS": "0",
            "CASEBINDER_DATABASE_URL": self.postgres.url(name), "CASEBINDER_OCR_PROCESSES": "1",
            "CASEBINDER_POLL_SECONDS": "0.5", "PREFECT_API_URL": "", "CASEBINDER_LANES": "1", **settings,
        }  # fmt: skip
        (home / "inbox").mkdir(parents=True)
        watchers = []
        for number in range(workers):
            (home / f"watcher{number}").mkdir()
            watchers.append(Watcher(home / f"watcher{number}", variables))
            watchers[-1].start(wait=False)
        try:
            self._warm(home, workers)
            for path in files.iterdir():
                shutil.copy(path, home / "inbox" / path.name)
            total, start = len(list(files.iterdir())), time.perf_counter()
            store = Store.open(self.postgres.url(name))
            done = select(func.count()).select_from(t.fax).where(t.fax.c.state == "read", t.fax.c.filed)
            with store.engine.connect() as c:  # a light look, so that looking costs the workers little
                while c.execute(done).scalar_one() < total + WARM * workers:
                    c.rollback()
                    time.sleep(0.2)
                    assert time.perf_counter() - start < 1800
            seconds = time.perf_counter() - start
            store.close()
        finally:
            for watcher in watchers:
                watcher.stop()
        return seconds

    def _warm(self, home: Path, workers: int) -> None:
        """Let every worker load its models on faxes that do not count."""
        for number in range(WARM * workers):
            write_fax(home / "inbox" / f"warm{number}.tif", 9000 + number)
        until(lambda: sum(log.read_text().count("done ") for log in home.glob("watcher*/log")) >= WARM * workers, 240)
        time.sleep(1)

    def stop(self) -> None:
        """Stop PostgreSQL."""
        self.postgres.stop()


WARM = 3


def write_fax(path: Path, seed: int, pages: int = 1) -> None:
    """A fax image: an order, then notes."""
    sheets, case = Sheets(Random(seed)), make_case(Random(seed))
    orders.letterhead_order(sheets, case)
    for _ in range(pages - 1):
        papers.progress_note(sheets, case)
    whole = path.with_name(f".{path.name}")
    fax(sheets.pdf(), whole, Random(seed))
    whole.rename(path)


def batch(folder: Path, count: int, pages: int = 1) -> Path:
    """A folder of fax images, each of another patient."""
    folder.mkdir()
    for number in range(count):
        write_fax(folder / f"{number}.tif", number, pages)
    return folder


def prefect(bench: Bench, faxes: int, rounds: int) -> None:
    """The same work with and without Prefect, in turns, each on a store of its own."""
    (bench.folder / "prefect").mkdir()
    bench.postgres.run("create database prefect")
    server = PrefectServer(bench.folder / "prefect", bench.postgres.url("prefect", "asyncpg"))
    server.start()
    files = batch(bench.folder / "batch", faxes)
    times: dict[str, list[float]] = {"without": [], "with": []}
    spent: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(rounds):
        for name in ("without", "with") if turn % 2 == 0 else ("with", "without"):
            api = {"PREFECT_API_URL": server.api_url} if name == "with" else {"CASEBINDER_USE_PREFECT": "false"}
            before = _processor_seconds(server)
            times[name].append(bench.run(files, 1, **api))
            spent[name].append(_processor_seconds(server) - before)
            print(f"  {name:8} {times[name][-1]:7.1f} s", flush=True)
    plain, flows = (statistics.median(times[name]) for name in ("without", "with"))
    print(f"prefect: {faxes} faxes, {plain:.1f} s without, {flows:.1f} s with: {100 * (flows - plain) / plain:+.1f} %")
    each = (statistics.median(spent["with"]) - statistics.median(spent["without"])) / (faxes + WARM)
    print(f"  its server: {each * 1000:.1f} ms of its one process a fax, so at most {1 / each:.0f} faxes/s in all")
    server.stop()


def _processor_seconds(server: PrefectServer) -> float:
    """What a server and its children have used so far."""
    tree, total = {server.child.pid if server.child else 0}, 0.0
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        with suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if {int(stat.parent.name), int(fields[1])} & tree:
                tree.add(int(stat.parent.name))
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def workers(bench: Bench, faxes: int) -> None:
    """One against two, then what measured rates say about more."""
    files = batch(bench.folder / "queue", faxes)
    rates = {count: faxes / bench.run(files, count, CASEBINDER_USE_PREFECT="false") for count in (1, 2)}
    print(
        f"workers: 1 worker {rates[1]:.2f} faxes/s, 2 workers {rates[2]:.2f} faxes/s: {rates[2] / rates[1]:.2f} times"
    )
    hold = serial_seconds(bench)
    print(f"  PostgreSQL: {hold * 1000:.1f} ms of its writers' lock a fax, so at most {1 / hold:.0f} faxes/s in all")
    alone = 1 / rates[1]
    for count in (1, 2, 5, 10, 20, 50, 100):
        print(f"  {count:3d} workers, a core each: {simulate(count, alone, hold):7.1f} faxes/s (simulated)")


def serial_seconds(bench: Bench, faxes: int = 200) -> float:
    """Seconds a one-page fax's writes hold the one writers' lock: claim, reading, filing, check, end."""
    from flows.steps import read_path
    from intake.limits import Limits

    bench.postgres.run("create database serial")
    store = Store.open(bench.postgres.url("serial"))
    leases = Leases(store.engine, "bench", Rules())
    sheets = Sheets(Random(1))
    orders.letterhead_order(sheets, make_case(Random(1)))
    path = bench.folder / "one.pdf"
    path.write_bytes(sheets.pdf())
    reading, now = read_path(path, "one", Limits()), datetime.now(UTC)
    for number in range(faxes):
        store.record_arrival(location="x", key=str(number), fingerprint="1", name="x", sha256=f"{number:064d}", size=1,
                             media_type="", at=now)  # fmt: skip
    start = time.perf_counter()
    while lease := leases.claim_fax():
        store.save_reading(type(reading)(**{**reading.__dict__, "sha256": lease.subject}))
        for case_id in store.file_documents(lease.subject, now)[:1]:
            store.check_case(case_id, now) if lease.subject.endswith("00") else None
        leases.finish(lease, 1.0)
    seconds = (time.perf_counter() - start) / faxes
    store.close()
    return seconds


def simulate(count: int, work_seconds: float, lock_seconds: float, faxes: int = 4000) -> float:
    """Faxes a second of `count` workers that compute alone and write one at a time."""
    free, lock = [0.0] * count, 0.0
    for _ in range(faxes):
        number = min(range(count), key=free.__getitem__)
        lock = max(lock, free[number] + work_seconds - lock_seconds) + lock_seconds
        free[number] = lock
    return faxes / max(free)


def drop(bench: Bench, times: int) -> None:
    """A three-page fax into a folder, with the settings as they come; seen as a user sees it, in the store."""
    home = bench.folder / "idle"
    (home / "inbox").mkdir(parents=True)
    (home / "log").touch()
    places = {"CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox")}
    watcher = Watcher(home, places | {"PREFECT_API_URL": "", "CASEBINDER_DATABASE_URL": ""})
    watcher.start()
    seconds = []
    store = Store.open(f"sqlite:///{home / 'casebinder.sqlite'}")
    try:
        for number in range(times + 1):
            spare = bench.folder / f"three{number}.tif"
            write_fax(spare, 700 + number, 3)
            time.sleep(3)
            start = time.perf_counter()
            shutil.copyfile(spare, home / "inbox" / spare.name)
            until(lambda number=number: store.status()["faxes"]["read"] > number, 120)  # type: ignore[misc]
            seconds.append(time.perf_counter() - start)
    finally:
        watcher.stop()
    rest = seconds[1:]
    print(f"drop: first result of a 3-page fax after {statistics.median(rest):.1f} s (median of {times}; "
          f"{min(rest):.1f} to {max(rest):.1f}; the first after a start {seconds[0]:.1f})")  # fmt: skip


def restart(bench: Bench) -> None:
    """Put the objects, record them as arrived, start the program, put one more among them."""
    (bench.folder / "s3").mkdir()
    s3 = S3Server(bench.folder / "s3")
    s3.start()
    client = s3.client()
    client.create_bucket(Bucket="faxes")
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(lambda n: client.put_object(Bucket="faxes", Key=f"in/{n:06d}.pdf", Body=b"old"), range(OBJECTS))
        )
    bench.postgres.run("create database restart")
    url = bench.postgres.url("restart")
    _record_all(url, client)
    home = bench.folder / "restart"
    home.mkdir()
    watcher = Watcher(home, {
        "CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": "s3://faxes/in/", "CASEBINDER_DATABASE_URL": url,
        "CASEBINDER_S3_ENDPOINT_URL": s3.url, "CASEBINDER_USE_PREFECT": "false", "CASEBINDER_LOG_FORMAT": "json",
    })  # fmt: skip
    store, seconds = Store.open(url), []
    try:
        for key in ("in/005000-new.pdf", "in/zzz.pdf"):
            sheets = Sheets(Random(len(key)))
            orders.letterhead_order(sheets, make_case(Random(len(key))))
            client.put_object(Bucket="faxes", Key=key, Body=sheets.pdf())
            before, start = store.arrival_count(), time.perf_counter()
            watcher.start()
            until(lambda before=before: store.arrival_count() > before, 120)  # type: ignore[misc]
            seconds.append(time.perf_counter() - start)
            time.sleep(3)
            watcher.stop()
        taken = (home / "log").read_text().count('"event": "arrived"')
    finally:
        watcher.stop()
        s3.stop()
    print(f"restart: {OBJECTS} objects; new ones noticed {seconds[0]:.1f} s (key in the middle) and {seconds[1]:.1f} s "
          f"(last key) after the program was started; {taken} objects fetched for {len(seconds)} new ones")  # fmt: skip


def _record_all(url: str, client: Any) -> None:
    store = Store.open(url)
    now = datetime.now(UTC).isoformat()
    rows = [
        row for page in client.get_paginator("list_objects_v2").paginate(Bucket="faxes") for row in page["Contents"]
    ]
    with writing(store.engine) as c:
        old = {"sha256": "0" * 64, "media_type": "", "size": 3, "state": "set_aside", "reason": "old", "filed": False}
        c.execute(insert(t.fax), [{**old, "received_at": now}])
        c.execute(insert(t.arrival), [
            {"sha256": "0" * 64, "location": "s3://faxes/in/", "key": row["Key"], "fingerprint": row["ETag"].strip('"'),
             "name": "old", "arrived_at": now} for row in rows
        ])  # fmt: skip
    store.close()


@contextmanager
def stage() -> Iterator[Bench]:
    """A bench in a folder of its own, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="casebinder-bench-", dir="/tmp"))
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=False)


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["restart", "drop", "workers", "prefect"])
    parser.add_argument("--faxes", type=int, default=200)
    parser.add_argument("--queue", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--drops", type=int, default=7)
    given = parser.parse_args()
    os.environ.update(KEYS)
    print(f"{os.cpu_count()} cores")
    parts: dict[str, Callable[[Bench], None]] = {
        "prefect": lambda bench: prefect(bench, given.faxes, given.rounds),
        "workers": lambda bench: workers(bench, given.queue),
        "drop": lambda bench: drop(bench, given.drops),
        "restart": restart,
    }
    for part in given.parts:
        with stage() as bench:
            parts[part](bench)


if __name__ == "__main__":
    main()
