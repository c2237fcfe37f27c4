"""Accounts: passwords, sessions, tokens; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import text

from casefile import accounts_store
from casefile.accounts import ROLE_SCOPES, ROLES, SCOPES
from casefile.errors import NotFound, Refused
from casefile.store import Store

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = "seven quiet herons"


@pytest.fixture
def desk(store: Store) -> Store:
    store.add_account("Ana", "admin", WORDS, by="test", at=AT)
    store.add_account("ivo", "intake", "other quiet herons", by="ana", at=AT)
    return store


def everything(store: Store) -> str:
    """Every text that the account tables hold."""
    tables = ("account", "desk_session", "api_token", "failed_sign_in", "audit")
    with store.engine.connect() as c:
        return " ".join(str(row) for table in tables for row in c.execute(text(f"select * from {table}")))


def test_a_person_signs_in_with_the_right_password_only(desk: Store) -> None:
    found = desk.check_password(" ANA", WORDS, AT)
    assert found and (found.name, found.role, found.active) == ("ana", "admin", True)
    for name, password in (("ana", WORDS + " "), ("ana", ""), ("ivo", WORDS), ("nobody", WORDS), ("", "")):
        assert desk.check_password(name, password, AT) is None
    assert [a.name for a in desk.accounts()] == ["ana", "ivo"]


def test_nothing_that_opens_the_desk_is_kept(desk: Store) -> None:
    desk.check_password("a password typed as a name", WORDS, AT)
    secrets = [desk.open_session("ana", AT), desk.make_token("ana", ["cases:read"], by="ana", at=AT)]
    kept = everything(desk)
    for secret in (*secrets, WORDS, "a password typed as a name"):
        assert secret not in kept


def test_an_unknown_name_costs_the_time_of_a_known_one(desk: Store) -> None:
    def seconds(name: str) -> float:
        times = []
        for _ in range(3):
            began = perf_counter()
            desk.check_password(name, "wrong", AT)
            times.append(perf_counter() - began)
        return median(times)

    accounts_store._nobody()
    assert seconds("nobody") > seconds("ana") / 3


def test_failures_are_counted_until_the_next_good_sign_in(desk: Store) -> None:
    for minute in range(3):
        desk.check_password("ana", "wrong", AT + timedelta(minutes=minute))
        desk.check_password("Nobody", "wrong", AT + timedelta(minutes=minute))
    assert desk.failed_sign_ins("ana", AT) == desk.failed_sign_ins("nobody", AT) == 3
    assert desk.failed_sign_ins("ana", AT + timedelta(minutes=1)) == 2
    desk.check_password("ana", WORDS, AT)
    assert (desk.failed_sign_ins("ana", AT), desk.failed_sign_ins("nobody", AT)) == (0, 3)


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [("ana", "admin", WORDS), ("ANA", "intake", WORDS), ("a", "admin", WORDS), ("x y", "admin", WORDS), ("bo", "boss", WORDS),
     ("bo", "admin", "short"), ("bo", "admin", "a" * 30), ("bosse", "admin", "bosse bosse bosse"), ("bo", "admin", "x" * 999)],
)  # fmt: skip
def test_what_is_no_account_is_refused(desk: Store, name: str, role: str, password: str) -> None:
    with pytest.raises(Refused):
        desk.add_account(name, role, password, by="ana", at=AT)
    assert len(desk.accounts()) == 2


def test_a_session_ends_when_idle_and_after_twelve_hours_however_busy(desk: Store) -> None:
    secret, minute = desk.open_session("ana", AT), timedelta(minutes=1)
    assert desk.session(secret, AT + 14 * minute, 15)
    assert desk.session(secret, AT + 28 * minute, 15), "its use at minute 14 counts"
    assert desk.session(secret, AT + 43 * minute, 15) is None
    assert desk.session(secret + "x", AT, 15) is None
    secret = desk.open_session("ana", AT)
    for step in range(1, 72):
        assert desk.session(secret, AT + 10 * step * minute, 15)
    assert desk.session(secret, AT + 720 * minute, 15) is None


def test_sessions_end_with_sign_out_a_new_password_and_a_closed_account(desk: Store) -> None:
    first, second = desk.open_session("ivo", AT), desk.open_session("ivo", AT)
    desk.close_session(first)
    assert (desk.session(first, AT, 15), bool(desk.session(second, AT, 15))) == (None, True)
    desk.set_password("ivo", "new quiet herons", by="ana", at=AT)
    assert desk.session(second, AT, 15) is None
    third, token = desk.open_session("ivo", AT), desk.make_token("ivo", ["cases:read"], by="ana", at=AT)
    desk.deactivate("ivo", by="ana", at=AT)
    assert (desk.session(third, AT, 15), desk.token(token, AT)) == (None, None)
    assert desk.check_password("ivo", "new quiet herons", AT) is None
    with pytest.raises(NotFound):
        desk.open_session("ivo", AT)


def test_the_last_admin_cannot_be_closed_or_made_less(desk: Store) -> None:
    for change in (lambda: desk.deactivate("ana", by="ana", at=AT), lambda: desk.set_role("ana", "intake", by="ana", at=AT)):  # fmt: skip
        with pytest.raises(Refused, match="last admin"):
            change()
    desk.set_role("ivo", "admin", by="ana", at=AT)
    desk.deactivate("ana", by="ivo", at=AT)


def test_a_token_can_do_no_more_than_its_account_today(desk: Store) -> None:
    with pytest.raises(Refused, match="reports:read"):
        desk.make_token("ivo", ["cases:read", "reports:read"], by="ana", at=AT)
    with pytest.raises(Refused):
        desk.make_token("ivo", [], by="ana", at=AT)
    secret = desk.make_token("ivo", ["cases:read", "inbox:write"], by="ana", at=AT, days=1)
    found = desk.token(secret, AT)
    assert found and found.scopes == {"cases:read", "inbox:write"}
    desk.set_role("ivo", "compliance", by="ana", at=AT)
    found = desk.token(secret, AT)
    assert found and found.scopes == {"cases:read"}
    assert desk.token(secret, AT + timedelta(days=1)) is None
    assert desk.token("cb_wrong", AT) is None


def test_every_role_has_scopes_that_exist() -> None:
    assert set(ROLE_SCOPES) == set(ROLES)
    assert set().union(*ROLE_SCOPES.values()) == set(SCOPES)


def test_every_change_of_an_account_is_on_record(desk: Store) -> None:
    desk.set_password("ivo", "new quiet herons", by="ana", at=AT)
    desk.set_role("ivo", "appeals", by="ana", at=AT)
    desk.make_token("ivo", ["cases:read"], by="ana", at=AT)
    desk.deactivate("ivo", by="ana", at=AT)
    told = [row["what"] for row in desk.audit_entries() if "ivo" in row["what"]]
    assert [words.split()[-1] for words in told] == ["intake", "password", "appeals", "cases:read", "closed"]
