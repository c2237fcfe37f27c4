"""A case's timeline as a drawing: the patient's days on the left, the paper's on the right. Pure; escapes all text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from review_desk.links import page_link

WIDTH, MIDDLE, GAP = 960, 480, 78
"""Drawing units: the whole width, where the axis stands, and how far from it the words begin."""
LETTERS, LINE, PAD = 46, 17, 12
"""Letters a line, height of a line, space between events."""
Row = Mapping[str, Any]


def timeline_svg(events: Sequence[Row]) -> Markup:
    """The events (rows as the store keeps them, in order) as an SVG element; empty without events."""
    if not events:
        return Markup("")
    parts, y = [_lanes()], 34
    before: str | None = None
    for day, group in groupby(events, key=lambda event: event["on"]):
        parts.append(_day(y, day, before))
        heights = {"clinical": 0, "paperwork": 0}
        for event in group:
            drawn, height = _event(event, y + heights[event["lane"]])
            parts.append(drawn)
            heights[event["lane"]] += height
        y += max(*heights.values(), 2 * LINE + PAD)
        before = day or before
    axis = Markup('<line class="axis" x1="{0}" y1="26" x2="{0}" y2="{1}"/>').format(MIDDLE, y)
    head = Markup('<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="Timeline in two lanes">')
    return head.format(WIDTH, y + 6) + axis + Markup("").join(parts) + Markup("</svg>")


def _lanes() -> Markup:
    return _text(MIDDLE - GAP, 16, "The patient", "lane", "end") + _text(MIDDLE + GAP, 16, "The paperwork", "lane")


def _day(y: int, day: str | None, before: str | None) -> Markup:
    """The mark on the axis: the day, and how long after the one above."""
    if day is None:
        return _text(MIDDLE, y + 10, "no date", "day", "middle", boxed=True)
    on = date.fromisoformat(day)
    drawn = _text(MIDDLE, y + 10, f"{on:%b} {on.day}, {on.year}", "day", "middle", boxed=True)
    if before:
        drawn += _text(MIDDLE, y + 27, later((on - date.fromisoformat(before)).days), "since", "middle", boxed=True)
    return drawn


def later(days: int) -> str:
    """A stretch of time in words: "12 days later", "3 years later"."""
    number, unit = (days, "day") if abs(days) < 730 else (days // 365, "year")
    return f"{number} {unit}{'s' if number != 1 else ''} later"


def _event(event: Row, y: int) -> tuple[Markup, int]:
    """One event's words beside the axis, with its link; and how high it is."""
    is_left = event["lane"] == "clinical"
    x, anchor = (MIDDLE - GAP, "end") if is_left else (MIDDLE + GAP, "start")
    lines = textwrap.wrap(event["title"], LETTERS)[:6] or [event["kind"]]
    drawn = Markup("").join(_text(x, y + 10 + LINE * n, line, "title", anchor) for n, line in enumerate(lines))
    if event.get("evidence"):
        drawn = Markup('<a href="{}">{}</a>').format(page_link(event["evidence"]), drawn)
    notes = textwrap.wrap(event.get("flag") or "", LETTERS)[:3]
    for n, line in enumerate(notes, len(lines)):
        drawn += _text(x, y + 10 + LINE * n, line, "flag", anchor)
    dot = Markup('<line class="tick" x1="{}" y1="{y}" x2="{}" y2="{y}"/>')
    near = MIDDLE + (-GAP + 6 if is_left else GAP - 6)
    drawn += dot.format(near, near + (10 if is_left else -10), y=y + 6)
    return drawn, LINE * (len(lines) + len(notes)) + PAD


def _text(x: int, y: int, words: str, kind: str, anchor: str = "start", boxed: bool = False) -> Markup:
    text = Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>').format(x, y, kind, anchor, escape(words))
    if not boxed:
        return text
    half = len(words) * 4 + 4
    box = Markup('<rect class="back" x="{}" y="{}" width="{}" height="17"/>').format(x - half, y - 13, 2 * half)
    return box + text
