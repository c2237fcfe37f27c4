"""Makes a report from the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casefile.errors import Refused
from casefile.report_queries import Queries, deliveries
from casefile.reports import (
    NAMES,
    Figure,
    Period,
    Report,
    Table,
    above,
    age_table,
    below,
    daily_table,
    missed_table,
    shortened,
)
from casefile.store import Store
from casefile.tables import NEVER

USUAL_DAYS = 30
LONGEST_DAYS = 3700


def make_report(
    store: Store, name: str, *, zone: ZoneInfo, at: datetime, first: date | None = None, last: date | None = None
) -> Report:
    """A report over the days from `first` to `last`, both included.

    Args:
        store: The store.
        name: One of `reports.NAMES`.
        zone: Whose calendar days are meant.
        at: Now, with a zone.
        first: First day; none: 30 days, for open referrals all.
        last: Last day; none: today.

    Raises:
        Refused: There is no such report, or the period is none.
    """
    if name not in NAMES:
        raise Refused(f"{name[:40]}: a report is one of {', '.join(NAMES)}")
    last = last or at.astimezone(zone).date()
    if first is None and name != "open-referrals":
        first = last - timedelta(USUAL_DAYS - 1)
    if first and (first > last or (last - first).days > LONGEST_DAYS):
        raise Refused(f"from {first} to {last} is no period of at most ten years")
    period = Period(first, last, zone)
    with store.engine.connect() as c:
        figures, tables = MAKERS[name](Queries(c, period), at)
    return Report(name, period, at, tuple(figures), tuple(tables))


Parts = tuple[list[Figure], list[Table]]


def _daily(queries: Queries, at: datetime) -> Parts:
    return [_acknowledged(queries, at)], [daily_table(queries.per_minute(), queries.period)]


def _open(queries: Queries, at: datetime) -> Parts:
    zone, today = queries.period.zone, at.astimezone(queries.period.zone).date()
    ages = age_table(queries.open_by_minute(), today, zone)
    rows = []
    for case_id, status, created, gaps, due in queries.oldest_open():
        opened = datetime.fromisoformat(created).astimezone(zone).date()
        rows.append((case_id, status, opened.isoformat(), (today - opened).days, gaps, "" if due == NEVER else due))
    columns = ("case", "status", "opened", "age in days", "open gaps", "next deadline")
    return [], [ages, shortened(Table("oldest", "Oldest first", columns, rows), ages.rows[-1][-1])]


def _denials(queries: Queries, at: datetime) -> Parts:
    by_reason = Table("denials", "Denials by payer and reason", ("payer", "reason code", "cases"), queries.denials(),
                      "Letters that arrived in the period. A case with two reasons counts under both.")  # fmt: skip
    rows, whole = queries.denied_cases()
    zone = queries.period.zone
    shown = [(case_id, payer, status, datetime.fromisoformat(came).astimezone(zone).date().isoformat(),
              "" if due == NEVER else due, packets) for case_id, payer, status, came, due, packets in rows]  # fmt: skip
    columns = ("case", "payer", "status", "denial arrived", "next deadline", "packets built")
    cases = shortened(Table("cases", "Denied cases", columns, shown), whole)
    return [_won(queries), _missed(queries, at)[0]], [by_reason, cases]


def _metrics(queries: Queries, at: datetime) -> Parts:
    clarified = Figure(
        "clarification_rate", "Clarification rate",
        "Referrals opened in the period for which a letter went to the ordering office, of all opened in the period.",
        *queries.clarified(),
    )  # fmt: skip
    missed, deadlines, delivered = _missed(queries, at)
    rows, whole = queries.gaps_by_office()
    columns = ("office", "what was missing", "times", "still open")
    gaps = shortened(Table("gaps", "What was missing, by office", columns, rows), whole)
    denials = Table("denials", "Denials by payer and reason", ("payer", "reason code", "cases"), queries.denials())
    today = at.astimezone(queries.period.zone).date()
    since_ever = Queries(queries.c, replace(queries.period, first=None))
    ages = age_table(since_ever.open_by_minute(), today, queries.period.zone)
    figures = [below(clarified, 8), _acknowledged(queries, at), delivered, _won(queries), missed]
    return figures, [daily_table(queries.per_minute(), queries.period), ages, gaps, denials, deadlines]


def _acknowledged(queries: Queries, at: datetime) -> Figure:
    return Figure(
        "acknowledged", "Acknowledged within 24 hours",
        "Referrals opened in the period with a call, e-mail, verification or letter logged within 24 hours, of all "
        "opened in the period whose 24 hours are over or that were acknowledged.",
        *queries.acknowledged(at.isoformat()),
    )  # fmt: skip


def _won(queries: Queries) -> Figure:
    return Figure(
        "appeals_won", "Appeals won",
        "Cases that went from under appeal to authorized in the period, of those that went from there to authorized, "
        "denied or a regulator. A case closed straight from under appeal counts as neither.",
        *queries.appeals(),
    )  # fmt: skip


def _missed(queries: Queries, at: datetime) -> tuple[Figure, Table, Figure]:
    """Deadlines missed, by clock, and deliveries in time."""
    rows = queries.clocks(at.astimezone(queries.period.zone).date().isoformat())
    gone, ended = sum(row[1] for row in rows), sum(row[2] for row in rows)
    missed = Figure(
        "deadlines_missed", "Deadlines missed",
        "Deadlines of the period that nothing had met on their last day, of all deadlines of the period that are met "
        "or past. Cases closed before are left out.", gone, ended,
    )  # fmt: skip
    delivered = Figure(
        "on_time_delivery", "Delivered on time",
        "Start-of-service deadlines of the period met by a delivery on or before their last day, of all of them that "
        "are delivered or past; denied ones are left out.", *deliveries(rows),
    )  # fmt: skip
    return missed, missed_table([row[:3] for row in rows]), above(delivered, 95)


MAKERS = {"daily-referrals": _daily, "open-referrals": _open, "denial-audit": _denials, "metrics": _metrics}
