"""Single sign-on by OpenID Connect: code flow with state, nonce and PKCE. Off unless the settings name a provider.

People come back with a name. An account of ours by that name is signed in with its own role; without one, a role
claim may make an account, if the settings map it. Nobody else gets in.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, FastAPI, HTTPException, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from starlette.concurrency import run_in_threadpool

from casefile.accounts import ROLES, Account
from casefile.accounts_store import plain_name
from casefile.errors import Refused
from casefile.settings import Settings
from flows.steps import describe
from review_desk.guard import Guarded, Visit, csrf_of, safe_next, set_cookie, visitor_token
from review_desk.pages import go

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another HTTP library
    from authlib.integrations.httpx_client import OAuth2Client

router = APIRouter()
log = logging.getLogger("casebinder.desk")
BEGIN, BACK = "/sign-in/single", "/sign-in/back"
ALGORITHMS = ["RS256", "PS256", "ES256"]
SCOPE = "openid profile email"
SECONDS, MOST, WAIT, LEEWAY, KEYS_KEPT = 600, 1000, 5.0, 60, 3600.0
THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class NotLetIn(Exception):
    """The provider's answer does not let anybody in; the message says why, for our log."""


@dataclass(frozen=True)
class Pending:
    """A sign-in under way: what must come back, and the browser it began in."""

    nonce: str
    verifier: str
    browser: str
    next: str
    began: float


class Provider:
    """The organisation's provider, and the sign-ins under way there; a restart loses those, and people try again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._pending: dict[str, Pending] = {}
        self._lock = threading.Lock()
        self._known: tuple[float, Mapping[str, Any], KeySet] | None = None
        _safe_address(self.issuer)

    def begin(self, browser: str, next_path: str, back: str) -> str:
        """The provider's address to send a browser to."""
        metadata, _ = self._provider()
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        with self._lock:
            now = time.monotonic()
            self._pending = {key: one for key, one in self._pending.items() if one.began > now - SECONDS}
            while len(self._pending) >= MOST:
                self._pending.pop(next(iter(self._pending)))
            self._pending[state] = Pending(nonce, verifier, csrf_of(browser), next_path, now)
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def finish(self, state: str, code: str, browser: str, back: str) -> tuple[Mapping[str, Any], str]:
        """(What the provider says of the person, where they wanted to go). A state is good once, in its own browser.

        Raises:
            NotLetIn: Anything of it is not as it should be.
        """
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or pending.began < time.monotonic() - SECONDS:
            raise NotLetIn("no such sign-in is under way, or it took too long")
        if not hmac.compare_digest(pending.browser, csrf_of(browser)):
            raise NotLetIn("the sign-in began in another browser")
        metadata, _ = self._provider()
        with self._client(back) as client:
            given = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=pending.verifier)
        return self._claims(str(given.get("id_token", "")), pending.nonce), pending.next

    def _claims(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token whose signature, issuer, audience, time and nonce are right."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            token = jwt.decode(id_token, self._provider()[1], registry=registry)
        except (JoseError, ValueError):  # the provider may have new keys
            token = jwt.decode(id_token, self._provider(afresh=True)[1], registry=registry)
        client_id = self.settings.oidc_client_id
        options = {"iss": {"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
                   "aud": {"essential": True, "value": client_id}, "exp": {"essential": True},
                   "nonce": {"essential": True, "value": nonce}}  # fmt: skip
        claims = CodeIDToken(token.claims, token.header, options, {"nonce": nonce, "client_id": client_id})
        claims.validate(leeway=LEEWAY)
        return dict(claims)

    def _provider(self, afresh: bool = False) -> tuple[Mapping[str, Any], KeySet]:
        """The provider's own description and its keys, asked for at most once an hour."""
        if self._known and not afresh and self._known[0] > time.monotonic() - KEYS_KEPT:
            return self._known[1], self._known[2]
        with httpx.Client(timeout=WAIT, trust_env=False) as client:
            metadata = client.get(f"{self.issuer}/.well-known/openid-configuration").raise_for_status().json()
            if str(metadata.get("issuer", "")).rstrip("/") != self.issuer:
                raise NotLetIn("the provider calls itself by another name than CASEBINDER_OIDC_ISSUER")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _safe_address(str(metadata[name]))
            keys = KeySet.import_key_set(client.get(metadata["jwks_uri"]).raise_for_status().json())
        self._known = (time.monotonic(), metadata, keys)
        return metadata, keys

    def _client(self, back: str) -> Any:
        s = self.settings
        return OAuth2Client(
            client_id=s.oidc_client_id, client_secret=s.oidc_client_secret, scope=SCOPE, redirect_uri=back,
            code_challenge_method="S256", timeout=WAIT, trust_env=False,
        )  # fmt: skip


def set_up(app: FastAPI, settings: Settings) -> None:
    """Turn single sign-on on if the settings name a provider.

    Raises:
        Refused: The provider's address is not https://.
    """
    app.state.provider = None
    if settings.oidc_issuer and settings.oidc_client_id:
        app.state.provider = Provider(settings)
        app.state.single_sign_on = BEGIN


@router.get(BEGIN)
async def begin(v: Guarded) -> Response:
    """Send the browser to the provider."""
    provider = _provider_of(v)
    browser = v.token or visitor_token()
    next_path = safe_next(v.request.query_params.get("next", "/"))
    try:
        address = await run_in_threadpool(provider.begin, browser, next_path, _back(v))
    except Exception as error:
        log.error("single sign-on: %s", describe(error))
        raise HTTPException(503, "Your organisation's sign-in does not answer. Try again in a minute.") from error
    response = go(address)
    if not v.token:
        set_cookie(response, v.request, browser)
    return response


@router.get(BACK)
def back(v: Guarded) -> Response:
    """Take what the provider sent back; on success a new session."""
    provider, asked = _provider_of(v), v.request.query_params
    try:
        claims, next_path = provider.finish(
            asked.get("state", "")[:200], asked.get("code", "")[:2000], v.token, _back(v)
        )
    except Exception as error:
        why = str(error) if isinstance(error, NotLetIn) else describe(error)
        v.record("single sign-on refused", why=why)
        raise HTTPException(403, "That sign-in did not work. Go to the sign-in page and begin again.") from error
    account = account_for(claims, v)
    v.store.close_session(v.token)
    response = go(safe_next(next_path))
    set_cookie(response, v.request, v.store.open_session(account.name, v.at))
    return response


def account_for(claims: Mapping[str, Any], v: Visit) -> Account:
    """Our account for these claims; made if a mapped role claim says so.

    Raises:
        HTTPException: 403 for somebody without an account, and for a disabled one.
    """
    settings = v.desk.settings
    try:
        name = plain_name(name_in(claims, settings.oidc_name_claim))
    except Refused as error:
        v.record("single sign-on refused", why="the provider gave no name that can be an account's")
        raise HTTPException(403, "Your organisation's sign-in gave no usable name. Ask an administrator.") from error
    account = v.store.account(name)
    role = role_in(claims, settings)
    if account is None and role:
        account = v.store.add_account(name, role, None, by="single sign-on", at=v.at)
    if account is None or not account.active:
        v.record("single sign-on refused", why=f"{name} has no account in use")
        raise HTTPException(403, "You have no account at this desk, or it is disabled. Ask an administrator.")
    return account


def name_in(claims: Mapping[str, Any], claim: str) -> str:
    """The account's name among the claims; an address counts only if the provider has checked it.

    At many providers people may edit their own `preferred_username`: whoever can could become anybody here.
    """
    if claim == "email" and claims.get("email_verified") is not True:
        return ""
    return str(claims.get(claim) or "")


def role_in(claims: Mapping[str, Any], settings: Settings) -> str:
    """The role that the role claim gives, by the settings' mapping; the mapping's order decides. "" for none."""
    if not settings.oidc_role_claim:
        return ""
    value = claims.get(settings.oidc_role_claim, [])
    values = {value} if isinstance(value, str) else {str(one) for one in value} if isinstance(value, list) else set()
    pairs = [pair.strip().rpartition("=") for pair in settings.oidc_roles.split(",") if pair.strip()]
    mapping = [(theirs.strip(), ours.strip()) for theirs, _, ours in pairs] or [(role, role) for role in ROLES]
    return next((ours for theirs, ours in mapping if theirs in values and ours in ROLES), "")


def _provider_of(v: Visit) -> Provider:
    provider: Provider | None = v.request.app.state.provider
    if provider is None:
        raise HTTPException(404, "Single sign-on is not set up here.")
    return provider


def _back(v: Visit) -> str:
    return str(v.request.base_url).rstrip("/") + BACK


def _safe_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in THIS_MACHINE):
        raise Refused("CASEBINDER_OIDC_ISSUER and its addresses must begin with https://")
