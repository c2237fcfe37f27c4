"""The only door to the database, with its parts by subject. Every method is one transaction and may be repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from casefile import tables as t
from casefile.accounts_store import AccountsStore
from casefile.audit_store import AuditStore
from casefile.case_store import CaseStore
from casefile.contacts_store import ContactsStore
from casefile.database import open_engine, writing
from casefile.desk_store import DeskStore
from casefile.errors import NotFound
from casefile.page_words import keep_words
from casefile.parts_store import PartsStore
from casefile.people_store import PeopleStore
from casefile.records import Reading
from casefile.request_store import RequestStore
from casefile.review_store import ReviewStore
from casefile.rows import finding_of, page_of, page_row, problem_of
from casefile.store_rows import Row, add, case_row, counts, note, reads_of, rows_of


class Store(
    CaseStore, ContactsStore, DeskStore, PartsStore, PeopleStore, RequestStore, ReviewStore, AuditStore, AccountsStore
):  # fmt: skip
    """Faxes, pages, documents, findings, cases. Open with `Store.open(url)`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open a SQLite or PostgreSQL store and bring its schema up to date."""
        return cls(open_engine(url))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    # arrivals

    def record_arrival(
        self, *, location: str, key: str, fingerprint: str, name: str, sha256: str, size: int, media_type: str,
        at: datetime,
    ) -> bool:  # fmt: skip
        """Record that bytes arrived; True if they are a fax not seen before."""
        with writing(self.engine) as c:
            known = c.execute(select(t.fax.c.sha256).where(t.fax.c.sha256 == sha256)).first()
            if not known:
                add(c, t.fax, [{"sha256": sha256, "media_type": media_type, "size": size, "state": "received",
                                 "reason": "", "filed": False, "received_at": at.isoformat()}])  # fmt: skip
            row = {"location": location, "key": key, "fingerprint": fingerprint}
            if not c.execute(select(t.arrival.c.id).filter_by(**row)).first():
                add(c, t.arrival, [{**row, "sha256": sha256, "name": name, "arrived_at": at.isoformat()}])
        return known is None

    def arrival_count(self) -> int:
        """How many arrivals there were; the same fax twice counts twice."""
        with self.engine.connect() as c:
            return c.execute(select(func.count()).select_from(t.arrival)).scalar_one()

    def unfinished(self) -> list[str]:
        """Faxes that wait to be read, oldest first."""
        return self._hashes(t.fax.c.state == "received")

    def unmatched(self) -> list[str]:
        """Faxes that were read and wait to be filed, oldest first."""
        return self._hashes(t.fax.c.state == "read", t.fax.c.filed.is_(False))

    def unchecked(self) -> list[str]:
        """Cases that changed since they were last checked."""
        with self.engine.connect() as c:
            return list(c.execute(select(t.case.c.id).where(t.case.c.unchecked).order_by(t.case.c.id)).scalars())

    def _hashes(self, *where: Any) -> list[str]:
        query = select(t.fax.c.sha256).where(*where).order_by(t.fax.c.received_at, t.fax.c.sha256)
        with self.engine.connect() as c:
            return list(c.execute(query).scalars())

    # readings

    def save_reading(self, reading: Reading) -> None:
        """Store what was read of a fax, in place of an earlier reading."""
        key = {"sha256": reading.sha256}
        with writing(self.engine) as c:
            homes = _mark_reading(c, reading.sha256)
            for table in (t.finding, t.problem, t.document, t.page, t.part, t.review):
                c.execute(delete(table).where(table.c.sha256 == reading.sha256))
            reason = reading.problems[0].message if reading.set_aside else ""
            state = "set_aside" if reading.set_aside else "read"
            c.execute(
                update(t.fax)
                .filter_by(**key)
                .values(state=state, reason=reason, filed=False, media_type=reading.media_type)
            )
            add(c, t.page, [{**key, "page_number": p.page_number, "state": "blank" if p.blank else "received",
                              "reason": "", "text": page_row(p)} for p in reading.pages])  # fmt: skip
            add(c, t.document, [{**key, "kind": d.kind, "title": d.title[:300], "pages": list(d.pages),
                                  "confidence": d.confidence, "why": "",
                                  "case_id": next((homes[p] for p in d.pages if p in homes), None)}
                                 for d in reading.documents])  # fmt: skip
            add(c, t.finding, [{**key, "page": f.page, "field": f.field, "value": f.value, "row": f.to_json()}
                                for f in reading.findings])  # fmt: skip
            add(c, t.problem, [{**key, "row": p.to_json()} for p in reading.problems])
            keep_words(c, reading.sha256, [(p.page_number, p.text) for p in reading.pages])
            add(c, t.review, [key])  # nobody has looked at this reading yet

    def reading(self, sha256: str) -> Reading:
        """What is stored of a fax."""
        with self.engine.connect() as c:
            fax = c.execute(select(t.fax).filter_by(sha256=sha256)).mappings().first()
            if not fax:
                raise NotFound(f"no fax {sha256[:12]}")
            reads = reads_of(c, [sha256])
            pages = tuple(
                page_of(p["page_number"], p["text"]) for p in rows_of(c, t.page, sha256, t.page.c.page_number)
            )
            problems = tuple(problem_of(p["row"]) for p in rows_of(c, t.problem, sha256, t.problem.c.id))
            found = tuple(finding_of(f["row"]) for f in rows_of(c, t.finding, sha256, t.finding.c.id))
        documents = tuple(read.document for _, _, read in reads)
        return Reading(
            sha256[:12],
            sha256,
            fax["media_type"],
            pages,
            documents,
            found,
            problems,
            fax["state"] == "set_aside",
        )

    # packets and the picture

    def record_packet(self, case_id: str, kind: str, sha256: str, path: str, pages: int, at: datetime) -> None:
        """Note that a packet was built."""
        with writing(self.engine) as c:
            add(c, t.packet, [{"case_id": case_id, "kind": kind, "sha256": sha256, "path": path, "pages": pages,
                                "created_at": at.isoformat()}])  # fmt: skip

    def status(self) -> Row:
        """Counts of faxes, pages by ledger state, cases by status."""
        with self.engine.connect() as c:
            faxes, pages, cases = (counts(c, column) for column in (t.fax.c.state, t.page.c.state, t.case.c.status))
        read, aside, waiting = (faxes.get(state, 0) for state in ("read", "set_aside", "received"))
        return {"faxes": {"total": read + aside + waiting, "read": read, "set_aside": aside, "waiting": waiting},
                "pages": pages, "cases": cases}  # fmt: skip

    def set_aside_reasons(self) -> list[str]:
        """Why files were set aside, oldest first."""
        query = select(t.fax.c.reason).where(t.fax.c.state == "set_aside").order_by(t.fax.c.received_at)
        with self.engine.connect() as c:
            return list(c.execute(query).scalars())

    def latest_documents(self) -> list[str]:
        """The documents of the fax that arrived last, in words."""
        with self.engine.connect() as c:
            last = c.execute(select(t.fax.c.sha256).order_by(t.fax.c.received_at.desc())).scalars().first()
            rows = rows_of(c, t.document, last or "", t.document.c.id)
        lines = []
        for row in rows:
            first, last = row["pages"][0], row["pages"][-1]
            where = f"page {first}" if first == last else f"pages {first}-{last}"
            home = row["case_id"] if row["kind"] != "cover_sheet" else None
            lines.append(f"{row['kind'].replace('_', ' ')}, {where}" + (f" → {home}" if home else ""))
        return lines


def _mark_reading(c: Connection, sha256: str) -> dict[int, str]:
    """Page → the case it is filed in until it is filed anew; these cases say meanwhile that they are being read."""
    query = select(t.document.c.pages, t.document.c.case_id).filter_by(sha256=sha256)
    homes = {page: case_id for pages, case_id in c.execute(query) if case_id for page in pages}
    for case_id in sorted(set(homes.values())):
        row = case_row(c, case_id)
        if row["status"] != "reading":
            at = datetime.now(UTC).isoformat()
            note(
                c, case_id, at, "casebinder", f"status: {row['status']} → reading", f"fax {sha256[:12]} was read again"
            )
            c.execute(update(t.case).filter_by(id=case_id).values(status="reading"))
    return homes
