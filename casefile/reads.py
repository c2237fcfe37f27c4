"""One filed document as the rules see it: its kind, its findings and its pages' words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from casefile.records import Document, Evidence, Finding, PageText

VOID = frozenset({"negated", "ruled_out", "family_history"})
SURE = 0.7
CONFIRMED = 0.999
"""Only what a person confirmed is this sure."""
ORDERS = frozenset({"order", "request_reply"})
"""The order, and the ordering office's signed answer to our question about it."""


@dataclass(frozen=True)
class Read:
    """One filed document with its findings."""

    sha256: str
    document: Document
    findings: tuple[Finding, ...]
    pages: tuple[PageText, ...] = ()

    @property
    def is_order(self) -> bool:
        """Whether it is the order or speaks for it."""
        return self.document.kind in ORDERS

    @property
    def name(self) -> str:
        """What people call it: "progress note"."""
        return "reply to our request" if self.document.kind == "request_reply" else self.document.kind.replace("_", " ")

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
