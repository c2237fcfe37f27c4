"""Packets handed out: the disclosure log, and the Bates numbers that pages keep for life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Engine, Integer, MetaData, String, Table, Text, func, insert, select

from casefile.database import writing

metadata = MetaData()
disclosure = Table(
    "disclosure", metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", String(12), nullable=False, index=True),
    Column("packet_sha256", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("level", String(20), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("disclosed_by", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("overrides", JSON, nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
bates_page = Table(
    "bates_page", metadata,
    Column("case_id", String(12), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("source_sha256", String(64)),
    Column("source_page", Integer),
)  # fmt: skip


@dataclass(frozen=True)
class Filed:
    """What a case has handed out: numbers by source page, the next free number, the day of the last packet."""

    numbers: Mapping[tuple[str, int], int]
    next_number: int
    last_on: str


class PacketStore:
    """The tables of packets handed out, in the case store's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def filed(self, case_id: str) -> Filed:
        """What was handed out of a case so far."""
        with self._engine.connect() as c:
            rows = (
                c.execute(select(bates_page).filter_by(case_id=case_id).order_by(bates_page.c.number)).mappings().all()
            )
            last = c.execute(select(func.max(disclosure.c.at)).filter_by(case_id=case_id)).scalar()
        numbers = {(row["source_sha256"], row["source_page"]): row["number"] for row in rows if row["source_sha256"]}
        return Filed(numbers, max((row["number"] for row in rows), default=0) + 1, (last or "")[:10])

    def disclose(
        self, manifest: Mapping[str, Any], *, packet_sha256: str, recipient: str, purpose: str, by: str, at: datetime
    ) -> bool:  # fmt: skip
        """Log a hand-out and keep its pages' numbers; False if this very hand-out was logged before."""
        case_id = manifest["case"]
        key = {"case_id": case_id, "packet_sha256": packet_sha256, "recipient": recipient}
        with writing(self._engine) as c:
            if c.execute(select(disclosure.c.id).filter_by(**key)).first():
                return False
            c.execute(insert(disclosure), [{
                **key, "kind": manifest["kind"], "level": manifest["level"], "purpose": purpose, "disclosed_by": by,
                "pages": len(manifest["pages"]), "overrides": manifest["overrides"], "at": at.isoformat(),
            }])  # fmt: skip
            known = set(c.execute(select(bates_page.c.number).filter_by(case_id=case_id)).scalars())
            rows = [_bates_row(case_id, row) for row in manifest["pages"]]
            fresh = [row for row in rows if row["number"] not in known]
            if fresh:
                c.execute(insert(bates_page), fresh)
        return True

    def disclosures(self, case_id: str = "") -> list[dict[str, Any]]:
        """The log, oldest first; of one case or of all."""
        query = select(disclosure).order_by(disclosure.c.id)
        with self._engine.connect() as c:
            return [dict(row) for row in c.execute(query.filter_by(case_id=case_id) if case_id else query).mappings()]


def _bates_row(case_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    number = int(row["bates"].rsplit("-", 1)[1])
    keys = ("source_sha256", "source_page")
    return {"case_id": case_id, "number": number, **{key: row[key] for key in keys}}
