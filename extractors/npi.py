"""National Provider Identifiers: ten digits, first 1 or 2, Luhn over "80840" and the number (45 CFR 162.406)."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from casefile.records import Finding, Line, PageText
from extractors.repair import candidates

NUMBER = re.compile(r"(?<![\w-])[12Il|Z][0-9OoQDIl|SsBZzG]{9}(?![\w-])")
LABEL = re.compile(r"\bN\s?P\s?[I1l|](?:\b|(?=\W|\d))", re.IGNORECASE)
MISREAD_LABEL = re.compile(r"\b[NMWH]\s?[PFEV]\s?[I1l|LT]{1,2}(?=\W|$)")
LIKE_LABELS = ("prescriber npi", "physician npi", "practitioner npi", "provider npi")
LIKE = 72
"""How alike (of 100) the words above must be to one of these."""
OTHERS = {
    "supplier": re.compile(r"supplier|vendor|\bdme\b company|pharmacy", re.IGNORECASE),
    "facility": re.compile(r"facility|agency|hospital|group npi|practice npi|billing", re.IGNORECASE),
    "rendering": re.compile(r"rendering", re.IGNORECASE),
    "referring": re.compile(r"referring npi", re.IGNORECASE),
}


def is_valid(number: str) -> bool:
    """Whether ten digits pass the check; one random number in ten does, so ask for a label too."""
    if not re.fullmatch(r"[12]\d{9}", number):
        return False
    total = 0
    for position, digit in enumerate(reversed("80840" + number)):
        doubled = int(digit) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def find(page: PageText) -> list[Finding]:
    """Find provider numbers; confidence stays low until the word NPI stands near."""
    findings = []
    for number, line in enumerate(page.lines):
        for match in NUMBER.finditer(line.text[:2000]):
            near = " ".join(other.text for other in page.lines[max(0, number - 1) : number + 1])
            if finding := _judge(page, line, match, near):
                findings.append(finding)
    return findings


def _judge(page: PageText, line: Line, match: re.Match[str], near: str) -> Finding | None:
    """One run of ten glyphs: valid, repaired, suspect, or not an NPI at all."""
    raw, labelled = match[0], _is_labelled(near)
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    options = [raw] if is_valid(raw) else [c for c in candidates(raw, digits_only=True) if is_valid(c)]
    if not labelled and (options != [raw] or not re.search(r"provider|physician", near, re.IGNORECASE)):
        return None
    field, role = _role(near)
    box = words[0].box
    if len(options) == 1:
        repaired = options[0] != raw
        reason = "check digit agrees" + (", label NPI" if labelled else ", no label near")
        if repaired:
            reason = f"letters stood in digit places; {options[0]} is the only reading whose check digit agrees"
        confidence = (0.6 if not labelled else 0.93 if repaired else 0.97) * (0.9 + 0.1 * read)
        return Finding(field, options[0], raw, page.page_number, box, confidence,
                       "repaired" if repaired else "valid", role, reason)  # fmt: skip
    return Finding(field, raw, raw, page.page_number, box, 0.3, "suspect", role, "the check digit does not agree")


def _is_labelled(near: str) -> bool:
    """Whether the word NPI stands near, read well or badly."""
    if LABEL.search(near) or MISREAD_LABEL.search(near):
        return True
    return any(fuzz.partial_ratio(label, near.lower()[:200]) >= LIKE for label in LIKE_LABELS)


def _role(near: str) -> tuple[str, str]:
    """Whose number it is, from the words around it; an order's unnamed NPI is the ordering one."""
    for role, pattern in OTHERS.items():
        if pattern.search(near):
            return "other_npi", role
    return "ordering_provider_npi", "ordering"
