"""The API's door: whose token opens what, what is told of errors, what is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from casefile.accounts import SCOPES
from flows.steps import Desk, now
from review_desk.guard import COOKIE
from review_desk.rights import EVERYONE, SCOPE_ROLES
from tests.review_desk.conftest import PEOPLE

PATHS = {
    "cases:read": "GET /api/cases", "faxes:read": "GET /api/faxes", "status:read": "GET /api/status",
    "cases:write": "POST /api/cases/C-0001/requests", "inbox:write": "POST /api/inbox",
    "packets:read": "GET /api/cases/C-0001/packets", "reports:read": "GET /api/reports",
}  # fmt: skip


def headers(desk: Desk, name: str = "adam", *scopes: str, days: int = 30) -> dict[str, str]:
    made = desk.store.make_token(name, scopes or SCOPES, by="test", at=now() - timedelta(days=10), days=days)
    return {"authorization": f"Bearer {made}"}


def test_a_token_does_no_more_than_its_accounts_role(desk: Desk, client: TestClient) -> None:
    assert set(SCOPE_ROLES) == set(SCOPES) == set(PATHS)
    assert set().union(*SCOPE_ROLES.values()) == EVERYONE
    for name, role in PEOPLE.items():
        sent = headers(desk, name)
        for scope, entry in PATHS.items():
            method, path = entry.split(" ")
            answer = client.request(method, path, headers=sent, json={})
            assert (answer.status_code == 403) == (role not in SCOPE_ROLES[scope]), (role, scope, answer.text)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer cb_wrong", "Basic YWRtaW46eA==", "Bearer " + "x" * 5000]
)
def test_what_is_no_token_opens_nothing(client: TestClient, header: str) -> None:
    for entry in PATHS.values():
        method, path = entry.split(" ")
        answer = client.request(method, path, headers={"authorization": header}, json={})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), entry
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_is_no_token_and_a_token_is_no_session(desk: Desk, app: FastAPI) -> None:
    session = desk.store.open_session("adam", now())
    client = TestClient(app, cookies={COOKIE: session}, follow_redirects=False)
    assert client.get("/cases").status_code == 200
    assert client.get("/api/cases").status_code == 401, "the cookie alone"
    assert client.get("/api/cases", headers={"authorization": f"Bearer {session}"}).status_code == 401
    token = headers(desk)["authorization"].removeprefix("Bearer ")
    assert TestClient(app, cookies={COOKIE: token}, follow_redirects=False).get("/cases").status_code == 303


def test_expired_and_closed_tokens_open_nothing(desk: Desk, client: TestClient) -> None:
    assert client.get("/api/cases", headers=headers(desk, "adam", days=9)).status_code == 401
    sent = headers(desk, "ines")
    assert client.get("/api/cases", headers=sent).status_code == 200
    desk.store.deactivate("ines", by="test", at=now())
    assert client.get("/api/cases", headers=sent).status_code == 401


def test_an_error_of_ours_tells_nothing(desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("Rosalind Kestrelman")

    monkeypatch.setattr(type(desk.store), "case", broken)
    answer = client.get("/api/cases/C-0001", headers=headers(desk))
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Rosalind" not in answer.text


def test_what_a_program_looks_for_is_on_record_without_patient_text(desk: Desk, client: TestClient) -> None:
    client.get("/api/cases", params={"search": "kestrelman"}, headers=headers(desk))
    told = list(desk.store.audit_entries())
    assert told[-1]["what"] == "api: searched cases"
    assert "kestrelman" not in str(told)
    assert not desk.store.verify_audit().broken


@pytest.mark.parametrize(
    "query", ["?from=0001-01-01", "?to=9999-12-31", "?to=0001-01-01", "?from=0001-01-01&to=9999-12-31"]
)
@pytest.mark.parametrize("name", ["metrics", "open-referrals"])
def test_days_at_the_calendars_ends_are_refused(desk: Desk, client: TestClient, name: str, query: str) -> None:
    assert client.get(f"/api/reports/{name}{query}", headers=headers(desk)).status_code == 409
