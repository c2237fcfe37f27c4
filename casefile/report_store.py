"""The store's reports: each is one look at the database, put together as `casefile.reports` says."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from casefile import report_counts as counts
from casefile import tables as t
from casefile.report_denials import denial_grids
from casefile.reports import AGES, OLDEST, Figure, Grid, Period, Report, age_of, check_name, local_day
from casefile.store_rows import Part

MOST_ROWS = 500
"""Rows of a list in a report; the note says how many more there are."""
NO_LETTER = "no letter sent yet"


class ReportStore(Part):
    """Reports."""

    def report(self, name: str, period: Period, now: datetime, open_only_in_period: bool = False) -> Report:
        """A report.

        Args:
            name: One of `reports.NAMES`.
            period: The days it is about; the list of open referrals is about now.
            now: The moment, with its zone.
            open_only_in_period: List only open referrals that were opened in the period.
        """
        check_name(name)
        with self.engine.connect() as c:
            if name == "daily-referrals":
                return Report(name, period, now, grids=(_daily(c, period),))
            if name == "open-referrals":
                grids = _open_grids(c, period, now, open_only_in_period)
                return Report(name, period, now, (Figure("open_referrals", _total(grids[0])),), grids)
            denied, denials = denial_grids(c, period, now.astimezone(period.zone).date())
            if name == "denial-audit":
                won = Figure("appeals_won", *counts.outcomes(c, period))
                return Report(name, period, now, (Figure("denials", denied), won), denials)
            return _metrics(c, period, now, denied, denials)


def _daily(c: Connection, period: Period) -> Grid:
    """One row a day."""
    created, came = t.case.c.created_at, t.fax.c.received_at
    columns: dict[str, Counter[date]] = {
        "faxes": counts.by_day(c, came, period),
        "set aside": counts.by_day(c, came, period, t.fax.c.state == "set_aside"),
        "referrals": counts.by_day(c, created, period),
        "with something missing": counts.by_day(c, created, period, counts.had_gap()),
        "office asked": counts.by_day(c, created, period, counts.asked()),
        "still open": counts.by_day(c, created, period, counts.is_open()),
    }
    days = [period.first + timedelta(n) for n in range(period.days)]
    rows = tuple((day.isoformat(), *(column[day] for column in columns.values())) for day in days)
    note = f"Days of {period.zone}. A referral is a case, counted on the day it was opened."
    return Grid("days", "Referrals by day", ("day", *columns), rows, note, "referrals")


def _open_grids(c: Connection, period: Period, now: datetime, only: bool) -> tuple[Grid, Grid]:
    """Open referrals by age and status, and the list of them, the oldest first."""
    where = [counts.is_open(), *([counts.opened_in(period)] if only else [])]
    today, created, status = now.astimezone(period.zone).date(), t.case.c.created_at, t.case.c.status
    day = func.substr(created, 1, counts.TEN_MINUTES)
    query = select(day, status, func.count()).where(*where).group_by(day, status)
    grouped: Counter[tuple[str, str]] = Counter()
    for moment, name, count in c.execute(query).tuples():
        grouped[age_of((today - local_day(moment, period.zone)).days), name] += count
    names = sorted({name for _, name in grouped})
    ages = [*(words for _, words in AGES), OLDEST]
    rows = tuple((age, sum(grouped[age, n] for n in names), *(grouped[age, n] for n in names)) for age in ages)
    table = Grid("ages", "Open referrals by age", ("age", "all", *names), rows,
                 f"Age in days of {period.zone} since the case was opened.", "all")  # fmt: skip
    return table, _open_list(c, where, today, period, _total(table))


def _open_list(c: Connection, where: list[counts.Condition], today: date, period: Period, total: int) -> Grid:
    """The open referrals by id: no names, so that the list may lie about."""
    k = t.case.c
    query = select(k.id, k.status, k.created_at, k.open_gaps, k.next_due).where(*where)
    rows = []
    for case_id, status, created, gaps, due in c.execute(query.order_by(k.created_at, k.id).limit(MOST_ROWS)).tuples():
        day = local_day(created, period.zone)
        rows.append((case_id, status, day.isoformat(), (today - day).days, gaps, "" if due == t.NEVER else due))
    note = f"The oldest {MOST_ROWS} of {total}." if total > MOST_ROWS else ""
    columns = ("case", "status", "opened", "days", "open gaps", "next due")
    return Grid("cases", "Open referrals, the oldest first", columns, tuple(rows), note)


def _total(grid: Grid) -> int:
    return sum(int(row[1] or 0) for row in grid.rows)


def _metrics(c: Connection, period: Period, now: datetime, denied: int, denials: tuple[Grid, ...]) -> Report:
    """All figures and the tables behind them."""
    today, opened = now.astimezone(period.zone).date(), counts.opened_in(period)
    referrals = counts.count(c, opened)
    missed, due = _missed(c, period, today)
    daily = _daily(c, period)
    ages, _ = _open_grids(c, period, now, False)
    figures = (
        Figure("referrals_per_day", referrals, period.days),
        Figure("open_referrals", _total(ages)),
        Figure("clarification_rate", counts.count(c, opened, counts.asked()), referrals),
        Figure("acknowledged_24h", *counts.acknowledged(c, period, now)),
        Figure("delivered_on_time", *counts.delivered(c, period)),
        Figure("deadlines_missed", due, sum(int(row[1] or 0) for row in missed.rows)),
        Figure("denials", denied),
        Figure("appeals_won", *counts.outcomes(c, period)),
    )
    return Report("metrics", period, now, figures, (daily, ages, _gaps(c, period), missed, *denials))


def _missed(c: Connection, period: Period, today: date) -> tuple[Grid, int]:
    rows = tuple((name, due, late, never) for name, due, late, never in counts.deadlines(c, period, today))
    grid = Grid("deadlines", "Deadlines", ("clock", "due", "stopped late", "never stopped"), rows,
                "Last days of the period that are past.")  # fmt: skip
    return grid, sum(late + never for _, _, late, never in rows)


def _gaps(c: Connection, period: Period) -> Grid:
    """What was lacking, by ordering office."""
    found = counts.gap_reasons(c, period)
    rows = tuple((office or NO_LETTER, title, n, still) for office, title, n, still in found[:MOST_ROWS])
    note = "Office of the case's last letter."
    if len(found) > MOST_ROWS:
        note += f" The first {MOST_ROWS} of {len(found)} rows."
    return Grid("gaps", "What was lacking, by office", ("office", "lacking", "gaps", "still open"), rows, note, "gaps")
