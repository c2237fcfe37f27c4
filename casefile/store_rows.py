"""What the parts of the store share: reading rows back as records, people's corrections applied on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from casefile import tables as t
from casefile.audit_chain import START, chained, storable
from casefile.corrections import Correction, corrected
from casefile.errors import NotFound
from casefile.reads import Read
from casefile.records import Document, Exhibit, LedgerRow
from casefile.rows import finding_of, page_of
from casefile.timeline import document_date

Row = dict[str, Any]


class Part:
    """A part of the store: it has the engine, every method is one transaction."""

    engine: Engine


def add(c: Connection, table: Table, rows: list[Row]) -> None:
    """Insert rows, if there are any."""
    if rows:
        c.execute(insert(table), rows)


def rows_of(c: Connection, table: Table, sha256: str, order: Any) -> list[Any]:
    """A fax's rows of a table."""
    return list(c.execute(select(table).where(table.c.sha256 == sha256).order_by(order)).mappings())


def counts(c: Connection, column: Any) -> dict[str, int]:
    """How many rows have each value of a column."""
    found = c.execute(select(column, func.count()).group_by(column).order_by(column))
    return {str(key): int(count) for key, count in found}


def case_row(c: Connection, case_id: str) -> Any:
    """A case's row.

    Raises:
        NotFound: There is no such case.
    """
    row = c.execute(select(t.case).filter_by(id=case_id)).mappings().first()
    if not row:
        raise NotFound(f"no case {case_id}; `casebinder cases` lists them")
    return row


def gap_row(row: Any) -> Row:
    """A gap as the contract prints it."""
    return {key: row[key] for key in ("requirement", "title", "reason", "opened_at", "closed_at")}


def hashes_of(c: Connection, case_id: str) -> list[str]:
    """The faxes that have a document in a case."""
    query = select(t.document.c.sha256).filter_by(case_id=case_id).distinct().order_by(t.document.c.sha256)
    return list(c.execute(query).scalars())


def corrections_of(c: Connection, hashes: Iterable[str]) -> list[Correction]:
    """What people corrected on these faxes, in the order in which they did."""
    query = select(t.correction).where(t.correction.c.sha256.in_(list(hashes))).order_by(t.correction.c.id)
    return [
        Correction(**{key: row[key] for key in Correction.__dataclass_fields__})
        for row in c.execute(query).mappings()
    ]  # fmt: skip


def reads_of(
    c: Connection, hashes: Iterable[str], case_id: str | None = None, with_pages: bool = False
) -> list[tuple[int, str | None, Read]]:
    """(document id, case id, document with its findings as corrected) of these faxes; pages only if asked for."""
    hashes = list(hashes)
    query = select(t.document).where(t.document.c.sha256.in_(hashes)).order_by(t.document.c.id)
    documents = [d for d in c.execute(query).mappings() if case_id is None or d["case_id"] == case_id]
    found: dict[tuple[str, int], list[Any]] = {}
    for row in c.execute(select(t.finding).where(t.finding.c.sha256.in_(hashes)).order_by(t.finding.c.id)).mappings():
        found.setdefault((row["sha256"], row["page"]), []).append(finding_of(row["row"]))
    for correction in corrections_of(c, hashes):
        key = correction.sha256, correction.page
        found[key] = corrected(found.get(key, []), correction)
    texts = _texts(c, hashes) if with_pages else {}
    reads = []
    for d in documents:
        own = tuple(f for page in d["pages"] for f in found.get((d["sha256"], page), []))
        document = Document(d["kind"], tuple(d["pages"]), d["confidence"], d["title"])
        pages = tuple(texts[d["sha256"], page] for page in d["pages"] if (d["sha256"], page) in texts)
        reads.append((d["id"], d["case_id"], Read(d["sha256"], document, own, pages)))
    return reads


def _texts(c: Connection, hashes: list[str]) -> dict[tuple[str, int], Any]:
    query = select(t.page.c.sha256, t.page.c.page_number, t.page.c.text).where(t.page.c.sha256.in_(hashes))
    return {(sha256, number): page_of(number, text) for sha256, number, text in c.execute(query)}


def filed_in(c: Connection, case_id: str, with_pages: bool = False) -> list[tuple[Read, str]]:
    """A case's documents with the time their fax arrived."""
    hashes = hashes_of(c, case_id)
    query = select(t.fax.c.sha256, t.fax.c.received_at).where(t.fax.c.sha256.in_(hashes))
    arrived = dict(c.execute(query).tuples().all())
    return [(read, arrived[read.sha256]) for _, _, read in reads_of(c, hashes, case_id, with_pages)]


def ledger_of(c: Connection, case_id: str, hashes: list[str]) -> list[LedgerRow]:
    """Every page of every fax that has a document in the case; pages filed elsewhere say so."""
    documents = select(t.document.c.sha256, t.document.c.pages).filter_by(case_id=case_id)
    own = {(sha256, page) for sha256, pages in c.execute(documents) for page in pages}
    query = select(t.page.c.sha256, t.page.c.page_number, t.page.c.state, t.page.c.reason, t.page.c.of_page)
    rows = []
    for sha256, number, state, reason, of in c.execute(
        query.where(t.page.c.sha256.in_(hashes)).order_by(t.page.c.sha256, t.page.c.page_number)
    ):
        if state == "exhibit" and (sha256, number) not in own:
            state, reason = "other_patient", "filed in another case"
        rows.append(LedgerRow(sha256, number, state, reason, (sha256, of) if of else None))
    return rows


def exhibit_of(c: Connection, read: Read, received: str, shown: set[tuple[str, int]]) -> Exhibit:
    """A document as the packet shows it: only its pages whose ledger state is exhibit."""
    own = [page for page in read.document.pages if (read.sha256, page) in shown]
    query = select(t.page.c.page_number, t.page.c.text).filter_by(sha256=read.sha256)
    texts = dict(c.execute(query.where(t.page.c.page_number.in_(own))).tuples().all())
    pages = tuple(page_of(number, texts[number]) for number in own)
    media = c.execute(select(t.fax.c.media_type).filter_by(sha256=read.sha256)).scalar_one()
    title = read.document.kind.replace("_", " ").capitalize()
    return Exhibit(title, read.document.kind, read.sha256, media, pages, document_date(read), received)


def exhibit_order(exhibit: Exhibit) -> tuple[bool, str, str, str, int]:
    """Chronological; undated ones last, in the order they arrived."""
    day = exhibit.on.isoformat() if exhibit.on else ""
    return not day, day, exhibit.received_at or "", exhibit.fax_sha256, exhibit.pages[0].page_number


def note(
    c: Connection, case_id: str | None, at: str, by: str, what: str, why: str, sha256: str | None = None
) -> None:  # fmt: skip
    """An audit entry: who did what, when and why. Needs a transaction of `writing`, whose writers go one by one."""
    newest = select(t.audit.c.id, t.audit.c.hash).order_by(t.audit.c.id.desc()).limit(1)
    last = c.execute(newest).tuples().first() or (0, START)
    entry = {"case_id": case_id, "sha256": sha256, "at": at, "by": storable(by)[:120], "what": storable(what),
             "why": storable(why)}  # fmt: skip
    add(c, t.audit, [chained(entry, last)])
