"""Who may use the desk and what a token may be for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("intake", "appeals", "compliance", "admin")
SCOPES = ("cases:read", "cases:write", "faxes:read", "inbox:write", "packets:read", "reports:read", "status:read")


@dataclass(frozen=True)
class Account:
    """Somebody who may use the desk; with a token, only within its scopes."""

    name: str
    role: str
    active: bool = True
    scopes: frozenset[str] = frozenset()
