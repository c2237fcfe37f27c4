"""Kills (SIGKILL) of workers, Prefect's server, PostgreSQL and the S3 server at random instants over a stream of faxes.

    python -m tests.faults.stage [--kills 200] [--faxes 300] [--workers 2] [--seed 1]

Everything runs on this machine: SeaweedFS, PostgreSQL, a Prefect server that keeps its runs in the same PostgreSQL, and
`casebinder watch` processes. Whatever is killed is started again at once. At the end nothing may be lost or doubled, and
every ledger must balance.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from casefile import tables as t
from casefile.leases import work
from casefile.store import Store
from samples import orders
from samples.degrade import fax
from samples.people import make_case
from samples.sheet import Sheets
from tests.servers import PostgresServer, PrefectServer, S3Server, Server, Watcher, until

BUCKET = "faxes"
KILLS_A_BURST = 5
WEIGHTS = {"worker": 10, "postgres": 4, "s3": 4, "prefect": 2}


ENDS = {"exhibit", "unassigned"}


def one_page(seed: int) -> bytes:
    """An order of an invented patient, each seed another one; every third is a true fax image that needs OCR."""
    sheets = Sheets(Random(seed))
    orders.letterhead_order(sheets, make_case(Random(seed)))
    if seed % 3:
        return bytes(sheets.pdf())
    with tempfile.NamedTemporaryFile(suffix=".tif") as image:
        fax(sheets.pdf(), Path(image.name), Random(seed))
        return Path(image.name).read_bytes()


class Stage:
    """The servers, the workers, and what was dropped."""

    def __init__(self, folder: Path, workers: int, seed: int) -> None:
        self.folder, self.random = folder, Random(seed)
        for name in ("s3", "postgres", "prefect", "home", *(f"worker{n}" for n in range(workers))):
            (folder / name).mkdir()
        folder.chmod(0o755)
        self.s3 = S3Server(folder / "s3")
        self.postgres = PostgresServer(folder / "postgres")
        self.s3.start()
        self.postgres.start()
        self.postgres.run("create database casebinder")
        self.postgres.run("create database prefect")
        self.prefect = PrefectServer(folder / "prefect", self.postgres.url("prefect", "asyncpg"))
        self.prefect.start(wait=False)
        self.s3.client().create_bucket(Bucket=BUCKET)
        self.workers = [Watcher(folder / f"worker{n}", self.settings()) for n in range(workers)]
        for worker in self.workers:
            worker.start(wait=False)
        self.dropped: dict[str, str] = {}
        self.told = ""
        self.killed: Counter[str] = Counter()

    def settings(self) -> dict[str, str]:
        return {
            "CASEBINDER_HOME": str(self.folder / "home"), "CASEBINDER_INBOX": f"s3://{BUCKET}/in/",
            "CASEBINDER_DATABASE_URL": self.postgres.url("casebinder"), "CASEBINDER_S3_ENDPOINT_URL": self.s3.url,
            "CASEBINDER_LEASE_SECONDS": "6", "CASEBINDER_POLL_SECONDS": "0.5", "CASEBINDER_LOG_FORMAT": "json",
            "CASEBINDER_MIN_FREE_MB": "1", "CASEBINDER_OCR_PROCESSES": "1", "CASEBINDER_S3_RETRIES": "2",
            "CASEBINDER_S3_PROCESSED": "tag", "PREFECT_API_URL": self.prefect.api_url,
            "PREFECT_HOME": str(self.folder / "home" / "prefect"),
        }  # fmt: skip

    def drop(self, number: int) -> None:
        """Put one fax; the store may be down just now, then it is put again, as any sender would."""
        body, key = one_page(number), f"in/{self.random.randrange(10**6):06d}-{number}.pdf"

        def put() -> bool:
            try:
                self.s3.client().put_object(Bucket=BUCKET, Key=key, Body=body)
            except Exception:
                return False
            return True

        until(put, 60, self.revive)
        self.dropped[key] = hashlib.sha256(body).hexdigest()

    def kill(self) -> None:
        """Kill one thing and start it again; servers come back on their own data."""
        kind = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        servers: dict[str, Server] = {"postgres": self.postgres, "s3": self.s3, "prefect": self.prefect}
        victim = servers.get(kind) or self.random.choice(self.workers)
        if victim.child is not None and victim.child.poll() is None:
            victim.kill()
            self.killed[kind] += 1
        victim.start(wait=False)

    def revive(self) -> None:
        """Start whatever could not start, as systemd would."""
        for server in (self.s3, self.postgres, self.prefect, *self.workers):
            server.start_again()

    def run(self, kills: int, faxes: int) -> None:
        """Bursts of faxes with kills at random instants among them, calm for a few seconds in between.

        The calm is often too short to work off the burst, so that the next kills meet workers at work.
        """
        bursts = max(round(kills / KILLS_A_BURST), 1)
        for burst in range(bursts):
            due = range(burst * faxes // bursts, (burst + 1) * faxes // bursts)
            shots = kills * (burst + 1) // bursts - sum(self.killed.values())
            events = [("drop", n) for n in due] + [("kill", n) for n in range(shots)]
            self.random.shuffle(events)
            for kind, number in events:
                self.drop(number) if kind == "drop" else self.kill()
                self.pause(self.random.uniform(0.0, 0.9))
            self.pause(self.random.uniform(1.0, 9.0))
            if burst % 4 == 3:
                print(f"{sum(self.killed.values())} kills, {len(self.dropped)} faxes dropped", flush=True)
        while sum(self.killed.values()) < kills:
            self.kill()
            self.pause(1.0)
        until(self.worked_off, 240, self.revive)

    def pause(self, seconds: float) -> None:
        """Let things happen; whatever could not start is started."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.revive()
            time.sleep(0.02)

    def worked_off(self) -> bool:
        time.sleep(0.5)
        try:
            store = Store.open(self.postgres.url("casebinder"))
            try:
                with store.engine.connect() as c:
                    arrived = c.execute(select(func.count()).select_from(t.arrival)).scalar_one()
                return arrived == len(self.dropped) and not (
                    store.unfinished() or store.unmatched() or store.unchecked()
                )
            finally:
                store.close()
        except Exception:
            return False

    def stop(self) -> None:
        for server in (*self.workers, self.prefect, self.s3, self.postgres):
            server.stop()

    def wrong(self) -> list[str]:
        """What is lost, doubled or unbalanced; [] if all is well."""
        store = Store.open(self.postgres.url("casebinder"))
        with store.engine.connect() as c:
            arrivals = [(key, sha256) for key, sha256 in c.execute(select(t.arrival.c.key, t.arrival.c.sha256))]
            states: dict[Any, Any] = dict(c.execute(select(t.fax.c.sha256, t.fax.c.state)).tuples().all())
            pages = Counter(c.execute(select(t.page.c.sha256)).scalars())
            ends = Counter(c.execute(select(t.page.c.state)).scalars())
            papers = Counter(c.execute(select(t.document.c.sha256)).scalars())
            members = Counter(c.execute(select(t.case.c.member_id)).scalars())
            claims = c.execute(select(func.sum(work.c.fence)).filter_by(kind="fax")).scalar_one()
        self.told = f"{claims - len(states)} claims more than faxes"
        store.close()
        faults = [f"lost {key}" for key in self.dropped if key not in dict(arrivals)]
        faults += [f"other bytes for {key}" for key, sha256 in arrivals if self.dropped.get(key) != sha256]
        faults += [f"{key} arrived twice" for key, n in Counter(key for key, _ in arrivals).items() if n > 1]
        faults += [f"fax {sha256[:12]} ended as {state}" for sha256, state in states.items() if state != "read"]
        faults += [
            f"fax {s[:12]}: {pages[s]} pages, {papers[s]} documents" for s in states if (pages[s], papers[s]) != (1, 1)
        ]
        faults += [f"{n} pages ended as {state}" for state, n in ends.items() if state not in ENDS]
        faults += [f"{n} cases for one member" for n in members.values() if n > 1]
        wanted = set(self.dropped.values())
        kept = {path.name for path in (self.folder / "home" / "vault").glob("??/*")}
        faults += [f"original {sha256[:12]} is not in the vault" for sha256 in wanted - kept]
        return faults + ([f"{len(states)} faxes of {len(wanted)}"] if set(states) != wanted else [])


def perform(kills: int, faxes: int, workers: int, seed: int) -> tuple[list[str], str]:
    """Run it; returns what is wrong and a line that sums it up."""
    folder = Path(tempfile.mkdtemp(prefix="casebinder-faults-", dir="/tmp"))
    start = time.monotonic()
    stage = Stage(folder, workers, seed)
    try:
        stage.run(kills, faxes)
        wrong = stage.wrong()
    except BaseException:
        for log in folder.glob("*/log"):
            print(log, log.read_text(errors="replace")[-1500:], file=sys.stderr)
        raise
    finally:
        stage.stop()
        ends = Counter(
            line["event"] for log in folder.glob("worker*/log") for line in _lines(log) if "fax" in line
        )  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - start
    told = ", ".join(f"{kind} {n}" for kind, n in sorted(stage.killed.items()))
    return (
        wrong,
        f"{sum(stage.killed.values())} kills ({told}), {faxes} faxes, {seconds:.0f} s, seed {seed}; {stage.told}; workers said {dict(ends)}",
    )


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def main() -> None:
    """Run the long version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--faxes", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    wrong, told = perform(given.kills, given.faxes, given.workers, given.seed)
    print(told)
    print("\n".join(wrong) or "0 lost, 0 doubled, every ledger balances")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
