"""The organisation's OpenID provider: where people are sent to sign in, and who it says they are."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from casefile.accounts_store import ROLES
from casefile.errors import Refused
from casefile.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # authlib would rather have the next HTTP library, which Prefect has not
    from authlib.integrations.httpx_client import OAuth2Client

ALGORITHMS = ["RS256", "PS256", "ES256"]
SECONDS, KEEP, LEEWAY = 10.0, 3600.0, 60
"""Longest wait for the provider, how long its papers are kept, and by how much clocks may differ."""
LOCAL = {"127.0.0.1", "localhost", "::1"}


class NotSignedIn(Exception):
    """The provider did not say who it is in a way we can trust; the message names no person."""


@dataclass
class Provider:
    """One OpenID provider. `transport` stands in for the network in tests."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    role_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    transport: httpx.BaseTransport | None = None
    _papers: Mapping[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _until: float = 0.0

    def start(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self.papers()["authorization_endpoint"], state=state, nonce=nonce, code_challenge_method="S256",
                code_challenge=create_s256_code_challenge(verifier),
            )  # fmt: skip
        return str(url)

    def who(self, code: str, back: str, nonce: str, verifier: str) -> tuple[str, str]:
        """(Name that the provider vouches for, role it gives them or ""), in exchange for its code.

        Raises:
            NotSignedIn: The provider is away, refuses the code, or its answer is not for us, not signed by it, too old,
                of another sign-in, or lacks the name.
        """
        try:
            with self._client(back) as client:
                answer = client.fetch_token(self.papers()["token_endpoint"], code=code, code_verifier=verifier)
            claims = self._checked(str(answer.get("id_token", "")), nonce)
        except NotSignedIn:
            raise
        except Exception as error:
            raise NotSignedIn(f"the provider's answer cannot be used ({type(error).__name__})") from None
        return self._name(claims), self._role(claims)

    def papers(self) -> Mapping[str, Any]:
        """The provider's description of itself.

        Raises:
            NotSignedIn: It cannot be fetched, or is another's.
        """
        if monotonic() > self._until:
            papers = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if papers.get("issuer") != self.issuer or not all(is_safe(str(papers.get(key))) for key in wanted):
                raise NotSignedIn("the provider describes itself under another name or address")
            self._papers, self._keys, self._until = papers, None, monotonic() + KEEP
        return self._papers

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that holds."""
        try:
            read = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._keys = None  # the provider may have changed its keys
            read = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY, iss={"essential": True, "value": self.issuer}, exp={"essential": True},
            aud={"essential": True, "value": self.client_id}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        rules.validate(read.claims)
        audience = read.claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and read.claims.get("azp") != self.client_id:
            raise NotSignedIn("the provider's answer is for several programs")
        return read.claims

    def _name(self, claims: Mapping[str, Any]) -> str:
        name = claims.get(self.claim)
        if not isinstance(name, str) or not 0 < len(name) <= 120:
            raise NotSignedIn(f"the provider's answer has no {self.claim}")
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise NotSignedIn("the provider has not checked the address")
        return name

    def _role(self, claims: Mapping[str, Any]) -> str:
        """The first of our roles that the role claim names; "" for none."""
        found = claims.get(self.role_claim) if self.role_claim else None
        values = found if isinstance(found, list) else [found]
        known = self.roles or {role: role for role in ROLES}
        return next((known[value] for value in values if isinstance(value, str) and value in known), "")

    def _key_set(self) -> KeySet:
        if self._keys is None:
            self._keys = KeySet.import_key_set(self._fetch(self.papers()["jwks_uri"]))
        return self._keys

    def _fetch(self, url: str) -> Any:
        try:
            with httpx.Client(timeout=SECONDS, transport=self.transport) as client:
                answer = client.get(url)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError):
            raise NotSignedIn("the provider cannot be reached") from None
        if not isinstance(found, dict):
            raise NotSignedIn("the provider does not describe itself")
        return found

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id, self.client_secret, scope="openid email profile", redirect_uri=back, timeout=SECONDS,
            transport=self.transport,
        )  # fmt: skip


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name; None when single sign-on is off.

    Raises:
        Refused: The issuer is no https address, or the roles are not ours.
    """
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    if not is_safe(settings.oidc_issuer):
        raise Refused("CASEBINDER_OIDC_ISSUER must begin with https://")
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_claim,
                    settings.oidc_role_claim, roles_from(settings.oidc_roles))  # fmt: skip


def roles_from(text: str) -> dict[str, str]:
    """The provider's value → our role, from "value=role, value=role".

    Raises:
        Refused: A part is not of this form, or names no role of ours.
    """
    pairs = [part.split("=") for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 or pair[1].strip() not in ROLES for pair in pairs):
        raise Refused(f"CASEBINDER_OIDC_ROLES is like value=role, value=role; roles are {', '.join(ROLES)}")
    return {value.strip(): role.strip() for value, role in pairs}


def is_safe(url: str) -> bool:
    """Whether nobody between us and the address can read along: https, or this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def secret() -> str:
    """Something nobody can guess, long enough for a code verifier."""
    return secrets.token_urlsafe(48)
