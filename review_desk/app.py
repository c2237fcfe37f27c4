"""The review desk as one web app: its screens, the door in front of them, and what is said when it goes wrong."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from casefile.errors import CasebinderError, NotFound
from casefile.settings import Settings
from flows.steps import Desk, describe
from packet_builder.errors import PacketError
from review_desk import (
    api,
    case,
    case_lists,
    inbox_screen,
    packet_screen,
    reports_screen,
    review_screen,
    sign_in,
    single_sign_on,
)
from review_desk.guard import Seen, SignInFirst, visit
from review_desk.headers import HEADERS, Headers, TooLong
from review_desk.pages import environment

STATIC = Path(__file__).parent / "static"
LOCAL = ("127.0.0.1", "localhost", "[::1]")
IDLE_MINUTES = 15
UPLOADS = frozenset({"/inbox/drop", "/api/inbox"})
ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    single_sign_on.router,
    inbox_screen.router,
    case_lists.router,
    case.router,
    review_screen.router,
    packet_screen.router,
    reports_screen.router,
    api.router,
)
"""Every screen is a router in a module of its own; its routes stand in `rights.RIGHTS`."""
UNKNOWN = "There is no such page. The address may be mistyped, or what it named is gone."
log = logging.getLogger("casebinder.desk")


def create_app(settings: Settings, desk: Desk | None = None, hosts: tuple[str, ...] = ()) -> FastAPI:
    """The desk for one store.

    Args:
        settings: The settings in force.
        desk: Store and vault, opened already.
        hosts: Names the desk is reached by, beside those of this machine.
    """
    app = FastAPI(title="casebinder review desk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk or Desk(settings)
    app.state.idle_minutes = IDLE_MINUTES
    app.state.seen, app.state.wrong = Seen(), sign_in.Wrong()
    app.state.single_sign_on = ""
    single_sign_on.set_up(app, settings)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(visit)])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL, *hosts])
    app.add_middleware(Headers, upload_bytes=(settings.max_file_mb + 1) << 20, upload_paths=UPLOADS)
    _say_errors(app)
    return app


def _say_errors(app: FastAPI) -> None:
    """Errors become a page that says what happened and what to do; none quotes a fax or shows our insides."""

    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, error: SignInFirst) -> Response:
        if request.headers.get("x-csrf") or request.headers.get("x-part"):
            return JSONResponse({"message": "Your session ended. Sign in again."}, 401)
        idle = "&idle=1" if error.idle else ""
        return RedirectResponse(f"/sign-in?next={quote(error.next, safe='')}{idle}", 303)

    @app.exception_handler(AnyHTTPException)
    async def http_error(request: Request, error: AnyHTTPException) -> Response:
        return _error(request, error.status_code, UNKNOWN if error.detail == "Not Found" else str(error.detail))

    @app.exception_handler(CasebinderError)
    @app.exception_handler(PacketError)
    async def ours(request: Request, error: Exception) -> Response:
        if isinstance(error, NotFound):
            return _error(request, 404, UNKNOWN)
        return _error(request, 409, f"{str(error).rstrip('.')}.")

    @app.exception_handler(RequestValidationError)
    async def bad_request(request: Request, _error_: RequestValidationError) -> Response:
        return _error(request, 400, "The address or form has a value that does not fit. Go back and try again.")

    @app.exception_handler(TooLong)
    async def too_long(request: Request, _error_: TooLong) -> Response:
        return _error(request, 413, "That is more than the desk takes at once. Split it and send the parts.")

    @app.exception_handler(Exception)
    async def our_fault(request: Request, error: Exception) -> Response:
        log.error("desk error: %s", describe(error))
        answer = _error(request, 500, "Something went wrong on our side. What you did before is kept; try once more.")
        answer.headers.update(HEADERS)  # this answer is made outside of the middleware
        return answer


def _error(request: Request, status: int, message: str) -> Response:
    wants_json = request.url.path.startswith("/api/") or request.headers.get("x-csrf") or request.headers.get("x-part")
    if wants_json:
        return JSONResponse({"message": message}, status)
    html = environment().get_template("error.html.j2").render(title="Not done", status=status, message=message)
    return Response(html, status, media_type="text/html")
