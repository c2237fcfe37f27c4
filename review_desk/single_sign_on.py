"""Signing in with the organisation's own accounts. Off unless the settings name a provider; accounts are ours still."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from review_desk.guard import Guarded, Visit, safe_next, set_cookie, visitor_token
from review_desk.pages import go
from review_desk.provider import NotSignedIn, Provider, secret
from review_desk.sign_in import sign_in_form

router = APIRouter()
START, BACK = "/sign-in/single", "/sign-in/single/back"
LASTS, MOST = timedelta(minutes=10), 1000


@dataclass(frozen=True)
class Trip:
    """Somebody on their way to the provider and back, tied to their browser by its token."""

    token: str
    nonce: str
    verifier: str
    next: str
    began: datetime


class Trips:
    """The trips under way, by state; each can be ended once. Bounded."""

    def __init__(self) -> None:
        self._trips: OrderedDict[str, Trip] = OrderedDict()

    def begin(self, trip: Trip) -> str:
        """Remember a trip; returns its state."""
        state = secret()
        self._trips[state] = trip
        while len(self._trips) > MOST:
            self._trips.popitem(last=False)
        return state

    def end(self, state: str, token: str, at: datetime) -> Trip | None:
        """The trip of this state, if this browser began it lately."""
        trip = self._trips.pop(state, None)
        if not trip or not token or not hmac.compare_digest(trip.token.encode(), token.encode()):
            return None
        return trip if at - trip.began <= LASTS else None


@router.get(START)
def leave(v: Guarded) -> Response:
    """Send the browser to the provider."""
    provider, token = _provider(v), v.token or visitor_token()
    trip = Trip(token, secret(), secret(), safe_next(v.request.query_params.get("next", "/")), v.at)
    state = _trips(v.request).begin(trip)
    try:
        url = provider.start(_back(v), state, trip.nonce, trip.verifier)
    except NotSignedIn as why:
        return _refused(v, str(why), 502)
    response = RedirectResponse(url, 303)
    set_cookie(response, v.request, token)
    return response


@router.get(BACK)
def come_back(v: Guarded) -> Response:
    """Open a session for whom the provider vouches, if they have an account, or a role that gives them one."""
    provider, query = _provider(v), v.request.query_params
    trip = _trips(v.request).end(query.get("state", "")[:200], v.token, v.at)
    if trip is None or not query.get("code"):
        return _refused(v, "the sign-in was not begun here, took too long, or was broken off", 400)
    try:
        name, role = provider.who(query["code"][:2000], _back(v), trip.nonce, trip.verifier)
    except NotSignedIn as why:
        return _refused(v, str(why), 401)
    account = v.store.account(name)
    if account is None and role:
        account = v.store.add_account(name, role, None, by="single sign-on", at=v.at)
    if account is None or not account.active:
        return _refused(v, "the provider knows this person, but no account here has that name", 403)
    v.store.close_session(v.token)
    response = go(trip.next)
    set_cookie(response, v.request, v.store.open_session(account.name, v.at))
    return response


def _provider(v: Visit) -> Provider:
    found: Provider | None = v.request.app.state.provider
    if found is None:
        raise HTTPException(404, "Single sign-on is not set up here. Sign in with name and password.")
    return found


def _trips(request: Request) -> Trips:
    state = request.app.state
    if not hasattr(state, "trips"):
        state.trips = Trips()
    found: Trips = state.trips
    return found


def _back(v: Visit) -> str:
    """Where the provider sends people back to, under the name they reach the desk by."""
    return str(v.request.base_url).rstrip("/") + BACK


def _refused(v: Visit, why: str, status: int) -> Response:
    v.record("sign-in refused", why=f"single sign-on: {why}")
    return sign_in_form(v, f"Not signed in: {why}. Try again, or ask an administrator.", "/", status)
