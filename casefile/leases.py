"""Who works on what: leases with expiry and fencing numbers, failures counted, poison set aside.

What waits is always asked of the faxes and cases themselves; a row here only says who is on it and how often it
went wrong. Every claim raises the row's fence. A result is written only while the fence is still the claimant's
(`Leases.held`), so a worker that was thought dead and comes back late overwrites nothing. Expiry is judged by the
database's clock, never by a worker's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from casefile import tables as t
from casefile.database import guarded, writing
from casefile.owner import is_dead

metadata = MetaData()
work = Table(
    "work", metadata,
    Column("kind", String(8), primary_key=True),  # fax, case, inbox
    Column("subject", String(80), primary_key=True),
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", String(250), nullable=False, default=""),
    Column("until", String(32)),  # None: nobody is on it
    Column("not_before", String(32), nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
    Column("deaths", Integer, nullable=False, default=0),
    Column("last_error", String(300), nullable=False, default=""),
    Column("aside", Boolean, nullable=False, default=False),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("pages", Integer, nullable=False, default=0),  # 0: not counted yet
    Column("done_at", String(32)),
    Column("seconds", Float),
    Column("facts", JSON),
)  # fmt: skip

DIED = "its worker died or was cut off"
LONGEST_WAIT = 3600.0
INBOX_SECONDS = 15.0
"""The inbox is looked at by one worker at a time; another takes over this soon."""

WAITS = or_(t.fax.c.state == "received", and_(t.fax.c.state == "read", t.fax.c.filed.is_(False)))
JOINED = t.fax.outerjoin(work, and_(work.c.kind == "fax", work.c.subject == t.fax.c.sha256))


class LeaseLost(Exception):
    """Another worker has taken over; this one's result must not be written."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one thing until it expires. `pages` is 0 until somebody has counted."""

    kind: str
    subject: str
    fence: int
    already_read: bool = False
    pages: int = 0


@dataclass(frozen=True)
class Rules:
    """How long a lease runs without renewal, how often a fax may fail or kill, how many may be worked on at once."""

    seconds: float = 60.0
    max_failures: int = 5
    max_deaths: int = 8
    slots: int = 0
    """Faxes worked on at once by all workers together; 0: no bound."""


def clock(c: Connection) -> datetime:
    """The database's clock, so that machines whose clocks differ agree."""
    if c.engine.dialect.name != "postgresql":
        return datetime.now(UTC)
    at: datetime = c.execute(text("select clock_timestamp()")).scalar_one()
    return at.astimezone(UTC)


def stamp(at: datetime) -> str:
    """An ISO time in UTC that sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def pause(times: int) -> float:
    """Seconds to wait before the next try: none after the first mishap, then 2, 4, 8 ... up to an hour."""
    return 0.0 if times <= 1 else min(2.0 ** (times - 1), LONGEST_WAIT)


class Leases:
    """Claims of one worker. `owner` names it."""

    def __init__(self, engine: Engine, owner: str, rules: Rules) -> None:
        self.engine, self.owner, self.rules = engine, owner, rules

    def now(self) -> datetime:
        """The database's time."""
        with self.engine.connect() as c:
            return clock(c)

    # claims

    def announce(self, sha256: str, *, urgent: bool, facts: dict[str, str] | None = None) -> None:
        """Note what the inbox knows of a fax before it is recorded; urgent once is urgent for good."""
        key = {"kind": "fax", "subject": sha256}
        with writing(self.engine) as c:
            row = c.execute(select(work.c.urgent, work.c.facts).filter_by(**key)).first()
            if row is None:
                c.execute(insert(work).values(**key, **_fresh(), urgent=urgent, facts=facts))
            elif urgent > row.urgent or facts:
                c.execute(update(work).filter_by(**key).values(urgent=urgent or row.urgent, facts=facts or row.facts))

    def claim_fax(self, *, big: bool | None = None, big_pages: int = 0) -> Lease | None:
        """The fax whose turn it is: urgent first, then by age; those that keep killing workers come last.

        Args:
            big: True: only faxes known to have more than `big_pages` pages; False: only the others; None: any.
            big_pages: Where big begins.
        """
        if not self._any_waits():
            return None
        with writing(self.engine) as c:
            now = clock(c)
            self._reap(c, now)
            if self.rules.slots and self._running(c) >= self.rules.slots:
                return None
            free = or_(work.c.subject.is_(None), and_(work.c.until.is_(None), work.c.not_before <= stamp(now)))
            pages = func.coalesce(work.c.pages, 0)
            lane = [] if big is None else [pages > big_pages if big else pages <= big_pages]
            query = (
                select(t.fax.c.sha256, t.fax.c.state, work.c.fence, work.c.pages)
                .select_from(JOINED)
                .where(WAITS, free, *lane)
                .order_by(func.coalesce(work.c.urgent, False).desc(), func.coalesce(work.c.deaths, 0) > 1,
                          t.fax.c.received_at, t.fax.c.sha256)
                .limit(1)
            )  # fmt: skip
            row = c.execute(query).first()
            if row is None:
                return None
            fence = self._take(c, "fax", row.sha256, row.fence, now)
        return Lease("fax", row.sha256, fence, row.state == "read", row.pages or 0)

    def claim(self, kind: str, subject: str) -> Lease | None:
        """One thing by name, if nobody is on it and its time has come."""
        with writing(self.engine) as c:
            now = clock(c)
            self._reap(c, now)
            row = c.execute(select(work).filter_by(kind=kind, subject=subject)).first()
            if row is not None and (row.until is not None or row.not_before > stamp(now)):
                return None
            return Lease(kind, subject, self._take(c, kind, subject, row.fence if row else None, now))

    def _any_waits(self) -> bool:
        with self.engine.connect() as c:
            return c.execute(select(t.fax.c.sha256).where(WAITS).limit(1)).first() is not None

    def _running(self, c: Connection) -> int:
        query = select(func.count()).select_from(work).where(work.c.kind == "fax", work.c.until.is_not(None))
        return int(c.execute(query).scalar_one())

    def _take(self, c: Connection, kind: str, subject: str, fence: int | None, now: datetime) -> int:
        values = {"owner": self.owner, "until": self._until(kind, now), "fence": (fence or 0) + 1}
        if fence is None:
            c.execute(insert(work).values(kind=kind, subject=subject, **_fresh() | values))
        else:
            c.execute(update(work).filter_by(kind=kind, subject=subject).values(**values))
        return values["fence"]  # type: ignore[return-value]

    def _until(self, kind: str, now: datetime) -> str:
        seconds = self.rules.seconds if kind != "inbox" else min(self.rules.seconds, INBOX_SECONDS)
        return stamp(now + timedelta(seconds=seconds))

    def _reap(self, c: Connection, now: datetime) -> None:
        """Free what dead or silent workers held, and count it against the fax: it may be what killed them."""
        held = c.execute(select(work).where(work.c.until.is_not(None))).mappings().all()
        for row in held:
            if row["until"] >= stamp(now) and not is_dead(row["owner"]):
                continue
            if row["kind"] == "inbox":
                self._end(c, row, {})
            else:
                self._count(c, row, now, {"deaths": row["deaths"] + 1, "last_error": DIED})

    # while it is held

    @contextmanager
    def held(self, lease: Lease) -> Iterator[None]:
        """Within this block every write to the store first checks that the lease is still ours.

        Raises:
            LeaseLost: At the first write after another worker has taken over.
        """
        with guarded(lambda c: self._check(c, lease)):
            yield

    def _check(self, c: Connection, lease: Lease) -> None:
        if self._own(c, lease) is None:
            raise LeaseLost(f"{lease.kind} {lease.subject[:12]} was taken over by another worker")

    def _own(self, c: Connection, lease: Lease) -> Any:
        where = {"kind": lease.kind, "subject": lease.subject, "fence": lease.fence, "owner": self.owner}
        return c.execute(select(work).filter_by(**where)).mappings().first()

    def renew(self, leases: Iterable[Lease]) -> None:
        """Hold on to these for another while; those lost meanwhile are left alone."""
        with writing(self.engine) as c:
            now = clock(c)
            for lease in leases:
                if self._own(c, lease) is not None:
                    where = {"kind": lease.kind, "subject": lease.subject}
                    c.execute(update(work).filter_by(**where).values(until=self._until(lease.kind, now)))

    def still_ours(self, lease: Lease) -> bool:
        """Whether nobody has taken over."""
        with self.engine.connect() as c:
            return self._own(c, lease) is not None

    # how it ended

    def finish(self, lease: Lease, seconds: float) -> None:
        """It is done; earlier mishaps are forgotten."""
        with writing(self.engine) as c:
            if row := self._own(c, lease):
                self._end(c, row, {"done_at": stamp(clock(c)), "seconds": seconds, "failures": 0, "deaths": 0,
                                   "last_error": "", "not_before": ""})  # fmt: skip

    def release(self, lease: Lease, pages: int | None = None) -> None:
        """Give it back without blame; `pages` is what was counted meanwhile."""
        with writing(self.engine) as c:
            if row := self._own(c, lease):
                self._end(c, row, {} if pages is None else {"pages": pages})

    def fail(self, lease: Lease, error: str) -> bool:
        """It went wrong by itself; True if it is now set aside for a person.

        Args:
            lease: What went wrong.
            error: Class and place of the error; never what a fax says.
        """
        with writing(self.engine) as c:
            row = self._own(c, lease)
            if row is None:
                return False
            change = {"failures": row["failures"] + 1, "last_error": error[:300]}
            return self._count(c, row, clock(c), change)

    def _end(self, c: Connection, row: Any, values: dict[str, Any]) -> None:
        where = {"kind": row["kind"], "subject": row["subject"]}
        c.execute(update(work).filter_by(**where).values(owner="", until=None, **values))

    def _count(self, c: Connection, row: Any, now: datetime, change: dict[str, Any]) -> bool:
        """Free a thing after a mishap; a fax with too many is set aside with its last error."""
        failures, deaths = change.get("failures", row["failures"]), change.get("deaths", row["deaths"])
        too_often = failures >= self.rules.max_failures or deaths >= self.rules.max_deaths
        aside = bool(row["kind"] == "fax" and too_often)
        wait = timedelta(seconds=pause(max(failures, deaths)))
        self._end(c, row, {**change, "not_before": stamp(now + wait), "aside": aside})
        if aside:
            _set_aside(c, row["subject"], failures + deaths, change["last_error"])
        return aside

    # by schedule and by hand

    def tidy(self, days: int) -> int:
        """Free what ran out, and forget what ended well longer ago than this; returns the rows forgotten."""
        with writing(self.engine) as c:
            now = clock(c)
            self._reap(c, now)
            old = and_(work.c.until.is_(None), work.c.failures == 0, work.c.deaths == 0,
                       work.c.done_at < stamp(now - timedelta(days=days)))  # fmt: skip
            return int(c.execute(delete(work).where(old)).rowcount)

    def retry(self, prefix: str = "") -> list[str]:
        """Let faxes that were set aside be tried afresh: all those that kept failing, or the named one.

        Returns:
            The SHA-256s that wait again.
        """
        with writing(self.engine) as c:
            query = select(t.fax.c.sha256).select_from(JOINED).where(t.fax.c.state == "set_aside")
            query = query.where(t.fax.c.sha256.startswith(prefix, autoescape=True) if prefix else work.c.aside)
            hashes = list(c.execute(query.order_by(t.fax.c.sha256)).scalars())
            _try_afresh(c, hashes)
        return hashes


def is_waiting(engine: Engine, sha256: str) -> bool:
    """Whether a fax still has to be read or filed."""
    with engine.connect() as c:
        return c.execute(select(t.fax.c.sha256).where(t.fax.c.sha256 == sha256, WAITS)).first() is not None


def _try_afresh(c: Connection, hashes: Sequence[str]) -> None:
    c.execute(delete(t.part).where(t.part.c.sha256.in_(hashes)))
    c.execute(update(t.fax).where(t.fax.c.sha256.in_(hashes)).values(state="received", reason="", filed=False))
    fresh = {key: value for key, value in _fresh().items() if key != "fence"}
    c.execute(update(work).where(work.c.kind == "fax", work.c.subject.in_(hashes)).values(**fresh))


def _fresh() -> dict[str, Any]:
    return {"fence": 0, "owner": "", "until": None, "not_before": "", "failures": 0, "deaths": 0,
            "last_error": "", "aside": False}  # fmt: skip


def _set_aside(c: Connection, sha256: str, tries: int, error: str) -> None:
    """A fax that keeps failing goes to a person; none of its pages stays without an end."""
    reason = f"Set aside after {tries} tries; the last one: {error}. `casebinder retry {sha256[:12]}` tries it again."
    c.execute(update(t.fax).filter_by(sha256=sha256).values(state="set_aside", reason=reason))
    stuck = t.page.c.state == "received"
    c.execute(update(t.page).where(t.page.c.sha256 == sha256, stuck).values(state="unassigned", reason=reason))
