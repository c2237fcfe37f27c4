"""Who gets in: sign-in, sessions, form codes, roles on every route."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from review_desk.guard import COOKIE, safe_next
from review_desk.rights import EVERYONE, OWN_DOOR, RIGHTS
from tests.review_desk.conftest import PEOPLE, code_in, password_of

Client = Callable[..., TestClient]


def routes(app: FastAPI) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for included in app.routes:
        router = getattr(included, "original_router", None)
        for route in router.routes if router else [included]:
            if isinstance(route, APIRoute):
                found.extend((method, route.path) for method in route.methods)
    return sorted(found)


def test_every_route_stands_in_the_table_and_every_entry_is_a_route(app: FastAPI) -> None:
    known = {f"{method} {path}" for method, path in routes(app) if not path.startswith(OWN_DOOR)}
    assert len(known) >= 4
    assert known == set(RIGHTS)


def filled(path: str) -> str:
    """A path with something in its blanks."""
    return (
        path.replace("{sha256}", "0" * 64)
        .replace("{case_id}", "C-0001")
        .replace("{page}", "1")
        .replace("{", "")
        .replace("}", "")
    )


def test_each_role_gets_no_further_than_its_rights(app: FastAPI, signed_in: Client) -> None:
    people = {role: name for name, role in PEOPLE.items()}
    for role in sorted(EVERYONE):
        for entry, allowed in RIGHTS.items():
            if entry == "POST /sign-out":
                continue
            method, path = entry.split(" ")
            client = signed_in(people[role])
            answer = client.request(method, filled(path))
            refused = answer.status_code == 403 and "may not do this" in answer.text
            assert refused == (role not in allowed and "visitor" not in allowed), (role, entry, answer.status_code)
            assert answer.status_code < 500, (role, entry)


def test_nobody_sees_anything_without_signing_in(client: TestClient) -> None:
    for entry, allowed in RIGHTS.items():
        if "visitor" in allowed:
            continue
        method, path = entry.split(" ")
        answer = client.request(method, filled(path))
        assert answer.status_code == 303, entry
        assert answer.headers["location"].startswith("/sign-in?next="), entry


def test_a_form_without_its_code_is_refused(app: FastAPI, signed_in: Client) -> None:
    for entry, allowed in RIGHTS.items():
        if not entry.startswith("POST") or "admin" not in allowed:
            continue
        client = signed_in("adam")
        del client.headers["x-csrf"]
        path = filled(entry.split(" ")[1])
        assert client.post(path).status_code == 403, entry
        assert client.post(path, data={"csrf": "0" * 64}).status_code == 403, entry
        assert client.post(path, data={"csrf": "ü" * 64}).status_code == 403, entry


def test_a_form_from_another_site_is_refused_even_with_its_code(signed_in: Client) -> None:
    client = signed_in("adam")
    assert client.post("/sign-out", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/inbox").status_code == 200


def test_a_session_planted_before_signing_in_is_worth_nothing_afterwards(client: TestClient) -> None:
    client.cookies.set(COOKIE, "visitor.planted")
    csrf = code_in(client.get("/sign-in").text)
    done = client.post("/sign-in", data={"csrf": csrf, "name": "ines", "password": password_of("ines")})
    assert done.status_code == 303
    cookie = done.headers["set-cookie"]
    assert "planted" not in cookie
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    thief = TestClient(client.app, follow_redirects=False, cookies={COOKIE: "visitor.planted"})
    assert thief.get("/").status_code == 303


def test_after_signing_out_the_old_token_opens_nothing(app: FastAPI, signed_in: Client) -> None:
    client = signed_in("ines")
    token = client.cookies[COOKIE]
    assert client.post("/sign-out").status_code == 303
    thief = TestClient(app, follow_redirects=False, cookies={COOKIE: token})
    assert thief.get("/").status_code == 303


def test_guessing_a_password_is_stopped_after_five(client: TestClient) -> None:
    csrf = code_in(client.get("/sign-in").text)
    answers = [
        client.post("/sign-in", data={"csrf": csrf, "name": "ines", "password": f"guess{n}"}).status_code
        for n in range(7)
    ]
    assert answers == [401] * 5 + [429] * 2
    assert (
        client.post("/sign-in", data={"csrf": csrf, "name": "ines", "password": password_of("ines")}).status_code == 429
    )


def test_guessing_many_names_is_stopped_by_address(client: TestClient) -> None:
    csrf = code_in(client.get("/sign-in").text)
    answers = [
        client.post("/sign-in", data={"csrf": csrf, "name": f"n{n}", "password": "x"}).status_code for n in range(32)
    ]
    assert answers == [401] * 30 + [429] * 2


@pytest.mark.parametrize(
    ("path", "goes"),
    [("/cases?status=ready", "/cases?status=ready"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("/a\\b", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/\t/evil.example", "/")],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(path: str, goes: str, client: TestClient) -> None:
    assert safe_next(path) == goes
    csrf = code_in(client.get("/sign-in").text)
    data = {"csrf": csrf, "name": "ines", "password": password_of("ines"), "next": path}
    assert client.post("/sign-in", data=data).headers["location"] == goes


def test_every_answer_carries_the_strict_headers(client: TestClient, signed_in: Client) -> None:
    for answer in (
        client.get("/sign-in"),
        signed_in("ines").get("/inbox"),
        client.get("/nowhere"),
        client.get("/static/desk.css"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert signed_in("ines").get("/inbox").headers["cache-control"] == "no-store"


def test_an_unknown_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_a_body_that_is_too_long_is_refused(client: TestClient) -> None:
    csrf = code_in(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf": csrf, "name": "a" * (2 << 20), "password": "x"})
    assert answer.status_code == 413


def test_static_files_are_our_own_alone(client: TestClient) -> None:
    for path in ("/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py"):
        assert client.get(path).status_code in {400, 404}
