"""Several faxed versions of one document: which is the best, and what differs; all are kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz

from casefile.reads import Read
from casefile.timeline import document_date

ALIKE = 72
"""How alike (of 100) two texts must be to be versions of one document."""
LONGEST = 6000


def copies(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """Groups of two or more versions, each with its best copy first and what the others lack, JSON-ready."""
    groups: list[list[Read]] = []
    for read in reads:
        if read.document.kind in {"cover_sheet", "request_reply"}:
            continue
        home = next((group for group in groups if _same_document(group[0], read)), None)
        if home is None:
            groups.append([read])
        else:
            home.append(read)
    return [_described(group) for group in groups if len(group) > 1]


def _same_document(one: Read, other: Read) -> bool:
    """Same kind and length, no different date, nearly the same words."""
    if one.document.kind != other.document.kind or len(one.document.pages) != len(other.document.pages):
        return False
    days = {document_date(one), document_date(other)} - {None}
    return len(days) < 2 and fuzz.token_sort_ratio(_text(one), _text(other), score_cutoff=ALIKE) > 0


def _text(read: Read) -> str:
    return " ".join(page.text for page in read.pages)[:LONGEST]


def _worth(read: Read) -> tuple[bool, int, float]:
    """Signed before unsigned, complete before partial, legible before poor."""
    signed = read.value("signature") == "present"
    sure = {f.field for f in read.findings if f.status != "suspect" and f.confidence >= 0.7 and f.value != "absent"}
    legible = sum(page.confidence for page in read.pages) / max(1, len(read.pages))
    return signed, len(sure), round(legible, 3)


def _described(group: list[Read]) -> dict[str, Any]:
    best, *others = sorted(group, key=lambda read: (*_worth(read), read.sha256), reverse=True)
    signed, fields, legible = _worth(best)
    why = f"{'signed' if signed else 'unsigned'}, {fields} fields read, legibility {legible:.2f}"
    return {"kind": best.document.kind, "best": _place(best), "why": why,
            "others": [{**_place(read), "differs": _differences(best, read)} for read in others]}  # fmt: skip


def _place(read: Read) -> dict[str, Any]:
    return {"fax": read.sha256, "pages": list(read.document.pages)}


def _differences(best: Read, other: Read) -> list[str]:
    """Field by field, what the other copy says otherwise or does not say."""
    rows = []
    for field in sorted({f.field for f in (*best.findings, *other.findings)}):
        ours, theirs = ({f.value for f in read.findings if f.field == field} for read in (best, other))
        if ours != theirs:
            words = [", ".join(sorted(values)) or "nothing" for values in (theirs, ours)]
            rows.append(f"{field.replace('_', ' ')}: {words[0]} (best copy: {words[1]})")
    legible = [_worth(read)[2] for read in (other, best)]
    if abs(legible[0] - legible[1]) >= 0.05:
        rows.append(f"legibility {legible[0]:.2f} (best copy: {legible[1]:.2f})")
    return rows
