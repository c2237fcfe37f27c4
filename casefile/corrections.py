"""What people correct wins over what was read, survives every new reading, and keeps the original beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from casefile.records import Box, Finding

Row = dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """One field of one page, as a person says it stands; `original` is the finding as read (None: nothing was)."""

    sha256: str
    page: int
    field: str
    value: str
    role: str | None
    original: Row | None
    by: str
    why: str
    at: str


def corrected(findings: Sequence[Finding], correction: Correction) -> list[Finding]:
    """The page's findings with the correction in place of the reading it was made of.

    After a new reading the same place may read otherwise: whatever of the field stands at the old value, the new
    value or the old place gives way. An empty value takes the reading away.
    """
    kept = [f for f in findings if not _replaced(f, correction)]
    if not correction.value:
        return kept
    box = tuple(correction.original["box"]) if correction.original else (0.0, 0.0, 1.0, 1.0)
    raw = correction.original["raw"] if correction.original else ""
    was = correction.original["value"] if correction.original else ""
    read = f"; read as '{was}'" if was else "; not read"
    reason = f"{correction.by} corrected it on {correction.at[:10]}: {correction.why}{read}"
    made = Finding(correction.field, correction.value, raw, correction.page, box, 1.0, "valid", correction.role, reason)
    return [*kept, made]


def _replaced(finding: Finding, correction: Correction) -> bool:
    if finding.field != correction.field:
        return False
    if correction.original is None:
        return finding.value == correction.value
    same = finding.value in {correction.value, correction.original["value"]}
    return same or _overlap(finding.box, correction.original["box"])


def _overlap(one: Box, other: Sequence[float]) -> bool:
    """Whether two boxes share more than a third of the smaller one."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return False
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return across * down > smaller / 3


def export_row(correction: Correction) -> Row:
    """One line of the corrections file: what was read, how surely, and what is true. Holds patient data."""
    read = correction.original or {}
    return {
        "fax": correction.sha256, "page": correction.page, "field": correction.field, "read": read.get("value") or None,
        "raw": read.get("raw"), "box": read.get("box"), "confidence": read.get("confidence"),
        "status": read.get("status"), "true": correction.value, "by": correction.by, "at": correction.at,
        "why": correction.why,
    }  # fmt: skip
