"""A finding made of a labelled value. Pure."""

from __future__ import annotations

from casefile.records import Finding, PageText, Status
from extractors.labels import LabelledValue

FAINT = 0.7
"""Highest confidence of a value whose label could hardly be read."""


def by_label(
    page: PageText,
    value: LabelledValue,
    text: str,
    sure: float,
    reason: str,
    field: str = "",
    role: str | None = None,
    status: Status = "valid",
) -> Finding:
    """A labelled value as a finding; never sure of one whose label could hardly be read."""
    confidence = sure * (0.85 + 0.15 * value.confidence)
    if value.faint:
        confidence, status, reason = min(FAINT, confidence), "suspect", f"{reason}, which could hardly be read"
    return Finding(
        field or value.field, text, value.text, page.page_number, value.box, confidence, status, role, reason
    )
