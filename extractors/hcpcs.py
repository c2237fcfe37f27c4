"""HCPCS Level II and CPT codes in context. No descriptions are kept; CPT numbers need a label or a column."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from casefile.records import Finding, Line, PageText, Status
from extractors.repair import candidates

LIST = Path(__file__).parent / "data" / "hcpcs_home_care.txt"
SHAPE = re.compile(r"(?<![\w.-])[A-HJ-MP-V£€&8][0-9OoIlSBZ]{4}(?![\w.]\w|\w|-\d)")
LABEL = re.compile(r"hcpcs|procedure|\bproc\b|\bcode\b|\bcpt\b|service denied|\bitem\b|equipment", re.IGNORECASE)
CPT = re.compile(r"(?<![\w.$-])\d{4}[0-9FT](?![\w.-])")
CPT_LABEL = re.compile(r"\bcpt\b", re.IGNORECASE)


@cache
def home_care_codes() -> frozenset[str]:
    """Codes common in home care."""
    return frozenset(row for row in LIST.read_text().split("\n") if row and not row.startswith("#"))


def find(page: PageText) -> list[Finding]:
    """Find HCPCS codes (known ones anywhere, others near a label) and CPT numbers (near a label only)."""
    findings = []
    for number, line in enumerate(page.lines):
        near = " ".join(other.text for other in page.lines[max(0, number - 1) : number + 1])
        for match in SHAPE.finditer(line.text[:2000]):
            if finding := _judge(page, line, match, bool(LABEL.search(near))):
                findings.append(finding)
        if CPT_LABEL.search(near):
            for match in CPT.finditer(line.text[:2000]):
                findings.append(
                    _finding(page, line, match, "cpt", match[0], 0.85, "valid", "five characters by a CPT label")
                )
    return findings


def _judge(page: PageText, line: Line, match: re.Match[str], labelled: bool) -> Finding | None:
    raw = match[0]
    if raw in home_care_codes():
        sure, reason = (0.97, "home-care code by its label") if labelled else (0.9, "home-care code")
        return _finding(page, line, match, "hcpcs", raw, sure, "valid", reason)
    tries = candidates("£" + raw[1:] if raw[0] == "F" else raw, first_is_letter=True)
    options = [o for o in set(tries) if o in home_care_codes()]
    if len(options) == 1 and labelled:
        return _finding(page, line, match, "hcpcs", options[0], 0.92, "repaired", "the only home-care code it can be")
    if labelled and re.fullmatch(r"[A-HJ-MP-V]\d{4}", raw):
        return _finding(page, line, match, "hcpcs", raw, 0.75, "valid", "right shape by its label; not in our list")
    return None


def _finding(
    page: PageText,
    line: Line,
    match: re.Match[str],
    field: str,
    value: str,
    sure: float,
    status: Status,
    reason: str,
) -> Finding:
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(field, value, match[0], page.page_number, words[0].box, sure * (0.9 + 0.1 * read), status, None,
                   reason)  # fmt: skip
