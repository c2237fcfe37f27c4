"""Where people land after signing in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from review_desk.guard import Guarded
from review_desk.pages import page

router = APIRouter()


@router.get("/")
def home(v: Guarded) -> Response:
    """A first page."""
    return page(v, "home.html.j2", "Review desk")
