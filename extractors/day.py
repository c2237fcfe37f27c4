"""Dates as offices write them → `date`. US order, month first, unless the numbers forbid it."""

from __future__ import annotations

import re
from datetime import date

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4}|\d{2})(?!\d)")
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
WORDS = re.compile(r"\b([A-Z][a-z]{2,8}|[A-Z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s*[,.;]\s*|\s+)(\d{4})\b")
ANY = re.compile(f"(?:{ISO.pattern})|(?:{NUMERIC.pattern})|(?:{WORDS.pattern})")


def parse_day(text: str) -> date | None:
    """The first real date in the text, or None; a date that cannot be is never bent into one."""
    match = ANY.search(text[:400])
    return _made(match) if match else None


def _made(match: re.Match[str]) -> date | None:
    parts = match.groups()
    try:
        if parts[0]:
            return date(int(parts[0]), int(parts[1]), int(parts[2]))
        if parts[3]:
            return date(_year(parts[5]), int(parts[3]), int(parts[4]))
        month = MONTHS.get(parts[6][:3].lower())
        return date(int(parts[8]), month, int(parts[7])) if month else None
    except ValueError:
        return None


def _year(text: str) -> int:
    """Two-digit years: 30 and below are this century."""
    year = int(text)
    return year if year > 99 else year + (2000 if year <= 30 else 1900)
