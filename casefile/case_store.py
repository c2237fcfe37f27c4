"""The store's cases: filing documents, checking, showing, listing and searching."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from casefile import filing
from casefile import tables as t
from casefile.case_clocks import House, days_on
from casefile.checking import FACTS, Checked, best_value, check_documents
from casefile.corrections import export_row
from casefile.database import writing
from casefile.matching import NUMBERS, Identity, identity_of
from casefile.people_store import recorded_in
from casefile.reads import Read
from casefile.records import CaseFile
from casefile.rows import clock_of, event_of, plain, problem_of, verdict_of
from casefile.statuses import in_words
from casefile.store_rows import (
    Part,
    Row,
    add,
    case_row,
    corrections_of,
    exhibit_of,
    exhibit_order,
    filed_in,
    gap_row,
    hashes_of,
    ledger_of,
    note,
    reads_of,
    rows_of,
)
from casefile.tables import NEVER

SEARCHED = (*NUMBERS, "member_id", "mbi", "ordering_provider_npi", "phone", "group_number")
SHOWN = ("id", "status", "member_name", "member_dob", "member_id", "payer_name", "created_at", "verdicts", "timeline",
         "copies")  # fmt: skip
LISTED = ("id", "member_name", "member_id", "payer_name", "status")
INSIDE = ("intake.", "onboarding.")
LAST = "\U0010ffff"


class CaseStore(Part):
    """Filing, checking, showing and finding cases."""

    def file_documents(self, sha256: str, at: datetime) -> list[str]:
        """File a fax's documents in their cases and give every page its ledger state; returns case ids."""
        with writing(self.engine) as c:
            before = {
                home for home in c.execute(select(t.document.c.case_id).filter_by(sha256=sha256)).scalars() if home
            }
            reads = [(number, read) for number, _, read in reads_of(c, [sha256])]
            placed, left_out = _placements(c, sha256)
            free = c.execute(select(func.count()).select_from(t.case)).scalar_one() + 1
            plan = filing.plan(reads, _candidates(c, [read for _, read in reads]), free, placed)
            for case_id, identity in plan.new_cases:
                add(c, t.case, [{"id": case_id, "member_name": identity.name, "member_dob": identity.dob,
                                 "member_id": identity.member_id, "created_at": at.isoformat()}])  # fmt: skip
                note(c, case_id, at.isoformat(), "casebinder", "status: new", f"opened for fax {sha256[:12]}")
            for number, (chosen, why) in plan.homes.items():
                c.execute(update(t.document).filter_by(id=number).values(case_id=chosen, why=why))
            problems = [problem_of(p["row"]) for p in rows_of(c, t.problem, sha256, t.problem.c.id)]
            blank = [p["page_number"] for p in rows_of(c, t.page, sha256, t.page.c.page_number) if p["text"]["blank"]]
            for page, (state, reason, of) in filing.ledger(reads, plan, problems, blank, left_out).items():
                where = {"sha256": sha256, "page_number": page}
                c.execute(update(t.page).filter_by(**where).values(state=state, reason=reason, of_page=of))
            touched = sorted({home for home, _ in plan.homes.values() if home})
            c.execute(update(t.case).where(t.case.c.id.in_({*touched, *before})).values(unchecked=True))
            c.execute(update(t.fax).filter_by(sha256=sha256).values(filed=True))
        return touched

    def check_case(self, case_id: str, at: datetime, house: House | None = None) -> None:
        """Bring verdicts, gaps, clocks, timeline and status of a case up to date."""
        with writing(self.engine) as c:
            row = case_row(c, case_id)
            filed = filed_in(c, case_id, with_pages=True)
            recorded = recorded_in(c, case_id, row)
            checked = check_documents(filed, recorded, house)
            still_open = _keep_gaps(c, case_id, checked, at.isoformat())
            answered = _settle_requests(c, case_id, still_open, [read for read, _ in filed], at.isoformat())
            if answered and recorded.asked and not _is_asked(c, case_id):
                checked = check_documents(filed, replace(recorded, asked=False), house)
            _keep_status(c, case_id, row["status"], checked, still_open, at.isoformat())
            due = min((k.due.isoformat() for k in checked.clocks if k.due and not k.stopped_on), default=NEVER)
            values = {
                "status": checked.status, "unchecked": False, "payer_name": checked.payer_name,
                "verdicts": [plain(v) for v in checked.verdicts], "clocks": [plain(k) for k in checked.clocks],
                "timeline": [plain(e) for e in checked.events], "copies": checked.copies, "next_due": due,
                "open_gaps": len(still_open),
            }  # fmt: skip
            c.execute(update(t.case).filter_by(id=case_id).values(**values))
            _index(c, case_id, row, [read for read, _ in filed])

    def cases(self) -> list[Row]:
        """Every case with its gaps, JSON-ready."""
        return self.worklist(limit=None, by_deadline=False)

    def worklist(
        self, status: str = "", after: tuple[str, str] | None = None, limit: int | None = 50, by_deadline: bool = True,
        due_by: str = "",
    ) -> list[Row]:  # fmt: skip
        """A page of cases with their gaps, the nearest deadline first, JSON-ready.

        Args:
            status: Only cases of this status; "": all.
            after: (`next_due`, `id`) of the last row of the page before.
            limit: Rows a page; None: all.
            by_deadline: Otherwise by case id.
            due_by: Only cases with a deadline until this day (ISO); "": all.
        """
        columns = [t.case.c[name] for name in (*LISTED, "open_gaps", "next_due")]
        query = select(*columns).order_by(*([t.case.c.next_due] if by_deadline else []), t.case.c.id).limit(limit)
        if status:
            query = query.where(t.case.c.status == status)
        if due_by:
            query = query.where(t.case.c.next_due <= due_by)
        if after:
            due, case_id = after
            later = (t.case.c.next_due == due) & (t.case.c.id > case_id)
            query = query.where(t.case.c.next_due >= due, or_(t.case.c.next_due > due, later))
        with self.engine.connect() as c:
            rows = c.execute(query).mappings().all()
            gaps = _gaps_of(c, [row["id"] for row in rows] if limit else None)
        return [_listed(row, gaps.get(row["id"], [])) for row in rows]

    def search(self, words: str, limit: int = 50) -> list[Row]:
        """Cases by any identifier; the beginning of it is enough. JSON-ready.

        That is: case id, name, birth date, member, claim, authorization or reference number, NPI, phone, reply code.
        """
        with self.engine.connect() as c:
            ids = _found(c, words, limit)
            columns = [t.case.c[name] for name in (*LISTED, "open_gaps", "next_due")]
            query = select(*columns).where(t.case.c.id.in_(ids)).order_by(t.case.c.next_due, t.case.c.id)
            rows = c.execute(query).mappings().all()
            gaps = _gaps_of(c, [row["id"] for row in rows])
        return [_listed(row, gaps.get(row["id"], [])) for row in rows]

    def case(self, case_id: str, today: date | None = None) -> Row:
        """One case with everything known of it, JSON-ready; with `today`, clocks also count days gone and left."""
        with self.engine.connect() as c:
            row = case_row(c, case_id)
            gaps = c.execute(select(t.gap).filter_by(case_id=case_id).order_by(t.gap.c.requirement)).mappings().all()
            hashes = hashes_of(c, case_id)
            query = select(t.arrival).where(t.arrival.c.sha256.in_(hashes)).order_by(t.arrival.c.id)
            arrivals = c.execute(query).mappings().all()
            ledger = ledger_of(c, case_id, hashes)
            packets, audit, requests = (
                c.execute(select(table).filter_by(case_id=case_id).order_by(order)).mappings().all()
                for table, order in (
                    (t.packet, t.packet.c.id),
                    (t.audit, t.audit.c.id),
                    (t.request, t.request.c.made_at),
                )
            )
            corrections = corrections_of(c, hashes)
        return {
            **{key: row[key] for key in SHOWN},
            "status_in_words": in_words(row["status"], row["open_gaps"]),
            "clocks": [{**clock, **days_on(clock, today)} if today else clock for clock in row["clocks"]],
            "gaps": [gap_row(gap) for gap in gaps],
            "ledger": [{"fax": r.fax_sha256, "page": r.page, "state": r.state, "reason": r.reason} for r in ledger],
            "faxes": [{"fax": a["sha256"], "name": a["name"], "arrived_at": a["arrived_at"]} for a in arrivals],
            "packets": [{key: p[key] for key in ("kind", "sha256", "path", "pages", "created_at")} for p in packets],
            "requests": [{key: value for key, value in r.items() if key != "case_id"} for r in requests],
            "history": [{key: a[key] for key in ("at", "by", "what", "why")} for a in audit],
            "corrections": [export_row(correction) for correction in corrections],
        }  # fmt: skip

    def case_file(self, case_id: str) -> CaseFile:
        """Everything the packet builder needs; the desk's own lists and clocks are not for others to see."""
        with self.engine.connect() as c:
            row, filed, hashes = case_row(c, case_id), filed_in(c, case_id), hashes_of(c, case_id)
            ledger = ledger_of(c, case_id, hashes)
            shown = {(r.fax_sha256, r.page) for r in ledger if r.state == "exhibit"}
            exhibits = [exhibit_of(c, read, received, shown) for read, received in filed]
        reads = [read for read, _ in filed]
        facts: Row = {name: best_value(reads, field) for name, field in FACTS.items()}
        exhibits = sorted((e for e in exhibits if e.pages), key=exhibit_order)
        return CaseFile(
            case_id=case_id, member_name=row["member_name"], member_id=row["member_id"], member_dob=row["member_dob"],
            payer_name=row["payer_name"], exhibits=tuple(exhibits), ledger=tuple(ledger),
            events=tuple(event_of(e) for e in row["timeline"]), **facts,
            verdicts=tuple(verdict_of(v) for v in row["verdicts"] if not v["requirement"].startswith(INSIDE)),
            clocks=tuple(clock_of(k) for k in row["clocks"] if k["name"] == "appeal deadline"),
        )  # fmt: skip


def _listed(row: Any, gaps: list[Row]) -> Row:
    shown: Row = {key: row[key] for key in LISTED}
    shown["gaps"] = gaps
    shown["open_gaps"] = row["open_gaps"]
    shown["next_due"] = None if row["next_due"] == NEVER else row["next_due"]
    return shown


def _gaps_of(c: Connection, ids: Sequence[str] | None) -> dict[str, list[Row]]:
    """Case id → its gaps; None asks for every case's."""
    query = select(t.gap).order_by(t.gap.c.requirement)
    if ids is not None:
        query = query.where(t.gap.c.case_id.in_(ids))
    gaps: dict[str, list[Row]] = {}
    for row in c.execute(query).mappings():
        gaps.setdefault(row["case_id"], []).append(gap_row(row))
    return gaps


def _placements(c: Connection, sha256: str) -> tuple[dict[int, tuple[str | None, str]], dict[int, str]]:
    """Page → (case, why) where a person decided, and page → why where a person left it out."""
    placed: dict[int, tuple[str | None, str]] = {}
    for row in c.execute(select(t.placement).filter_by(sha256=sha256)).mappings():
        placed[row["page"]] = row["case_id"], f"{row['by']} decided: {row['why']}"
    return placed, {page: why for page, (case_id, why) in placed.items() if case_id is None}


def _candidates(c: Connection, reads: Sequence[Read]) -> list[tuple[str, Identity]]:
    """The cases that may fit these documents, by id, birth date, number or reply code; the rules score them."""
    identities = [identity_of(read) for read in reads if read.document.kind != "cover_sheet"]
    ids = {i.member_id for i in identities} - {""}
    days = {i.dob for i in identities} - {""}
    values = {v for i in identities for v in (*i.numbers, *i.tokens, i.member_id)} - {""}
    known_by = t.identifier.c
    by_value = select(known_by.case_id).where(known_by.value.in_(values), known_by.kind != "name")
    fits = or_(t.case.c.member_id.in_(ids), t.case.c.member_dob.in_(days), t.case.c.id.in_(by_value))
    rows = c.execute(select(t.case).where(fits).order_by(t.case.c.id)).mappings().all()
    known: dict[str, dict[str, set[str]]] = {}
    query = select(t.identifier).where(t.identifier.c.case_id.in_([row["id"] for row in rows]))
    for row in c.execute(query).mappings():
        known.setdefault(row["case_id"], {}).setdefault(row["kind"], set()).add(row["value"])
    made = []
    for row in rows:
        kinds = known.get(row["id"], {})
        numbers = frozenset(value for kind in NUMBERS for value in kinds.get(kind, ()))
        member_ids = kinds.get("member_id", set()) | kinds.get("mbi", set())
        shared = next((i for i in ids if i in member_ids), row["member_id"])
        made.append((row["id"], Identity(row["member_name"], row["member_dob"], shared, numbers,
                                         frozenset(kinds.get("token", ())))))  # fmt: skip
    return made


def _keep_gaps(c: Connection, case_id: str, checked: Checked, at: str) -> set[str]:
    """Open what is newly missing; close what is met now, with its evidence; never forget one. Returns the open ones."""
    have = {row["requirement"]: row for row in c.execute(select(t.gap).filter_by(case_id=case_id)).mappings()}
    still_open: set[str] = set()
    asked = {verdict.requirement: verdict for verdict in checked.verdicts}
    for verdict in checked.verdicts:
        key, row = {"case_id": case_id, "requirement": verdict.requirement}, have.get(verdict.requirement)
        lacking = verdict.blocks and verdict.answer in {"missing", "needs_person"}
        if lacking:
            still_open.add(verdict.requirement)
        if lacking and row is None:
            add(c, t.gap, [{**key, "title": verdict.title, "reason": verdict.reason, "opened_at": at}])
        elif lacking and row is not None:
            c.execute(update(t.gap).filter_by(**key).values(reason=verdict.reason, closed_at=None, closed_by=None))
        elif row is not None and row["closed_at"] is None:
            proof = plain(verdict.evidence) if verdict.evidence else None
            c.execute(update(t.gap).filter_by(**key).values(closed_at=at, closed_by=proof))
    for requirement, row in have.items():
        if requirement not in asked and row["closed_at"] is None:
            where = {"case_id": case_id, "requirement": requirement}
            c.execute(
                update(t.gap).filter_by(**where).values(closed_at=at, reason=f"{row['reason']} No longer asked for.")
            )
    return still_open


def _settle_requests(c: Connection, case_id: str, still_open: set[str], reads: Sequence[Read], at: str) -> bool:
    """A request whose every item is closed is answered; one that a reply came to is too, with what it left open."""
    changed = False
    replied = {f.value for read in reads for f in read.findings if f.field == "case_token"}
    for row in c.execute(select(t.request).filter_by(case_id=case_id, state="open")).mappings().all():
        asked = {requirement for item in row["items"] for requirement in item["closes"]}
        if asked & still_open and row["token"] not in replied:
            continue
        left = sorted(asked & still_open)
        why = f"left open: {', '.join(left)}" if left else "everything asked for has come"
        c.execute(update(t.request).filter_by(token=row["token"]).values(state="answered", answered_at=at))
        note(c, case_id, at, "casebinder", f"request {row['token']} answered", why)
        changed = True
    return changed


def _is_asked(c: Connection, case_id: str) -> bool:
    return c.execute(select(t.request.c.token).filter_by(case_id=case_id, state="open")).first() is not None


def _keep_status(c: Connection, case_id: str, before: str, checked: Checked, still_open: set[str], at: str) -> None:
    """An audit entry when the status changes by what the papers say."""
    if checked.status != before:
        why = f"open: {', '.join(sorted(still_open))}" if still_open else "nothing is open"
        note(c, case_id, at, "casebinder", f"status: {before} → {checked.status}", why)


def _index(c: Connection, case_id: str, row: Any, reads: Sequence[Read]) -> None:
    """Everything the case can be found by."""
    values = {("name", word) for word in re.findall(r"[^\W_]+", row["member_name"].lower()) if len(word) > 1}
    if row["member_dob"]:
        values.add(("dob", row["member_dob"]))
    if row["member_id"]:
        values.add(("member_id", row["member_id"].upper()))
    for read in reads:
        values |= {(f.field, f.value.upper()[:80]) for f in read.findings
                   if f.field in SEARCHED and f.status != "suspect" and f.value}  # fmt: skip
    values |= {("token", token) for token in c.execute(select(t.request.c.token).filter_by(case_id=case_id)).scalars()}
    query = select(t.identifier.c.kind, t.identifier.c.value).filter_by(case_id=case_id)
    if set(c.execute(query).tuples()) != values:
        c.execute(delete(t.identifier).filter_by(case_id=case_id))
        add(c, t.identifier, [{"case_id": case_id, "kind": kind, "value": value} for kind, value in sorted(values)])


def _found(c: Connection, words: str, limit: int) -> list[str]:
    """Ids of the cases that every word leads to (a number written with spaces is one word)."""
    text = words.strip()[:120]
    if not text:
        return []
    if re.fullmatch(r"(?i)c-\d+", text):
        return [text.upper()]
    squeezed = re.sub(r"[\s().-]", "", text).upper()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        terms = [text]
    else:
        terms = [squeezed] if re.search(r"\d", squeezed) else re.findall(r"[^\W_]+", text.lower())
    query = None
    for term in terms:
        hit = select(t.identifier.c.case_id).where(t.identifier.c.value >= term, t.identifier.c.value < term + LAST)
        query = hit if query is None else query.where(t.identifier.c.case_id.in_(hit))
    if query is None:
        return []
    return list(dict.fromkeys(c.execute(query.limit(limit * 4)).scalars()))[:limit]
