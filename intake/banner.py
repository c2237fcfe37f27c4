"""The line that fax machines print in the margin: cut off and parsed, never mixed with the page's own words. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import groupby

from casefile.records import Banner, Word

MARGIN = 0.045
STACKED = 0.1
"""So far down the lines of several machines may stand, one under the other; below the margin only whole ones count."""
WHEN = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})\D{0,12}?(\d{1,2}):(\d{2})(?::\d{2})?\s*([AP]\.?M\.?)?", re.I)
COUNT = re.compile(r"(?:\bP(?:AGE|G|\.)?\s*\.?\s*)?\b[PO]?(\d{1,3})\s*(?:/|\bOF\b)\s*(\d{1,3})\b", re.I)
SENDER = re.compile(r"(?:FROM|FAX|TEL|ID)?[:\s]*\(?(\d{3})\)?[-.\s]?(\d{3})[-.\s]?(\d{4})\b", re.I)


def split_banner(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], Banner | None]:
    """Take banner lines off the page's top and bottom margin.

    Returns:
        The other words, and what the topmost banner says (None when there is none).
    """
    banners: list[Banner] = []
    dropped: set[int] = set()
    for number, line in groupby(words, key=lambda word: word.line):
        row = list(line)
        middle = sum(word.box[1] + word.box[3] for word in row) / (2 * len(row))
        if STACKED < middle < 1 - MARGIN / 2:
            continue
        banner = parse_banner(" ".join(word.text for word in row))
        below = MARGIN < middle < STACKED
        if banner and not (below and not _is_whole(banner)):
            dropped.add(number)
            banners.append(banner)
    return tuple(word for word in words if word.line not in dropped), banners[0] if banners else None


def _is_whole(banner: Banner) -> bool:
    """Whether a line holds all that machines print: time, number and page."""
    return bool(banner.sent_at and banner.sender and banner.page)


def parse_banner(line: str) -> Banner | None:
    """What a margin line says, or None when it is not a fax banner (no time and no transmitting number)."""
    when, sender = WHEN.search(line), None
    rest = line[: when.start()] + " " + line[when.end() :] if when else line
    count = COUNT.search(rest)
    without = rest[: count.start()] + " " + rest[count.end() :] if count else rest
    if number := SENDER.search(without):
        sender = "".join(number.groups())
    if not when and not (count and sender):
        return None
    page, of = (int(count[1]), int(count[2])) if count else (None, None)
    if page is not None and of is not None and not 1 <= page <= of:
        page = of = None
    return Banner(_iso(when) if when else None, sender, page, of)


def _iso(when: re.Match[str]) -> str | None:
    """The banner's time to the minute, or None when it is no real time."""
    month, day, year, hour, minute = (int(when[i]) for i in range(1, 6))
    half = (when[6] or "").upper()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "P" else 0)
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, hour, minute).isoformat(timespec="minutes")
    except ValueError:
        return None
