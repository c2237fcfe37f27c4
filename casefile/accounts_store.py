"""The store's accounts: passwords, sessions at the desk, tokens of programs. Only hashes of secrets are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, delete, func, select, update

from casefile import tables as t
from casefile.accounts import (
    LONGEST,
    ROLE_SCOPES,
    Account,
    check_new_password,
    check_role,
    check_scopes,
    plain_name,
)
from casefile.database import writing
from casefile.errors import NotFound, Refused
from casefile.store_rows import Part, add, note

SESSION_HOURS = 12
"""A session ends after so long, however busy."""
SEEN_EVERY = timedelta(seconds=60)
"""How exactly the last use of a session is kept; spares a write for every page."""
TOKEN_DAYS = 365
FORGET_FAILURES = timedelta(days=1)
PREFIX = "cb_"


class AccountsStore(Part):
    """Accounts, their sessions and tokens. Every change leaves an audit entry."""

    def add_account(self, name: str, role: str, password: str, *, by: str, at: datetime) -> Account:
        """Make an account.

        Raises:
            Refused: The name is taken or not a name, the role is none, or the password is easily guessed.
        """
        name, role = plain_name(name), check_role(role)
        check_new_password(password, name)
        hashed = _hasher().hash(password)
        with writing(self.engine) as c:
            if _row(c, name):
                raise Refused(f"there is an account {name} already; `casebinder user list`")
            add(c, t.account, [{"name": name, "role": role, "password": hashed, "active": True, "made_by": by[:120],
                                "made_at": at.isoformat()}])  # fmt: skip
            note(c, None, at.isoformat(), by, f"account {name} made, role {role}", "")
        return Account(name, role)

    def account(self, name: str) -> Account | None:
        """The account of this name, active or not."""
        with self.engine.connect() as c:
            row = _row(c, name.strip().lower())
        return _account(row) if row else None

    def accounts(self) -> list[Account]:
        """All accounts by name."""
        with self.engine.connect() as c:
            return [_account(row) for row in c.execute(select(t.account).order_by(t.account.c.name)).mappings()]

    def check_password(self, name: str, password: str, at: datetime) -> Account | None:
        """The active account with this name and password, or None; a wrong name costs as much time as a right one."""
        with self.engine.connect() as c:
            row = _row(c, name.strip().lower())
        right = _fits(row["password"] if row else _nobody(), password)
        if row and row["active"] and right:
            with writing(self.engine) as c:
                c.execute(delete(t.failed_sign_in).filter_by(name_hash=_name_hash(name)))
                if _hasher().check_needs_rehash(row["password"]):
                    c.execute(update(t.account).filter_by(name=row["name"]).values(password=_hasher().hash(password)))
            return _account(row)
        with writing(self.engine) as c:
            c.execute(delete(t.failed_sign_in).where(t.failed_sign_in.c.at < (at - FORGET_FAILURES).isoformat()))
            add(c, t.failed_sign_in, [{"name_hash": _name_hash(name), "at": at.isoformat()}])
        return None

    def failed_sign_ins(self, name: str, since: datetime) -> int:
        """How often a name was refused since then and since its last good sign-in; unknown names count too."""
        query = select(func.count()).select_from(t.failed_sign_in).filter_by(name_hash=_name_hash(name))
        with self.engine.connect() as c:
            return c.execute(query.where(t.failed_sign_in.c.at >= since.isoformat())).scalar_one()

    def set_password(self, name: str, password: str, *, by: str, at: datetime) -> None:
        """Give an account a new password and end its sessions."""
        name = plain_name(name)
        check_new_password(password, name)
        hashed = _hasher().hash(password)
        with writing(self.engine) as c:
            _known(c, name)
            c.execute(update(t.account).filter_by(name=name).values(password=hashed))
            c.execute(delete(t.session).filter_by(name=name))
            note(c, None, at.isoformat(), by, f"account {name}: new password", "")

    def set_role(self, name: str, role: str, *, by: str, at: datetime) -> None:
        """Give an account another role; its sessions and tokens have the new rights at once."""
        name, role = plain_name(name), check_role(role)
        with writing(self.engine) as c:
            before = _known(c, name)["role"]
            if role != "admin":
                _not_the_last_admin(c, name)
            c.execute(update(t.account).filter_by(name=name).values(role=role))
            note(c, None, at.isoformat(), by, f"account {name}: role {before} → {role}", "")

    def deactivate(self, name: str, *, by: str, at: datetime) -> None:
        """Close an account for good measure: its sessions and tokens end at once; what it did stays on record."""
        name = plain_name(name)
        with writing(self.engine) as c:
            _known(c, name)
            _not_the_last_admin(c, name)
            c.execute(update(t.account).filter_by(name=name).values(active=False))
            for table in (t.session, t.api_token):
                c.execute(delete(table).filter_by(name=name))
            note(c, None, at.isoformat(), by, f"account {name} closed", "")

    def open_session(self, name: str, at: datetime) -> str:
        """A new session of an account; returns its secret, which nobody can read back."""
        secret, now = secrets.token_urlsafe(32), at.isoformat()
        with writing(self.engine) as c:
            name = _known(c, plain_name(name))["name"]
            oldest = (at - timedelta(hours=SESSION_HOURS)).isoformat()
            c.execute(delete(t.session).where(t.session.c.opened_at < oldest))
            add(c, t.session, [{"hash": _hash(secret), "name": name, "opened_at": now, "seen_at": now}])
        return secret

    def session(self, token: str, at: datetime, idle_minutes: int) -> Account | None:
        """Whose session this is; None when it is unknown, too old, was idle too long, or its account is closed."""
        joined = t.session.join(t.account, t.account.c.name == t.session.c.name)
        query = select(t.account, t.session.c.opened_at, t.session.c.seen_at).select_from(joined)
        key = _hash(token)
        with self.engine.connect() as c:
            row = c.execute(query.where(t.session.c.hash == key, t.account.c.active)).mappings().first()
        if not row:
            return None
        opened, seen = (datetime.fromisoformat(row[name]) for name in ("opened_at", "seen_at"))
        if at - opened >= timedelta(hours=SESSION_HOURS) or at - seen >= timedelta(minutes=idle_minutes):
            return None
        if at - seen >= SEEN_EVERY:
            with writing(self.engine) as c:
                c.execute(update(t.session).filter_by(hash=key).values(seen_at=at.isoformat()))
        return _account(row)

    def close_session(self, token: str) -> None:
        """End a session; an unknown one is ended already."""
        with writing(self.engine) as c:
            c.execute(delete(t.session).filter_by(hash=_hash(token)))

    def make_token(self, name: str, scopes: Collection[str], *, by: str, at: datetime, days: int = TOKEN_DAYS) -> str:
        """A token with which a program acts for an account; shown once.

        Raises:
            NotFound: No such active account.
            Refused: A scope is unknown or more than the account's role allows.
        """
        secret, name = PREFIX + secrets.token_urlsafe(32), plain_name(name)
        with writing(self.engine) as c:
            row = _known(c, name)
            allowed = check_scopes(scopes, row["role"])
            until = (at + timedelta(days=days)).isoformat()
            add(c, t.api_token, [{"hash": _hash(secret), "name": name, "scopes": allowed, "made_by": by[:120],
                                  "made_at": at.isoformat(), "until": until}])  # fmt: skip
            note(c, None, at.isoformat(), by, f"token made for {name}: {', '.join(allowed)}", f"until {until[:10]}")
        return secret

    def token(self, text: str, at: datetime) -> Account | None:
        """Who a token acts for, with the scopes that its role allows today; None when unknown, expired or closed."""
        joined = t.api_token.join(t.account, t.account.c.name == t.api_token.c.name)
        query = select(t.account, t.api_token.c.scopes, t.api_token.c.until).select_from(joined)
        with self.engine.connect() as c:
            row = c.execute(query.where(t.api_token.c.hash == _hash(text), t.account.c.active)).mappings().first()
        if not row or datetime.fromisoformat(row["until"]) <= at:
            return None
        return Account(row["name"], row["role"], True, ROLE_SCOPES[row["role"]] & set(row["scopes"]))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits, for names that nobody has."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _fits(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _name_hash(name: str) -> str:
    return _hash(name.strip().lower())


def _row(c: Connection, name: str) -> Any:
    return c.execute(select(t.account).filter_by(name=name)).mappings().first()


def _known(c: Connection, name: str) -> Any:
    """An active account's row."""
    row = _row(c, name)
    if not row or not row["active"]:
        raise NotFound(f"no active account {name}; `casebinder user list`")
    return row


def _not_the_last_admin(c: Connection, name: str) -> None:
    others = select(t.account.c.name).where(t.account.c.role == "admin", t.account.c.active, t.account.c.name != name)
    if _row(c, name)["role"] == "admin" and not c.execute(others.limit(1)).first():
        raise Refused(f"{name} is the last admin; make another one first")


def _account(row: Any) -> Account:
    return Account(row["name"], row["role"], row["active"])
