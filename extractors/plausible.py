"""What one finding says about another: dates after the fax itself, births after orders, two birth dates on a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casefile.records import Finding, PageText

WRITTEN = frozenset({"order_date", "signature_date", "member_dob", "denial_date"})
"""Dates of what was written before it was faxed."""
DOUBTFUL = 0.5
LIKELY = 0.85
SINGLE = ("member_dob", "order_date", "denial_date", "member_name")
"""Fields that have one value a page; where two stand, neither is sure."""


def weigh(pages: Sequence[PageText], findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those that cannot be together marked suspect or less sure."""
    sent = {page.page_number: page.banner.sent_at[:10] for page in pages if page.banner and page.banner.sent_at}
    born = {f.page: f.value for f in findings if f.field == "member_dob"}
    return [_weighed(finding, sent.get(finding.page, ""), born.get(finding.page, ""), findings) for finding in findings]


def _weighed(finding: Finding, sent: str, born: str, findings: Sequence[Finding]) -> Finding:
    if finding.field in WRITTEN and sent and finding.value[:10] > sent:
        return _doubt(finding, f"later than the fax itself ({sent})")
    if (
        finding.field in {"order_date", "service_start", "signature_date", "denial_date"}
        and born
        and finding.value[:10] < born
    ):
        return _doubt(finding, "before the patient's birth")
    if finding.field in SINGLE and finding.confidence > LIKELY:
        rivals = {
            _bare(f.value)
            for f in findings
            if f.field == finding.field and f.page == finding.page and f.confidence > 0.5
        }
        if len(rivals) > 1:
            return replace(
                finding, confidence=LIKELY, reason=f"{finding.reason}; another {finding.field} stands on the page"
            )
    return finding


def _bare(value: str) -> str:
    """A name by its first and last part; other values as they are."""
    parts = value.casefold().split()
    return f"{parts[0]} {parts[-1]}" if len(parts) > 1 else value.casefold()


def _doubt(finding: Finding, why: str) -> Finding:
    return replace(
        finding, status="suspect", confidence=min(finding.confidence, DOUBTFUL), reason=f"{finding.reason}; {why}"
    )
