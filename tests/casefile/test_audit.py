"""The audit log: nothing in it can be changed unseen; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from casefile.store import Store
from tests.casefile.test_store import MEMBER, reading, take_in
from tests.casefile.test_upgrade import move

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def tamper(store: Store, statement: str) -> None:
    """Change the database behind the triggers' back, as its owner can."""
    if store.engine.dialect.name == "sqlite":
        names = [f"drop trigger if exists audit_no_{what}" for what in ("update", "delete")]
    else:
        names = ["alter table audit disable trigger all"]
    with store.engine.begin() as c:
        for name in (*names, statement):
            c.execute(text(name))


def filled(store: Store, entries: int = 6) -> Store:
    for number in range(entries):
        store.record(
            "ana", f"looked at {number}", sha256="f" * 64, why="Zoë's case; \u2192", at=AT + timedelta(hours=number * 6)
        )
    return store


def test_an_untouched_log_is_whole(store: Store) -> None:
    assert store.verify_audit().entries == 0
    found = filled(store).verify_audit()
    assert (found.entries, found.broken) == (6, 0)
    assert store.verify_audit(ends_with=found.head).broken == 0
    assert store.verify_audit(ends_with="0" * 64).broken == 6


@pytest.mark.parametrize(
    "statement", ["update audit set what = 'x' where id = 3", "delete from audit where id = 3", "delete from audit"]
)
def test_the_database_itself_refuses_changes(store: Store, statement: str) -> None:
    filled(store)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as c:
        c.execute(text(statement))
    assert store.verify_audit().entries == 6


@pytest.mark.parametrize(
    ("statement", "broken", "why"),
    [(f"update audit set {column} = '{value}' where id = 3", 3, "changed") for column, value in
     (("what", "x"), ("why", ""), ('"by"', "bob"), ("at", "2026-11-25"), ("kind", "change"), ("sha256", "0"), ("hash", "1"))]
    + [("update audit set previous = '0' where id = 4", 4, "removed"), ("delete from audit where id = 3", 4, "removed"),
       ("delete from audit where id = 1", 2, "removed"),
       ("insert into audit (id, at, \"by\", what, why, kind, previous, hash) values (9, '2026', 'bob', 'x', '', 'look', '', '')", 9, "removed")],
)  # fmt: skip
def test_tampering_is_found_at_the_first_broken_entry(store: Store, statement: str, broken: int, why: str) -> None:
    tamper(filled(store), statement)
    found = store.verify_audit()
    assert found.broken == broken
    assert why in found.why


def test_a_log_cut_off_or_written_anew_differs_from_a_hash_kept_elsewhere(store: Store) -> None:
    kept = filled(store).verify_audit().head
    store.record("ana", "one more", at=AT)
    assert store.verify_audit(contains=kept).broken == 0
    tamper(store, "delete from audit where id >= 6")
    assert store.verify_audit().broken == 0, "a shorter chain is a chain"
    assert store.verify_audit(contains=kept).why.startswith("no entry has the hash")


def test_writers_at_once_make_one_chain(database_url: str) -> None:
    stores = [Store.open(database_url) for _ in range(4)]

    def write(number: int) -> None:
        stores[number % 4].record(f"clerk {number}", "looked", at=AT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(60)))
    assert (stores[0].verify_audit().entries, stores[0].verify_audit().broken) == (60, 0)
    for store in stores:
        store.close()


def test_what_the_program_does_in_a_case_is_in_the_chain_and_looks_are_not_in_its_history(store: Store) -> None:
    (case_id,) = take_in(store, reading("a" * 64, order_date="2026-09-08", **MEMBER))
    store.check_case(case_id, AT)
    store.record("ana", "looked at the case", case_id=case_id, at=AT)
    assert store.verify_audit().broken == 0
    assert "looked at the case" in [row["what"] for row in store.audit_entries()]
    assert {row["by"] for row in store.case(case_id)["history"]} == {"casebinder"}


def test_days_are_chosen_with_both_ends(store: Store) -> None:
    filled(store)
    told = [row["what"] for row in store.audit_entries(date(2026, 11, 25), date(2026, 11, 25))]
    assert told == ["looked at 3", "looked at 4", "looked at 5"]


def test_entries_of_an_older_program_are_chained_by_the_upgrade(database_url: str) -> None:
    """Old rows, an upgrade, a rollback during which the older program writes, and the next upgrade."""
    Store.open(database_url).close()
    old = "insert into audit (case_id, at, \"by\", what, why) values ('C-0001', '2026-11-01', 'ana', 'old', '')"
    engine = create_engine(database_url)
    heads = []
    for _ in range(2):
        move(database_url, "downgrade", "0012_parts")
        with engine.begin() as c:
            if not heads:
                c.execute(text("insert into patient_case (id, member_name, member_dob, member_id, payer_name, status, unchecked, "
                               "created_at, verdicts, clocks, timeline, copies, open_gaps, next_due, status_by_person, status_at) values "
                               "('C-0001', '', '', '', '', 'new', true, '', '[]', '[]', '[]', '[]', 0, '', '', '')"))  # fmt: skip
            for _ in range(3):
                c.execute(text(old))
        store = Store.open(database_url)
        store.record("ana", "new", at=AT)
        found = store.verify_audit(contains=heads[-1] if heads else "")
        assert (found.entries, found.broken) == (4 * (len(heads) + 1), 0)
        heads.append(found.head)
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as c:
            c.execute(text("delete from audit"))
        store.close()
    engine.dispose()


def test_one_entry_costs_little(store: Store) -> None:
    """Not a benchmark: a median of 10 ms would be felt on every page of the desk."""
    filled(store, 5)
    times = []
    for _ in range(11):
        began = perf_counter()
        store.record("ana", "looked", at=AT)
        times.append(perf_counter() - began)
    assert sorted(times)[5] < 0.2
