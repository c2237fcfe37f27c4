"""What one finding says about another: dates after the fax itself, births after orders, two birth dates on a page. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from casefile.records import Finding, PageText

WRITTEN = frozenset({"order_date", "signature_date", "member_dob", "denial_date"})
"""Dates of what was written before it was faxed."""
SERVED = frozenset({"service_start", "order_date"})
"""Dates that say which edition of the code set applies."""
HAPPENED = frozenset({"order_date", "signature_date", "service_start", "denial_date", "discharge_at"})
DOUBTFUL = 0.5
LIKELY = 0.85
FREE = frozenset(
    {"member_name", "ordering_provider_name", "payer_name", "shipping_address", "case_manager", "frequency", "quantity"}
)
"""Words that no check digit, table or grammar confirms: after OCR they are never quite sure."""
UNCONFIRMED = 0.89
"""Highest confidence of such words after OCR."""
SMUDGED = 0.72
"""Mean confidence of a page below which digits without a check are not sure either."""
UNCHECKED = frozenset({"member_id", "mbi", "member_dob", "order_date", "signature_date", "service_start", "service_end", "denial_date", "claim_number",
                       "group_number", "authorization_number", "reference_number", "tax_id", "spo2", "wound_size", "liters_per_minute",
                       "length_of_need", "ahi", "discharge_at", "phone", "appeal_deadline"})  # fmt: skip
LONG = frozenset(
    {"member_id", "mbi", "claim_number", "group_number", "authorization_number", "reference_number", "tax_id"}
)
"""Identifiers: many glyphs, none of which another explains. Of those read with 0.9 or more on worn pages 3 to 5 % were wrong."""
WORN, COARSE = 0.9, 150
"""Mean confidence, and rows an inch, below which a page is worn."""
CUT = frozenset({"member_id", "group_number", "claim_number", "reference_number", "authorization_number"})
STROKE = re.compile(r"\w\s?/\s?\d{1,4}\W*$")
"""An identifier's end behind a stroke ("SCP100448/01")."""
SINGLE = ("member_dob", "order_date", "denial_date", "member_name")
"""Fields that have one value a page; where two stand, neither is sure."""


def weigh(pages: Sequence[PageText], findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those that cannot be together marked suspect or less sure."""
    sent = {page.page_number: page.banner.sent_at[:10] for page in pages if page.banner and page.banner.sent_at}
    born = {f.page: f.value for f in findings if f.field == "member_dob"}
    read = {page.page_number: page for page in pages if page.source == "ocr"}
    findings = [_after_ocr(finding, read) for finding in findings]
    served = max((f.value[:10] for f in findings if f.field in SERVED and f.status == "valid"), default="")
    findings = [_in_edition(_cut_short(finding), served) for finding in findings]
    return [_weighed(finding, sent.get(finding.page, ""), born.get(finding.page, ""), findings) for finding in findings]


@cache
def editions() -> tuple[dict[str, Any], ...]:
    """The editions of the diagnosis table at hand: name, effective_from, effective_to."""
    return tuple(tomllib.loads((Path(__file__).parent / "data" / "editions.toml").read_text())["edition"])


def _in_edition(finding: Finding, served: str) -> Finding:
    """Say so where a diagnosis was checked against another edition than the one in force on the date of service."""
    if finding.field != "icd10" or not served:
        return finding
    if any(str(row["effective_from"]) <= served <= str(row["effective_to"]) for row in editions()):
        return finding
    note = f"the date {served} falls under another edition, which is not at hand"
    return replace(finding, reason=f"{finding.reason}; {note}")


def _after_ocr(finding: Finding, read: dict[int, PageText]) -> Finding:
    """Confidence of what OCR alone vouches for."""
    page = read.get(finding.page)
    capped = page is not None and (
        finding.field in FREE
        or finding.field in UNCHECKED
        and page.confidence < SMUDGED
        or finding.field in LONG
        and (page.confidence < WORN or page.dpi[1] < COARSE)
    )
    return replace(finding, confidence=min(finding.confidence, UNCONFIRMED)) if capped else finding


def _cut_short(finding: Finding) -> Finding:
    """An identifier that goes on behind a stroke, or a clearing house's number of a payer, is not sure."""
    if finding.field in CUT and finding.confidence > LIKELY and STROKE.search(finding.raw):
        return replace(
            finding, confidence=LIKELY, reason=f"{finding.reason}; what stands behind the stroke may belong to it"
        )
    if finding.field == "member_id" and re.search(r"label 'pay[eo]r id", finding.reason) and len(finding.value) < 6:
        return _doubt(finding, "so short a number names the payer to a clearing house, not the member")
    return finding


def _weighed(finding: Finding, sent: str, born: str, findings: Sequence[Finding]) -> Finding:
    if finding.field in WRITTEN and sent and finding.value[:10] > sent:
        return _doubt(finding, f"later than the fax itself ({sent})")
    if (
        finding.field in {"order_date", "service_start", "signature_date", "denial_date"}
        and born
        and finding.value[:10] < born
    ):
        return _doubt(finding, "before the patient's birth")
    if finding.field == "member_dob" and any(
        f.field in HAPPENED and f.page == finding.page and f.value[:10] == finding.value for f in findings
    ):
        return _doubt(finding, "another date of the page is the same")
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
