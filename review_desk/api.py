"""The API under /api: the desk's work for programs. Scoped tokens, JSON, errors as problem documents (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from casefile.errors import CasebinderError, NotFound
from flows.drop import NoRoom
from flows.steps import Desk, describe
from review_desk import api_cases, api_faxes, api_more
from review_desk.api_door import PROBLEM
from review_desk.guard import Seen
from review_desk.headers import TooLong

log = logging.getLogger("casebinder.api")
ABOUT = (
    "Cases, faxes, requests, packets and reports for programs. Send a token, made by `casebinder token make`, as "
    "`Authorization: Bearer cb_…`. A token does what its scopes say, and never more than its account's role may. "
    "Errors are `application/problem+json`."
)
TOO_LONG = "That is more than is taken at once. Split it and send the parts."
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {PROBLEM: {"schema": {"type": "object"}}}}
    for status, words in ((401, "No valid token."), (403, "The token's scopes or role do not allow it."),
                          (404, "There is no such thing."), (409, "It cannot be done as things are."),
                          (413, "Too large."), (422, "A value does not fit."))
}  # fmt: skip


def create_api(desk: Desk) -> FastAPI:
    """The API as an app of its own, to be mounted at /api; its errors are never pages."""
    api = FastAPI(
        title="casebinder", version="1", description=ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False,
        servers=[{"url": "/api"}], root_path_in_servers=False, openapi_url="/openapi.json", responses=PROBLEMS,
    )  # fmt: skip
    api.state.desk, api.state.seen = desk, Seen()
    for router in (api_cases.router, api_faxes.router, api_more.router):
        api.include_router(router)
    _say_problems(api)
    return api


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """An error as a problem document; it never quotes what was sent."""
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def _say_problems(api: FastAPI) -> None:
    @api.exception_handler(AnyHTTPException)
    async def http_error(_: Request, error: AnyHTTPException) -> JSONResponse:
        if isinstance(error.__cause__, TooLong):  # met while the body was read
            return problem(413, TOO_LONG)
        made = problem(error.status_code, str(error.detail))
        made.headers.update(error.headers or {})
        return made

    @api.exception_handler(RequestValidationError)
    async def not_valid(_: Request, error: RequestValidationError) -> JSONResponse:
        rows = [{"where": ".".join(map(str, row["loc"])), "what": row["msg"]} for row in error.errors()]
        return problem(422, "A value does not fit; see `errors`.", errors=rows)

    @api.exception_handler(CasebinderError)
    async def ours(_: Request, error: CasebinderError) -> JSONResponse:
        status = 404 if isinstance(error, NotFound) else 507 if isinstance(error, NoRoom) else 409
        return problem(status, f"{error}.")

    @api.exception_handler(TooLong)
    async def too_long(_: Request, error: TooLong) -> JSONResponse:
        return problem(413, TOO_LONG)

    @api.exception_handler(Exception)
    async def our_fault(_: Request, error: Exception) -> JSONResponse:
        log.error("api error: %s", describe(error))
        return problem(500, "Something went wrong on our side; the log says where.")
