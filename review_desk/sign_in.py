"""Signing in and out. Guessing is slowed by name and by address; a session is always a new one after signing in."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from review_desk.guard import COOKIE, Guarded, Visit, csrf_of, safe_next, set_cookie, visitor_token
from review_desk.pages import environment, go

router = APIRouter()
MINUTES = 15
BY_NAME, BY_ADDRESS = 5, 30
"""Wrong passwords within so many minutes after which the next try has to wait."""


class Wrong:
    """Wrong passwords by address, in this process; by name they are counted in the store."""

    def __init__(self) -> None:
        self._at: dict[str, deque[datetime]] = {}

    def add(self, address: str, at: datetime) -> None:
        """Note one."""
        self._at.setdefault(address, deque(maxlen=BY_ADDRESS)).append(at)
        while len(self._at) > 10_000:
            self._at.pop(next(iter(self._at)))

    def too_many(self, address: str, at: datetime) -> bool:
        """Whether this address has to wait."""
        times = self._at.get(address, deque())
        return len(times) >= BY_ADDRESS and times[0] > at - timedelta(minutes=MINUTES)


@router.get("/sign-in")
def sign_in_page(v: Guarded) -> Response:
    """The form."""
    return _form(v, "", v.request.query_params.get("next", "/"))


@router.post("/sign-in")
def sign_in(v: Guarded) -> Response:
    """Check name and password; on success a new session, whatever token the browser brought."""
    name, next_path = v.form.get("name", "").strip()[:120], v.form.get("next", "/")
    address = v.request.client.host if v.request.client else ""
    wrong: Wrong = v.request.app.state.wrong
    since = v.at - timedelta(minutes=MINUTES)
    if wrong.too_many(address, v.at) or v.store.failed_sign_ins(name, since) >= BY_NAME:
        known = v.store.account(name)  # a stranger's text, perhaps a password in the wrong box, is not kept
        v.record("sign-in refused", why=f"too many wrong passwords for {known.name if known else 'an unknown name'}")
        return _form(v, f"Too many wrong passwords. Wait {MINUTES} minutes, or ask an administrator.", next_path, 429)
    account = v.store.check_password(name, v.form.get("password", "")[:1000], v.at)
    if account is None or not account.active:
        wrong.add(address, v.at)
        return _form(v, "Name or password is wrong.", next_path, 401)
    v.store.close_session(v.token)
    response = go(safe_next(next_path))
    set_cookie(response, v.request, v.store.open_session(account.name, v.at))
    return response


@router.post("/sign-out")
def sign_out(v: Guarded) -> Response:
    """End the session, here and in the store."""
    v.store.close_session(v.token)
    response = go("/sign-in")
    response.delete_cookie(COOKIE, path="/")
    return response


def _form(v: Visit, error: str, next_path: str, status: int = 200) -> Response:
    token = v.token or visitor_token()
    html = environment().get_template("sign_in.html.j2").render(
        error=error, csrf=csrf_of(token), next=safe_next(next_path), title="Sign in",
        idle=v.request.query_params.get("idle", ""), single_sign_on=v.request.app.state.single_sign_on,
    )  # fmt: skip
    response = Response(html, status, media_type="text/html")
    if not v.token:
        set_cookie(response, v.request, token)
    return response
