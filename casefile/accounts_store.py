"""Accounts of the desk, their sessions and API tokens. Of passwords and tokens only hashes are kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, delete, func, insert, select, update

from casefile import tables as t
from casefile.accounts import ROLES, SCOPES, Account
from casefile.database import writing
from casefile.errors import NotFound, Refused
from casefile.store_rows import Part, Row, add, note

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
SESSION_HOURS = 12
"""A session ends then, however busy it is."""
TOUCH_SECONDS = 60
"""A session in use is written down again no more often than this."""
TRIES_KEPT = timedelta(days=30)
_HASHER = PasswordHasher()


class AccountsStore(Part):
    """Accounts, sign-ins, sessions, tokens; changes leave audit entries."""

    def add_account(self, name: str, role: str, password: str | None, *, by: str, at: datetime) -> Account:
        """Make an account; without a password it can only sign in through single sign-on or use tokens.

        Raises:
            Refused: The name is taken or not a name, the role is unknown, the password is too short.
        """
        name = plain_name(name)
        if role not in ROLES:
            raise Refused(f"{role}: a role is one of {', '.join(ROLES)}")
        hashed = "" if password is None else _hash(password)
        with writing(self.engine) as c:
            if c.execute(select(t.account.c.name).filter_by(name=name)).first():
                raise Refused(f"there is an account {name} already; `casebinder user list` shows them")
            row = {"name": name, "role": role, "password": hashed, "active": True, "made_by": by[:120]}
            add(c, t.account, [{**row, "made_at": at.isoformat()}])
            note(c, None, at.isoformat(), by, f"made account {name}", f"role {role}")
        return Account(name, role)

    def check_password(self, name: str, password: str, at: datetime) -> Account | None:
        """The account if the password is right; a wrong try is recorded. As slow for names that nobody has."""
        name = name.strip().lower()[:120].replace("\0", "")
        with self.engine.connect() as c:
            row = c.execute(select(t.account).filter_by(name=name)).mappings().first()
        stored = row["password"] if row and row["active"] else ""
        right = _matches(stored or _nobodys_hash(), password)
        if right and stored and row:
            return Account(name, row["role"])
        with writing(self.engine) as c:
            c.execute(delete(t.failed_sign_in).where(t.failed_sign_in.c.at < (at - TRIES_KEPT).isoformat()))
            c.execute(insert(t.failed_sign_in).values(name=_tried(name), at=at.isoformat()))
        return None

    def failed_sign_ins(self, name: str, since: datetime) -> int:
        """How often somebody tried this name with a wrong password since then."""
        known = t.failed_sign_in.c
        query = select(func.count()).where(known.name == _tried(name), known.at >= since.isoformat())
        with self.engine.connect() as c:
            return c.execute(query).scalar_one()

    def account(self, name: str) -> Account | None:
        """An account by name, active or not."""
        with self.engine.connect() as c:
            row = c.execute(select(t.account).filter_by(name=name.strip().lower())).mappings().first()
        return Account(row["name"], row["role"], row["active"]) if row else None

    def accounts(self) -> list[Account]:
        """Every account, by name."""
        query = select(t.account.c.name, t.account.c.role, t.account.c.active).order_by(t.account.c.name)
        with self.engine.connect() as c:
            return [Account(*row) for row in c.execute(query).tuples()]

    def set_password(self, name: str, password: str, *, by: str, at: datetime) -> None:
        """Give an account a new password; its sessions end."""
        hashed, name = _hash(password), plain_name(name)
        with writing(self.engine) as c:
            _known(c, name)
            c.execute(update(t.account).filter_by(name=name).values(password=hashed))
            c.execute(delete(t.desk_session).filter_by(account=name))
            note(c, None, at.isoformat(), by, f"set a new password for {name}", "")

    def deactivate(self, name: str, *, by: str, at: datetime) -> None:
        """Take an account out of use: its sessions and tokens end, its name stays taken.

        Raises:
            Refused: It is the last admin.
        """
        name = plain_name(name)
        with writing(self.engine) as c:
            role = _known(c, name)
            others = select(func.count()).where(
                t.account.c.role == "admin", t.account.c.active, t.account.c.name != name
            )
            if role == "admin" and not c.execute(others).scalar_one():
                raise Refused(f"{name} is the last admin; make another first")
            c.execute(update(t.account).filter_by(name=name).values(active=False))
            for table in (t.desk_session, t.api_token):
                c.execute(delete(table).filter_by(account=name))
            note(c, None, at.isoformat(), by, f"disabled account {name}", "")

    # sessions

    def open_session(self, name: str, at: datetime) -> str:
        """Begin a session after a sign-in; returns its secret, which is kept nowhere."""
        name, secret = plain_name(name), secrets.token_urlsafe(32)
        ended = (at - timedelta(hours=SESSION_HOURS)).isoformat()
        with writing(self.engine) as c:
            c.execute(delete(t.desk_session).where(t.desk_session.c.opened_at < ended))
            row = {"token_hash": _digest(secret), "account": name, "opened_at": at.isoformat()}
            add(c, t.desk_session, [{**row, "seen_at": at.isoformat()}])
            note(c, None, at.isoformat(), name, "signed in", "")
        return secret

    def session(self, token: str, at: datetime, idle_minutes: int) -> Account | None:
        """Whose session it is, if it is neither idle too long nor too old; being used keeps it alive."""
        key = {"token_hash": _digest(token)}
        query = select(t.desk_session, t.account.c.role, t.account.c.active).filter_by(**key).join(t.account)
        with self.engine.connect() as c:
            row = c.execute(query).mappings().first()
        if not row or not row["active"]:
            return None
        opened, seen = (datetime.fromisoformat(row[name]) for name in ("opened_at", "seen_at"))
        if at - seen > timedelta(minutes=idle_minutes) or at - opened > timedelta(hours=SESSION_HOURS):
            self.close_session(token)
            return None
        if at - seen > timedelta(seconds=min(TOUCH_SECONDS, idle_minutes * 6)):
            with writing(self.engine) as c:
                c.execute(update(t.desk_session).filter_by(**key).values(seen_at=at.isoformat()))
        return Account(row["account"], row["role"])

    def close_session(self, token: str) -> None:
        """End a session."""
        with writing(self.engine) as c:
            c.execute(delete(t.desk_session).filter_by(token_hash=_digest(token)))

    # tokens of the API

    def make_token(self, name: str, scopes: Iterable[str], *, by: str, at: datetime, days: int = 365) -> str:
        """A token for programs that act as this account within these scopes; shown once, kept as a hash.

        Raises:
            NotFound: There is no such account, or it is disabled.
            Refused: A scope is unknown, or there is none.
        """
        name, asked = plain_name(name), sorted(set(scopes))
        if not asked or not set(asked) <= set(SCOPES):
            raise Refused(f"{', '.join(asked) or 'no scope'}: scopes are {', '.join(SCOPES)}")
        secret = f"cb_{secrets.token_urlsafe(32)}"
        row = {"token_hash": _digest(secret), "account": name, "scopes": asked, "made_by": by[:120]}
        with writing(self.engine) as c:
            _known(c, name)
            until = (at + timedelta(days=days)).isoformat()
            add(c, t.api_token, [{**row, "made_at": at.isoformat(), "until": until}])
            note(c, None, at.isoformat(), by, f"made token {row['token_hash'][:8]} for {name}", ", ".join(asked))
        return secret

    def token(self, text: str, at: datetime) -> Account | None:
        """Whose token it is, with its scopes, if it has not run out."""
        query = select(t.api_token, t.account.c.role, t.account.c.active).filter_by(token_hash=_digest(text))
        with self.engine.connect() as c:
            row = c.execute(query.join(t.account)).mappings().first()
        if not row or not row["active"] or datetime.fromisoformat(row["until"]) < at:
            return None
        return Account(row["account"], row["role"], True, frozenset(row["scopes"]))

    def tokens(self) -> list[Row]:
        """Every token by the beginning of its hash: whose, scopes, until when. None of the secrets."""
        query = select(t.api_token).order_by(t.api_token.c.account, t.api_token.c.made_at)
        with self.engine.connect() as c:
            rows = c.execute(query).mappings().all()
        return [{"id": row["token_hash"][:8], **{key: row[key] for key in ("account", "scopes", "made_by", "until")}}
                for row in rows]  # fmt: skip

    def revoke_token(self, beginning: str, *, by: str, at: datetime) -> None:
        """End a token, named by the beginning of its hash as `tokens` shows it."""
        known = t.api_token.c.token_hash
        with writing(self.engine) as c:
            found = c.execute(select(known).where(known.startswith(beginning, autoescape=True))).scalars().all()
            if len(beginning) < 8 or len(found) != 1:
                raise NotFound(f"no one token begins with {beginning[:64]}; `casebinder token list` shows them")
            c.execute(delete(t.api_token).where(known == found[0]))
            note(c, None, at.isoformat(), by, f"ended token {found[0][:8]}", "")


def plain_name(name: str) -> str:
    """An account's name as it is kept.

    Raises:
        Refused: It is not a name.
    """
    name = name.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@+-]{0,99}", name):
        raise Refused(
            "an account's name has up to 100 letters, digits, and . _ @ + -, and begins with a letter or digit"
        )
    return name


def _known(c: Connection, name: str) -> str:
    """The role of an account in use."""
    role = c.execute(select(t.account.c.role).filter_by(name=name, active=True)).scalar()
    if role is None:
        raise NotFound(f"no account {name} in use; `casebinder user list` shows them")
    return str(role)


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _HASHER.hash(password)


def _tried(name: str) -> str:
    """What is kept of a name somebody tried: people type passwords there."""
    return hashlib.sha256(name.strip().lower()[:120].replace("\0", "").encode()).hexdigest()


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password[:LONGEST_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Checked for names that nobody has, so that they take as long."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
