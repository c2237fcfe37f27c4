"""What the desk keeps and lists: who has a fax, its version, what was done last and how to undo it, the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, literal, or_, select, tuple_, update

from casefile import tables as t
from casefile.database import writing
from casefile.desk_count import needs_in, recount, review_row
from casefile.desk_tables import action, review, seen_problem
from casefile.errors import NotFound, Refused
from casefile.leases import work
from casefile.needs import Need
from casefile.page_words import find_pages
from casefile.store_rows import Part, Row, hashes_of

HELD_MINUTES = 10
INBOX = ("needs", "reading", "aside", "done")
"""The inbox's lists: needs a person, waiting or being read, set aside, done."""
Key = tuple[str, str]


@dataclass(frozen=True)
class Hold:
    """Who has a fax, until when, and the version of it that was read."""

    by: str
    until: str
    version: str

    def is_others(self, name: str, at: datetime) -> bool:
        """Whether somebody else has it now."""
        return bool(self.by) and self.by != name and self.until > at.isoformat()


class DeskStore(Part):
    """Lists of faxes, claims on them, undo."""

    # the inbox

    def inbox(self, which: str, after: Key | None = None, limit: int = 50) -> list[Row]:
        """One of the inbox's lists, JSON-ready; work oldest first, what ended newest first.

        Args:
            which: One of `INBOX`.
            after: (`received_at`, `sha256`) of the last row of the page before.
            limit: Rows a page.
        """
        newest = which in {"aside", "done"}
        at, sha256 = (
            (review.c.received_at, review.c.sha256) if which == "needs" else (t.fax.c.received_at, t.fax.c.sha256)
        )
        query = _listed().where(_which(which)).limit(limit)
        query = query.order_by(at.desc(), sha256.desc()) if newest else query.order_by(at, sha256)
        if after:
            here, place = tuple_(at, sha256), _place(after)
            query = query.where(here < place if newest else here > place)
        with self.engine.connect() as c:
            rows = [dict(row) for row in c.execute(query).mappings()]
            found = [row["sha256"] for row in rows]
            names: dict[str, str] = {}
            for hash_, name in c.execute(
                select(t.arrival.c.sha256, t.arrival.c.name)
                .where(t.arrival.c.sha256.in_(found))
                .order_by(t.arrival.c.id)
            ):
                names.setdefault(hash_, name)
            homes: dict[str, set[str]] = {}
            query_homes = select(t.document.c.sha256, t.document.c.case_id).where(t.document.c.sha256.in_(found))
            for hash_, case_id in c.execute(query_homes):
                if case_id:
                    homes.setdefault(hash_, set()).add(case_id)
        return [_inbox_row(row, names, homes) for row in rows]

    def inbox_counts(self) -> dict[str, int]:
        """How many faxes each list has that people work on; what is done is not counted."""
        with self.engine.connect() as c:
            waiting = select(func.count()).select_from(review).where(review.c.waits)
            reading = select(func.count()).select_from(t.fax).where(_which("reading"))
            aside = select(func.count()).select_from(t.fax).where(t.fax.c.state == "set_aside")
            return {"needs": c.execute(waiting).scalar_one(), "reading": c.execute(reading).scalar_one(),
                    "aside": c.execute(aside).scalar_one()}  # fmt: skip

    def unmatched_pages(self, after: tuple[str, int] | None = None, limit: int = 50) -> list[Row]:
        """Pages that are in no case, with why and what they begin with."""
        query = select(t.page).where(t.page.c.state == "unassigned").order_by(t.page.c.sha256, t.page.c.page_number)
        if after:
            query = query.where(tuple_(t.page.c.sha256, t.page.c.page_number) > _place(after))
        with self.engine.connect() as c:
            rows = c.execute(query.limit(limit)).mappings().all()
        return [{"sha256": r["sha256"], "page": r["page_number"], "reason": r["reason"],
                 "begins": " ".join(w[0] for w in r["text"]["words"][:30])} for r in rows]  # fmt: skip

    def pages_with(self, words: str, limit: int = 30, before: int = 0) -> list[Row]:
        """Pages that have every one of these words, newest first, with their case and the words around the first."""
        with self.engine.connect() as c:
            found = find_pages(c, words, limit, before)
            rows = []
            for number, sha256, page in found:
                text = c.execute(select(t.page.c.text).filter_by(sha256=sha256, page_number=page)).scalar_one_or_none()
                homes = c.execute(select(t.document.c.pages, t.document.c.case_id).filter_by(sha256=sha256)).all()
                home = next((case_id for pages, case_id in homes if page in pages and case_id), "")
                rows.append({"id": number, "sha256": sha256, "page": page, "case": home,
                             "words": [w[0] for w in text["words"]] if text else []})  # fmt: skip
        return rows

    def deadlines(self, by: str, after: Key | None = None, limit: int = 50) -> list[Row]:
        """Cases whose nearest clock ends by a day (ISO; "": any), with their running clocks, soonest first."""
        columns = [t.case.c[name] for name in ("id", "member_name", "payer_name", "status", "next_due", "clocks")]
        bound = by or "9999-12-30"
        query = select(*columns).where(t.case.c.next_due <= bound, t.case.c.status != "closed")
        if after:
            query = query.where(tuple_(t.case.c.next_due, t.case.c.id) > _place(after))
        with self.engine.connect() as c:
            rows = c.execute(query.order_by(t.case.c.next_due, t.case.c.id).limit(limit)).mappings().all()
        made = [dict(row) for row in rows]
        for row in made:
            running = [k for k in row.pop("clocks") or [] if k.get("due") and not k.get("stopped_on")]
            row["clocks"] = sorted((k for k in running if k["due"] <= bound), key=lambda k: str(k["due"]))
        return made

    # one fax

    def fax(self, sha256: str) -> Row:
        """A fax's own row with its name, pages' ledger states, documents with their cases, and review."""
        with self.engine.connect() as c:
            fax = c.execute(select(t.fax).filter_by(sha256=sha256)).mappings().first()
            if not fax:
                raise NotFound(f"no fax {sha256[:12]}")
            arrivals = c.execute(
                select(t.arrival.c.name, t.arrival.c.arrived_at).filter_by(sha256=sha256).order_by(t.arrival.c.id)
            ).all()
            pages = c.execute(
                select(t.page.c.page_number, t.page.c.state, t.page.c.reason, t.page.c.of_page)
                .filter_by(sha256=sha256).order_by(t.page.c.page_number)
            ).mappings().all()  # fmt: skip
            documents = c.execute(
                select(t.document.c.kind, t.document.c.pages, t.document.c.case_id, t.document.c.why)
                .filter_by(sha256=sha256).order_by(t.document.c.id)
            ).mappings().all()  # fmt: skip
        return {**fax, "name": arrivals[0].name if arrivals else sha256[:12], "arrivals": len(arrivals),
                "pages": [dict(p) for p in pages], "documents": [dict(d) for d in documents]}  # fmt: skip

    def page_row(self, sha256: str, page: int) -> Row:
        """How a page was read: the stored row with its words."""
        with self.engine.connect() as c:
            row = c.execute(select(t.page.c.text).filter_by(sha256=sha256, page_number=page)).scalar_one_or_none()
        if row is None:
            raise NotFound(f"fax {sha256[:12]} has no page {page}")
        return dict(row)

    def needs(self, sha256: str) -> list[Need]:
        """What of a fax needs a person."""
        with self.engine.connect() as c:
            return needs_in(c, sha256)

    def cases_of_fax(self, sha256: str) -> list[str]:
        """The cases a fax's documents are in."""
        with self.engine.connect() as c:
            query = select(t.document.c.case_id).filter_by(sha256=sha256).where(t.document.c.case_id.is_not(None))
            return sorted(set(c.execute(query).scalars()))

    def faxes_of_case(self, case_id: str) -> list[str]:
        """The faxes with a document in a case."""
        with self.engine.connect() as c:
            return hashes_of(c, case_id)

    # claims and versions

    def claim_fax(self, sha256: str, name: str, at: datetime) -> Hold:
        """Take a fax for ten minutes, unless somebody else has it; says who has it now."""
        with writing(self.engine) as c:
            _known(c, sha256)
            hold = _hold(c, sha256)
            if hold.is_others(name, at):
                return hold
            until = (at + timedelta(minutes=HELD_MINUTES)).isoformat()
            c.execute(update(review).filter_by(sha256=sha256).values(held_by=name, held_until=until))
            return Hold(name, until, hold.version)

    def release_fax(self, sha256: str, name: str) -> None:
        """Give a fax back."""
        with writing(self.engine) as c:
            c.execute(update(review).filter_by(sha256=sha256, held_by=name).values(held_by="", held_until=""))

    def begin_change(self, sha256: str, name: str, version: str, at: datetime) -> None:
        """Let a change through if nobody else has the fax and nobody changed it since `version` was read.

        Raises:
            Refused: Somebody else has it, or was faster.
        """
        with writing(self.engine) as c:
            _known(c, sha256)
            hold = _hold(c, sha256)
            if hold.is_others(name, at):
                raise Refused(f"{hold.by} is working on this fax; nothing was changed. Take another, or ask {hold.by}")
            if hold.version != version:
                raise Refused("this fax was changed meanwhile; nothing was overwritten. Reload to see it as it is now")
            until = (at + timedelta(minutes=HELD_MINUTES)).isoformat()
            values = {"version": review.c.version + 1, "held_by": name, "held_until": until}
            c.execute(update(review).filter_by(sha256=sha256).values(**values))

    def hold(self, sha256: str) -> Hold:
        """Who has a fax, and its version."""
        with writing(self.engine) as c:
            return _hold(c, sha256)

    # what was done, and undoing it

    def see_problem(self, sha256: str, code: str, page: int, *, by: str, why: str, at: datetime) -> None:
        """A person has seen a problem; it no longer asks for one, also after a new reading."""
        with writing(self.engine) as c:
            key = {"sha256": sha256, "code": code, "page": page}
            c.execute(delete(seen_problem).filter_by(**key))
            c.execute(insert(seen_problem).values(**key, by=by, at=at.isoformat(), why=why))
            _note(c, sha256, by, at, f"seen: {code.replace('_', ' ')}", {"problem": {"code": code, "page": page}})
            recount(c, sha256)

    def note_correction(self, sha256: str, *, by: str, at: datetime, what: str) -> None:
        """The newest correction of this person on the fax can be undone."""
        with writing(self.engine) as c:
            newest = select(func.max(t.correction.c.id)).filter_by(sha256=sha256, by=by)
            _note(c, sha256, by, at, what, {"correction": c.execute(newest).scalar_one()})
            recount(c, sha256)

    def placement(self, sha256: str, page: int) -> Row | None:
        """Where a person put a page, if one did."""
        with self.engine.connect() as c:
            row = c.execute(select(t.placement).filter_by(sha256=sha256, page=page)).mappings().first()
        return dict(row) if row else None

    def note_placement(self, sha256: str, page: int, before: Row | None, *, by: str, at: datetime, what: str) -> None:
        """A page was placed; undoing it puts back where it was placed before."""
        with writing(self.engine) as c:
            _note(c, sha256, by, at, what, {"page": page, "placement": before})

    def undo_last(self, sha256: str, *, by: str, at: datetime) -> str:
        """Undo this person's last action on a fax; what it was stays in the record. Returns it in words.

        Raises:
            Refused: There is nothing of theirs to undo.
        """
        with writing(self.engine) as c:
            query = select(action).filter_by(sha256=sha256, by=by, undone_at="").order_by(action.c.id.desc()).limit(1)
            row = c.execute(query).mappings().first()
            if row is None:
                raise Refused("there is nothing of yours to undo on this fax")
            _undo(c, sha256, row["undo"])
            c.execute(update(action).filter_by(id=row["id"]).values(undone_at=at.isoformat()))
            query_homes = select(t.document.c.case_id).filter_by(sha256=sha256)
            homes = {case_id for case_id in c.execute(query_homes).scalars() if case_id}
            c.execute(update(t.case).where(t.case.c.id.in_(homes)).values(unchecked=True))
            recount(c, sha256)
        return str(row["what"])


def _which(which: str) -> Any:
    """The condition of one of the inbox's lists."""
    return {
        "needs": review.c.waits,
        "reading": or_(t.fax.c.state == "received", and_(t.fax.c.state == "read", t.fax.c.filed.is_(False))),
        "aside": t.fax.c.state == "set_aside",
        "done": and_(t.fax.c.state == "read", t.fax.c.filed.is_(True), review.c.waits.is_not(True)),
    }[which]  # fmt: skip


def _place(after: tuple[Any, ...]) -> Any:
    return tuple_(*(literal(value) for value in after))


def _listed() -> Any:
    joined = t.fax.outerjoin(review, review.c.sha256 == t.fax.c.sha256).outerjoin(
        work, and_(work.c.kind == "fax", work.c.subject == t.fax.c.sha256)
    )
    columns = (t.fax.c.sha256, t.fax.c.received_at, t.fax.c.state, t.fax.c.reason, review.c.needs, review.c.held_by,
               review.c.held_until, work.c.until, work.c.urgent, work.c.pages)  # fmt: skip
    return select(*columns).select_from(joined)


def _inbox_row(row: Row, names: dict[str, str], homes: dict[str, set[str]]) -> Row:
    sha256 = row["sha256"]
    more = {"name": names.get(sha256, sha256[:12]), "cases": sorted(homes.get(sha256, ()))}
    return {**row, **more, "pages": row["pages"] or 0, "needs": row["needs"] or 0, "is_read_now": bool(row["until"])}


def _known(c: Connection, sha256: str) -> None:
    if not c.execute(select(t.fax.c.sha256).filter_by(sha256=sha256)).first():
        raise NotFound(f"no fax {sha256[:12]}")


def _hold(c: Connection, sha256: str) -> Hold:
    """The version counts changes from the desk and from anywhere else."""
    row = review_row(c, sha256)
    corrections = c.execute(select(func.max(t.correction.c.id)).filter_by(sha256=sha256)).scalar()
    placements = c.execute(select(func.max(t.placement.c.at)).filter_by(sha256=sha256)).scalar()
    return Hold(row["held_by"], row["held_until"], f"{row['version']}.{corrections or 0}.{placements or ''}")


def _note(c: Connection, sha256: str, by: str, at: datetime, what: str, undo: Row) -> None:
    row = {"sha256": sha256, "by": by, "at": at.isoformat(), "what": what, "undo": undo, "undone_at": ""}
    c.execute(insert(action).values(**row))


def _undo(c: Connection, sha256: str, undo: Row) -> None:
    if "correction" in undo:
        c.execute(delete(t.correction).filter_by(id=undo["correction"], sha256=sha256))
    elif "problem" in undo:
        c.execute(delete(seen_problem).filter_by(sha256=sha256, **undo["problem"]))
    else:
        _restore(c, t.placement, {"sha256": sha256, "page": undo["page"]}, undo["placement"])
        c.execute(update(t.fax).filter_by(sha256=sha256).values(filed=False))


def _restore(c: Connection, table: Table, key: Row, before: Row | None) -> None:
    c.execute(delete(table).filter_by(**key))
    if before:
        c.execute(insert(table).values(**before))
