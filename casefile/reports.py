"""Reports as plain values: figures with their definition, tables, and their JSON and CSV. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casefile.csv_text import csv_text
from casefile.errors import Refused

FIGURES = Path(__file__).parent / "data" / "figures.toml"
NAMES = {
    "daily-referrals": "What came in, day by day",
    "open-referrals": "Open referrals by age",
    "denial-audit": "Denials by reason and payer, and what became of them",
    "metrics": "The figures we judge ourselves by",
}
"""Report → its title."""
ENDED = ("delivered", "denied", "under appeal", "filed with regulator", "closed")
"""Statuses of cases that are no open referrals."""
AGES = ((1, "0 to 1 day"), (3, "2 to 3 days"), (7, "4 to 7 days"), (14, "8 to 14 days"), (30, "15 to 30 days"))
OLDEST = "more than 30 days"
NO_DATA = "no data"
USUAL_DAYS = 30
LONGEST_DAYS = 3660
Row = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """Days of the organisation, both ends included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def begins(self) -> str:
        """The first moment in UTC, as the store writes times; sorts before every time of that second."""
        return _utc(self.first, self.zone)

    @property
    def ends(self) -> str:
        """The first moment after the period, in UTC."""
        return _utc(self.last + timedelta(1), self.zone)


@dataclass(frozen=True)
class Figure:
    """One number with what it counts; a share of nothing has no value."""

    name: str
    numerator: int
    denominator: int | None = None

    @property
    def rule(self) -> Row:
        """Title, unit, definition and target."""
        return figure_rules()[self.name]

    @property
    def value(self) -> float | None:
        """The figure in its unit; None: no data."""
        if self.rule["unit"] == "count":
            return float(self.numerator)
        if not self.denominator:
            return None
        share = self.numerator / self.denominator
        return round(100 * share, 1) if self.rule["unit"] == "percent" else round(share, 2)

    @property
    def in_words(self) -> str:
        """The value as people read it."""
        if self.value is None:
            return NO_DATA
        return f"{self.value:.1f} %" if self.rule["unit"] == "percent" else f"{self.value:g}"

    @property
    def target(self) -> str:
        """The target in words; "" without one."""
        if "target" not in self.rule:
            return ""
        return f"{'under' if self.rule['better'] == 'lower' else 'over'} {self.rule['target']} %"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target or without data."""
        if not self.target or not self.denominator:
            return None
        share, target = self.numerator * 100, self.rule["target"] * self.denominator
        return bool(share < target if self.rule["better"] == "lower" else share > target)

    def to_json(self) -> Row:
        """All of it."""
        return {
            "name": self.name, "title": self.rule["title"], "value": self.value, "unit": self.rule["unit"],
            "numerator": self.numerator, "denominator": self.denominator, "target": self.target or None,
            "met": self.met, "counts": self.rule["numerator"], "of": self.rule.get("denominator"),
        }  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """A table: a title, columns, rows, and what a reader must know of it. `chart` names a column worth drawing."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    chart: str = ""

    def to_csv(self) -> str:
        """The table alone."""
        return csv_text(self.columns, self.rows)

    def to_json(self) -> Row:
        """Rows as objects."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"name": self.name, "title": self.title, "note": self.note, "rows": rows}


@dataclass(frozen=True)
class Report:
    """A report of a period."""

    name: str
    period: Period
    made_at: datetime
    figures: tuple[Figure, ...] = ()
    grids: tuple[Grid, ...] = field(default=())

    @property
    def title(self) -> str:
        """In words."""
        return NAMES[self.name]

    def all_grids(self) -> tuple[Grid, ...]:
        """The figures as a table, then the tables."""
        return (figures_grid(self.figures), *self.grids) if self.figures else self.grids

    def to_csv(self) -> str:
        """Every table with its title above it and an empty line between."""
        parts = [csv_text([grid.title], []) + grid.to_csv() for grid in self.all_grids()]
        return "\r\n".join(parts)

    def to_json(self) -> Row:
        """The report, JSON-ready."""
        return {
            "schema": "casebinder.report/1", "report": self.name, "title": self.title,
            "from": self.period.first.isoformat(), "to": self.period.last.isoformat(),
            "timezone": str(self.period.zone), "made_at": self.made_at.isoformat(),
            "figures": [figure.to_json() for figure in self.figures],
            "tables": [grid.to_json() for grid in self.grids],
        }  # fmt: skip


def period_of(first: date | None, last: date | None, today: date, zone: ZoneInfo) -> Period:
    """The period asked for; without a beginning the 30 days up to its end.

    Raises:
        Refused: It ends before it begins, or is longer than ten years.
    """
    end = last or today
    begin = first or end - timedelta(USUAL_DAYS - 1)
    if begin > end:
        raise Refused(f"the period ends on {end}, before it begins on {begin}")
    if (end - begin).days > LONGEST_DAYS:
        raise Refused("a report covers ten years at most")
    return Period(begin, end, zone)


def check_name(name: str) -> str:
    """The report's name, if there is one."""
    if name not in NAMES:
        raise Refused(f"{name}: a report is one of {', '.join(NAMES)}")
    return name


@cache
def figure_rules() -> dict[str, Row]:
    """The rows of `figures.toml` by name."""
    return {name: row for name, row in tomllib.loads(FIGURES.read_text()).items() if isinstance(row, dict)}


def figures_grid(figures: Sequence[Figure]) -> Grid:
    """The figures as a table."""
    words = {True: "yes", False: "no", None: ""}
    rows = [(f.rule["title"], f.in_words, f.numerator, f.denominator, f.target, words[f.met], f.rule["numerator"],
             f.rule.get("denominator", "")) for f in figures]  # fmt: skip
    columns = ("figure", "value", "numerator", "denominator", "target", "met", "counts", "of")
    return Grid("figures", "Figures", columns, tuple(rows))


def age_of(days: int) -> str:
    """The group of an open referral's age."""
    return next((words for most, words in AGES if days <= most), OLDEST)


def local_day(moment: str, zone: ZoneInfo) -> date:
    """The organisation's day of a UTC time, or of the first letters of one ("2026-11-24T09:4")."""
    whole = f"{moment}0" if len(moment) == 15 else moment
    found = datetime.fromisoformat(whole)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(zone).date()


def _utc(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(), zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
