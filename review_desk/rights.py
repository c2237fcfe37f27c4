"""Who may do what: every route of the desk, and the roles that may use it. A route that is not here is refused."""

from __future__ import annotations

Roles = frozenset[str]

INTAKE, APPEALS, COMPLIANCE, ADMIN = "intake", "appeals", "compliance", "admin"
EVERYONE: Roles = frozenset({INTAKE, APPEALS, COMPLIANCE, ADMIN})
WORKS: Roles = frozenset({INTAKE, APPEALS, ADMIN})
"""Those who change cases. Compliance looks at everything and changes nothing in a case."""
SENDS: Roles = frozenset({APPEALS, COMPLIANCE, ADMIN})
"""Those who build packets and hand them out: appeals to payers, complaints to regulators."""
NO_ONE_YET: Roles = frozenset({"visitor"})
"""Pages that people see before they sign in."""

OWN_DOOR = ("/api/",)
"""Paths whose router checks its own tokens."""

RIGHTS: dict[str, Roles] = {
    "GET /sign-in": NO_ONE_YET,
    "POST /sign-in": NO_ONE_YET,
    "GET /sign-in/single": NO_ONE_YET,
    "GET /sign-in/back": NO_ONE_YET,
    "POST /sign-out": EVERYONE,
    "GET /": EVERYONE,
    "GET /inbox": EVERYONE,
    "GET /inbox/live": EVERYONE,
    "POST /inbox/drop": WORKS,
    "POST /inbox/{sha256}/retry": WORKS,
    "GET /cases": EVERYONE,
    "GET /deadlines": EVERYONE,
    "GET /unmatched": EVERYONE,
    "GET /search": EVERYONE,
    "GET /faxes/{sha256}": EVERYONE,
    "GET /faxes/{sha256}/pages/{page}.png": EVERYONE,
    "GET /faxes/{sha256}/cases": WORKS,
    "GET /next-fax": WORKS,
    "POST /faxes/{sha256}/findings": WORKS,
    "POST /faxes/{sha256}/pages/{page}/place": WORKS,
    "POST /faxes/{sha256}/documents": WORKS,
    "POST /faxes/{sha256}/claim": WORKS,
    "POST /faxes/{sha256}/release": WORKS,
    "POST /faxes/{sha256}/undo": WORKS,
    "GET /cases/{case_id}": EVERYONE,
    "POST /cases/{case_id}/decide": WORKS,
    "POST /cases/{case_id}/log": EVERYONE,
    "POST /cases/{case_id}/status": WORKS,
    "POST /cases/{case_id}/request": WORKS,
    "GET /cases/{case_id}/requests/{token}.pdf": WORKS,
    "GET /cases/{case_id}/packet": SENDS,
    "POST /cases/{case_id}/packet": SENDS,
    "POST /cases/{case_id}/packet/preview": SENDS,
    "POST /cases/{case_id}/packet/build": SENDS,
    "GET /cases/{case_id}/packet/jobs/{job_id}": SENDS,
    "GET /cases/{case_id}/packet/jobs/{job_id}/state": SENDS,
    "GET /cases/{case_id}/packet/jobs/{job_id}/pages/{number}.png": SENDS,
    "GET /cases/{case_id}/packets/{sha256}": SENDS,
    "GET /cases/{case_id}/packets/{sha256}/{volume}": SENDS,
    "POST /cases/{case_id}/packets/{sha256}/sent": SENDS,
    "GET /reports": EVERYONE,
    "GET /reports/{name}": EVERYONE,
    "GET /reports/{name}/{table}.csv": EVERYONE,
}
SCOPE_ROLES: dict[str, Roles] = {
    "cases:read": EVERYONE, "faxes:read": EVERYONE, "status:read": EVERYONE, "cases:write": WORKS, "inbox:write": WORKS,
    "packets:read": SENDS, "reports:read": EVERYONE,
}  # fmt: skip
"""Scope of a token → roles whose tokens may use it: a program may do no more than its account at the desk."""


def may(role: str, method: str, path: str) -> bool:
    """Whether a role may use a route, named by its method and its path as declared."""
    allowed = RIGHTS.get(f"{'GET' if method == 'HEAD' else method} {path}", frozenset())
    return role in allowed or "visitor" in allowed


def is_public(method: str, path: str) -> bool:
    """Whether nobody needs to be signed in for a route."""
    return "visitor" in RIGHTS.get(f"{'GET' if method == 'HEAD' else method} {path}", frozenset())
