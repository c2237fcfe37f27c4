"""What is known of an inbox: which drops were recorded, how far the listing got, which were marked as processed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, delete, insert, or_, select

from casefile import tables as t
from casefile.database import writing

metadata = MetaData()
position = Table(
    "inbox_position", metadata,
    Column("location", String(500), primary_key=True),
    Column("after", String(1024), nullable=False),
    Column("highest", String(1024), nullable=False),
)  # fmt: skip
processed = Table(
    "processed", metadata,
    Column("arrival_id", Integer, primary_key=True),
    Column("how", String(12), nullable=False),
)  # fmt: skip


@dataclass(frozen=True)
class Arrived:
    """One recorded arrival: its row, key and fingerprint."""

    id: int
    key: str
    fingerprint: str


class InboxBook:
    """The book of one inbox; `location` is its folder or s3:// address."""

    def __init__(self, engine: Engine, location: str) -> None:
        self.engine, self.location = engine, location

    def seen(self, keys: Iterable[str]) -> set[tuple[str, str]]:
        """(key, fingerprint) of the recorded arrivals among these keys (at most some thousands)."""
        query = select(t.arrival.c.key, t.arrival.c.fingerprint)
        query = query.where(t.arrival.c.location == self.location, t.arrival.c.key.in_(list(keys)))
        with self.engine.connect() as c:
            return {(key, mark) for key, mark in c.execute(query)}

    def position(self) -> tuple[str, str]:
        """(last key of the sweep under way or "", highest key ever seen or "")."""
        with self.engine.connect() as c:
            row = c.execute(select(position).filter_by(location=self.location)).first()
        return (row.after, row.highest) if row else ("", "")

    def keep_position(self, after: str, highest: str) -> None:
        """Everything up to here is recorded."""
        with writing(self.engine) as c:
            c.execute(delete(position).filter_by(location=self.location))
            c.execute(insert(position).values(location=self.location, after=after, highest=highest))

    def to_mark(self, limit: int) -> list[Arrived]:
        """Arrivals whose fax is read and filed, or set aside, and which are not marked yet; oldest first."""
        done = or_(t.fax.c.state == "set_aside", t.fax.c.filed)
        query = (
            select(t.arrival.c.id, t.arrival.c.key, t.arrival.c.fingerprint)
            .join(t.fax, t.fax.c.sha256 == t.arrival.c.sha256)
            .outerjoin(processed, processed.c.arrival_id == t.arrival.c.id)
            .where(t.arrival.c.location == self.location, processed.c.arrival_id.is_(None), done)
            .order_by(t.arrival.c.id)
            .limit(limit)
        )
        with self.engine.connect() as c:
            return [Arrived(*row) for row in c.execute(query)]

    def marked(self, arrival_id: int, how: str) -> None:
        """This arrival's object is tagged, moved, or gone; it is not looked at again."""
        with writing(self.engine) as c:
            c.execute(delete(processed).filter_by(arrival_id=arrival_id))
            c.execute(insert(processed).values(arrival_id=arrival_id, how=how))
