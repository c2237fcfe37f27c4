"""The store's audit log: record what was looked at, check the chain, export it. Nothing in it is changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from casefile import tables as t
from casefile.audit import Verified, verify
from casefile.database import writing
from casefile.store_rows import Part, Row, note

EXPORTED = ("id", "at", "by", "kind", "what", "why", "case_id", "sha256", "previous", "hash")
AT_ONCE = 2000


class AuditStore(Part):
    """Appending to, checking and exporting the audit log."""

    def record(
        self, by: str, what: str, *, case_id: str | None = None, sha256: str | None = None, why: str = "", at: datetime
    ) -> None:
        """Append that somebody looked at something, signed in, or took something away.

        Changes need no call: the methods that change a case note it in their own transaction.

        Args:
            by: Account name.
            what: What was done, in a few words and without patient text.
            case_id: The case, if it is about one; it must exist.
            sha256: The fax, if it is about one.
            why: The reason, where one is asked for.
            at: When.
        """
        with writing(self.engine) as c:
            note(c, case_id, at.isoformat(), by, what, why, kind="look", sha256=sha256)

    def verify_audit(self, ends_with: str = "", contains: str = "") -> Verified:
        """Check every entry against its hash and the entry before it."""
        return verify(self.audit_entries(), ends_with, contains)

    def audit_entries(self, first: date | None = None, last: date | None = None) -> Iterator[Row]:
        """Entries of these days (UTC, both included), oldest first. Holds who looked at whose case."""
        query = select(*(t.audit.c[name] for name in EXPORTED)).order_by(t.audit.c.id)
        if first:
            query = query.where(t.audit.c.at >= first.isoformat())
        if last:
            query = query.where(t.audit.c.at < (last + timedelta(1)).isoformat())
        with self.engine.connect() as c:
            found = c.execution_options(stream_results=True, yield_per=AT_ONCE).execute(query)
            for row in found.mappings():
                yield dict(row)
