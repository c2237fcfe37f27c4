"""Documents and their findings against a checklist: met, missing, needs a person, not applicable. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casefile.records import Document, Evidence, Finding, Verdict

CHECKLISTS = Path(__file__).parent / "checklists"
VOID = frozenset({"negated", "ruled_out", "family_history"})
SURE = 0.7


@dataclass(frozen=True)
class Read:
    """One filed document with its findings."""

    sha256: str
    document: Document
    findings: tuple[Finding, ...]

    def first(self, field: str) -> Finding | None:
        """The surest finding of a field."""
        rows = [f for f in self.findings if f.field == field and f.role not in VOID]
        return max(rows, key=lambda f: f.confidence, default=None)

    def value(self, field: str) -> str:
        """Its value, or the empty string."""
        found = self.first(field)
        return found.value if found else ""

    def evidence(self, finding: Finding) -> Evidence:
        """Where a finding stands."""
        return Evidence(self.sha256, finding.page, finding.box, finding.raw)


@cache
def checklist(name: str) -> dict[str, Any]:
    """A checklist with its source, version and requirements."""
    return tomllib.loads((CHECKLISTS / f"{name}.toml").read_text())


def check(documents: Sequence[Read], name: str = "swo") -> tuple[Verdict, ...]:
    """One verdict a requirement, over every version of the order; none when there is no order.

    A later signed version cures an earlier unsigned one: a requirement is met when one order meets it.
    """
    rules = checklist(name)
    orders = [read for read in documents if read.document.kind == "order"]
    others = [read for read in documents if read.document.kind not in {"order", "cover_sheet"}]
    if not orders:
        return ()
    return tuple(_verdict(row, rules, orders, others) for row in rules["requirement"])


def _verdict(row: dict[str, Any], rules: dict[str, Any], orders: list[Read], others: list[Read]) -> Verdict:
    rule = f"{rules['id']}/{row['id']} {rules['version']}"

    def made(answer: Any, reason: str, read: Read | None = None, finding: Finding | None = None) -> Verdict:
        evidence = read.evidence(finding) if read and finding else None
        return Verdict(f"{rules['id']}.{row['id']}", row["title"], answer, reason, rule, evidence)

    hits = [(read, f) for read in orders for f in read.findings if _meets(row, f)]
    sure = [(read, f) for read, f in hits if f.status != "suspect" and f.confidence >= SURE]
    if sure:
        read, found = max(sure, key=lambda hit: hit[1].confidence)
        return made("met", f"On the order, page {found.page}: {found.reason}.", read, found)
    if hits:
        read, found = max(hits, key=lambda hit: hit[1].confidence)
        return made("needs_person", f"Page {found.page} may show it, but {found.reason}.", read, found)
    if row.get("if_applicable"):
        return made("not_applicable", row["missing"])
    for read in others if row["id"] != "signature" else []:
        if elsewhere := next((f for f in read.findings if _meets(row, f)), None):
            where = (
                f"missing on the order, found on page {elsewhere.page} of the {read.document.kind.replace('_', ' ')}"
            )
            return made("missing", f"{row['missing']} It is {where}.", read, elsewhere)
    return made("missing", row["missing"])


def _meets(row: dict[str, Any], finding: Finding) -> bool:
    return (
        finding.field in row["fields"] and finding.role not in VOID and finding.value == row.get("value", finding.value)
    )
