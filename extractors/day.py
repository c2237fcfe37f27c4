"""Dates as offices write them → `date`. US order, month first, unless the numbers forbid it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
NAME = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
ISO = r"(?<!\d)(?P<iy>(?:19|20)\d{2})[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})(?!\d)"
NUMERIC = r"(?<!\d)(?<!\d[.,])(?P<nm>\d{1,2})\s?(?P<sep>[/.\-–])\s?(?P<nd>\d{1,2})\s?[/.\-–]\s?(?P<ny>\d{4}|\d{2})(?![\d%]|\.\d)"
WORDS = rf"\b(?P<wm>{NAME})\b[.,]?\s*(?P<wd>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*[,.;]\s*|\s+)(?P<wy>\d{{4}})\b"
TURNED = rf"(?<![\d.])(?P<td>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.]*(?:day\s+)?(?:of\s+)?(?P<tm>{NAME})\b\.?[\s\-/.,]*(?P<ty>\d{{4}}|\d{{2}}(?!\d))"
SPACED = r"(?<![\d.,])(?P<sm>0[1-9]|1[0-2])\s(?P<sd>[0-3]\d)\s(?P<sy>(?:19|20)\d{2})(?![\d%]|\.\d)"
"""A date whose slashes were lost on the way."""
ANY = re.compile(f"(?:{ISO})|(?:{NUMERIC})|(?:{WORDS})|(?:{TURNED})|(?:{SPACED})", re.IGNORECASE)


@dataclass(frozen=True)
class Day:
    """A date read from text, and what is doubtful about it (empty when nothing is)."""

    on: date
    doubt: str = ""


def parse_day(text: str) -> date | None:
    """The first real date in the text, or None; a date that cannot be is never bent into one."""
    found = read_day(text)
    return found.on if found else None


def read_day(text: str, latest: int = 2030) -> Day | None:
    """The first date in the text with its doubts, or None when it is no real day.

    Args:
        text: Where to look.
        latest: Two-digit years beyond this one belong to the last century.
    """
    match = ANY.search(text[:400])
    return made(match, latest) if match else None


def made(match: re.Match[str], latest: int = 2030) -> Day | None:
    """The day a match of `ANY` stands for."""
    part = match.groupdict()
    try:
        if part["iy"]:
            return Day(date(int(part["iy"]), int(part["im"]), int(part["id"])))
        if part["nm"]:
            return _numeric(int(part["nm"]), int(part["nd"]), _year(part["ny"], latest))
        if part["wm"]:
            return Day(date(int(part["wy"]), MONTHS[part["wm"][:3].lower()], int(part["wd"])))
        if part["sm"]:
            return Day(date(int(part["sy"]), int(part["sm"]), int(part["sd"])))
        return Day(date(_year(part["ty"], latest), MONTHS[part["tm"][:3].lower()], int(part["td"])))
    except ValueError:
        return None


def _numeric(first: int, second: int, year: int) -> Day:
    """Month first; day first only where the numbers leave nothing else."""
    if first > 12 >= second:
        return Day(date(year, second, first), "written day first")
    return Day(date(year, first, second))


def _year(text: str, latest: int) -> int:
    year = int(text)
    if year > 99:
        return year
    return 2000 + year if 2000 + year <= latest else 1900 + year
