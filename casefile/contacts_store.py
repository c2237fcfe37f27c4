"""The store's contacts of a case: the numbers it is known by, and the people who were spoken or written to."""

from __future__ import annotations

from sqlalchemy import select

from casefile import tables as t
from casefile.store_rows import Part, Row

NOT_NUMBERS = ("name", "dob", "token")


class ContactsStore(Part):
    """Whom to call about a case, and what to tell them."""

    def numbers(self, case_id: str) -> dict[str, list[str]]:
        """Kind ("claim_number", "ordering_provider_npi", "phone") → the values read on the case's papers."""
        query = select(t.identifier.c.kind, t.identifier.c.value).where(t.identifier.c.case_id == case_id)
        query = query.where(t.identifier.c.kind.not_in(NOT_NUMBERS)).order_by(t.identifier.c.kind, t.identifier.c.value)
        found: dict[str, list[str]] = {}
        with self.engine.connect() as c:
            for kind, value in c.execute(query):
                found.setdefault(kind, []).append(value)
        return found

    def people(self, case_id: str) -> list[Row]:
        """People named in logged calls and offices letters went to: `name`, `number`, `what`, `at`; latest first."""
        logged = select(t.event.c.row).where(t.event.c.case_id == case_id)
        asked = select(t.request.c.office, t.request.c.office_fax, t.request.c.last_sent_at).filter_by(case_id=case_id)
        found: dict[tuple[str, str], Row] = {}
        with self.engine.connect() as c:
            rows = [(row.get("person", ""), row.get("number", ""), row["kind"], row["at"])
                    for row in c.execute(logged).scalars()]  # fmt: skip
            rows += [(office, fax, "asked by letter", at) for office, fax, at in c.execute(asked)]
        for name, number, what, at in sorted(rows, key=lambda row: row[3]):
            if name or number:
                found[name, number] = {"name": name, "number": number, "what": what, "at": at}
        return sorted(found.values(), key=lambda row: str(row["at"]), reverse=True)
