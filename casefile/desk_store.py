"""The desk's lists of faxes, pages and deadlines, by pages that go on behind a row; pages by the words on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, func, literal, select, tuple_

from casefile import tables as t
from casefile.leases import work
from casefile.page_words import find_pages
from casefile.store_rows import Part, Row

INBOX = ("needs", "reading", "aside", "done")
"""The inbox's lists: may need a person, waiting or being read, set aside, done."""
MOST_COUNTED = 1000
"""Lists longer than this are said to hold so many or more: counting on would take longer than looking."""
Key = tuple[str, str]


class DeskStore(Part):
    """Lists of faxes, pages and deadlines."""

    # the inbox

    def inbox(self, which: str, after: Key | None = None, limit: int = 50) -> list[Row]:
        """One of the inbox's lists, JSON-ready; work oldest first, what ended newest first.

        Args:
            which: One of `INBOX`.
            after: (`received_at`, `sha256`) of the last row of the page before.
            limit: Rows a page.
        """
        newest = which in {"aside", "done"}
        at, sha256 = t.fax.c.received_at, t.fax.c.sha256
        query = _listed().where(_which(which)).limit(limit)
        query = query.order_by(at.desc(), sha256.desc()) if newest else query.order_by(at, sha256)
        if after:
            here, place = tuple_(at, sha256), _place(after)
            query = query.where(here < place if newest else here > place)
        with self.engine.connect() as c:
            rows = [dict(row) for row in c.execute(query).mappings()]
            found = [row["sha256"] for row in rows]
            names = _names(c, found)
            homes: dict[str, set[str]] = {}
            query_homes = select(t.document.c.sha256, t.document.c.case_id).where(t.document.c.sha256.in_(found))
            for hash_, case_id in c.execute(query_homes):
                if case_id:
                    homes.setdefault(hash_, set()).add(case_id)
        return [_inbox_row(row, names, homes) for row in rows]

    def inbox_counts(self) -> dict[str, int]:
        """How many faxes each list has that people work on, up to `MOST_COUNTED`; what is done is not counted."""
        with self.engine.connect() as c:
            found = {which: _listed().where(_which(which)).limit(MOST_COUNTED) for which in INBOX[:3]}
            return {which: c.execute(select(func.count()).select_from(query.subquery())).scalar_one()
                    for which, query in found.items()}  # fmt: skip

    def unmatched_pages(self, after: tuple[str, int] | None = None, limit: int = 50) -> list[Row]:
        """Pages that are in no case, with why and what they begin with."""
        query = select(t.page).where(t.page.c.state == "unassigned").order_by(t.page.c.sha256, t.page.c.page_number)
        if after:
            query = query.where(tuple_(t.page.c.sha256, t.page.c.page_number) > _place(after))
        with self.engine.connect() as c:
            rows = c.execute(query.limit(limit)).mappings().all()
            names = _names(c, [row["sha256"] for row in rows])
        return [
            {"sha256": r["sha256"], "name": names.get(r["sha256"], ""), "page": r["page_number"],
             "reason": r["reason"], "begins": " ".join(w[0] for w in r["text"]["words"][:30])}
            for r in rows
        ]  # fmt: skip

    def pages_with(self, words: str, limit: int = 30, before: int = 0) -> list[Row]:
        """Pages that have every one of these words, newest first, with their case and the words around the first."""
        with self.engine.connect() as c:
            found = find_pages(c, words, limit, before)
            names = _names(c, [sha256 for _, sha256, _ in found])
            rows = []
            for number, sha256, page in found:
                text = c.execute(select(t.page.c.text).filter_by(sha256=sha256, page_number=page)).scalar_one_or_none()
                homes = c.execute(select(t.document.c.pages, t.document.c.case_id).filter_by(sha256=sha256)).all()
                home = next((case_id for pages, case_id in homes if page in pages and case_id), "")
                rows.append({"id": number, "sha256": sha256, "name": names.get(sha256, ""), "page": page, "case": home,
                             "words": [(w[0], tuple(w[1:5])) for w in text["words"]] if text else []})  # fmt: skip
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


def _which(which: str) -> Any:
    """The condition of one of the inbox's lists, put so that each finds its few rows by an index among very many."""
    filed = and_(t.fax.c.state == "read", t.fax.c.filed.is_(True))
    received = select(t.fax.c.sha256).where(t.fax.c.state == "received")
    not_filed = select(t.fax.c.sha256).where(t.fax.c.state == "read", t.fax.c.filed.is_(False))
    not_looked_at = select(t.review.c.sha256).where(t.review.c.done_by == "")
    return {
        "needs": and_(filed, t.fax.c.sha256.in_(not_looked_at)),
        "reading": t.fax.c.sha256.in_(received.union_all(not_filed)),
        "aside": t.fax.c.state == "set_aside",
        "done": and_(filed, t.review.c.done_by != ""),
    }[which]


def _names(c: Connection, hashes: list[str]) -> dict[str, str]:
    """Fax → the file name it first arrived under."""
    names: dict[str, str] = {}
    query = select(t.arrival.c.sha256, t.arrival.c.name).where(t.arrival.c.sha256.in_(hashes))
    for sha256, name in c.execute(query.order_by(t.arrival.c.id)):
        names.setdefault(sha256, name)
    return names


def _place(after: tuple[Any, ...]) -> Any:
    return tuple_(*(literal(value) for value in after))


def _listed() -> Any:
    joined = t.fax.outerjoin(t.review, t.review.c.sha256 == t.fax.c.sha256).outerjoin(
        work, and_(work.c.kind == "fax", work.c.subject == t.fax.c.sha256)
    )
    columns = (t.fax.c.sha256, t.fax.c.received_at, t.fax.c.state, t.fax.c.reason, t.review.c.held_by,
               t.review.c.held_at, work.c.until, work.c.urgent, work.c.pages)  # fmt: skip
    return select(*columns).select_from(joined)


def _inbox_row(row: Row, names: dict[str, str], homes: dict[str, set[str]]) -> Row:
    sha256 = row["sha256"]
    more = {"name": names.get(sha256, sha256[:12]), "cases": sorted(homes.get(sha256, ()))}
    held = {"held_by": row["held_by"] or "", "held_at": row["held_at"] or ""}
    return {**row, **more, **held, "pages": row["pages"] or 0, "is_read_now": bool(row["until"])}
