"""What of a fax needs a person: doubtful readings, problems, pages in no case. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casefile.reads import VOID
from casefile.records import Box, Finding, Problem

DOUBTFUL = 0.85
"""Readings less sure than this are shown to a person; names read by one reader alone lie above it."""
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
ORDER = {"finding": 0, "page": 1, "problem": 2}


@dataclass(frozen=True)
class Need:
    """One thing to look at. `kind` is finding, problem or page; `code` is the problem's."""

    kind: str
    page: int
    box: Box
    reason: str
    field: str = ""
    value: str = ""
    raw: str = ""
    role: str = ""
    confidence: float = 1.0
    code: str = ""


def is_doubtful(finding: Finding) -> bool:
    """Whether a person should look at a reading."""
    unsure = finding.status == "suspect" or finding.confidence < DOUBTFUL
    return unsure and finding.role not in VOID


def needs(
    findings: Iterable[Finding], problems: Iterable[Problem], unassigned: Sequence[tuple[int, str]],
    seen: frozenset[tuple[str, int]] = frozenset(),
) -> list[Need]:  # fmt: skip
    """Everything of one fax that needs a person, in reading order.

    Args:
        findings: Readings as corrected so far.
        problems: What is wrong with the file or its pages.
        unassigned: (page, why) of pages that are in no case.
        seen: (code, page or 0) of problems that a person has seen.
    """
    made: dict[tuple[str, str, int, str, str], Need] = {}
    for f in findings:
        if is_doubtful(f):
            need = Need("finding", f.page, f.box, f.reason, f.field, f.value, f.raw, f.role or "", f.confidence)
            made.setdefault(("finding", f.field, f.page, f.value, f.role or ""), need)
    for p in problems:
        if (p.code, p.page or 0) not in seen:
            made.setdefault(("problem", p.code, p.page or 0, "", ""),
                            Need("problem", p.page or 0, WHOLE, p.message, code=p.code))  # fmt: skip
    for page, why in unassigned:
        made.setdefault(("page", "", page, "", ""), Need("page", page, WHOLE, why))
    return sorted(made.values(), key=lambda n: (ORDER[n.kind], n.page, n.box[1], n.box[0], n.field))
