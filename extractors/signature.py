"""Signatures: ink on the line, an electronic signature's wording, or plainly absent."""

from __future__ import annotations

import re

from casefile.records import Box, Finding, PageText
from extractors.labels import labelled_values

ELECTRONIC = re.compile(
    r"(electronically|digitally|e-?)\s*(signed|authenticated)\s*(by|:)?\s+\S|/[sSeE][sS]?/\s*\w|authenticated by\s+\S",
    re.IGNORECASE,
)
STAMP = re.compile(r"signature on file|dictated but not|signed but not read", re.IGNORECASE)
RECIPIENT = re.compile(r"received by|patient|recipient|beneficiary|member|witness", re.IGNORECASE)


def find(page: PageText) -> list[Finding]:
    """At most one finding a page: `present` or `absent`; none where nobody is asked to sign."""
    for line in page.lines:
        if STAMP.search(line.text):
            return [
                _made(
                    page,
                    "present",
                    line.box,
                    0.5,
                    "suspect",
                    "a stamp or note stands in for a signature",
                    line.text,
                )
            ]
        if match := ELECTRONIC.search(line.text):
            return [_made(page, "present", line.box, 0.95, "valid", "electronic signature wording", match[0])]
    for value in labelled_values(page):
        if value.field == "signature" and not _for_recipient(page, value.label_box):
            return [_at_label(page, value.label_box)]
    return []


def _for_recipient(page: PageText, box: Box) -> bool:
    """Whether the line asks the patient, not the practitioner, to sign."""
    lines = [line for line in page.lines if line.box[1] - 0.002 <= (box[1] + box[3]) / 2 <= line.box[3] + 0.002]
    return any(RECIPIENT.search(line.text) for line in lines)


def _at_label(page: PageText, label: Box) -> Finding:
    """Ink beside the label, just above or just below it, is a signature; no ink is none."""
    left, right = label[0] - 0.02, min(1.0, label[2] + 0.5)
    top, bottom = label[1] - 0.05, label[3] + 0.055
    for box, _dark in page.ink:
        across = min(box[2], right) - max(box[0], left)
        down = min(box[3], bottom) - max(box[1], top)
        if across > 0.5 * (box[2] - box[0]) and down > 0.4 * (box[3] - box[1]):
            return _made(page, "present", box, 0.93, "valid", "ink on the signature line", "")
    noise = [
        w
        for w in page.words
        if w.confidence < 0.45 and label[2] - 0.01 <= w.box[0] <= right and top <= w.box[1] <= bottom
    ]
    if noise:
        return _made(
            page,
            "present",
            noise[0].box,
            0.6,
            "suspect",
            "marks on the signature line that are not words",
            "",
        )
    return _made(page, "absent", label, 0.93, "valid", "no ink and no electronic signature at the signature label", "")


def _made(page: PageText, value: str, box: Box, confidence: float, status: str, reason: str, raw: str) -> Finding:
    return Finding("signature", value, raw, page.page_number, box, confidence, status, None, reason)  # type: ignore[arg-type]
