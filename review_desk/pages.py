"""Turning values into pages: templates that escape everything, and a few words and dates the way people say them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review_desk.guard import Visit
from review_desk.links import fax_link, image_link, page_link
from review_desk.said import SAID

TEMPLATES = Path(__file__).parent.parent / "templates" / "review_desk"


@cache
def environment() -> Environment:
    """The desk's templates; a value that a page forgot is an error, never a gap."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"words": in_words, "day": day, "moment": moment, "percent": percent}
    made.globals |= {"page_link": page_link, "fax_link": fax_link, "image_link": image_link}
    return made


def page(visit: Visit, template: str, title: str, code: int = 200, **values: Any) -> Response:
    """A whole page of the desk.

    Args:
        visit: The request.
        template: File in templates/review_desk.
        title: What the browser's tab and the page's heading say.
        code: HTTP status.
        values: What the template shows.
    """
    html = environment().get_template(template).render(
        visit=visit, title=title, path=visit.request.url.path, idle_minutes=visit.request.app.state.idle_minutes,
        zone=zone_of(visit),
        said=SAID.get(visit.request.query_params.get("said", ""), ""), **values,
    )  # fmt: skip
    return HTMLResponse(html, code)


def zone_of(visit: Visit) -> ZoneInfo:
    """The office's time zone."""
    return ZoneInfo(visit.desk.settings.timezone)


def go(path: str) -> Response:
    """Send the browser on after a form was taken."""
    return RedirectResponse(path, 303)


def in_words(text: Any) -> str:
    """A name of ours as people read it: "member_name" → "member name"."""
    return str(text).replace("_", " ").replace("npi", "NPI").replace("icd10", "ICD-10").replace("hcpcs", "HCPCS")


def day(text: str | date | None) -> str:
    """An ISO day as it is said in the office: "Nov 24, 2026"; nothing for nothing."""
    if not text:
        return ""
    value = date.fromisoformat(text[:10]) if isinstance(text, str) else text
    return f"{value:%b} {value.day}, {value.year}"


def moment(text: str | None, zone: ZoneInfo) -> str:
    """A stored moment in the office's zone: "Nov 24, 2026, 9:15 AM"."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    at = at.astimezone(zone) if at.tzinfo else at
    return f"{day(at.date())}, {at:%I:%M %p}".replace(", 0", ", ")


def percent(share: float) -> str:
    """0.93 → "93 %"."""
    return f"{round(share * 100)} %"
