"""Accounts, sign-ins, sessions and tokens, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, text

from casefile.accounts import Account
from casefile.errors import NotFound, Refused
from casefile.store import Store

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
PASSWORD = "maple-harbor-lantern"


@pytest.fixture
def office(store: Store) -> Store:
    store.add_account("Vera", "admin", PASSWORD, by="setup", at=AT)
    return store


def test_a_password_signs_in_and_wrong_tries_are_counted(office: Store) -> None:
    assert office.check_password("VERA", PASSWORD, AT) == Account("vera", "admin")
    assert office.check_password("vera", "wrong", AT) is None
    assert office.check_password("nobody\0", PASSWORD, AT) is None
    assert office.failed_sign_ins("vera", AT) == 1
    assert office.failed_sign_ins("vera", AT + timedelta(seconds=1)) == 0


def test_no_secret_lies_in_the_database(office: Store) -> None:
    secrets = [PASSWORD, office.open_session("vera", AT), office.make_token("vera", ["cases:read"], by="x", at=AT)]
    with office.engine.connect() as c:
        rows = [str(row) for table in inspect(c).get_table_names() for row in c.execute(text(f"select * from {table}"))]
    assert not [secret for secret in secrets if secret in "".join(rows)]


@pytest.mark.parametrize(("name", "role", "password"), [
    ("vera", "admin", PASSWORD), ("new one", "admin", PASSWORD), ("new", "boss", PASSWORD), ("new", "intake", "short"),
    ("new", "intake", "x" * 201), ("", "intake", PASSWORD)])  # fmt: skip
def test_an_account_that_cannot_be_is_refused(office: Store, name: str, role: str, password: str) -> None:
    with pytest.raises(Refused):
        office.add_account(name, role, password, by="vera", at=AT)


def test_a_session_ends_when_idle_or_old_or_closed(office: Store) -> None:
    token = office.open_session("vera", AT)
    assert office.session(token, AT + timedelta(minutes=14), 15) == Account("vera", "admin")
    assert office.session(token, AT + timedelta(minutes=28), 15), "being used kept it alive"
    assert office.session(token, AT + timedelta(minutes=44), 15) is None
    busy = office.open_session("vera", AT)
    for hour in range(1, 13):
        assert office.session(busy, AT + timedelta(hours=hour), 90)
    assert office.session(busy, AT + timedelta(hours=12, minutes=1), 90) is None
    closed = office.open_session("vera", AT)
    office.close_session(closed)
    assert office.session(closed, AT, 15) is None
    assert office.session("", AT, 15) is None


def test_a_disabled_account_is_out_at_once_and_the_last_admin_stays(office: Store) -> None:
    office.add_account("sam", "intake", PASSWORD, by="vera", at=AT)
    session, token = office.open_session("sam", AT), office.make_token("sam", ["cases:read"], by="vera", at=AT)
    office.deactivate("sam", by="vera", at=AT)
    assert office.session(session, AT, 15) is None
    assert office.token(token, AT) is None
    assert office.check_password("sam", PASSWORD, AT) is None
    with pytest.raises(Refused, match="last admin"):
        office.deactivate("vera", by="vera", at=AT)
    with pytest.raises(NotFound):
        office.make_token("sam", ["cases:read"], by="vera", at=AT)


def test_a_new_password_ends_sessions(office: Store) -> None:
    session = office.open_session("vera", AT)
    office.set_password("vera", "another-long-password", by="vera", at=AT)
    assert office.session(session, AT, 15) is None
    assert office.check_password("vera", PASSWORD, AT) is None
    assert office.check_password("vera", "another-long-password", AT)


def test_a_token_has_its_scopes_until_it_runs_out_or_is_ended(office: Store) -> None:
    token = office.make_token("vera", ["cases:read", "status:read"], by="vera", at=AT)
    assert office.token(token, AT) == Account("vera", "admin", True, frozenset({"cases:read", "status:read"}))
    assert office.token(token, AT + timedelta(days=366)) is None
    office.revoke_token(office.tokens()[0]["id"], by="vera", at=AT)
    assert office.token(token, AT) is None
    with pytest.raises(Refused, match="scopes are"):
        office.make_token("vera", ["everything"], by="vera", at=AT)


def test_an_account_without_a_password_has_no_way_in_by_password(office: Store) -> None:
    office.add_account("portal", "intake", None, by="vera", at=AT)
    assert office.check_password("portal", "", AT) is None
