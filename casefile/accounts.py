"""Who may use the desk: roles, what a token may do, and what a name and a password must be. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from casefile.errors import Refused

ROLES = ("intake", "appeals", "compliance", "admin")
SCOPES = {
    "cases:read": "list and show cases",
    "faxes:read": "show faxes and what was read of them",
    "corrections:write": "correct what was read",
    "requests:write": "make requests for what is missing",
    "packets:read": "list and download packets",
    "reports:read": "reports",
    "status:read": "counts of the queue",
    "inbox:write": "drop a fax into the inbox",
}
"""Scope of a token → what it allows."""
DESK = frozenset({"cases:read", "faxes:read", "requests:write", "status:read"})
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "intake": DESK | {"corrections:write", "inbox:write"},
    "appeals": DESK | {"corrections:write", "packets:read"},
    "compliance": DESK - {"requests:write"} | {"packets:read", "reports:read"},
    "admin": frozenset(SCOPES),
}
"""The most that a token of a role can do."""
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
SHORTEST, LONGEST = 12, 200


@dataclass(frozen=True)
class Account:
    """Who acts. `scopes` is empty for a person at the desk, whose rights come from the role alone."""

    name: str
    role: str
    active: bool = True
    scopes: frozenset[str] = frozenset()


def plain_name(name: str) -> str:
    """A name as kept: lower case.

    Raises:
        Refused: It is not 2 to 64 letters, digits and . _ @ -
    """
    plain = name.strip().lower()
    if not NAME.fullmatch(plain):
        raise Refused("a name is 2 to 64 of the letters a to z, digits and . _ @ -, and begins with a letter or digit")
    return plain


def check_role(role: str) -> str:
    """The role, if it is one."""
    if role not in ROLES:
        raise Refused(f"{role}: a role is one of {', '.join(ROLES)}")
    return role


def check_new_password(password: str, name: str) -> None:
    """Refuse a password that is short, endless, or easily guessed from the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"a password has {SHORTEST} to {LONGEST} characters; a few words in a row are easy to remember")
    if name in password.lower() or len(set(password)) < 5:
        raise Refused("this password is easily guessed: do not use the name, or few different characters")


def check_scopes(scopes: Collection[str], role: str) -> list[str]:
    """The scopes, sorted, if the role may have them.

    Raises:
        Refused: There are none, one is unknown, or the role does not allow one.
    """
    wrong = sorted(set(scopes) - ROLE_SCOPES[role])
    if wrong or not scopes:
        may = ", ".join(sorted(ROLE_SCOPES[role]))
        raise Refused(f"{', '.join(wrong) or 'no scope'}: a token of the role {role} may have {may}")
    return sorted(set(scopes))
