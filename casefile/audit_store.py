"""The audit log in the store: write an entry, read entries, check the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from casefile import tables as t
from casefile.audit_chain import Verdict, verify
from casefile.database import writing
from casefile.store_rows import Part, Row, note

BATCH = 2000


class AuditStore(Part):
    """Who saw and did what, append-only."""

    def record(
        self, by: str, what: str, *, case_id: str | None = None, sha256: str | None = None, why: str = "", at: datetime
    ) -> None:
        """Append an entry, about a case, a fax, or neither."""
        with writing(self.engine) as c:
            note(c, case_id, at.isoformat(), by, what, why, sha256)

    def audit_entries(self, since: str = "", until: str = "") -> Iterator[Row]:
        """Entries in the order they were written.

        Args:
            since: Only from this ISO time on; "": from the first.
            until: Only before this ISO time; "": to the last.
        """
        query = select(t.audit).order_by(t.audit.c.id)
        if since:
            query = query.where(t.audit.c.at >= since)
        if until:
            query = query.where(t.audit.c.at < until)
        with self.engine.connect() as c:
            for row in c.execution_options(yield_per=BATCH).execute(query).mappings():
                yield dict(row)

    def verify_audit(self, ends_with: str = "") -> Verdict:
        """Check the whole chain; see `audit_chain.verify`."""
        return verify(self.audit_entries(), ends_with)
