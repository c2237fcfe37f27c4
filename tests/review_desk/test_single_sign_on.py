"""Single sign-on against a small provider on 127.0.0.1: who gets in, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from casefile.errors import Refused
from casefile.settings import Settings
from flows.steps import Desk, now
from review_desk.app import create_app
from review_desk.guard import COOKIE
from review_desk.single_sign_on import role_in

KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}) for _ in range(2))


@dataclass
class Provider:
    """Says of everybody what the test wants it to say."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    issuer: str = ""
    challenge: str = ""
    nonce: str = ""
    tokens: int = 0

    def id_token(self) -> str:
        said = {"iss": self.issuer, "aud": "desk", "sub": "1", "exp": int(time.time()) + 60, "iat": int(time.time()),
                "nonce": self.nonce, "preferred_username": "vera", **self.claims}  # fmt: skip
        return jwt.encode({"alg": "RS256", "kid": "one"}, {k: v for k, v in said.items() if v is not None}, self.key)


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, row: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(row).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:  # noqa: N802
            if self.path == "/keys":
                self.answer({"keys": [KEY.as_dict(private=False)]})
            else:
                ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
                self.answer({"issuer": made.issuer, **{name: made.issuer + path for name, path in ends.items()}})

        def do_POST(self) -> None:  # noqa: N802
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            proof = (
                base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest())
                .decode()
                .rstrip("=")
            )
            made.tokens += 1
            good = proof == made.challenge and form["code"] == ["right"]
            body = {"access_token": "x", "token_type": "Bearer", "id_token": made.id_token()} if good else {"error": "invalid_grant"}  # fmt: skip
            self.answer(body, 200 if good else 400)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def browser(provider: Provider, home: Path, **more: str) -> tuple[Desk, TestClient]:
    settings = Settings(home=home, oidc_issuer=provider.issuer, oidc_client_id="desk", oidc_client_secret="s",
                        **{"oidc_name_claim": "preferred_username", **more})  # fmt: skip
    desk = Desk(settings)
    if not desk.store.account("vera"):
        desk.store.add_account("vera", "appeals", None, by="setup", at=now())
    app = create_app(settings, desk, hosts=("testserver",))
    return desk, TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def go_there(provider: Provider, client: TestClient, next_path: str = "/reports") -> str:
    """To the provider; returns the state."""
    sent = client.get("/sign-in/single", params={"next": next_path})
    assert sent.status_code == 303, sent.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/sign-in/back"
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    return asked["state"]


def come_back(client: TestClient, state: str, code: str = "right") -> Any:
    return client.get("/sign-in/back", params={"state": state, "code": code})


def test_somebody_with_an_account_gets_in_with_their_own_role(provider: Provider, tmp_path: Path) -> None:
    desk, client = browser(provider, tmp_path, oidc_role_claim="roles")
    provider.claims = {"roles": ["admin"], "preferred_username": "Vera"}
    state = go_there(provider, client)
    before = client.cookies[COOKIE]
    done = come_back(client, state)
    assert (done.status_code, done.headers["location"]) == (303, "/reports")
    assert client.cookies[COOKIE] != before, "a session is always a new one"
    account = desk.store.session(client.cookies[COOKIE], now(), 15)
    assert account and (account.name, account.role) == ("vera", "appeals")


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), ("yes", 403)])
def test_by_default_the_name_is_an_address_the_provider_has_checked(
    provider: Provider, tmp_path: Path, verified: object, status: int
) -> None:
    """What people may edit at the provider themselves is not believed."""
    _, client = browser(provider, tmp_path, oidc_name_claim="email")
    state = go_there(provider, client)
    provider.claims = {"preferred_username": "adam", "email": "vera", "email_verified": verified}
    assert come_back(client, state).status_code == status


@pytest.mark.parametrize("claims", [
    {"nonce": "another"}, {"nonce": None}, {"aud": "someone"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"exp": None},
    {"preferred_username": "nobody"}, {"preferred_username": "not a name"}, {"preferred_username": None}])  # fmt: skip
def test_a_wrong_token_opens_nothing(provider: Provider, tmp_path: Path, claims: dict[str, Any]) -> None:
    desk, client = browser(provider, tmp_path)
    state = go_there(provider, client)
    provider.claims = claims
    assert come_back(client, state).status_code == 403
    assert desk.store.session(client.cookies[COOKIE], now(), 15) is None
    assert list(desk.store.audit_entries())[-1]["what"] == "single sign-on refused"


def test_a_token_signed_by_somebody_else_opens_nothing(provider: Provider, tmp_path: Path) -> None:
    _, client = browser(provider, tmp_path)
    state = go_there(provider, client)
    provider.key = OTHER
    assert come_back(client, state).status_code == 403


def test_a_state_is_good_once_and_only_in_its_own_browser(provider: Provider, tmp_path: Path) -> None:
    _, client = browser(provider, tmp_path)
    assert come_back(client, "made-up").status_code == 403
    state = go_there(provider, client)
    thief = TestClient(client.app, raise_server_exceptions=False, follow_redirects=False)
    assert come_back(thief, state).status_code == 403
    assert come_back(client, state).status_code == 403, "it was used up"
    assert provider.tokens == 0
    assert come_back(client, go_there(provider, client), "wrong code").status_code == 403


def test_where_to_go_on_is_a_place_of_ours(provider: Provider, tmp_path: Path) -> None:
    _, client = browser(provider, tmp_path)
    assert come_back(client, go_there(provider, client, "https://evil.example/")).headers["location"] == "/"


def test_a_mapped_role_claim_makes_an_account_and_a_disabled_one_stays_out(provider: Provider, tmp_path: Path) -> None:
    desk, client = browser(provider, tmp_path, oidc_role_claim="groups", oidc_roles="Intake Staff=intake, IT=admin")
    provider.claims = {"preferred_username": "newcomer", "groups": ["IT", "Intake Staff"]}
    assert come_back(client, go_there(provider, client)).status_code == 303
    account = desk.store.account("newcomer")
    assert account and account.role == "intake", "the mapping's order decides"
    assert desk.store.check_password("newcomer", "", now()) is None
    desk.store.deactivate("newcomer", by="setup", at=now())
    assert come_back(client, go_there(provider, client)).status_code == 403


@pytest.mark.parametrize(
    ("value", "role"), [("admin", "admin"), (["intake"], "intake"), (["boss"], ""), (None, ""), ({"a": 1}, "")]
)
def test_a_role_claim_that_is_none_of_ours_gives_none(value: Any, role: str) -> None:
    assert role_in({"r": value}, Settings(oidc_role_claim="r")) == role
    assert role_in({"r": value}, Settings()) == ""


def test_it_is_off_unless_set_up_and_never_without_tls(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(home=tmp_path), hosts=("testserver",)), follow_redirects=False)
    assert client.get("/sign-in/single").status_code == 404
    assert "/sign-in/single" not in client.get("/sign-in").text
    with pytest.raises(Refused, match="https"):
        create_app(Settings(home=tmp_path, oidc_issuer="http://login.example", oidc_client_id="desk"))


def test_a_provider_that_does_not_answer_is_said(provider: Provider, tmp_path: Path) -> None:
    provider.issuer = "http://127.0.0.1:9"
    _, client = browser(provider, tmp_path)
    assert client.get("/sign-in/single").status_code == 503
    assert "/sign-in/single" in client.get("/sign-in").text
