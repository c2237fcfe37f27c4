"""Dates that a sentence says and no label names: visits, verbal orders, starts of care, spans of an approval. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from casefile.records import Finding, Line, PageText
from extractors.day import ANY, made

DATE = r"(?=\d{1,2}[/.-]\d|\d{4}-\d|(?:\d{1,2}[ -])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)"
"""Where a date begins."""
SAID: tuple[tuple[str, str | None, re.Pattern[str]], ...] = (
    ("service_start", "visit", re.compile(
        rf"\b(?:face[- ]to[- ]face|encounter|visit|seen|evaluated|examined)\b[^.;\d]{{0,90}}?\bon\s+{DATE}", re.IGNORECASE)),
    ("order_date", None, re.compile(
        rf"\b(?:telephone|verbal|phone|[tv]\.?o\.?) orders?\b[^.;\d]{{0,40}}?{DATE}", re.IGNORECASE)),
    ("service_start", None, re.compile(rf"\b(?:SOC|start of care)\b[^.;\d]{{0,24}}?{DATE}", re.IGNORECASE)),
)  # fmt: skip
"""Field, role, the words before its date."""
SPAN = re.compile(
    rf"\b(?:valid|effective|approved|authori[sz]ed|certified|good|covers?|dates|period)\b[\s:,(]{{1,3}}(?:for |from |of service |dates |between )*{DATE}",
    re.IGNORECASE,
)
TILL = re.compile(r"[\s,]*(?:-|–|—|to|thru|through|until|till|and)\s*", re.IGNORECASE)
NOT_PAST = re.compile(
    r"\b(?:next|follow|return|schedul\w*|upcoming|must|should|will|within|before|after|by|if|last|lab)\b", re.IGNORECASE
)
"""Words that make it no visit that took place, or another's."""
SURE = 0.86


def find(page: PageText, have: Collection[tuple[str, str | None]]) -> list[Finding]:
    """The first date that sentences say for each field and role that no label gave.

    Args:
        page: One page.
        have: Fields with roles that labels gave.
    """
    text = page.text[:20000]
    found = [
        f
        for field, role, pattern in SAID
        if (field, role) not in have
        for f in _first(page, text, field, role, pattern)
    ]
    if not any(field in {"service_start", "service_end"} and role is None for field, role in have):
        found += _span(page, text)
    return found


def _first(page: PageText, text: str, field: str, role: str | None, pattern: re.Pattern[str]) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        if role == "visit" and NOT_PAST.search(text[max(0, match.start() - 16) : match.end()]):
            continue
        if (day := ANY.match(text, match.end())) and (found := _made(page, text, day, field, role)):
            yield found
            return


def _span(page: PageText, text: str) -> list[Finding]:
    """The first and the last day of what is approved."""
    for match in SPAN.finditer(text):
        first = ANY.match(text, match.end())
        till = first and TILL.match(text, first.end())
        last = till and ANY.match(text, till.end())
        if first and last:
            both = _made(page, text, first, "service_start", None), _made(page, text, last, "service_end", None)
            if both[0] and both[1] and both[0].value < both[1].value:
                return [both[0], both[1]]
    return []


def _made(page: PageText, text: str, match: re.Match[str], field: str, role: str | None) -> Finding | None:
    day = made(match)
    if day is None or day.doubt:
        return None
    line: Line = page.lines[text.count("\n", 0, match.start())]
    start = match.start() - text.rfind("\n", 0, match.start()) - 1
    words = line.words_in(start, min(len(line.text), start + len(match[0])))
    confidence = SURE * (0.85 + 0.15 * min(word.confidence for word in words))
    return Finding(
        field,
        day.on.isoformat(),
        match[0],
        page.page_number,
        words[0].box,
        confidence,
        "valid",
        role,
        "said in a sentence",
    )
