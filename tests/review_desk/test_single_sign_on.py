"""Single sign-on against a small OpenID provider on this machine: who gets in, and every way to be kept out."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from casefile.errors import Refused
from casefile.settings import Settings
from flows.steps import Desk
from review_desk.app import create_app
from review_desk.guard import COOKIE
from review_desk.provider import is_safe, provider_of, roles_from

CLIENT, SECRET = "casebinder", "a secret between the two"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"}) for _ in range(2))


class FakeProvider(ThreadingHTTPServer):
    """Hands out a code for whoever comes and an ID token for the code; `change` spoils the token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.change: dict[str, Any] = {}
        self.key, self.papers = KEY, {}
        self.asked: dict[str, str] = {}

    def sign_in(self, url: str) -> tuple[str, str]:
        """What a browser does at the provider: returns (code, state)."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return "the-code", self.asked["state"]

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        right = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        same_place = form.get("redirect_uri") == self.asked["redirect_uri"]
        if (
            form.get("code") != "the-code"
            or challenge != self.asked["code_challenge"]
            or authorization != right
            or not same_place
        ):
            return 400, {"error": "invalid_grant"}
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": int(time.time()) + 300, "iat": int(time.time()), "sub": "1",
                  "nonce": self.asked["nonce"], "email": "ines@clinic.example", "email_verified": True, **self.change}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key),
        }


class Answers(BaseHTTPRequestHandler):
    server: FakeProvider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        papers = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
                  "jwks_uri": f"{issuer}/keys", **self.server.papers}  # fmt: skip
        self._answer(200, {"keys": [KEY.as_dict(private=False)]} if self.path == "/keys" else papers)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        form = {name: values[0] for name, values in sent.items()}
        self._answer(*self.server.token(form, self.headers.get("authorization", "")))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    server = FakeProvider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(desk: Desk, provider: FakeProvider) -> TestClient:
    """A browser at a desk with single sign-on; one account has the name that the provider gives."""
    desk.store.add_account("ines@clinic.example", "intake", None, by="test", at=desk.leases().now())
    return browser(desk, provider)


def browser(desk: Desk, provider: FakeProvider, **more: str) -> TestClient:
    settings = desk.settings.model_copy(
        update={"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, **more}
    )
    app = create_app(settings, desk, hosts=("testserver",))
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def go_through(client: TestClient, provider: FakeProvider, next_path: str = "/cases", **changed: str) -> Any:
    """The whole way; `changed` replaces what the browser brings back."""
    away = client.get("/sign-in/single", params={"next": next_path})
    assert away.status_code == 303, away.text
    code, state = provider.sign_in(away.headers["location"])
    return client.get("/sign-in/single/back", params={"code": code, "state": state, **changed})


def test_who_has_an_account_gets_in_where_they_wanted_to_go(client: TestClient, provider: FakeProvider) -> None:
    assert "/sign-in/single" in client.get("/sign-in").text
    planted = client.cookies[COOKIE]
    done = go_through(client, provider)
    assert (done.status_code, done.headers["location"]) == (303, "/cases")
    assert client.cookies[COOKIE] != planted
    assert "ines@clinic.example" in client.get("/cases").text
    assert provider.asked["redirect_uri"] == "http://testserver/sign-in/single/back"
    assert provider.asked["code_challenge_method"] == "S256"


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client: TestClient, provider: FakeProvider, where: str) -> None:
    assert go_through(client, provider, where).headers["location"] == "/"


@pytest.mark.parametrize(("change", "status"), [
    ({"nonce": "another"}, 401), ({"aud": "another"}, 401), ({"iss": "https://evil.example"}, 401), ({"exp": 1}, 401), ({"exp": None}, 401),
    ({"nonce": None}, 401), ({"email": None}, 401), ({"email": 7}, 401), ({"email_verified": False}, 401), ({"email_verified": "true"}, 401),
    ({"aud": [CLIENT, "another"]}, 401), ({"email": "stranger@clinic.example"}, 403),
])  # fmt: skip
def test_an_answer_that_does_not_hold_lets_nobody_in(
    client: TestClient, provider: FakeProvider, desk: Desk, change: dict[str, Any], status: int
) -> None:
    provider.change = change
    assert go_through(client, provider).status_code == status
    assert client.get("/cases").status_code == 303
    last = list(desk.store.audit_entries())[-1]
    assert last["what"] == "sign-in refused"
    assert "@" not in last["why"], "no person is named"


def test_a_token_signed_by_somebody_else_lets_nobody_in(client: TestClient, provider: FakeProvider) -> None:
    provider.key = OTHER_KEY
    assert go_through(client, provider).status_code == 401


def test_an_unsigned_token_lets_nobody_in(
    client: TestClient, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsigned(form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        parts = [{"alg": "none"}, {"iss": provider.issuer, "aud": CLIENT, "exp": int(time.time()) + 300, "nonce": provider.asked["nonce"],
                                   "email": "ines@clinic.example", "email_verified": True}]  # fmt: skip
        token = (
            ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."
        )
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    monkeypatch.setattr(provider, "token", unsigned)
    assert go_through(client, provider).status_code == 401


def test_state_and_code_are_good_once_and_in_the_browser_that_began(client: TestClient, provider: FakeProvider) -> None:
    assert go_through(client, provider, state="guessed").status_code == 400
    assert go_through(client, provider, code="guessed").status_code == 401
    assert go_through(client, provider, code="").status_code == 400
    away = client.get("/sign-in/single")
    code, state = provider.sign_in(away.headers["location"])
    thief = TestClient(client.app, follow_redirects=False)
    assert thief.get("/sign-in/single/back", params={"code": code, "state": state}).status_code == 400
    assert client.get("/sign-in/single/back", params={"code": code, "state": state}).status_code == 400, (
        "it was used up"
    )


def test_a_closed_account_stays_out(client: TestClient, provider: FakeProvider, desk: Desk) -> None:
    desk.store.deactivate("ines@clinic.example", by="test", at=desk.leases().now())
    assert go_through(client, provider).status_code == 403


def test_a_role_of_the_provider_makes_an_account_only_if_the_settings_say_so(
    desk: Desk, provider: FakeProvider
) -> None:
    provider.change = {"email": "nova@clinic.example", "groups": ["staff", "billing"]}
    assert go_through(browser(desk, provider), provider).status_code == 403
    assert go_through(browser(desk, provider, oidc_role_claim="groups"), provider).status_code == 403, "no role of ours"
    mapped = browser(desk, provider, oidc_role_claim="groups", oidc_roles="billing=appeals, boss=admin")
    assert go_through(mapped, provider).status_code == 303
    made = desk.store.account("nova@clinic.example")
    assert made and made.role == "appeals"
    assert desk.store.check_password("nova@clinic.example", "", desk.leases().now()) is None


@pytest.mark.parametrize(
    "papers", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/t"}, {"jwks_uri": None}]
)
def test_a_provider_that_is_another_or_in_the_open_is_not_used(
    client: TestClient, provider: FakeProvider, papers: dict[str, Any]
) -> None:
    provider.papers = papers
    assert client.get("/sign-in/single").status_code == 502


def test_a_provider_that_is_away_is_said_plainly(desk: Desk, provider: FakeProvider) -> None:
    client = browser(desk, provider, oidc_issuer="http://127.0.0.1:9")
    answer = client.get("/sign-in/single")
    assert answer.status_code == 502 and "cannot be reached" in answer.text


def test_it_is_off_unless_set_up(desk: Desk) -> None:
    client = TestClient(create_app(desk.settings, desk, hosts=("testserver",)), follow_redirects=False)
    assert "/sign-in/single" not in client.get("/sign-in").text
    assert client.get("/sign-in/single").status_code == client.get("/sign-in/single/back").status_code == 404


def test_settings_that_cannot_be_meant_are_refused() -> None:
    assert [is_safe(url) for url in ("https://a.example", "http://127.0.0.1:1", "http://a.example", "ftp://a", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    with pytest.raises(Refused, match="https"):
        provider_of(Settings(oidc_issuer="http://a.example", oidc_client_id="x"))
    assert roles_from("a=admin, b = intake,") == {"a": "admin", "b": "intake"}
    for text in ("a", "a=boss", "a=b=c"):
        with pytest.raises(Refused, match="value=role"):
            roles_from(text)
