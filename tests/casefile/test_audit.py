"""The audit log: chained, append-only in the database, and tampering shows; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from casefile.audit_chain import START
from casefile.store import Store
from tests.casefile.test_upgrade import move

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def written(store: Store, count: int = 5) -> Store:
    for number in range(count):
        store.record("vera", f"looked at list {number}", at=AT, why="é\0\ud800")
    return store


def unlocked(store: Store, statement: str) -> None:
    """What somebody does who owns the database: the triggers go first."""
    with store.engine.begin() as c:
        if c.dialect.name == "sqlite":
            for change in ("update", "delete"):
                c.execute(text(f"drop trigger if exists audit_no_{change}"))
        else:
            c.execute(text("alter table audit disable trigger user"))
        c.execute(text(statement))


def test_an_untouched_log_holds_and_its_end_can_be_noted(store: Store) -> None:
    assert store.verify_audit().end == START
    first = written(store).verify_audit()
    assert (first.entries, first.broken) == (5, "")
    store.record("vera", "later", at=AT)
    assert not store.verify_audit(first.end).broken


@pytest.mark.parametrize("statement", ["update audit set why = 'x'", "delete from audit", "delete from audit where id = 5"])  # fmt: skip
def test_the_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    written(store)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as c:
        c.execute(text(statement))
    assert store.verify_audit().entries == 5


def test_postgresql_refuses_to_empty_the_log(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no truncate")
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as c:
        c.execute(text("truncate audit"))


@pytest.mark.parametrize(("statement", "words"), [
    ("update audit set what = 'looked at nothing' where id = 3", "entry 3 was changed"),
    ("update audit set at = '2020-01-01' where id = 1", "entry 1 was changed"),
    ("delete from audit where id = 2", "entry 2 is missing"),
    ("delete from audit where id = 1", "entry 1 is missing"),
    ("update audit set previous = 'x' where id = 4", "entry 4 does not follow"),
])  # fmt: skip
def test_tampering_names_the_first_broken_entry(store: Store, statement: str, words: str) -> None:
    unlocked(written(store), statement)
    assert words in store.verify_audit().broken


def test_cutting_off_the_end_shows_against_a_noted_hash(store: Store) -> None:
    end = written(store).verify_audit().end
    unlocked(store, "delete from audit where id = 5")
    assert not store.verify_audit().broken
    assert "cut off" in store.verify_audit(end).broken


def test_many_writers_at_once_make_one_chain(store: Store, database_url: str) -> None:
    others = [Store.open(database_url) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: others[n % 3].record("vera", f"entry {n}", at=AT), range(60)))
    for other in others:
        other.close()
    verdict = store.verify_audit()
    assert (verdict.entries, verdict.broken) == (60, "")


def test_entries_of_an_older_version_are_chained_by_the_upgrade(database_url: str) -> None:
    store = Store.open(database_url)
    with store.engine.begin() as c:
        c.execute(text("insert into patient_case (id, member_name, member_dob, member_id, payer_name, status, unchecked, created_at, "
                       "verdicts, clocks, timeline) values ('C-0001', '', '', '', '', 'new', true, '2026', '[]', '[]', '[]')"))  # fmt: skip
    store.record("vera", "before", at=AT)
    store.close()
    move(database_url, "downgrade", "0012_parts")
    store = Store(create_engine(database_url))
    with store.engine.begin() as c:
        for number in (7, 9):
            c.execute(text("insert into audit (id, case_id, at, by, what, why) values (:n, 'C-0001', '2026', 'vera', 'old', '')"), {"n": number})  # fmt: skip
    store.close()
    store = Store.open(database_url)
    verdict = store.verify_audit()
    assert (verdict.entries, verdict.broken) == (3, "")
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as c:
        c.execute(text("delete from audit"))
    store.close()
