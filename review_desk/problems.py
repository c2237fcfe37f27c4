"""Errors of the API as problem details (RFC 9457): what happened, and what to do. None quotes a fax."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from casefile.errors import CasebinderError, NotFound
from flows.steps import describe
from packet_builder.errors import PacketError
from review_desk.headers import TooLong

log = logging.getLogger("casebinder.api")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {"application/problem+json": {"schema": SCHEMA}}}
    for status in (400, 401, 403, 404, 409, 413, 415, 422)
}
"""What any route of the API may answer beside success."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """One problem as a response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class ProblemRoute(APIRoute):
    """A route whose errors are all problem details."""

    def get_route_handler(self) -> Handler:
        """The route with its errors caught."""
        handle = super().get_route_handler()

        async def caught(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                return problem(error.status_code, str(error.detail), dict(error.headers or {}))
            except RequestValidationError as error:
                return problem(422, _fields(error))
            except (CasebinderError, PacketError) as error:
                return problem(404 if isinstance(error, NotFound) else 409, f"{error}")
            except TooLong:
                return problem(413, "that is more than is taken at once; split it and send the parts")
            except Exception as error:
                log.error("api error: %s", describe(error))
                return problem(500, "something went wrong on our side; try once more")

        return caught


def _fields(error: RequestValidationError) -> str:
    """Which values do not fit, without the values themselves."""
    places = {".".join(str(part) for part in row["loc"])[:80]: row["msg"] for row in error.errors()[:5]}
    return "; ".join(f"{place}: {message}" for place, message in places.items())
