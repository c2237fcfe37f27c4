"""What the reports count, in SQL, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Integer,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from casefile import tables as t
from casefile.case_clocks import clock_rules
from casefile.reports import MOST_ROWS, Period

ACKNOWLEDGED = ("called", "emailed", "verified", "requested")
"""An entry of one of these kinds tells the referring side that we have it."""
DONE = ("delivered", "denied", "under appeal", "filed with regulator", "closed")
UNREAD = "no code read"
WON, LOST = "authorized", ("denied", "filed with regulator")
DELIVERY = tuple(str(rule["name"]) for rule in clock_rules() if str(rule["id"]).startswith("start_"))


class Queries:
    """Counts over one connection."""

    def __init__(self, c: Connection, period: Period) -> None:
        self.c, self.period = c, period
        self.sqlite = c.dialect.name == "sqlite"

    # what the two databases write differently

    def _each(self, column: Any, name: str, text: bool = False) -> Any:
        """The elements of a JSON list, as rows with `value`: as JSON, or as text."""
        make = func.json_array_elements_text if text else func.json_array_elements
        if self.sqlite:
            make = func.json_each
        return make(column).table_valued("value", name=name, joins_implicitly=True)

    def _text(self, value: Any, key: str) -> Any:
        """A text in a JSON object."""
        return func.json_extract(value, f"$.{key}") if self.sqlite else func.json_extract_path_text(value, key)

    def _days(self, moment: Any) -> Any:
        """An ISO time with its zone as a number of days."""
        if self.sqlite:
            return func.julianday(moment)
        return func.extract("epoch", cast(moment, DateTime(timezone=True))) / 86400.0

    def _within(self, column: Any) -> Any:
        return and_(column >= self.period.since, column < self.period.until)

    def _day_within(self, column: Any) -> Any:
        return and_(column >= self.period.first_day, column <= self.period.last.isoformat())

    # counts

    def per_minute(self) -> dict[str, dict[str, int]]:
        """What was counted → minute (UTC) → how many."""
        counted = {"faxes received": t.fax.c.received_at, "new referrals": t.case.c.created_at,
                   "letters sent": t.request.c.made_at, "packets built": t.packet.c.created_at}  # fmt: skip
        return {name: self._minutes(column) for name, column in counted.items()}

    def _minutes(self, column: Any) -> dict[str, int]:
        minute = func.substr(column, 1, 16)
        query = select(minute, func.count()).where(self._within(column)).group_by(minute)
        return {str(key): int(count) for key, count in self.c.execute(query)}

    def open_by_minute(self) -> list[tuple[str, str, int]]:
        """(status, minute of opening, cases) of open referrals."""
        minute = func.substr(t.case.c.created_at, 1, 16)
        query = select(t.case.c.status, minute, func.count()).where(*self._open()).group_by(t.case.c.status, minute)
        return [tuple(row) for row in self.c.execute(query)]

    def _open(self) -> tuple[Any, ...]:
        return t.case.c.status.not_in(DONE), self._within(t.case.c.created_at)

    def oldest_open(self) -> list[tuple[Any, ...]]:
        """(case, status, opened at, open gaps, next deadline) of open referrals, the oldest first."""
        names = ("id", "status", "created_at", "open_gaps", "next_due")
        query = select(*(t.case.c[name] for name in names)).where(*self._open())
        return [tuple(row) for row in self.c.execute(query.order_by(t.case.c.created_at, t.case.c.id).limit(MOST_ROWS))]

    def clarified(self) -> tuple[int, int]:
        """(Referrals that needed a letter to the office, referrals) of those opened in the period."""
        asked = exists().where(t.request.c.case_id == t.case.c.id)
        query = select(func.count(case((asked, 1))), func.count()).where(self._within(t.case.c.created_at))
        return self._pair(query)

    def acknowledged(self, now: str) -> tuple[int, int]:
        """(Acknowledged within 24 hours, referrals) of those opened in the period at least 24 hours ago."""
        row = t.event.c.row
        first = (
            select(t.event.c.case_id, func.min(self._days(row["at"].as_string())).label("moment"))
            .where(row["kind"].as_string().in_(ACKNOWLEDGED)).group_by(t.event.c.case_id).subquery()
        )  # fmt: skip
        opened = self._days(t.case.c.created_at)
        in_time = first.c.moment <= opened + 1
        over = or_(in_time, opened + 1 <= self._days(literal(now)))
        joined = t.case.outerjoin(first, first.c.case_id == t.case.c.id)
        query = select(func.count(case((in_time, 1))), func.count()).select_from(joined)
        return self._pair(query.where(self._within(t.case.c.created_at), over))

    def clocks(self, today: str) -> list[tuple[str, int, int, int, int]]:
        """(Clock, missed, ended, missed deliveries, deliveries) of deadlines that lie in the period and are over.

        Missed: nothing had stopped it by then. A case closed by then is left out; a clock that a denial stopped is
        no delivery.
        """
        each = self._each(t.case.c.clocks, "clock")
        name, due, stopped, note = (self._text(each.c.value, key) for key in ("name", "due", "stopped_on", "note"))
        late = or_(and_(stopped.is_(None), due < today), stopped > due)
        ended = or_(stopped.is_not(None), due < today)
        closed = and_(t.case.c.status == "closed", func.substr(t.case.c.status_at, 1, 10) <= due)
        delivery = or_(stopped.is_(None), note.like("%stopped: delivered%"))
        counted = (late, literal(True), and_(late, delivery), delivery)
        query = (
            select(name, *(func.count(case((what, 1))) for what in counted))
            .select_from(t.case, each).where(self._day_within(due), ended, ~closed).group_by(name)
        )  # fmt: skip
        return [tuple(row) for row in self.c.execute(query)]

    def gaps_by_office(self) -> tuple[list[tuple[Any, ...]], int]:
        """(Office, what was missing, how often, still open), the commonest first, and the count of all rows."""
        asked = (
            select(t.request.c.office).where(t.request.c.case_id == t.gap.c.case_id)
            .order_by(t.request.c.made_at.desc()).limit(1).scalar_subquery()
        )  # fmt: skip
        npi = (
            select(func.min(t.identifier.c.value))
            .where(t.identifier.c.case_id == t.gap.c.case_id, t.identifier.c.kind == "ordering_provider_npi")
            .scalar_subquery()
        )
        office = func.coalesce(func.nullif(asked, ""), literal("NPI ") + npi, "office not known").label("office")
        rows = select(office, t.gap.c.title, t.gap.c.closed_at).where(self._within(t.gap.c.opened_at)).subquery()
        count, still = func.count().label("times"), func.count(case((rows.c.closed_at.is_(None), 1)))
        query = select(rows.c.office, rows.c.title, count, still).group_by(rows.c.office, rows.c.title)
        ordered = query.order_by(count.desc(), rows.c.office, rows.c.title)
        found = [tuple(row) for row in self.c.execute(ordered.limit(MOST_ROWS))]
        whole = len(found)
        if whole == MOST_ROWS:
            whole = self.c.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        return found, whole

    def _denied(self) -> Any:
        """(Case, payer, fax, document id) of denial letters whose fax arrived in the period."""
        joined = t.document.join(t.fax, t.fax.c.sha256 == t.document.c.sha256).join(t.case)
        return (
            select(t.case.c.id, t.case.c.payer_name, t.document.c.sha256, t.document.c.id.label("document"))
            .select_from(joined).where(t.document.c.kind == "denial_letter", self._within(t.fax.c.received_at))
        )  # fmt: skip

    def denials(self) -> list[tuple[str, str, int]]:
        """(Payer, reason code as read or corrected, cases), the commonest first."""
        letters, codes = self._denied().cte("letters"), self._codes().cte("codes")
        page = self._each(t.document.c.pages, "page", text=True)
        on_page = exists(select(literal(1)).select_from(page).where(cast(page.c.value, Integer) == codes.c.page))
        of_letter = (
            select(letters.c.document, codes.c.value)
            .select_from(letters).join(t.document, t.document.c.id == letters.c.document)
            .join(codes, codes.c.sha256 == letters.c.sha256)
            .where(on_page)
        ).cte("of_letter")  # fmt: skip
        reason, cases = func.coalesce(of_letter.c.value, UNREAD), func.count(letters.c.id.distinct())
        query = (
            select(letters.c.payer_name, reason, cases)
            .select_from(letters.outerjoin(of_letter, of_letter.c.document == letters.c.document))
            .group_by(letters.c.payer_name, reason).order_by(cases.desc(), letters.c.payer_name, reason)
        )  # fmt: skip
        return [tuple(row) for row in self.c.execute(query)]

    def _codes(self) -> Any:
        """Denial codes by fax and page, people's corrections in place of what was read."""
        read, fixed, later = t.finding.c, t.correction.c, t.correction.alias("later").c
        original = t.correction.c.original["value"].as_string()
        here = and_(fixed.sha256 == read.sha256, fixed.page == read.page, fixed.field == read.field)
        as_read = select(read.sha256, read.page, read.value).where(
            read.field == "denial_code", ~exists().where(here, original == read.value)
        )
        newer = and_(later.sha256 == fixed.sha256, later.page == fixed.page, later.field == fixed.field,
                     func.coalesce(later.original["value"].as_string(), "") == func.coalesce(original, ""),
                     later.id > fixed.id)  # fmt: skip
        by_people = select(fixed.sha256, fixed.page, fixed.value).where(
            fixed.field == "denial_code", fixed.value != "", ~exists().where(newer)
        )
        return union_all(as_read, by_people)

    def denied_cases(self) -> tuple[list[tuple[Any, ...]], int]:
        """(Case, payer, status, first denial arrived at, next deadline, packets built), the nearest deadline first."""
        letters = self._denied().add_columns(t.fax.c.received_at).subquery()
        first = select(letters.c.id, func.min(letters.c.received_at).label("at")).group_by(letters.c.id).subquery()
        packets = select(func.count()).where(t.packet.c.case_id == t.case.c.id).scalar_subquery()
        names = (t.case.c.id, t.case.c.payer_name, t.case.c.status, first.c.at, t.case.c.next_due, packets)
        query = select(*names).select_from(t.case.join(first, first.c.id == t.case.c.id))
        found = [tuple(row) for row in self.c.execute(query.order_by(t.case.c.next_due, t.case.c.id).limit(MOST_ROWS))]
        return found, self.c.execute(select(func.count()).select_from(first)).scalar_one()

    def appeals(self) -> tuple[int, int]:
        """(Won, decided) appeals of the period, by the change of status that ended them."""
        won = f"status: under appeal → {WON}"
        ends = [won, *(f"status: under appeal → {status}" for status in LOST)]
        query = select(func.count(case((t.audit.c.what == won, 1))), func.count())
        return self._pair(query.where(t.audit.c.what.in_(ends), self._within(t.audit.c.at)))

    def _pair(self, query: Any) -> tuple[int, int]:
        part, whole = self.c.execute(query).one()
        return int(part), int(whole)


def deliveries(rows: Iterable[tuple[str, int, int, int, int]]) -> tuple[int, int]:
    """(Delivered in time, due) over the delivery clocks among these."""
    own = [row for row in rows if row[0] in DELIVERY]
    due = sum(row[4] for row in own)
    return due - sum(row[3] for row in own), due
