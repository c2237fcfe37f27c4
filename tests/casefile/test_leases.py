"""Claims: fair order, expiry, fencing, poison set aside; on both databases."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from casefile import leases as leases_module
from casefile.database import writing
from casefile.leases import LeaseLost, Leases, Rules, pause, work
from casefile.owner import is_dead, this_process
from casefile.picture import picture
from casefile.records import PageText, Reading
from casefile.store import Store

START = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def arrive(store: Store, *names: str) -> None:
    for number, name in enumerate(names):
        store.record_arrival(location="in", key=name, fingerprint="1", name=name, sha256=name * 64, size=1,
                             media_type="", at=START + timedelta(minutes=number))  # fmt: skip


def worker(store: Store, **rules: Any) -> Leases:
    return Leases(store.engine, this_process(), Rules(**rules))


def taken(leases: Leases, **lane: Any) -> str | None:
    lease = leases.claim_fax(**lane)
    return lease.subject[0] if lease else None


def overdue(store: Store) -> None:
    with writing(store.engine) as c:
        c.execute(update(work).where(work.c.until.is_not(None)).values(until="2020"))


def expire(store: Store) -> None:
    overdue(store)
    reaper = worker(store, max_deaths=3)
    lease = reaper.claim("case", "any")
    assert lease
    reaper.release(lease)
    with writing(store.engine) as c:
        c.execute(update(work).values(not_before=""))


def reading(name: str) -> Reading:
    return Reading(name, name * 64, "application/pdf", (PageText(1),))


def test_urgent_comes_first_then_age(store: Store) -> None:
    worker(store).announce("c" * 64, urgent=True)
    arrive(store, "a", "b", "c")
    assert [taken(worker(store)) for _ in range(4)] == ["c", "a", "b", None]


def test_long_faxes_have_a_lane_of_their_own(store: Store) -> None:
    arrive(store, "a", "b")
    first = worker(store)
    lease = first.claim_fax(big=False, big_pages=20)
    assert lease
    first.release(lease, pages=500)
    assert taken(first, big=False, big_pages=20) == "b"
    assert taken(first, big=False, big_pages=20) is None
    assert taken(first, big=True, big_pages=20) == "a"


def test_slots_bound_what_all_workers_do_at_once(store: Store) -> None:
    arrive(store, "a", "b", "c")
    assert [taken(worker(store, slots=2)) for _ in range(3)] == ["a", "b", None]


def test_a_silent_worker_loses_its_fax_and_its_late_result_is_refused(store: Store) -> None:
    arrive(store, "a")
    slow, quick = worker(store), worker(store)
    old = slow.claim_fax()
    assert old
    assert quick.claim_fax() is None
    expire(store)
    new = quick.claim_fax()
    assert new
    with quick.held(new):
        store.save_reading(reading("a"))
    for write in (lambda: store.save_reading(reading("a")), lambda: store.file_documents("a" * 64, START)):
        with slow.held(old), pytest.raises(LeaseLost):
            write()
    slow.finish(old, 1.0)
    assert quick.still_ours(new), "the late one's note that it is done counts for nothing"
    assert not slow.fail(old, "late")


def test_renewing_keeps_a_lease(store: Store) -> None:
    arrive(store, "a")
    first = worker(store)
    lease = first.claim_fax()
    assert lease
    overdue(store)
    first.renew([lease])
    assert worker(store).claim_fax() is None


def test_a_dead_process_on_this_machine_is_known_at_once(store: Store) -> None:
    arrive(store, "a")
    code = "from casefile.owner import this_process; print(this_process())"
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_dead(dead)
    assert not is_dead(this_process())
    assert not is_dead("elsewhere/1234/pid:[1]|1|1|1")
    assert Leases(store.engine, dead, Rules()).claim_fax()
    assert taken(worker(store)) == "a"


def test_poison_is_set_aside_with_its_last_error_and_can_be_tried_again(store: Store) -> None:
    arrive(store, "a", "b")
    first = worker(store, max_failures=3)
    ends = []
    for number in range(3):
        lease = first.claim("fax", "a" * 64)
        assert lease
        ends.append(first.fail(lease, f"ValueError at extractors/x.py:{number}"))
        expire(store)
    assert ends == [False, False, True]
    row = picture(store)
    assert (row["faxes"]["set_aside"], row["failures"][0]["last_error"]) == (1, "ValueError at extractors/x.py:2")
    assert "after 3 tries" in store.set_aside_reasons()[0]
    assert taken(first) == "b"
    assert first.retry() == ["a" * 64]
    assert taken(first) == "a"


def test_a_fax_that_keeps_killing_workers_is_set_aside_and_its_pages_end(store: Store) -> None:
    arrive(store, "a")
    store.save_reading(reading("a"))
    for _ in range(3):
        assert worker(store, max_deaths=3).claim_fax()
        expire(store)
    assert worker(store, max_deaths=3).claim_fax() is None
    row = picture(store)
    assert row["pages"] == {"unassigned": 1}
    assert row["failures"][0]["deaths"] == 3


def test_a_failed_fax_waits_longer_each_time_and_holds_up_nobody(store: Store) -> None:
    assert [pause(times) for times in (1, 2, 3, 20)] == [0, 2, 4, 3600]
    arrive(store, "a", "b")
    first = worker(store)
    for _ in range(2):
        lease = first.claim("fax", "a" * 64)
        assert lease
        first.fail(lease, "ValueError")
    assert taken(first) == "b"
    assert taken(first) is None
    assert picture(store)["queue"]["later"] == 1


def test_expiry_goes_by_the_databases_clock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose clock is a day ahead takes nothing from the others."""
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite is used on one machine, with one clock")
    arrive(store, "a")
    assert worker(store).claim_fax()

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(leases_module, "datetime", Ahead)
    assert worker(store).claim_fax() is None


def claim_all(url: str, ready: Any, out: Any) -> None:
    store = Store.open(url)
    mine = worker(store)
    ready.wait()
    while lease := mine.claim_fax():
        out.put(lease.subject)
    out.put(None)
    ready.wait()  # the dead hold nothing, so all live until the last has looked


def test_many_workers_never_hold_the_same_fax(database_url: str, store: Store) -> None:
    arrive(store, *"abcdefghijklmnop")
    context = multiprocessing.get_context("spawn")
    ready, out = context.Barrier(3), context.Queue()
    children = [context.Process(target=claim_all, args=(database_url, ready, out)) for _ in range(3)]
    for child in children:
        child.start()
    got = []
    ends = 0
    while ends < 3:
        subject = out.get(timeout=60)
        ends, got = (ends + 1, got) if subject is None else (ends, [*got, subject])
    for child in children:
        child.join()
    assert sorted(got) == [name * 64 for name in "abcdefghijklmnop"]
