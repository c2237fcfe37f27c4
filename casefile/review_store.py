"""The desk's view of one fax: everything to show, who has it before them, what they did, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from casefile import tables as t
from casefile.corrections import Correction, corrected
from casefile.database import writing
from casefile.errors import NotFound
from casefile.leases import work
from casefile.people_store import HEADERS
from casefile.records import Document, Finding, LedgerRow, PageText, Reading
from casefile.rows import finding_of, page_of, problem_of
from casefile.store_rows import Part, Row, add, corrections_of, note, reads_of, rows_of

SURE = 0.9
"""Findings at least this sure are right in 99 of 100; nobody is asked about them."""
WORDED, AT_ONCE = 40, 200
HELD = timedelta(minutes=20)
"""A fax that nobody touched this long is free for others."""


@dataclass(frozen=True)
class Review:
    """One fax as the desk shows it.

    `reading` has its findings as people corrected them, and words only on the first `WORDED` pages that have doubtful
    ones: a fax may have 2,000 pages.

    `homes` is page → case; `version` tells what people did, so that two of them notice each other.
    """

    sha256: str
    name: str
    state: str
    reason: str
    received_at: str
    reading: Reading
    ledger: tuple[LedgerRow, ...]
    homes: dict[int, str]
    corrections: tuple[Correction, ...]
    seen: frozenset[str]
    held_by: str
    held_at: str
    version: str
    reviewed: bool
    last: Row | None
    """The last thing done and not taken back: kind, item, by, at."""


class ReviewStore(Part):
    """Reviewing a fax."""

    def review(self, sha256: str) -> Review:
        """Everything the review screen shows of a fax.

        Raises:
            NotFound: There is no such fax.
        """
        with self.engine.connect() as c:
            fax = c.execute(select(t.fax).filter_by(sha256=sha256)).mappings().first()
            if not fax:
                raise NotFound(f"no fax {sha256[:12]}")
            reads, fixes = reads_of(c, [sha256]), tuple(corrections_of(c, [sha256]))
            raw = [finding_of(f["row"]) for f in rows_of(c, t.finding, sha256, t.finding.c.id)]
            findings = as_corrected(raw, fixes)
            ledger, pages = _pages(c, sha256, {f.page for f in findings if is_doubtful(f)})
            problems = tuple(problem_of(p["row"]) for p in rows_of(c, t.problem, sha256, t.problem.c.id))
            names = c.execute(select(t.arrival.c.name).filter_by(sha256=sha256).order_by(t.arrival.c.id.desc()))
            name = names.scalars().first() or ""
            actions = rows_of(c, t.review_action, sha256, t.review_action.c.id)
            held = c.execute(select(t.review).filter_by(sha256=sha256)).mappings().first()
        documents = tuple(read.document for _, _, read in reads)
        done = [dict(a) for a in actions if not a["undone_at"]]
        return Review(
            sha256=sha256, name=name, state=fax["state"], reason=fax["reason"], received_at=fax["received_at"],
            reading=Reading(name, sha256, fax["media_type"], pages, documents, tuple(findings),
                            problems, fax["state"] == "set_aside"),
            ledger=ledger,
            homes={page: home for _, home, read in reads if home for page in read.document.pages},
            corrections=fixes, seen=frozenset(a["item"] for a in done if a["kind"] == "seen"),
            reviewed=bool(held and held["done_by"]), held_by=held["held_by"] if held else "",
            held_at=held["held_at"] if held else "",
            version=f"{len(actions)}.{len(actions) - len(done)}.{len(fixes)}", last=done[-1] if done else None,
        )  # fmt: skip

    def page_text(self, sha256: str, number: int) -> PageText:
        """One page as it was read.

        Raises:
            NotFound: There is no such page.
        """
        query = select(t.page.c.text).filter_by(sha256=sha256, page_number=number)
        with self.engine.connect() as c:
            text = c.execute(query).scalar_one_or_none()
        if text is None:
            raise NotFound(f"fax {sha256[:12]} has no page {number}")
        return page_of(number, text)

    def act(self, sha256: str, kind: str, item: str, details: Row, *, by: str, at: datetime) -> None:
        """Note what a person did on the review screen, with what takes it back."""
        with writing(self.engine) as c:
            add(c, t.review_action, [{"sha256": sha256, "kind": kind, "item": item, "details": details, "by": by,
                                      "at": at.isoformat()}])  # fmt: skip
            _hold(c, sha256, by, at)

    def correct_places(
        self, sha256: str, places: Sequence[Finding], value: str, *, by: str, why: str, at: datetime
    ) -> list[str]:
        """Say what stands at these places, readings of one field; one transaction. Returns the cases to check again.

        Args:
            sha256: The fax.
            places: The findings as they were read.
            value: What stands there; "" when nothing does.
            by: Who says so.
            why: How they know.
            at: When.
        """
        field, pages = places[0].field, sorted({place.page for place in places})
        with writing(self.engine) as c:
            add(c, t.correction, [{"sha256": sha256, "page": place.page, "field": field, "value": value,
                                   "role": place.role, "original": place.to_json(), "by": by, "why": why,
                                   "at": at.isoformat()} for place in places])  # fmt: skip
            cases = {home for _, home, read in reads_of(c, [sha256]) if home and set(pages) & set(read.document.pages)}
            where = f"page{'s' if len(pages) > 1 else ''} {', '.join(map(str, pages[:20]))}"
            for case_id in sorted(cases):
                note(c, case_id, at.isoformat(), by, f"corrected {field} on {where} of fax {sha256[:12]}", why)
                head = {field: value} if field in HEADERS and value else {}
                c.execute(update(t.case).filter_by(id=case_id).values(unchecked=True, **head))
        return sorted(cases)

    def before(self, sha256: str, pages: tuple[int, ...]) -> Row:
        """What an action on these pages may change and undo restores: placements, and the heads of their cases."""
        with self.engine.connect() as c:
            query = select(t.placement).where(t.placement.c.sha256 == sha256, t.placement.c.page.in_(pages))
            placed = [dict(row) for row in c.execute(query).mappings()]
            homes = {home for _, home, read in reads_of(c, [sha256]) if home and set(pages) & set(read.document.pages)}
            columns = [t.case.c[name] for name in ("id", "member_name", "member_dob", "member_id")]
            heads = [dict(row) for row in c.execute(select(*columns).where(t.case.c.id.in_(homes))).mappings()]
        return {"pages": list(pages), "placed": placed, "heads": heads}

    def take_back(self, sha256: str, *, by: str, at: datetime) -> Row | None:
        """Take back the last thing this person did on the fax; the entry stays in the history, marked.

        Returns:
            The action's kind and item, the cases to check again, whether the fax is to be filed again, and the
            documents it is to be cut into again; None when there is nothing of theirs to take back.
        """
        mine = t.review_action.c
        query = select(t.review_action).where(mine.sha256 == sha256, mine.by == by, mine.undone_at == "")
        with writing(self.engine) as c:
            action = c.execute(query.order_by(mine.id.desc()).limit(1)).mappings().first()
            if action is None:
                return None
            details = action["details"]
            homes = [home for _, home, read in reads_of(c, [sha256])
                     if home and set(details.get("pages", [])) & set(read.document.pages)]  # fmt: skip
            if action["kind"] == "correct":
                key = {"sha256": sha256, "by": by, "at": action["at"]}
                c.execute(delete(t.correction).filter_by(**key))
                _restore_heads(c, details["heads"], details.get("field", ""))
            if action["kind"] == "place":
                _restore_places(c, sha256, details)
            c.execute(update(t.review_action).filter_by(id=action["id"]).values(undone_at=at.isoformat()))
            touched = sorted({*homes, *(head["id"] for head in details.get("heads", []))})
            for case_id in touched:
                note(c, case_id, at.isoformat(), by, f"took back: {action['kind']} on fax {sha256[:12]}", "undo")
            c.execute(update(t.case).where(t.case.c.id.in_(touched)).values(unchecked=True))
            c.execute(update(t.review).filter_by(sha256=sha256).values(done_by="", done_at=""))
        return {"kind": action["kind"], "item": action["item"], "cases": touched, "refile": action["kind"] == "place",
                "documents": details.get("before", [])}  # fmt: skip

    def documents_home(self, sha256: str) -> list[str]:
        """The cases in which the fax has documents."""
        with self.engine.connect() as c:
            homes = c.execute(select(t.document.c.case_id).filter_by(sha256=sha256).distinct()).scalars()
            return sorted(home for home in homes if home)

    def arrangement(self, sha256: str) -> tuple[Document, ...]:
        """How a person cut the fax into documents; empty where nobody did."""
        mine = t.review_action.c
        query = select(mine.details).where(mine.sha256 == sha256, mine.kind == "documents", mine.undone_at == "")
        with self.engine.connect() as c:
            details = c.execute(query.order_by(mine.id.desc()).limit(1)).scalar_one_or_none()
        return documents_of(details["after"]) if details else ()

    # who has it, and what is next

    def claim(self, sha256: str, *, by: str, at: datetime, take_over: bool = False) -> str:
        """Hold a fax for this person unless another has it; returns who has it now."""
        with writing(self.engine) as c:
            row = c.execute(select(t.review).filter_by(sha256=sha256)).mappings().first()
            if row and not take_over and row["held_by"] not in {"", by} and row["held_at"] > (at - HELD).isoformat():
                return str(row["held_by"])
            _hold(c, sha256, by, at)
        return by

    def release(self, sha256: str, *, by: str) -> None:
        """Give a fax back, if this person holds it."""
        with writing(self.engine) as c:
            c.execute(update(t.review).filter_by(sha256=sha256, held_by=by).values(held_by="", held_at=""))

    def mark_reviewed(self, sha256: str, *, by: str, at: datetime) -> None:
        """Note that nothing on the fax needs a person any more, and give it back."""
        done = {"done_by": by, "done_at": at.isoformat(), "held_by": "", "held_at": ""}
        with writing(self.engine) as c:
            if not c.execute(update(t.review).filter_by(sha256=sha256).values(**done)).rowcount:
                c.execute(insert(t.review).values(sha256=sha256, **done))

    def to_review(self, *, by: str, at: datetime) -> Iterator[str]:
        """Faxes that were read and not reviewed since, and that nobody else holds: urgent ones, then the oldest."""
        busy = (t.review.c.held_by.not_in(["", by])) & (t.review.c.held_at > (at - HELD).isoformat())
        faxes = t.review.join(t.fax, t.review.c.sha256 == t.fax.c.sha256)
        faxes = faxes.outerjoin(work, (work.c.kind == "fax") & (work.c.subject == t.fax.c.sha256))
        query = (
            select(t.fax.c.sha256)
            .select_from(faxes)
            .where(t.review.c.done_by == "", ~busy, t.fax.c.state == "read")
            .order_by(func.coalesce(work.c.urgent, False).desc(), t.fax.c.received_at, t.fax.c.sha256)
            .limit(AT_ONCE)
        )
        with self.engine.connect() as c:
            hashes = list(c.execute(query).scalars())
        yield from hashes


def as_corrected(findings: list[Finding], corrections: tuple[Correction, ...]) -> list[Finding]:
    """Every page's findings with what people said of them in place."""
    by_page: dict[int, list[Finding]] = {}
    for finding in findings:
        by_page.setdefault(finding.page, []).append(finding)
    for fix in corrections:
        by_page[fix.page] = corrected(by_page.get(fix.page, []), fix)
    return [finding for page in sorted(by_page) for finding in by_page[page]]


def documents_of(rows: list[Row]) -> tuple[Document, ...]:
    """Documents from rows with `kind`, `pages` and `confidence`."""
    return tuple(Document(row["kind"], tuple(row["pages"]), row["confidence"]) for row in rows)


def is_doubtful(finding: Finding) -> bool:
    """Whether a person should compare the finding with the page."""
    return finding.status == "suspect" or finding.confidence < SURE


def _pages(c: Connection, sha256: str, doubted: set[int]) -> tuple[tuple[LedgerRow, ...], tuple[PageText, ...]]:
    """What became of each page, and the pages; with their words only where these are looked at."""
    own = t.page.c
    columns = (own.page_number, own.state, own.reason, own.of_page)
    rows = c.execute(select(*columns).where(own.sha256 == sha256).order_by(own.page_number)).all()
    worded = sorted(doubted)[:WORDED]
    query = select(own.page_number, own.text).where(own.sha256 == sha256, own.page_number.in_(worded))
    texts = {number: page_of(number, text) for number, text in c.execute(query)}
    ledger = tuple(LedgerRow(sha256, n, state, why, (sha256, of) if of else None) for n, state, why, of in rows)
    return ledger, tuple(texts.get(row.page, PageText(row.page)) for row in ledger)


def _hold(c: Connection, sha256: str, by: str, at: datetime) -> None:
    held = {"held_by": by, "held_at": at.isoformat(), "done_by": "", "done_at": ""}
    if not c.execute(update(t.review).filter_by(sha256=sha256).values(**held)).rowcount:
        c.execute(insert(t.review).values(sha256=sha256, **held))


def _restore_heads(c: Connection, heads: list[Row], field: str) -> None:
    """A case's own name, birth date or id as it was before it was corrected."""
    for head in heads:
        if field in head and field != "id":
            c.execute(update(t.case).filter_by(id=head["id"]).values({field: head[field]}))


def _restore_places(c: Connection, sha256: str, details: Row) -> None:
    where = t.placement.c
    c.execute(delete(t.placement).where(where.sha256 == sha256, where.page.in_(details["pages"])))
    add(c, t.placement, details["placed"])
    c.execute(update(t.fax).filter_by(sha256=sha256).values(filed=False))
