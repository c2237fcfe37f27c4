"""The timeline: clinical events on the left, paperwork on the right, days elapsed between, each event linked to its page."""

from __future__ import annotations

from datetime import date

from casefile.records import CaseFile, Event
from packet_builder.drawing import BOTTOM, INK, LEFT, LINK, RIGHT, RULE, SOFT, Sheets, wrapped
from packet_builder.drawn import Goal
from packet_builder.plan import PacketPlan

MIDDLE = (LEFT + RIGHT) / 2
GAP = 48.0
STEP = 12.4


def timeline(sheets: Sheets, case: CaseFile, plan: PacketPlan) -> None:
    """Draw the events by day."""
    sheets.heading("Timeline", "What happened to the patient stands on the left, what happened on paper on the right. Between them: the day, "
                   "and the days since the first event.")  # fmt: skip
    _lanes(sheets)
    if not case.events:
        sheets.paragraph("No dated event was found in the record.")
        return
    first = next((event.on for event in case.events if event.on), None)
    last: date | None = None
    for event in case.events:
        _event(sheets, event, plan, first, same_day=event.on is not None and event.on == last)
        last = event.on


def _lanes(sheets: Sheets) -> None:
    with sheets.tagged("P"):
        sheets.text(MIDDLE - GAP, sheets.y - 10, "Clinical", "sans-bold", 8.6, SOFT, "right")
        sheets.text(MIDDLE + GAP, sheets.y - 10, "Paperwork", "sans-bold", 8.6, SOFT)
    sheets.y -= 16
    sheets.rule(LEFT, RIGHT, sheets.y, INK, 0.7)
    sheets.y -= 4


def _event(sheets: Sheets, event: Event, plan: PacketPlan, first: date | None, same_day: bool) -> None:
    width = MIDDLE - GAP - LEFT - 6
    lines = wrapped(event.title, "serif", 10.2, width)
    proof = event.evidence
    index = plan.index_of(proof.fax_sha256, proof.page) if proof else None
    height = (len(lines) + 1) * STEP + 7
    if sheets.y - height < BOTTOM:
        sheets.turn()
        _lanes(sheets)
    top = sheets.y
    _axis(sheets, top, height, event, first, same_day)
    left = event.lane == "clinical"
    x, align = (MIDDLE - GAP, "right") if left else (MIDDLE + GAP, "left")
    where = plan.bates(index) if index is not None else "not bound here" if proof else "no page shows it"
    with sheets.tagged("P") as tag:
        for number, words in enumerate(lines):
            sheets.text(x, top - STEP * (number + 1), words, "serif", 10.2, INK, align)
        y = top - STEP * (len(lines) + 1)
        sheets.text(x, y, where, "sans", 8.2, LINK if index is not None else SOFT, align)
    if index is not None:
        rect = (LEFT, y - 3, MIDDLE - GAP + 3, top - 2) if left else (MIDDLE + GAP - 3, y - 3, RIGHT, top - 2)
        down = proof.box[1] if proof and proof.box and proof.box[3] - proof.box[1] < 0.5 else None
        sheets.link(rect, Goal(index, down), f"{event.title}: go to {where}", tag)
    sheets.y -= height


def _axis(sheets: Sheets, top: float, height: float, event: Event, first: date | None, same_day: bool) -> None:
    """The day and the days elapsed, on the line between the lanes."""
    with sheets.artifact() as canvas:
        canvas.setStrokeColorRGB(*RULE)
        canvas.setLineWidth(0.7)
        for x in (MIDDLE - GAP + 8, MIDDLE + GAP - 8):
            canvas.line(x, top, x, max(BOTTOM - 6, top - height))
    if same_day:
        return
    words = event.on.isoformat() if event.on else "undated"
    with sheets.tagged("P"):
        sheets.text(MIDDLE, top - STEP, words, "sans-bold", 8.8, INK, "middle")
        if event.on and first:
            days = (event.on - first).days
            sheets.text(MIDDLE, top - 2 * STEP + 1, f"day {days}" if days else "day 0", "sans", 8, SOFT, "middle")
