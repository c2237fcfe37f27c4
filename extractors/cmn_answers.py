"""Answers a), b), c) of an oxygen certificate: the gas, the saturation and their day, in a column away from the question. Pure."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText, Status
from extractors.day import ANY, made
from extractors.readings import as_printed

ASKED = re.compile(r"\bp\s?a?[O0]2\b|arterial blood gas", re.IGNORECASE)
GAS = re.compile(r"(?<!\w)\(?[aA]\s?[).:]\s*[_\s]*(\d{2,3}(?:\.\d)?)[_\s]*mm\s?Hg", re.IGNORECASE)
SATURATION = re.compile(r"(?<!\w)\(?[bB68]\s?[).:]\s*[_\s]*(\d{2,3}(?:\.\d)?)[_\s]*%")
DAY = re.compile(r"(?<!\w)\(?[cC]\s?[).:]\s*[_\s]*(?=\d{1,2}[/-]\d)")
CHOSEN = (
    ("rest", re.compile(r"(?:\(1\)|\[1\]|☒\s?1|\b1\s?☒)\s*(?:☐\s*)?2\s*(?:☐\s*)?3\b")),
    ("exertion", re.compile(r"(?<![(\[])\b1\s*(?:\(2\)|\[2\]|☒\s?2)\s*(?:☐\s*)?3\b")),
    ("sleep", re.compile(r"(?<![(\[])\b1\s*(?:☐\s*)?2\s*(?:\(3\)|\[3\]|☒\s?3)")),
)
"""Of "1 2 3" the one that is marked in print: at rest, during exercise, during sleep."""
SURE = 0.9


def find(page: PageText) -> list[Finding]:
    """PO2, saturation and test date of the first question of an oxygen certificate."""
    text = page.text[:12000]
    if not (ASKED.search(text) and (GAS.search(text) or SATURATION.search(text))):
        return []
    found: list[Finding] = []
    condition = next((name for name, pattern in CHOSEN if pattern.search(text)), None)
    for line in page.lines:
        fields = {f.field for f in found}
        row = line.text[:300]
        if "po2" not in fields and (match := GAS.search(row)):
            found.append(as_printed(page, line, match, "po2", match[1], SURE))
        if "spo2" not in fields and (match := SATURATION.search(row)) and 40 <= float(match[1]) <= 100:
            found.append(as_printed(page, line, match, "spo2", match[1], SURE, condition))
        if found and "service_start" not in fields and (match := DAY.search(row)):
            found += _day(page, line, match.end())
    return found


def _day(page: PageText, line: Line, start: int) -> list[Finding]:
    match = ANY.match(line.text, start)
    day = made(match) if match else None
    if match is None or day is None:
        return []
    status: Status = "suspect" if day.doubt else "valid"
    word = line.words_in(start, start + 1)[0]
    confidence = (0.7 if day.doubt else SURE) * (0.85 + 0.15 * word.confidence)
    return [Finding("service_start", day.on.isoformat(), match[0], page.page_number, word.box, confidence, status, "test",
                    "the answer c), the date of the test")]  # fmt: skip
