"""The door of the API: whose token it is, and whether scope and role allow what is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from casefile.accounts_store import Account
from flows.steps import Desk
from review_desk.rights import COUNTS, EVERYONE, INTAKE, WORKS

PROBLEM = "application/problem+json"
SCOPE_ROLES = {
    "cases:read": EVERYONE,
    "faxes:read": EVERYONE,
    "status:read": EVERYONE,
    "cases:write": WORKS,
    "inbox:write": WORKS,
    "packets:read": EVERYONE - {INTAKE},
    "reports:read": COUNTS,
}
"""Scope → the roles whose tokens may use it: a token of an account that lost a role loses it too."""
LONGEST_TOKEN = 200
bearer = HTTPBearer(auto_error=False, description="A token made by `casebinder token make`.")
CaseId = Annotated[str, Path(pattern=r"^C-\d{1,9}$", description="Case id, such as C-0001.")]
Sha = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex.")]


@dataclass(frozen=True)
class Call:
    """One request that passed the door."""

    request: Request
    desk: Desk
    account: Account
    at: datetime

    @property
    def by(self) -> str:
        """Whose token it was."""
        return self.account.name

    def record(self, what: str, *, case_id: str | None = None, sha256: str | None = None) -> None:
        """Note in the audit log what was changed or taken away."""
        self.desk.store.record(self.by, f"by API: {what}", case_id=case_id, sha256=sha256, at=self.at)

    def record_view(self, what: str, *, case_id: str | None = None, sha256: str | None = None) -> None:
        """Note a look; the same again within ten minutes is one entry."""
        if self.request.app.state.seen.is_new((self.by, what, case_id, sha256), self.at):
            self.record(what, case_id=case_id, sha256=sha256)


def scope(name: str) -> Callable[..., Call]:
    """A dependency that lets a request in whose token has this scope."""

    def door(
        request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> Call:  # fmt: skip
        desk, at = request.app.state.desk, datetime.now(UTC)
        text = sent.credentials if sent else ""
        account = desk.store.token(text, at) if 0 < len(text) <= LONGEST_TOKEN else None
        if account is None:
            raise HTTPException(401, "Send a token that is valid: Authorization: Bearer cb_…")
        if name not in account.scopes:
            raise HTTPException(403, f"This token lacks the scope {name}.")
        if account.role not in SCOPE_ROLES[name]:
            raise HTTPException(403, f"The role {account.role} may not use the scope {name}.")
        return Call(request, desk, account, at)

    door.__name__ = f"needs_{name.replace(':', '_')}"
    return door
