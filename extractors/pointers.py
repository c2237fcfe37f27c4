"""Diagnosis pointers: which diagnoses a line item is ordered or billed for, where the form says so by letters or numbers. Pure.

A list of diagnoses carries letters or numbers ("A. G47.33", "2) R13.12", "Dx 1: J44.9"); a table's pointer column ("Diagnosis pointer",
"Dx ref", box 24E) names them in each item's row. Each pair is a finding of its own: `diagnosis_link`, value "E0601 G47.33".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from casefile.records import Finding, PageText, Word
from extractors.label_values import column_of
from extractors.labels import sheet_of, values_of

MARKED = re.compile(
    r"(?:\b(?:dx|diagnosis|icd\w*)\s*[#-]?\s*(\d{1,2})\s*[:.)-]?|(?<![\w.])([A-L]|\d{1,2})\s?[.):-])\s*(?:[\w ,/()'-]{0,60}?[\s([:-]+)?$",
    re.IGNORECASE,
)
"""What marks a diagnosis: "A.", "2)", "Dx 3:", right before the code or before its words."""
POINTER = re.compile(r"(?:[A-L](?:[\s,/&-]*[A-L]){0,3}|\d{1,2}(?:[\s,/&-]+\d{1,2}){0,3}|[1-4]{2,4})")
SAME_ROW = 0.008
VOID = frozenset({"negated", "ruled_out", "family_history", "historical"})


def find(page: PageText, found: Sequence[Finding]) -> list[Finding]:
    """The links that the pointers of one page's items make; none where a pointer names no diagnosis of the list."""
    columns = [(value.line, *_column(page, value.line, value.label_box)) for value in values_of(page, "pointer")]
    items = [f for f in found if f.field in {"hcpcs", "cpt"} and f.status != "suspect"]
    if not columns or not items:
        return []
    marked = _marked(page, [f for f in found if f.field == "icd10" and f.role not in VOID])
    links = []
    for item in items:
        for line, left, right in columns:
            for word in _in_row(page, item, line, left, right):
                links += [_link(item, word, marked[mark]) for mark in _marks(word.text) if mark in marked]
    return links


def _column(page: PageText, line: int, box: tuple[float, float, float, float]) -> tuple[float, float]:
    sheet = sheet_of(page)
    hit = next(hit for hit in sheet.hits[line] if hit.box == box)
    return column_of(sheet.tokens[line], hit)


def _marked(page: PageText, diagnoses: Sequence[Finding]) -> dict[str, Finding]:
    """Mark → diagnosis, marks as letters; a list without marks counts from A in reading order."""
    ordered = sorted(diagnoses, key=lambda f: (round(f.box[1], 2), f.box[0]))
    marks: dict[str, Finding] = {}
    for finding in ordered:
        line = next(
            (o for o in page.lines if abs(o.box[1] - finding.box[1]) < SAME_ROW and finding.raw.split()[0] in o.text),
            None,
        )
        match = MARKED.search(line.text[: line.text.index(finding.raw.split()[0])]) if line else None
        if match:
            marks.setdefault(_letter(match[1] or match[2]), finding)
    if marks:
        return marks
    unmarked = "no marks stand in the list of diagnoses, it was counted from its first"
    return {chr(65 + place): replace(f, reason=unmarked) for place, f in enumerate(ordered[:12])}


def _letter(mark: str) -> str:
    return chr(64 + int(mark)) if mark.isdigit() and 0 < int(mark) < 13 else mark.upper()


def _marks(text: str) -> list[str]:
    """The letters that a pointer names: "AB", "A, B", "1,2"."""
    if not POINTER.fullmatch(text.strip(" ,.")):
        return []
    apart = (
        re.findall(r"\d{1,2}", text)
        if re.search(r"\d\W+\d|^\d{1,2}$", text.strip(" ,."))
        else re.findall(r"[A-L1-4]", text)
    )
    return [_letter(mark) for mark in apart]


def _in_row(page: PageText, item: Finding, line: int, left: float, right: float) -> list[Word]:
    """The words of an item's row in the pointer column, below its heading."""
    top = page.lines[line].box[1]
    return [word for word in page.words
            if top < word.box[1] and abs(word.box[1] - item.box[1]) < SAME_ROW and left <= word.box[0] < right]  # fmt: skip


def _link(item: Finding, word: Word, diagnosis: Finding) -> Finding:
    counted = diagnosis.reason.startswith("no marks")
    sure = (0.7 if counted else 0.92) * (0.9 + 0.1 * word.confidence) * min(1.0, item.confidence + 0.05)
    reason = f"the pointer '{word.text}' in the row of {item.value}" + (f"; {diagnosis.reason}" if counted else "")
    return Finding(
        "diagnosis_link", f"{item.value} {diagnosis.value}", word.text, item.page, word.box, sure, "valid", None, reason
    )
