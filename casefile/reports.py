"""Reports: figures with their definition, numerator and denominator, and tables. Pure; the counts come from SQL.

Used at the command line, at the desk, in the API and on a schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casefile.csv_text import csv_text

NAMES = ("daily-referrals", "open-referrals", "denial-audit", "metrics")
TITLES = {
    "daily-referrals": "Referrals day by day", "open-referrals": "Open referrals by age",
    "denial-audit": "Denials and appeals", "metrics": "How we are doing",
}  # fmt: skip
AGES = (("up to 1 day", 1), ("2 to 3 days", 3), ("4 to 7 days", 7), ("8 to 14 days", 14), ("15 to 30 days", 30))
OLDER = "over 30 days"
MOST_ROWS = 1000
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Period:
    """Days of the office's own calendar, the last one included; no `first`: from the beginning."""

    first: date | None
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> str:
        """The first moment, as the store writes times; "" from the beginning."""
        return _midnight(self.first, self.zone) if self.first else ""

    @property
    def until(self) -> str:
        """The first moment after."""
        return _midnight(self.last + timedelta(1), self.zone)

    @property
    def first_day(self) -> str:
        """The first day as an ISO date that sorts before all others if there is none."""
        return self.first.isoformat() if self.first else "0000-00-00"


@dataclass(frozen=True)
class Figure:
    """One number that can be checked: what of what, by which definition. No denominator, no value."""

    id: str
    title: str
    definition: str
    numerator: int
    denominator: int
    target: str = ""
    meets: bool | None = None

    @property
    def percent(self) -> float | None:
        """The share in percent; None when there is nothing to count."""
        return round(100 * self.numerator / self.denominator, 1) if self.denominator else None

    def to_json(self) -> dict[str, Any]:
        """As the API and files print it."""
        return {"id": self.id, "title": self.title, "percent": self.percent, "numerator": self.numerator,
                "denominator": self.denominator, "target": self.target, "meets_target": self.meets,
                "definition": self.definition}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Rows under named columns; `note` says what was left out or how it is counted."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: Rows
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the API and files print it."""
        return {"id": self.id, "title": self.title, "columns": list(self.columns), "note": self.note,
                "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]}  # fmt: skip


@dataclass(frozen=True)
class Report:
    """A report over a period."""

    name: str
    period: Period
    made_at: datetime
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def title(self) -> str:
        """In words."""
        return TITLES[self.name]

    def to_json(self) -> dict[str, Any]:
        """As the API and files print it."""
        return {
            "report": self.name, "title": self.title, "made_at": self.made_at.isoformat(),
            "from": self.period.first.isoformat() if self.period.first else None, "to": self.period.last.isoformat(),
            "timezone": str(self.period.zone), "figures": [figure.to_json() for figure in self.figures],
            "tables": [table.to_json() for table in self.tables],
        }  # fmt: skip

    def blocks(self) -> list[Table]:
        """The figures as a table, and the tables."""
        columns = ("figure", "percent", "numerator", "denominator", "target", "definition")
        rows = [(f.title, "no data" if f.percent is None else f.percent, f.numerator, f.denominator, f.target,
                 f.definition) for f in self.figures]  # fmt: skip
        return [*([Table("figures", "Figures", columns, rows)] if rows else []), *self.tables]

    def to_csv(self, table: str = "") -> str:
        """One table as CSV, or all of them with an empty line between.

        Raises:
            KeyError: There is no such table.
        """
        blocks = {block.id: block for block in self.blocks()}
        wanted = [blocks[table]] if table else list(blocks.values())
        return "\r\n".join(csv_text(block.columns, block.rows) for block in wanted)


def _midnight(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(), zone).astimezone(UTC).isoformat()


def below(figure: Figure, percent: float) -> Figure:
    """The figure with a target it should stay under."""
    return _aimed(figure, f"under {percent:g} %", figure.percent is not None and figure.percent < percent)


def above(figure: Figure, percent: float) -> Figure:
    """The figure with a target it should exceed."""
    return _aimed(figure, f"over {percent:g} %", figure.percent is not None and figure.percent > percent)


def _aimed(figure: Figure, target: str, meets: bool) -> Figure:
    return replace(figure, target=target, meets=None if figure.percent is None else meets)


def daily_table(counts: Mapping[str, Mapping[str, int]], period: Period) -> Table:
    """Counts per minute (UTC) by what was counted → a row for every day of the office's calendar."""
    days: dict[str, Counter[str]] = {}
    for name, minutes in counts.items():
        for minute, count in minutes.items():
            moment = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(period.zone)
            days.setdefault(moment.date().isoformat(), Counter())[name] += count
    first = period.first or (date.fromisoformat(min(days)) if days else period.last)
    every = [(first + timedelta(n)).isoformat() for n in range((period.last - first).days + 1)]
    rows = [(day, *(days.get(day, Counter())[name] for name in counts)) for day in every]
    return Table("per_day", "Per day", ("day", *counts), rows, f"Days of {period.zone}.")


def age_table(counts: Iterable[tuple[str, str, int]], today: date, zone: ZoneInfo) -> Table:
    """(status, minute of opening in UTC, cases) → open referrals by status and age in days."""
    names = (*(name for name, _ in AGES), OLDER)
    grid: dict[str, Counter[str]] = {}
    for status, minute, count in counts:
        opened = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone).date()
        grid.setdefault(status, Counter())[age_name((today - opened).days)] += count
    rows = [(status, *(row[name] for name in names), row.total()) for status, row in sorted(grid.items())]
    total = Counter[str]()
    for row in grid.values():
        total += row
    rows.append(("all", *(total[name] for name in names), total.total()))
    return Table("by_age", "Open referrals by age", ("status", *names, "all"), rows,
                 "Open: neither delivered, denied, under appeal, with a regulator, nor closed.")  # fmt: skip


def age_name(days: int) -> str:
    """The group that an age in days falls into."""
    return next((name for name, most in AGES if days <= most), OLDER)


def clock_name(name: str) -> str:
    """A clock's name without what somebody promised in their own words."""
    return "promised on the phone" if name.startswith("promised:") else name


def missed_table(rows: Iterable[tuple[str, int, int]]) -> Table:
    """(clock, missed, ended) → deadlines missed by clock, the worst first."""
    missed, ended = Counter[str](), Counter[str]()
    for name, gone, count in rows:
        missed[clock_name(name)] += gone
        ended[clock_name(name)] += count
    listed = sorted(ended, key=lambda name: (-missed[name], name))
    return Table("deadlines", "Deadlines missed", ("deadline", "missed", "ended in the period"),
                 [(name, missed[name], ended[name]) for name in listed])  # fmt: skip


def shortened(table: Table, whole: int) -> Table:
    """The table with a note when rows were left out."""
    if whole <= len(table.rows):
        return table
    return replace(table, note=f"{table.note} The first {len(table.rows):,} of {whole:,} rows.".strip())
