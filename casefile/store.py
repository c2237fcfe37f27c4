"""The only module that talks to the database. Every method is one transaction and may be repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update

from casefile import filing
from casefile import tables as t
from casefile.checking import Checked, check_documents
from casefile.database import open_engine, writing
from casefile.errors import NotFound
from casefile.matching import Identity
from casefile.reads import Read
from casefile.records import CaseFile, Document, Exhibit, LedgerRow, Reading
from casefile.rows import clock_of, event_of, finding_of, page_of, page_row, plain, problem_of, verdict_of
from casefile.timeline import document_date

Row = dict[str, Any]


class Store:
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

    def seen(self, location: str) -> set[tuple[str, str]]:
        """(key, fingerprint) of every arrival recorded from this inbox."""
        query = select(t.arrival.c.key, t.arrival.c.fingerprint).where(t.arrival.c.location == location)
        with self.engine.connect() as c:
            return {(key, mark) for key, mark in c.execute(query)}

    def record_arrival(
        self, *, location: str, key: str, fingerprint: str, name: str, sha256: str, size: int, media_type: str,
        at: datetime,
    ) -> bool:  # fmt: skip
        """Record that bytes arrived; True if they are a fax not seen before."""
        with writing(self.engine) as c:
            known = c.execute(select(t.fax.c.sha256).where(t.fax.c.sha256 == sha256)).first()
            if not known:
                _add(c, t.fax, [{"sha256": sha256, "media_type": media_type, "size": size, "state": "received",
                                 "reason": "", "filed": False, "received_at": at.isoformat()}])  # fmt: skip
            row = {"location": location, "key": key, "fingerprint": fingerprint}
            if not c.execute(select(t.arrival.c.id).filter_by(**row)).first():
                _add(c, t.arrival, [{**row, "sha256": sha256, "name": name, "arrived_at": at.isoformat()}])
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
            for table in (t.finding, t.problem, t.document, t.page):
                c.execute(delete(table).where(table.c.sha256 == reading.sha256))
            reason = reading.problems[0].message if reading.set_aside else ""
            state = "set_aside" if reading.set_aside else "read"
            c.execute(
                update(t.fax)
                .filter_by(**key)
                .values(state=state, reason=reason, filed=False, media_type=reading.media_type)
            )
            _add(c, t.page, [{**key, "page_number": p.page_number, "state": "blank" if p.blank else "received",
                              "reason": "", "text": page_row(p)} for p in reading.pages])  # fmt: skip
            _add(c, t.document, [{**key, "kind": d.kind, "title": d.title[:300], "pages": list(d.pages),
                                  "confidence": d.confidence} for d in reading.documents])  # fmt: skip
            _add(c, t.finding, [{**key, "page": f.page, "field": f.field, "value": f.value, "row": f.to_json()}
                                for f in reading.findings])  # fmt: skip
            _add(c, t.problem, [{**key, "row": p.to_json()} for p in reading.problems])

    def reading(self, sha256: str) -> Reading:
        """What is stored of a fax."""
        with self.engine.connect() as c:
            fax = c.execute(select(t.fax).filter_by(sha256=sha256)).mappings().first()
            if not fax:
                raise NotFound(f"no fax {sha256[:12]}")
            reads = _reads(c, [sha256])
            pages = tuple(page_of(p["page_number"], p["text"]) for p in _rows(c, t.page, sha256, t.page.c.page_number))
            problems = tuple(problem_of(p["row"]) for p in _rows(c, t.problem, sha256, t.problem.c.id))
            found = tuple(finding_of(f["row"]) for f in _rows(c, t.finding, sha256, t.finding.c.id))
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

    # cases

    def file_documents(self, sha256: str, at: datetime) -> list[str]:
        """File a fax's documents in their cases and give every page its ledger state; returns case ids."""
        with writing(self.engine) as c:
            reads = [(number, read) for number, _, read in _reads(c, [sha256])]
            cases = c.execute(select(t.case).order_by(t.case.c.id)).mappings().all()
            known = [(row["id"], Identity(row["member_name"], row["member_dob"], row["member_id"])) for row in cases]
            plan = filing.plan(reads, known)
            for case_id, identity in plan.new_cases:
                _add(c, t.case, [{"id": case_id, "member_name": identity.name, "member_dob": identity.dob,
                                  "member_id": identity.member_id, "created_at": at.isoformat()}])  # fmt: skip
            for number, (chosen, why) in plan.homes.items():
                c.execute(update(t.document).filter_by(id=number).values(case_id=chosen, why=why))
            problems = [problem_of(p["row"]) for p in _rows(c, t.problem, sha256, t.problem.c.id)]
            blank = [p["page_number"] for p in _rows(c, t.page, sha256, t.page.c.page_number) if p["text"]["blank"]]
            for page, (state, reason, of) in filing.ledger(reads, plan, problems, blank).items():
                where = {"sha256": sha256, "page_number": page}
                c.execute(update(t.page).filter_by(**where).values(state=state, reason=reason, of_page=of))
            touched = sorted({home for home, _ in plan.homes.values() if home})
            c.execute(update(t.case).where(t.case.c.id.in_(touched)).values(unchecked=True))
            c.execute(update(t.fax).filter_by(sha256=sha256).values(filed=True))
        return touched

    def check_case(self, case_id: str, at: datetime) -> CaseFile:
        """Bring verdicts, gaps, clocks, timeline and status of a case up to date."""
        with writing(self.engine) as c:
            checked = check_documents(_filed(c, case_id))
            self._keep_gaps(c, case_id, checked, at.isoformat())
            values = {
                "status": checked.status, "unchecked": False, "payer_name": checked.payer_name,
                "verdicts": [plain(v) for v in checked.verdicts], "clocks": [plain(k) for k in checked.clocks],
                "timeline": [plain(e) for e in checked.events],
            }  # fmt: skip
            c.execute(update(t.case).filter_by(id=case_id).values(**values))
        return self.case_file(case_id)

    def _keep_gaps(self, c: Connection, case_id: str, checked: Checked, at: str) -> None:
        """Open what is newly missing; close what is met now, with its evidence; never forget one."""
        have = {row["requirement"]: row for row in c.execute(select(t.gap).filter_by(case_id=case_id)).mappings()}
        for verdict in checked.verdicts:
            key, row = {"case_id": case_id, "requirement": verdict.requirement}, have.get(verdict.requirement)
            if verdict.answer in {"missing", "needs_person"} and row is None:
                _add(c, t.gap, [{**key, "title": verdict.title, "reason": verdict.reason, "opened_at": at}])
            elif verdict.answer in {"missing", "needs_person"} and row is not None:
                c.execute(update(t.gap).filter_by(**key).values(reason=verdict.reason, closed_at=None, closed_by=None))
            elif row is not None and row["closed_at"] is None:
                proof = plain(verdict.evidence) if verdict.evidence else None
                c.execute(update(t.gap).filter_by(**key).values(closed_at=at, closed_by=proof))

    def cases(self) -> list[Row]:
        """Every case with its gaps, JSON-ready."""
        with self.engine.connect() as c:
            rows = c.execute(select(t.case).order_by(t.case.c.id)).mappings().all()
            gaps = c.execute(select(t.gap).order_by(t.gap.c.requirement)).mappings().all()
        return [
            {**{key: row[key] for key in ("id", "member_name", "member_id", "payer_name", "status")},
             "gaps": [_gap(gap) for gap in gaps if gap["case_id"] == row["id"]]}
            for row in rows
        ]  # fmt: skip

    def case(self, case_id: str) -> Row:
        """One case with everything known of it, JSON-ready."""
        with self.engine.connect() as c:
            row = _case(c, case_id)
            gaps = c.execute(select(t.gap).filter_by(case_id=case_id).order_by(t.gap.c.requirement)).mappings().all()
            hashes = _hashes_of(c, case_id)
            arrivals = (
                c.execute(select(t.arrival).where(t.arrival.c.sha256.in_(hashes)).order_by(t.arrival.c.id))
                .mappings()
                .all()
            )
            ledger = _ledger(c, case_id, hashes)
            packets = c.execute(select(t.packet).filter_by(case_id=case_id).order_by(t.packet.c.id)).mappings().all()
        return {
            **{key: row[key] for key in ("id", "status", "member_name", "member_dob", "member_id", "payer_name",
                                         "created_at", "verdicts", "clocks", "timeline")},
            "gaps": [_gap(gap) for gap in gaps],
            "ledger": [{"fax": r.fax_sha256, "page": r.page, "state": r.state, "reason": r.reason} for r in ledger],
            "faxes": [{"fax": a["sha256"], "name": a["name"], "arrived_at": a["arrived_at"]} for a in arrivals],
            "packets": [{key: p[key] for key in ("kind", "sha256", "path", "pages", "created_at")} for p in packets],
        }  # fmt: skip

    def case_file(self, case_id: str) -> CaseFile:
        """Everything the packet builder needs."""
        with self.engine.connect() as c:
            row, filed, hashes = _case(c, case_id), _filed(c, case_id), _hashes_of(c, case_id)
            ledger = _ledger(c, case_id, hashes)
            shown = {(r.fax_sha256, r.page) for r in ledger if r.state == "exhibit"}
            exhibits = [_exhibit(c, read, received, shown) for read, received in filed]
        facts: Row = {**check_documents(filed).facts}
        exhibits = sorted((e for e in exhibits if e.pages), key=_by_day)
        return CaseFile(
            case_id=case_id, member_name=row["member_name"], member_id=row["member_id"], member_dob=row["member_dob"],
            payer_name=row["payer_name"], exhibits=tuple(exhibits), ledger=tuple(ledger),
            events=tuple(event_of(e) for e in row["timeline"]), verdicts=tuple(verdict_of(v) for v in row["verdicts"]),
            clocks=tuple(clock_of(k) for k in row["clocks"]), **facts,
        )  # fmt: skip

    def record_packet(self, case_id: str, kind: str, sha256: str, path: str, pages: int, at: datetime) -> None:
        """Note that a packet was built."""
        with writing(self.engine) as c:
            _add(c, t.packet, [{"case_id": case_id, "kind": kind, "sha256": sha256, "path": path, "pages": pages,
                                "created_at": at.isoformat()}])  # fmt: skip

    # the picture

    def status(self) -> Row:
        """Counts of faxes, pages by ledger state, cases by status."""
        with self.engine.connect() as c:
            faxes, pages, cases = (_counts(c, column) for column in (t.fax.c.state, t.page.c.state, t.case.c.status))
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
            rows = _rows(c, t.document, last or "", t.document.c.id)
        lines = []
        for row in rows:
            first, last = row["pages"][0], row["pages"][-1]
            where = f"page {first}" if first == last else f"pages {first}-{last}"
            home = row["case_id"] if row["kind"] != "cover_sheet" else None
            lines.append(f"{row['kind'].replace('_', ' ')}, {where}" + (f" → {home}" if home else ""))
        return lines


def _by_day(exhibit: Exhibit) -> tuple[bool, str, str, str, int]:
    """Chronological; undated ones last, in the order they arrived."""
    day = exhibit.on.isoformat() if exhibit.on else ""
    return not day, day, exhibit.received_at or "", exhibit.fax_sha256, exhibit.pages[0].page_number


def _add(c: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        c.execute(insert(table), rows)


def _rows(c: Connection, table: Table, sha256: str, order: Any) -> list[Any]:
    return list(c.execute(select(table).where(table.c.sha256 == sha256).order_by(order)).mappings())


def _counts(c: Connection, column: Any) -> dict[str, int]:
    return {
        str(key): int(count) for key, count in c.execute(select(column, func.count()).group_by(column).order_by(column))
    }


def _case(c: Connection, case_id: str) -> Any:
    row = c.execute(select(t.case).filter_by(id=case_id)).mappings().first()
    if not row:
        raise NotFound(f"no case {case_id}; `casebinder cases` lists them")
    return row


def _gap(row: Any) -> Row:
    return {key: row[key] for key in ("requirement", "title", "reason", "opened_at", "closed_at")}


def _hashes_of(c: Connection, case_id: str) -> list[str]:
    return list(
        c.execute(
            select(t.document.c.sha256).filter_by(case_id=case_id).distinct().order_by(t.document.c.sha256)
        ).scalars()
    )


def _reads(c: Connection, hashes: Iterable[str], case_id: str | None = None) -> list[tuple[int, str | None, Read]]:
    """(document id, case id, document with its findings) of these faxes."""
    hashes = list(hashes)
    documents = (
        c.execute(select(t.document).where(t.document.c.sha256.in_(hashes)).order_by(t.document.c.id)).mappings().all()
    )
    found: dict[tuple[str, int], list[Any]] = {}
    for row in c.execute(select(t.finding).where(t.finding.c.sha256.in_(hashes)).order_by(t.finding.c.id)).mappings():
        found.setdefault((row["sha256"], row["page"]), []).append(finding_of(row["row"]))
    reads = []
    for d in documents:
        if case_id is None or d["case_id"] == case_id:
            own = tuple(f for page in d["pages"] for f in found.get((d["sha256"], page), []))
            document = Document(d["kind"], tuple(d["pages"]), d["confidence"], d["title"])
            reads.append((d["id"], d["case_id"], Read(d["sha256"], document, own)))
    return reads


def _filed(c: Connection, case_id: str) -> list[tuple[Read, str]]:
    """A case's documents with the time their fax arrived."""
    hashes = _hashes_of(c, case_id)
    arrived = dict(
        c.execute(select(t.fax.c.sha256, t.fax.c.received_at).where(t.fax.c.sha256.in_(hashes))).tuples().all()
    )
    return [(read, arrived[read.sha256]) for _, _, read in _reads(c, hashes, case_id)]


def _ledger(c: Connection, case_id: str, hashes: list[str]) -> list[LedgerRow]:
    """Every page of every fax that has a document in the case; pages filed elsewhere say so."""
    own = {(read.sha256, page) for _, _, read in _reads(c, hashes, case_id) for page in read.document.pages}
    query = select(t.page.c.sha256, t.page.c.page_number, t.page.c.state, t.page.c.reason, t.page.c.of_page)
    rows = []
    for sha256, number, state, reason, of in c.execute(
        query.where(t.page.c.sha256.in_(hashes)).order_by(t.page.c.sha256, t.page.c.page_number)
    ):
        if state == "exhibit" and (sha256, number) not in own:
            state, reason = "other_patient", "filed in another case"
        rows.append(LedgerRow(sha256, number, state, reason, (sha256, of) if of else None))
    return rows


def _exhibit(c: Connection, read: Read, received: str, shown: set[tuple[str, int]]) -> Exhibit:
    """A document as the packet shows it: only its pages whose ledger state is exhibit."""
    query = select(t.page.c.page_number, t.page.c.text).filter_by(sha256=read.sha256).order_by(t.page.c.page_number)
    pages = tuple(page_of(number, text) for number, text in c.execute(query)
                  if number in read.document.pages and (read.sha256, number) in shown)  # fmt: skip
    media = c.execute(select(t.fax.c.media_type).filter_by(sha256=read.sha256)).scalar_one()
    title = read.document.kind.replace("_", " ").capitalize()
    return Exhibit(title, read.document.kind, read.sha256, media, pages, document_date(read), received)
