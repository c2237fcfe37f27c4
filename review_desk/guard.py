"""The door of the desk: who is asking, whether their role may, and whether the request was really made on our pages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from casefile.accounts import Account
from casefile.store import Store
from flows.steps import Desk
from review_desk.rights import OWN_DOOR, is_public, may

COOKIE = "casebinder_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FIELDS = 200


class SignInFirst(Exception):
    """Nobody is signed in; `next` is where they wanted to go."""

    def __init__(self, next_path: str, idle: bool = False) -> None:
        self.next, self.idle = next_path, idle


@dataclass(frozen=True)
class Visit:
    """One request that passed the door."""

    request: Request
    desk: Desk
    account: Account | None
    token: str
    at: datetime
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The case store."""
        return self.desk.store

    @property
    def by(self) -> str:
        """Who is asking."""
        return self.account.name if self.account else "visitor"

    @property
    def role(self) -> str:
        """Their role."""
        return self.account.role if self.account else "visitor"

    @property
    def csrf(self) -> str:
        """What forms send back, so that no other site can post in this person's name."""
        return csrf_of(self.token)

    def may(self, method: str, path: str) -> bool:
        """Whether this person may use a route; pages hide what they may not."""
        return may(self.role, method, path)

    def record(self, what: str, *, case_id: str | None = None, sha256: str | None = None, why: str = "") -> None:
        """Note in the audit log what this person saw or did."""
        self.store.record(self.by, what, case_id=case_id, sha256=sha256, why=why, at=self.at)

    def record_view(self, what: str, *, case_id: str | None = None, sha256: str | None = None) -> None:
        """Note that something was looked at; the same look again within ten minutes is one entry."""
        key = (self.by, what, case_id, sha256)
        if self.request.app.state.seen.is_new(key, self.at):
            self.record(what, case_id=case_id, sha256=sha256)


async def visit(request: Request) -> Visit:
    """Let a request in, or say why not. Every route has this in front of it (`app.create_app`).

    Raises:
        SignInFirst: Nobody is signed in.
        HTTPException: 403 when the role may not, or the request was not made on our own pages.
    """
    route = request.scope["route"].path
    state = request.app.state
    at, store = datetime.now(UTC), state.desk.store
    token = request.cookies.get(COOKIE, "")[:200]
    if route.startswith(OWN_DOOR):
        return Visit(request, state.desk, None, token, at)
    account = await run_in_threadpool(store.session, token, at, state.idle_minutes) if token else None
    if not is_public(request.method, route):
        if account is None or not account.active:
            raise SignInFirst(_asked_for(request), idle=bool(token))
        if not may(account.role, request.method, route):
            await run_in_threadpool(store.record, account.name, "refused", why=f"{request.method} {route}", at=at)
            raise HTTPException(403, f"Your role, {account.role}, may not do this. Ask an administrator.")
    form: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    if request.method not in SAFE_METHODS:
        _own_page(request)
        sent = await request.form(max_files=20, max_fields=MOST_FIELDS)
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                files[f"{name}.{len(files)}"] = value
            else:
                form[name] = value
        given = form.pop("csrf", "") or request.headers.get("x-csrf", "")
        if not token or not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
            raise HTTPException(403, "This form is older than your sign-in. Go back, reload the page, send it again.")
    return Visit(request, state.desk, account, token, at, form, files)


Guarded = Annotated[Visit, Depends(visit)]
"""How a route asks for its visit: `def cases(v: Guarded) -> Response`."""


def _own_page(request: Request) -> None:
    """Refuse what a browser says comes from another site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "The request came from another site.")
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise HTTPException(403, "The request came from another site.")


def csrf_of(token: str) -> str:
    """The form code of a session."""
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()


def visitor_token() -> str:
    """For people who are not signed in yet: ties their sign-in form to their browser; opens nothing."""
    return "visitor." + secrets.token_urlsafe(24)


def set_cookie(response: Response, request: Request, token: str) -> None:
    """Give the browser its token; scripts and other sites never see it."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")


def safe_next(path: str) -> str:
    """A path of our own to go on to; anything else leads to the inbox."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_ours and path.isprintable() and len(path) < 2000 else "/"


def _asked_for(request: Request) -> str:
    """Where somebody wanted to go, to bring them there after signing in."""
    if request.method not in SAFE_METHODS:
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path, safe="/") + query


class Seen:
    """Which looks were noted lately, so that turning pages does not fill the audit log. Bounded."""

    MINUTES, MOST = 10, 5000

    def __init__(self) -> None:
        self._at: dict[Any, datetime] = {}

    def is_new(self, key: Any, at: datetime) -> bool:
        """Whether this look was not noted within the last minutes; notes it."""
        before = self._at.pop(key, None)
        if before and (at - before).total_seconds() < self.MINUTES * 60:
            self._at[key] = before
            return False
        self._at[key] = at
        while len(self._at) > self.MOST:
            self._at.pop(next(iter(self._at)), None)
        return True
