"""Clinical measures and order quantities, as printed; never repaired."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText
from extractors.labels import values_of

SPO2 = re.compile(r"\b(?:Sp?[O0]{1,2}2|O2 sat\w*|saturation|oximetry)\b[^.\d]{0,25}(\d{2,3})\s?%", re.IGNORECASE)
LITERS = re.compile(
    r"(?<![\d.])(\d{1,2}(?:\.\d)?)\s?(?:L/min|LPM|liters? per minute|litres? per minute|L/m)\b", re.IGNORECASE
)
WOUND = re.compile(
    r"(?<![\d.])\d{1,2}(?:\.\d)?\s?(?:cm)?\s?[x×]\s?\d{1,2}(?:\.\d)?\s?(?:cm)?(?:\s?[x×]\s?\d{1,2}(?:\.\d)?)?(?![\d.])"
)
PHONE = re.compile(r"(?<!\d)\(?(\d{3})\)?[-. ]\s?(\d{3})[-. ](\d{4})(?!\d)")
CONDITION = (
    ("rest", r"\brest"),
    ("exertion", r"walk|exert|ambulat|exercise"),
    ("sleep", r"sleep|overnight|nocturnal"),
)
BARRIER = re.compile(r"gate code|no elevator|stairs|steps to|buzzer|locked entrance|dog on|walk-?up", re.IGNORECASE)


def find(page: PageText) -> list[Finding]:
    """Saturation, flow, wound size, phones, access barriers; quantity, need and frequency by label."""
    findings: list[Finding] = []
    for line in page.lines:
        text = line.text[:2000]
        for match in SPO2.finditer(text):
            if 40 <= int(match[1]) <= 100:
                findings.append(_made(page, line, match, "spo2", match[1], 0.9, _condition(text)))
        findings += [_made(page, line, m, "liters_per_minute", m[1], 0.9) for m in LITERS.finditer(text)]
        findings += [_made(page, line, m, "wound_size", re.sub(r"\s", "", m[0]), 0.88) for m in WOUND.finditer(text)]
        findings += [_made(page, line, m, "phone", "".join(m.groups()), 0.9) for m in PHONE.finditer(text)]
        findings += [_made(page, line, m, "access_barrier", m[0].lower(), 0.85) for m in BARRIER.finditer(text)]
    for value in values_of(page, "quantity", "length_of_need", "frequency"):
        if re.search(r"\d|daily|weekly|monthly|lifetime|as needed", value.text, re.IGNORECASE):
            findings.append(Finding(value.field, value.text, value.text, page.page_number, value.box,
                                    0.9 * (0.85 + 0.15 * value.confidence), "valid", None,
                                    f"by the label '{value.label}'"))  # fmt: skip
    return findings


def _condition(text: str) -> str | None:
    """Under what condition a saturation was taken, and on what air."""
    how = next((name for name, pattern in CONDITION if re.search(pattern, text, re.IGNORECASE)), None)
    air = "room air" if re.search(r"room air|\bRA\b", text) else None
    return ", ".join(part for part in (how, air) if part) or None


def _made(
    page: PageText,
    line: Line,
    match: re.Match[str],
    field: str,
    value: str,
    sure: float,
    role: str | None = None,
) -> Finding:
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(field, value, match[0], page.page_number, words[0].box, sure * (0.85 + 0.15 * read), "valid", role,
                   "as printed")  # fmt: skip
