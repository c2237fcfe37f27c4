"""Dates as offices write them → `date`. US order, month first, unless the numbers forbid it."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
NAME = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
ISO = r"(?<!\d)(?P<iy>(?:19|20)\d{2})[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})(?!\d)"
NUMERIC = r"(?<!\d)(?<!\d[.,])(?P<nm>\d{1,2})\s?(?P<sep>[/.\-–])\s?(?P<nd>\d{1,2})\s?[/.\-–]\s?(?P<ny>\d{4}|\d{2})(?![\d%]|\.\d)"
WORDS = rf"\b(?P<wm>{NAME})\b[.,]?\s*(?P<wd>\d{{1,2}})(?:st|nd|rd|th)?[\s,.;]{{1,4}}(?P<wy>\d{{4}})\b"
TURNED = rf"(?<![\d.])(?P<td>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.]*(?:day\s+)?(?:of\s+)?(?P<tm>{NAME})\b\.?[\s\-/.,]*(?P<ty>\d{{4}}|\d{{2}}(?!\d|[\s,.;]{{1,3}}(?:19|20)\d\d))"
SPACED = r"(?<![\d.,])(?P<sm>0[1-9]|1[0-2])\s(?P<sd>[0-3]\d)\s(?P<sy>(?:19|20)\d{2})(?![\d%]|\.\d)"
"""A date whose slashes were lost on the way."""
LONG_MONTHS = ("january", "february", "march", "april", "august", "september", "october", "november", "december")


def _slipped(month: str) -> str:
    """A pattern for a month's name with one letter misread; no two long names are that close."""
    return "|".join(f"{month[:n]}[a-z0-9]{month[n + 1 :]}" for n in range(len(month)))


SLIPPED = rf"\b(?P<fm>{'|'.join(map(_slipped, LONG_MONTHS))})\b[.,]?\s*(?P<fd>\d{{1,2}})[\s,.;]{{1,4}}(?P<fy>(?:19|20)\d{{2}})\b"
ANY = re.compile(f"(?:{ISO})|(?:{NUMERIC})|(?:{WORDS})|(?:{TURNED})|(?:{SPACED})|(?:{SLIPPED})", re.IGNORECASE)
BARE = re.compile(r"(?<![\w.])(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?P<y>(?:19|20)\d\d)(?!\w|\.\d)")
"""A date written without marks, as some machines print it; only where a label says that it is a date."""
TORN = re.compile(r"(?<![\w./:-])\d[\d\s.,:/–-]{0,6}[\s.,:/–-]?(?:19|20)\d\d(?!\w|[.:]\d)")
"""A date of which a mark was lost or misread on the way; its figures are as read."""
SHORT_YEAR = re.compile(
    r"(?<![\w./:-])(?P<m>\d{1,2})[\s.,:/–-]{1,2}(?P<d>\d{1,2})[\s.,:/–-]{1,2}(?P<y>\d\d)(?!\w|[.:/]\d)"
)
"""The same with a year of two figures."""
MARK_LOST, MONTH_GUESSED = "a mark between its parts was lost or misread", "one letter of its month was misread"


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
        if part["fm"]:
            return Day(date(int(part["fy"]), _month(part["fm"].lower()), int(part["fd"])), MONTH_GUESSED)
        return Day(date(_year(part["ty"], latest), MONTHS[part["tm"][:3].lower()], int(part["td"])))
    except ValueError:
        return None


def labelled_day(text: str, latest: int = 2030) -> tuple[Day, str] | None:
    """The first date where a label says that one stands, with its raw text; written without marks or with one lost too.

    Args:
        text: The label's value.
        latest: Two-digit years beyond this one belong to the last century.
    """
    if match := ANY.search(text[:400]):
        day = made(match, latest)
        return (day, match[0]) if day else None
    text = text[:120]
    if match := BARE.search(text):
        month, day_of, year = (int(part) for part in match.groups())
        days = _real([(month, day_of)], year)
        return (Day(days[0]), match[0]) if days else None
    match = TORN.search(text)
    days = _mended(match[0]) if match else []
    if match is None and (match := SHORT_YEAR.search(text)):
        days = _real([(int(match["m"]), int(match["d"]))], _year(match["y"], latest))
    return (Day(days[0], MARK_LOST), match[0]) if match and len(days) == 1 else None


def days_in(text: str) -> Iterator[tuple[Day, int, int]]:
    """Every date of a line with its place; those with a mark lost too, where nothing whole stands."""
    whole = [(day, *match.span()) for match in ANY.finditer(text) if (day := made(match))]
    yield from whole
    if not whole:
        for match in TORN.finditer(text):
            if len(days := _mended(match[0])) == 1:
                yield Day(days[0], MARK_LOST), *match.span()


def _mended(raw: str) -> list[date]:
    """The real dates that figures stand for of whose marks some are left; none when all are gone."""
    parts = re.split(r"[\s.,:/–-]+", raw)
    figures = "".join(parts)
    before, year = figures[:-4], int(figures[-4:])
    ends, end = set[int](), 0
    for part in parts[:-1]:
        end += len(part)
        ends.add(end)
    if not ends or not ends <= set(range(1, len(before) + 1)):
        return []
    cuts = [end for end in ends if end < len(before)] or (range(1, len(before)) if len(before) > 2 else ())
    return _real([(int(before[:cut]), int(before[cut:])) for cut in cuts if cut <= 2 and len(before) - cut <= 2], year)


def _real(pairs: list[tuple[int, int]], year: int) -> list[date]:
    """Those months and days of a year that there are."""
    return [date(year, month, day) for month, day in pairs
            if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]]  # fmt: skip


def _month(name: str) -> int:
    """The number of the long month that differs from a name in one letter."""
    slips = {
        month: sum(a != b for a, b in zip(month, name, strict=True)) for month in LONG_MONTHS if len(month) == len(name)
    }
    return MONTHS[min(slips, key=lambda month: slips[month])[:3]]


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
