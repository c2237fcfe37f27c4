"""What the reports count, as questions to the database. Each takes a connection and gives numbers or rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from casefile import tables as t
from casefile.case_clocks import clock_rules
from casefile.packets_store import disclosure
from casefile.reports import ENDED, Period, local_day
from casefile.sql_time import seconds_of

ACKNOWLEDGED_BY = ("called", "emailed", "verified", "requested")
START_CLOCKS = ("start_standard", "start_complex")
DAY = 86_400
Condition = ColumnElement[bool]
Text = ColumnElement[str]
TEN_MINUTES = 15
"""Letters of an ISO time down to ten minutes: zones differ by whole tens of minutes, nearly everywhere."""


def opened_in(period: Period) -> Condition:
    """Cases opened in the period."""
    return within(t.case.c.created_at, period)


def within(column: Text, period: Period) -> Condition:
    """UTC times that lie in the period."""
    return and_(column >= period.begins, column < period.ends)


def is_open() -> Condition:
    """Cases that are open referrals."""
    return t.case.c.status.not_in(ENDED)


def by_day(c: Connection, column: Text, period: Period, *where: Condition) -> Counter[date]:
    """Rows a day of the organisation."""
    prefix = func.substr(column, 1, TEN_MINUTES)
    query = select(prefix, func.count()).where(within(column, period), *where).group_by(prefix)
    counted: Counter[date] = Counter()
    for moment, count in c.execute(query).tuples():
        counted[local_day(moment, period.zone)] += count
    return counted


def count(c: Connection, *where: Condition) -> int:
    """How many cases."""
    return c.execute(select(func.count()).select_from(t.case).where(*where)).scalar_one()


def had_gap() -> Condition:
    """Cases that ever lacked something."""
    return exists().where(t.gap.c.case_id == t.case.c.id)


def asked() -> Condition:
    """Cases whose ordering office was asked for something."""
    return exists().where(t.request.c.case_id == t.case.c.id)


def acknowledged(c: Connection, period: Period, now: datetime) -> tuple[int, int]:
    """(acknowledged within 24 hours, cases that could be) of those opened in the period."""
    kind, at = t.event.c.row["kind"].as_string(), t.event.c.row["at"].as_string()
    opened = seconds_of(t.case.c.created_at)
    answers = (
        select(t.case.c.id, func.min(seconds_of(at)).label("first"))
        .join(t.event, t.event.c.case_id == t.case.c.id)
        .where(opened_in(period), kind.in_(ACKNOWLEDGED_BY))
        .group_by(t.case.c.id)
        .subquery()
    )
    in_time = and_(answers.c.first.is_not(None), answers.c.first - opened <= DAY)
    over = seconds_of(now.isoformat()) - opened > DAY
    joined = t.case.outerjoin(answers, answers.c.id == t.case.c.id)
    query = select(_sum(in_time), _sum(or_(over, in_time))).select_from(joined).where(opened_in(period))
    good, all_of_them = c.execute(query).one()
    return good or 0, all_of_them or 0


def delivered(c: Connection, period: Period) -> tuple[int, int]:
    """(on time, all) deliveries of the period that stopped a clock for the start of service."""
    names = [rule["name"] for rule in clock_rules() if rule["id"] in START_CLOCKS]
    k = t.clock.c
    query = select(_sum(k.stopped_on <= k.due), func.count()).where(
        k.name.in_(names), k.stopped_by == "delivered",
        k.stopped_on >= period.first.isoformat(), k.stopped_on <= period.last.isoformat(),
    )  # fmt: skip
    good, all_of_them = c.execute(query).one()
    return good or 0, all_of_them


def deadlines(c: Connection, period: Period, today: date) -> list[tuple[str, int, int, int]]:
    """(clock, due, stopped late, not stopped) for the last days of the period that are past, most missed first."""
    k = t.clock.c
    late, never = _sum(k.stopped_on > k.due), _sum(k.stopped_on.is_(None))
    closed_by_then = and_(t.case.c.status == "closed", t.case.c.status_at != "", k.stopped_on.is_(None),
                          func.substr(t.case.c.status_at, 1, 10) <= k.due)  # fmt: skip
    query = (
        select(k.name, func.count(), late, never)
        .join(t.case, t.case.c.id == k.case_id)
        .where(k.due >= period.first.isoformat(), k.due <= period.last.isoformat(), k.due < today.isoformat())
        .where(~closed_by_then)
        .group_by(k.name)
        .order_by((late + never).desc(), k.name)
    )
    return [(name, total, after or 0, open_ or 0) for name, total, after, open_ in c.execute(query).tuples()]


def gap_reasons(c: Connection, period: Period) -> list[tuple[str, str, int, int]]:
    """(office of the case's last letter, what was lacking, gaps opened in the period, still open), most first."""
    last = (
        select(t.request.c.office)
        .where(t.request.c.case_id == t.gap.c.case_id)
        .order_by(t.request.c.made_at.desc(), t.request.c.token)
        .limit(1)
        .scalar_subquery()
    )
    found = select(
        func.coalesce(last, "").label("office"), t.gap.c.title.label("lacking"), t.gap.c.closed_at.label("closed_at")
    ).where(within(t.gap.c.opened_at, period)).subquery()  # fmt: skip
    total = func.count()
    query = (
        select(found.c.office, found.c.lacking, total, _sum(found.c.closed_at.is_(None)))
        .group_by(found.c.office, found.c.lacking)
        .order_by(total.desc(), found.c.office, found.c.lacking)
    )
    return [(office, title, n, open_ or 0) for office, title, n, open_ in c.execute(query).tuples()]


def outcomes(c: Connection, period: Period) -> tuple[int, int]:
    """(won, decided) of the cases with an appeal's outcome in the period; the last one logged counts."""
    kind, at = t.event.c.row["kind"].as_string(), t.event.c.row["at"].as_string()
    query = select(t.event.c.case_id, kind, at).where(kind.in_(("appeal_won", "appeal_lost"))).order_by(t.event.c.id)
    last: dict[str, str] = {}
    for case_id, what, when in c.execute(query).tuples():
        if period.first <= local_day(when, period.zone) <= period.last:
            last[case_id] = what
    return sum(what == "appeal_won" for what in last.values()), len(last)


def appeals_made(c: Connection) -> set[str]:
    """Cases in which an appeal was logged or an appeal packet was handed out."""
    kind = t.event.c.row["kind"].as_string()
    logged = select(t.event.c.case_id).where(kind == "appealed")
    sent = select(disclosure.c.case_id).where(disclosure.c.kind == "appeal")
    return {*c.execute(logged).scalars(), *c.execute(sent).scalars()}


def _sum(condition: Condition) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))
