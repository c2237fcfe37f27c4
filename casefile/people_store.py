"""What people do in a case: correct a reading, decide a requirement, place a page, log a call, set a status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from casefile import tables as t
from casefile.checking import Decision, Recorded
from casefile.corrections import export_row
from casefile.database import writing
from casefile.errors import NotFound, Refused
from casefile.records import Box, Clock, Event, Finding
from casefile.statuses import STATUSES
from casefile.store_rows import Part, Row, add, case_row, corrections_of, note, reads_of
from casefile.timeline import LANES

ANSWERS = ("met", "missing", "not_applicable")
HEADERS = ("member_name", "member_dob", "member_id")


class PeopleStore(Part):
    """People's own entries; every one leaves an audit entry with who, what, when and why."""

    def correct(
        self, sha256: str, page: int, field: str, value: str, *, by: str, why: str, at: datetime,
        role: str | None = None, read_as: str | None = None, box: Box | None = None,
    ) -> list[str]:  # fmt: skip
        """Say what a field of a page really is; the reading is kept beside it. Returns the cases to check again.

        Args:
            sha256: The fax, by its hash or the beginning of it.
            page: The page number.
            field: A finding's field, or a fact that only a checklist knows ("ahi", "patient_weight").
            value: What stands there; "" when the reading is wrong and nothing stands there.
            by: Who says so.
            why: How they know.
            at: When.
            role: The finding's role, where the rules ask for one ("rest, room air").
            read_as: Which reading is meant where the page has several of the field.
            box: Where it stands, for what the readers did not see there; other readings of the field stay.
        """
        with writing(self.engine) as c:
            sha256 = _whole_hash(c, sha256)
            pages = c.execute(select(t.page.c.page_number).filter_by(sha256=sha256, page_number=page)).first()
            if not pages:
                raise NotFound(f"fax {sha256[:12]} has no page {page}")
            rows = c.execute(select(t.finding.c.row).filter_by(sha256=sha256, page=page, field=field)).scalars().all()
            original = (
                _unread(page, field, box) if box else _meant(rows, read_as, f"page {page} of fax {sha256[:12]}", field)
            )
            entry = {"sha256": sha256, "page": page, "field": field, "value": value, "role": role, "original": original,
                     "by": by, "why": why, "at": at.isoformat()}  # fmt: skip
            add(c, t.correction, [entry])
            cases = [home for _, home, read in reads_of(c, [sha256]) if home and page in read.document.pages]
            for case_id in dict.fromkeys(cases):
                note(c, case_id, at.isoformat(), by, f"corrected {field} on page {page} of fax {sha256[:12]}", why)
                values: Row = {"unchecked": True}
                if field in HEADERS and value:
                    values[field] = value
                c.execute(update(t.case).filter_by(id=case_id).values(**values))
        return list(dict.fromkeys(cases))

    def corrections(self) -> list[Row]:
        """Every correction with the reading it replaced, oldest first; measures the readers. Holds patient data."""
        with self.engine.connect() as c:
            hashes = c.execute(select(t.correction.c.sha256).distinct()).scalars().all()
            return [export_row(correction) for correction in corrections_of(c, hashes)]

    def decide(self, case_id: str, requirement: str, answer: str, *, by: str, why: str, at: datetime) -> None:
        """A person's answer to a requirement; it wins over the rules and is kept beside their reason."""
        if answer not in ANSWERS:
            raise Refused(f"{answer}: a decision is one of {', '.join(ANSWERS)}")
        with writing(self.engine) as c:
            asked = {verdict["requirement"] for verdict in case_row(c, case_id)["verdicts"]}
            if requirement not in asked:
                raise Refused(f"{case_id} has no requirement {requirement}; `casebinder case {case_id}` lists them")
            key = {"case_id": case_id, "requirement": requirement}
            c.execute(delete(t.decision).filter_by(**key))
            add(c, t.decision, [{**key, "answer": answer, "by": by, "why": why, "at": at.isoformat()}])
            note(c, case_id, at.isoformat(), by, f"decided {requirement}: {answer}", why)
            c.execute(update(t.case).filter_by(id=case_id).values(unchecked=True))

    def place(self, sha256: str, page: int, case_id: str | None, *, by: str, why: str, at: datetime) -> str:
        """Put a page in a case, or leave it out of every case (None), and file the fax again. Returns its hash."""
        with writing(self.engine) as c:
            sha256 = _whole_hash(c, sha256)
            if not c.execute(select(t.page.c.page_number).filter_by(sha256=sha256, page_number=page)).first():
                raise NotFound(f"fax {sha256[:12]} has no page {page}")
            if case_id:
                case_row(c, case_id)
                note(c, case_id, at.isoformat(), by, f"placed page {page} of fax {sha256[:12]} here", why)
            key = {"sha256": sha256, "page": page}
            c.execute(delete(t.placement).filter_by(**key))
            add(c, t.placement, [{**key, "case_id": case_id, "by": by, "why": why, "at": at.isoformat()}])
            c.execute(update(t.fax).filter_by(sha256=sha256).values(filed=False))
        return sha256

    def set_status(self, case_id: str, status: str, *, by: str, why: str, at: datetime) -> None:
        """Set a status by hand; "" gives it back to what the papers say."""
        if status and status not in STATUSES:
            raise Refused(f"{status}: a status is one of {', '.join(STATUSES)}")
        with writing(self.engine) as c:
            before = case_row(c, case_id)["status"]
            values = {"status_by_person": status, "status_at": at.isoformat(), "unchecked": True}
            c.execute(update(t.case).filter_by(id=case_id).values(**values))
            if status:
                c.execute(update(t.case).filter_by(id=case_id).values(status=status))
            note(c, case_id, at.isoformat(), by, f"status: {before} → {status or 'as the papers say'}", why)

    def log(self, case_id: str, kind: str, *, key: str, by: str, at: datetime, title: str, details: Row) -> bool:
        """Log an event of a case; the same key twice is one event. Returns whether it is new.

        Args:
            case_id: The case.
            kind: One of `timeline.LANES`.
            key: Names the event; a repeated key is not logged again.
            by: Who logs it.
            at: When it happened, with its zone.
            title: In words.
            details: Number, person, reference, promise, promised_by, escalation and the like.
        """
        if kind not in LANES:
            raise Refused(f"{kind}: an event is one of {', '.join(sorted(LANES))}")
        with writing(self.engine) as c:
            case_row(c, case_id)
            if c.execute(select(t.event.c.id).filter_by(case_id=case_id, key=key)).first():
                return False
            row = {"kind": kind, "title": title, "at": at.isoformat(), "by": by, **details}
            add(c, t.event, [{"case_id": case_id, "key": key, "row": row}])
            note(c, case_id, at.isoformat(), by, f"logged: {kind}", title)
            c.execute(update(t.case).filter_by(id=case_id).values(unchecked=True))
        return True


def recorded_in(c: Connection, case_id: str, row: Any) -> Recorded:
    """Everything people recorded in a case, for the check."""
    decided = c.execute(select(t.decision).filter_by(case_id=case_id)).mappings()
    decisions = {d["requirement"]: Decision(d["answer"], d["by"], d["why"], d["at"]) for d in decided}
    entries = c.execute(select(t.event).filter_by(case_id=case_id).order_by(t.event.c.id)).mappings().all()
    asked = c.execute(select(t.request.c.token).filter_by(case_id=case_id, state="open")).first() is not None
    promises = tuple(clock for entry in entries if (clock := _promise(entry["row"])))
    logged = tuple(_event(entry["key"], entry["row"]) for entry in entries)
    return Recorded(decisions, logged, promises, asked, row["status_by_person"], row["status_at"])


def _event(key: str, row: Row) -> Event:
    at = datetime.fromisoformat(row["at"])
    return Event(row["kind"], LANES[row["kind"]], row["title"], at.date(), at, None, "", key)  # type: ignore[arg-type]


def _promise(row: Row) -> Clock | None:
    """What somebody promised on the phone, as a clock."""
    if not row.get("promised_by"):
        return None
    due = datetime.fromisoformat(row["promised_by"])
    called = datetime.fromisoformat(row["at"])
    escalation = f"escalate to {row['escalation']}" if row.get("escalation") else ""
    day: date = due.date()
    words = f"call of {called:%Y-%m-%d %H:%M}, {row.get('person') or 'nobody named'}"
    return Clock(f"promised: {row.get('promise') or 'an answer'}", day, f"promised by {row.get('person') or 'them'}",
                 words, None, escalation, due, None, called.date())  # fmt: skip


def _whole_hash(c: Connection, beginning: str) -> str:
    """The one fax whose hash begins so."""
    found = c.execute(select(t.fax.c.sha256).where(t.fax.c.sha256.startswith(beginning, autoescape=True)).limit(2))
    hashes = list(found.scalars()) if len(beginning) >= 6 else []
    if len(hashes) != 1:
        raise NotFound(f"no one fax begins with {beginning[:16]}; give at least 6 of its hash's letters")
    return str(hashes[0])


def _unread(page: int, field: str, box: Box) -> Row:
    """A place where nothing was read, in the shape of a finding."""
    return Finding(field, "", "", page, box, 0.0, "suspect").to_json()


def _meant(rows: Any, read_as: str | None, where: str, field: str) -> Row | None:
    """The reading a correction is about."""
    if read_as is not None:
        rows = [row for row in rows if read_as in {row["value"], row["raw"]}]
        if not rows:
            raise NotFound(f"{where} has no reading of {field} like that")
    if len({row["value"] for row in rows}) > 1:
        raise Refused(f"{where} has several readings of {field}; say which with --read-as")
    return dict(max(rows, key=lambda row: row["confidence"])) if rows else None
