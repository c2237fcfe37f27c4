"""National Provider Identifiers: ten digits, first 1 or 2, Luhn over "80840" and the number (45 CFR 162.406)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from rapidfuzz import fuzz

from casefile.records import Finding, Line, PageText, Status, Word
from extractors.denial import IS_REMITTANCE
from extractors.expected import NPIS
from extractors.labels import LabelledValue, is_led, label_over, labelled_values, values_of
from extractors.names import is_name
from extractors.npi_torn import is_valid as is_valid
from extractors.npi_torn import mixed_number, torn_in, torn_numbers
from extractors.readings import box_of
from extractors.repair import candidates

GLYPH = "[0-9OoQDIl|SsBZzG]"
NUMBER = re.compile(rf"(?<![\w-])[12Il|Z]{GLYPH}{{9}}(?![\w-])")
GROUPED = re.compile(
    rf"(?<![\w-])[12Il|Z]{GLYPH}{{2,3}}[\s.-]{GLYPH}{{3}}[\s.-]{GLYPH}{{3,4}}(?![\w-])|(?<![\w-])[12Il|Z](?:\s{GLYPH}){{9}}(?![\w-])"
)
LABEL = re.compile(r"\bN\.?\s?P\.?\s?[I1l|](?:\b|(?=\W|\d|_))", re.IGNORECASE)
MISREAD_LABEL = re.compile(r"\b[NMWH]\s?[PFEV]\s?[I1l|LT]{1,2}(?=\W|$)")
LIKE_LABELS = ("prescriber npi", "physician npi", "practitioner npi", "provider npi")
LIKE = 72
"""How alike (of 100) the words above must be to one of these."""
OTHERS = {
    "supplier": re.compile(r"supplier|vendor|\b[dh]me\b|pharmacy|servicing", re.IGNORECASE),
    "facility": re.compile(
        r"facility|agency|hospital|\bhha\b|(group|practice|organization|org|clinic|type 2)\.?\s*npi|billing",
        re.IGNORECASE,
    ),
    "rendering": re.compile(r"rendering|performing|interpreting", re.IGNORECASE),
}
LETTERS = re.compile(r"\b(?:M\.?D|D\.?O|N\.?P|P\.?A(?:-?C)?|APRN|DNP|F?NP(?:-?C)?|CNS)\b")
"""A practitioner's letters."""
BEHIND_LETTERS = re.compile(
    rf"(?:{LETTERS.pattern})\.?[\s,;(–-]*(?:(?:on|at)?\s*[\d/.:-]+\s*(?:[AaPp][Mm]\b)?[\s,]*){{0,3}}$"
)
MIXED_SURE = 0.6
"""The same of a number of which each reader saw a part."""
UNNAMED = "check digit agrees, no label near"
MOST_NUMBERS = 200
"""Numbers of one page that are looked at by their labels and compared with each other; the others are found without."""
SAME_LINE = 0.006
REPAIRED = 0.88
"""Confidence of a number in pieces by its label."""
MOST_LINES = 3000
CLEAR = 0.85
"""Pages read worse than this may have lost the label of a number whose check digit agrees."""
ROLE_OF = {
    "ordering_npi": "ordering",
    "supplier_npi": "supplier",
    "facility_npi": "facility",
    "rendering_npi": "rendering",
}
PAID_ONES = frozenset({"npi", "npi #", "npi no", "npi number", "provider npi", "provider npi #"})
"""Labels that on an explanation of payment mean the provider who is paid."""
SECTIONS = {"doctor": "ordering", "supplier": "supplier", "facility": "facility"}
ANCHORS = {
    "ordering_provider_name": "ordering",
    "supplier_name": "supplier",
    "facility_name": "facility",
    "rendering_name": "rendering",
}


def find(page: PageText) -> list[Finding]:
    """Find provider numbers and whose they are; confidence stays low until the word NPI stands near."""
    findings: list[Finding] = []
    taken: set[tuple[int, str]] = set()
    for value in values_of(page, *NPIS)[:MOST_NUMBERS]:
        match = NUMBER.search(value.text[:80]) or GROUPED.search(value.text[:80])
        if match:
            finding = _judge(page, match[0], value, _role(page, value))
            taken.add((value.line, finding.raw))
            findings.append(finding)
        if page.source == "ocr" and (not match or findings[-1].status == "suspect"):
            findings += [
                _torn(page, words, digits, _role(page, value), f", by the label '{value.label}'", REPAIRED)
                for words, digits in islice(torn_numbers(value.words[:8]), 1)
            ]
            if findings and findings[-1].status == "suspect" and (digits := mixed_number(value.words[:4])):
                why = f", each figure as one of the readers saw it, by the label '{value.label}'"
                findings.append(_torn(page, value.words[:4], digits, _role(page, value), why, MIXED_SURE, "suspect"))
    for number, line in enumerate(page.lines[:MOST_LINES]):
        for match in NUMBER.finditer(line.text[:2000]):
            if (number, match[0]) not in taken and (found := _unlabelled(page, number, line, match)):
                findings.append(found)
    if page.source == "ocr" and page.confidence < CLEAR:
        findings += _torn_without_label(page, findings)
    return _one_orderer(_surest(findings))


def _surest(findings: list[Finding]) -> list[Finding]:
    """The surest of the findings that rest on the same words."""
    surest: dict[tuple[str, object], float] = {}
    for found in findings:
        surest[found.raw, found.box] = max(found.confidence, surest.get((found.raw, found.box), 0.0))
    return [f for f in findings if f.confidence == surest[f.raw, f.box]]


def _torn(
    page: PageText, words: Sequence[Word], digits: str, role: str, why: str, sure: float, status: Status = "repaired"
) -> Finding:
    """A number in pieces, or read right by one of the readers."""
    field = "ordering_provider_npi" if role == "ordering" else "other_npi"
    reason = f"of what was read only {digits} passes the check digit{why}"
    raw = " ".join(word.text for word in words)
    confidence = sure * (0.92 + 0.08 * min(word.confidence for word in words))
    return Finding(field, digits, raw, page.page_number, box_of(words), confidence, status, role, reason)


def _torn_without_label(page: PageText, found: Sequence[Finding]) -> Iterator[Finding]:
    """Numbers in pieces by the word NPI or a practitioner's letters near them, on pages that were read badly."""
    known = {f.value for f in found}
    for number, line in enumerate(page.lines[:MOST_LINES]):
        for words, digits in torn_in(line):
            if len(words) == 1 and words[0].text == digits or digits in known:
                continue
            known.add(digits)
            before = " ".join(word.text for word in line.words[: line.words.index(words[0])])
            above = page.lines[number - 1].text[:400] if number else ""
            labelled = _is_labelled(before[-60:]) or _is_labelled(above)
            if labelled or LETTERS.search(before[-60:]):
                near = before if _is_labelled(before) else f"{above} {before}"
                role = next((name for name, pattern in OTHERS.items() if pattern.search(near)), "ordering")
                yield _torn(page, words, digits, role, ", no label near", 0.8 if labelled else 0.6,
                            "repaired" if labelled else "suspect")  # fmt: skip


def _one_orderer(findings: list[Finding]) -> list[Finding]:
    """Of several numbers in one line that no label tells apart the first is the orderer's; whose the others are is unsure."""
    kept: list[Finding] = []
    labelled = [f for f in findings if f.role == "ordering" and "label '" in f.reason and f.status != "suspect"]
    for finding in findings:
        if finding.reason.startswith(UNNAMED) and any(f.value != finding.value for f in labelled[:MOST_NUMBERS]):
            why = f"{finding.reason}; the orderer's number stands by its label elsewhere"
            finding = replace(finding, field="other_npi", role=None, confidence=0.4, status="suspect", reason=why)
        before = [f for f in kept[:MOST_NUMBERS] if f.role == finding.role == "ordering" and f.value != finding.value
                  and abs(f.box[1] - finding.box[1]) < SAME_LINE]  # fmt: skip
        if before and "label '" not in finding.reason and before[0].box[0] < finding.box[0]:
            why = f"{finding.reason}; the orderer's number stands before it in the line, whose this is no label says"
            finding = replace(finding, field="other_npi", role=None, confidence=0.6, status="suspect", reason=why)
        kept.append(finding)
    return kept


def _judge(page: PageText, raw: str, value: LabelledValue, role: str) -> Finding:
    """A labelled run of ten glyphs: valid, repaired, or suspect."""
    words = [word for word in value.words if word.text in raw or raw in word.text] or list(value.words)
    read = min(word.confidence for word in words)
    sure = 0.85 if role == "ordering" and value.field == "ordering_npi" and is_led(page, value) else 0.97
    return _weigh(
        page, re.sub(r"[\s.-]", "", raw), raw, box_of(words), read, role, f", by the label '{value.label}'", sure
    )


def _unlabelled(page: PageText, number: int, line: Line, match: re.Match[str]) -> Finding | None:
    """A run of ten glyphs with no label of its own; the words before it and the line above decide."""
    words = line.words_in(match.start(), match.end())
    before = line.text[max(0, match.start() - 120) : match.start()]
    above = page.lines[number - 1].text[:400] if number else ""
    if NUMBER.search(above):
        above = ""  # its label has its answer
    labelled = _is_labelled(before) or _is_labelled(above)
    governed = label_over(page, number, words[0].box, 2 if page.source == "ocr" else 14)
    if governed and governed not in {*NPIS, *ANCHORS} and not _is_labelled(before[-30:]):
        return None
    near = before if _is_labelled(before) else f"{above} {before}"
    valid = is_valid(match[0])
    garbled = page.source == "ocr" and raw_is_bare(match[0]) and not governed and page.confidence < CLEAR
    if not labelled and not (valid and (garbled or re.search(r"provider|physician|\bM\.?D\b", near, re.IGNORECASE))):
        return None
    role = next((name for name, pattern in OTHERS.items() if pattern.search(near)), "ordering")
    sure, reason = (0.95, ", the word NPI near") if labelled else (0.6, ", no label near")
    return _weigh(page, match[0], match[0], words[0].box, min(word.confidence for word in words), role, reason, sure)


def raw_is_bare(raw: str) -> bool:
    """Whether ten digits begin with 1, as most numbers of persons do."""
    return bool(re.fullmatch(r"1\d{9}", raw))


def _weigh(
    page: PageText,
    digits: str,
    raw: str,
    box: tuple[float, float, float, float],
    read: float,
    role: str,
    why: str,
    sure: float,
) -> Finding:
    field = "ordering_provider_npi" if role == "ordering" else "other_npi"
    options = [digits] if is_valid(digits) else [c for c in candidates(digits, digits_only=True) if is_valid(c)]
    if len(options) != 1:
        return Finding(
            field, digits, raw, page.page_number, box, 0.3, "suspect", role, "the check digit does not agree"
        )
    repaired = options[0] != digits
    reason = (
        f"letters stood in digit places; {options[0]} is the only reading whose check digit agrees"
        if repaired
        else "check digit agrees" + why
    )
    confidence = (min(sure, 0.93) if repaired else sure) * (0.92 + 0.08 * read)
    return Finding(
        field, options[0], raw, page.page_number, box, confidence, "repaired" if repaired else "valid", role, reason
    )


def _is_labelled(near: str) -> bool:
    """Whether the word NPI stands near, read well or badly."""
    if LABEL.search(near) or MISREAD_LABEL.search(near):
        return True
    return (
        any(fuzz.partial_ratio(label, near.lower()[-200:]) >= LIKE for label in LIKE_LABELS)
        if len(near) >= 8
        else False
    )


def _role(page: PageText, value: LabelledValue) -> str:
    """Whose number it is: by its own label, the heading above it, or the nearest name label; else the orderer's."""
    if IS_REMITTANCE.search(page.text[:1500]) and value.label in PAID_ONES:
        return "billing"
    if value.field in ROLE_OF:
        return ROLE_OF[value.field]
    before = " ".join(w.text for w in page.lines[value.line].words if w.box[2] <= value.label_box[0] + 0.002)
    if BEHIND_LETTERS.search(before[-44:]):
        return "ordering"
    beside = [
        v for v in values_of(page, "generic_name") if v.line == value.line and v.label_box[0] < value.label_box[0]
    ]
    if beside and not is_name(beside[-1].text):
        return SECTIONS.get(value.section, "facility")
    nearest, least = "", 0.09
    for other in labelled_values(page):
        down = value.label_box[1] - other.label_box[1]
        if other.field in ANCHORS and down >= -0.006:
            across = abs(value.label_box[0] - other.label_box[0])
            cost = down + (0.03 * across if down <= 0.006 else 0.0 if across < 0.12 else 0.08 * across)
            if cost < least and not (down <= 0.006 and other.label_box[0] > value.label_box[0]):
                nearest, least = ANCHORS[other.field], cost
    if value.section in SECTIONS and (not nearest or least > 0.05):
        return SECTIONS[value.section]
    return nearest or "ordering"
