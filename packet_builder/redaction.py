"""What must not leave: found in the words, and the words that remain. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from casefile.records import Box, CaseFile, Line, PageText

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "ssn": re.compile(r"\b\d{3}[- ]\d{2}[- ]\d{4}\b|(?<=SSN)\W{0,4}(?:\d{9}|\d{3}\W?\d{2}\W?\d{4})\b", re.IGNORECASE),
    "bank": re.compile(r"(?:routing|account|iban)\W{0,3}(?:no|number|nr|#)?\W{0,4}(\d[\d -]{6,20}\d)", re.IGNORECASE),
    "card": re.compile(r"\b(?:\d[ -]?){13,16}\b"),
}
"""Kinds of numbers a recipient may have no need of. A card number also has to pass its check digit."""
MARGIN = 0.003


def found_boxes(page: PageText, kinds: Sequence[str]) -> tuple[Box, ...]:
    """Boxes of what is to be removed from a page; the whole of each word that holds a part of it."""
    boxes = []
    for line in page.lines:
        for start, end in _spans(line, kinds):
            boxes += [_wider(word.box) for word in line.words_in(start, end)]
    return tuple(boxes)


def without(page: PageText, boxes: Sequence[Box]) -> PageText:
    """A page's text without the words that touch a removed box."""
    return replace(page, words=tuple(word for word in page.words if not any(_touch(word.box, box) for box in boxes)))


def redacted(case: CaseFile, kinds: Sequence[str]) -> tuple[CaseFile, dict[tuple[str, int], tuple[Box, ...]]]:
    """A case without what is to be removed: words gone from its pages, findings that stand on them gone, and the boxes to burn."""
    if not kinds:
        return case, {}
    burned: dict[tuple[str, int], tuple[Box, ...]] = {}
    exhibits = []
    for exhibit in case.exhibits:
        pages = []
        for page in exhibit.pages:
            boxes = found_boxes(page, kinds)
            if boxes:
                burned[exhibit.fax_sha256, page.page_number] = boxes
                page = without(page, boxes)
            pages.append(page)
        exhibits.append(replace(exhibit, pages=tuple(pages)))
    findings = tuple(
        row for row in case.findings
        if not any(_touch(row.finding.box, box) for box in burned.get((row.fax_sha256, row.finding.page), ()))
    )  # fmt: skip
    return replace(case, exhibits=tuple(exhibits), findings=findings), burned


def _spans(line: Line, kinds: Sequence[str]) -> list[tuple[int, int]]:
    spans = []
    for kind in kinds:
        for match in PATTERNS[kind].finditer(line.text):
            if kind != "card" or _luhn(match[0]):
                spans.append(match.span())
    return spans


def _luhn(text: str) -> bool:
    digits = [int(ch) for ch in text if ch.isdigit()]
    doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _wider(box: Box) -> Box:
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
