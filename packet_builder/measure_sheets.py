"""Objective measures: a table of what was measured with its page, and a small chart where there are numbers in time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casefile.records import CaseFile, Cited
from packet_builder.drawing import BOTTOM, INK, LEFT, LINK, RIGHT, RULE, SOFT, Sheets, wrapped
from packet_builder.drawn import Goal
from packet_builder.plan import PacketPlan
from packet_builder.tables import Column, Table

TITLES = {
    "spo2": ("Oxygen saturation", "%"), "liters_per_minute": ("Oxygen flow", "L/min"), "wound_size": ("Wound size", ""),
    "mobility_score": ("Mobility score", ""),
}  # fmt: skip
NUMBER = re.compile(r"\d+(?:\.\d+)?")
CHART_HEIGHT = 120.0


@dataclass(frozen=True)
class Measure:
    """One measured value and where it was read."""

    field: str
    value: str
    on: date | None
    read: Cited

    @property
    def number(self) -> float | None:
        """The value as a number; for a wound, its first edge."""
        match = NUMBER.search(self.value)
        return float(match[0]) if match else None


def measures(case: CaseFile) -> tuple[Measure, ...]:
    """Measures on bound pages other than the notice's own, by field, then day."""
    bound = {(e.fax_sha256, p.page_number): e for e in case.exhibits for p in e.pages if e.kind != "denial_letter"}
    found: dict[tuple[str, int, str, str, float], Measure] = {}
    for row in case.findings:
        exhibit = bound.get((row.fax_sha256, row.finding.page))
        if exhibit is not None and row.finding.field in TITLES:
            key = (row.fax_sha256, row.finding.page, row.finding.field, row.finding.value, round(row.finding.box[1], 2))
            found.setdefault(key, Measure(row.finding.field, row.finding.value, exhibit.on, row))
    order = list(TITLES)
    return tuple(sorted(found.values(), key=lambda m: (order.index(m.field), m.on or date.max, m.read.fax_sha256, m.read.finding.page,
                                                       m.read.finding.box[1])))  # fmt: skip


def measure_sheets(sheets: Sheets, case: CaseFile, plan: PacketPlan) -> None:
    """Draw charts and table."""
    sheets.heading("Objective measures", "As they stand on the pages named; nothing is added. A value in doubt is marked, and is for a person "
                   "to compare with its page.")  # fmt: skip
    rows = measures(case)
    for field in TITLES:
        series = [m for m in rows if m.field == field and m.number is not None and m.read.finding.status != "suspect"]
        if len(series) >= 3 and len({m.number for m in series}) > 1:
            _chart(sheets, field, series, plan)
    table = Table(sheets, [Column("Measure", 26), Column("Value", 20, bold=True), Column("Document of", 18), Column("Read as", 18),
                           Column("Shown on", 18)], goal_column=4)  # fmt: skip
    for m in rows:
        finding = m.read.finding
        index = plan.index_of(m.read.fax_sha256, finding.page)
        title, unit = TITLES[m.field]
        value = f"{m.value} {unit}".strip() + (" (in doubt)" if finding.status == "suspect" else "")
        where = plan.bates(index) if index is not None else ""
        title = f"{title}, {finding.role}" if finding.role else title
        table.row((title, value, m.on.isoformat() if m.on else "undated", finding.raw, where),
                  Goal(index, finding.box[1]) if index is not None else None)  # fmt: skip


def _chart(sheets: Sheets, field: str, series: Sequence[Measure], plan: PacketPlan) -> None:
    """Points in the order of the record, each a link to its line; at most 24."""
    if sheets.y - CHART_HEIGHT - 60 < BOTTOM:
        sheets.turn()
    title, unit = TITLES[field]
    sheets.subheading(f"{title}{f' ({unit})' if unit else ''}")
    shown = series[:24]
    numbers = [m.number or 0.0 for m in shown]
    low, high = min(numbers), max(numbers)
    low, high = (low - 1, high + 1) if high - low < 2 else (low - 0.08 * (high - low), high + 0.08 * (high - low))
    top, bottom, left = sheets.y - 14, sheets.y - CHART_HEIGHT, LEFT + 30
    step = (RIGHT - left - 20) / len(shown)

    def place(number: int) -> tuple[float, float]:
        return left + step * (number + 0.5), bottom + (numbers[number] - low) / (high - low) * (top - bottom)

    with sheets.artifact() as canvas:
        canvas.setStrokeColorRGB(*RULE)
        canvas.setLineWidth(0.5)
        canvas.line(left, bottom, RIGHT, bottom)
        canvas.line(left, bottom, left, top + 8)
        canvas.setStrokeColorRGB(*SOFT)
        points = [place(n) for n in range(len(shown))]
        for number, ((x0, y0), (x1, y1)) in enumerate(zip(points, points[1:], strict=False)):
            if _follows(shown[number], shown[number + 1]):
                canvas.line(x0, y0, x1, y1)
        canvas.setFillColorRGB(*LINK)
        for x, y in points:
            canvas.circle(x, y, 2.4, stroke=0, fill=1)
    captions = [_caption(m, step) for m in shown]
    for number, m in enumerate(shown):
        _point(sheets, m, place(number), bottom, plan, captions[number])
    sheets.y = bottom - 17 - 9 * max(len(lines) for lines in captions)


def _caption(m: Measure, step: float) -> list[str]:
    """The day under a point and, below it, how it was measured; nothing where points stand close."""
    if step <= 48:
        return []
    day = m.on.isoformat() if m.on else "undated"
    return [day, *wrapped(m.read.finding.role or "", "sans", 7, step - 6)[:3]]


def _follows(one: Measure, two: Measure) -> bool:
    """Whether two points are one measure at two times: only such are joined, for a walk is no course of rest."""
    return one.read.finding.role == two.read.finding.role and one.on != two.on


def _point(
    sheets: Sheets, m: Measure, at: tuple[float, float], bottom: float, plan: PacketPlan, caption: Sequence[str]
) -> None:  # fmt: skip
    x, y = at
    index = plan.index_of(m.read.fax_sha256, m.read.finding.page)
    with sheets.tagged("P") as tag:
        sheets.text(x, y + 5, f"{m.number:g}" if m.number is not None else m.value, "sans-bold", 8, INK, "middle")
        for line, words in enumerate(caption):
            sheets.text(x, bottom - 10 - 9 * line, words, "sans", 7, SOFT, "middle")
    if index is not None:
        sheets.link(
            (x - 8, y - 6, x + 8, y + 14),
            Goal(index, m.read.finding.box[1]),
            f"{m.value}: go to {plan.bates(index)}",
            tag,
        )
