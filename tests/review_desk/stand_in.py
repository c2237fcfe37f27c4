"""A book of accounts in memory, for tests of the screens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Account:
    name: str
    role: str
    active: bool = True


@dataclass
class Book:
    """Passwords are the names backwards."""

    accounts: dict[str, Account] = field(
        default_factory=lambda: {
            name: Account(name, role)
            for name, role in (("ines", "intake"), ("arlo", "appeals"), ("cora", "compliance"), ("adam", "admin"))
        }
    )
    sessions: dict[str, str] = field(default_factory=dict)
    failed: list[tuple[str, datetime]] = field(default_factory=list)
    log: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)

    def check_password(self, name: str, password: str, at: datetime) -> Account | None:
        if name in self.accounts and password == name[::-1]:
            return self.accounts[name]
        self.failed.append((name, at))
        return None

    def open_session(self, name: str, at: datetime) -> str:
        token = secrets.token_urlsafe(16)
        self.sessions[token] = name
        return token

    def session(self, token: str, at: datetime, idle_minutes: int) -> Account | None:
        return self.accounts.get(self.sessions.get(token, ""))

    def close_session(self, token: str) -> None:
        self.sessions.pop(token, None)

    def failed_sign_ins(self, name: str, since: datetime) -> int:
        return sum(who == name and at >= since for who, at in self.failed)

    def record(self, by, what, *, case_id=None, sha256=None, why="", at):  # type: ignore[no-untyped-def]
        self.log.append((by, what, case_id, sha256))
