"""Phones, addresses, what makes a home hard to reach, and the case manager's extension."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText, union
from extractors.blocks import block_below
from extractors.expected import fits
from extractors.labels import LabelledValue, label_over, label_text, labelled_values, sheet_of, values_of
from extractors.names import normal_name
from extractors.readings import as_printed

PHONE = re.compile(
    r"(?<![\d-])(?:\+?1[-. ]\s?)?\(?(\d{3})\)?\s?[-./ ]\s?(\d{3})\s?[-./ ]\s?(\d{4})(?![\d-])|(?<![\d-])\((\d{3})\)\s?(\d{3})[-. ]?(\d{4})(?!\d)"
)
EXTENSION = re.compile(r"(?:\bext?(?:ension)?\b\.?|\bx)\s*:?\s*(\d{2,6})\b", re.IGNORECASE)
MANAGER = re.compile(r"case manager|care manager|coordinator|case mgr|discharge planner", re.IGNORECASE)
FAX = re.compile(r"(?:\bfax\b|\bfx\b|\bf\b|facsimile)\W*(?:no|number|#)?\W*$", re.IGNORECASE)
BARRIER = re.compile(
    r"(?:gate|door|entry|lock\s?box|access)\s*(?:code)?\s*:?\s*#?\d{3,6}#?|gate code[^,.;]{0,30}|no elevators?|(?:\d{1,2}|\w+)?\s*(?:flights? of )?(?:stairs|steps)(?:\s+to\s+\w+)?|"
    r"\d(?:st|nd|rd|th)[- ]floor walk-?up|buzzer\s*#?\w*|locked (?:entrance|gate|door)|dogs? (?:on|in)[^,.;]{0,20}|walk-?up|call (?:before|on) (?:arrival|delivery)[^,.;]{0,20}|narrow (?:door|hall)\w*|"
    r"gravel (?:road|drive)\w*|elevator (?:is )?(?:out|broken)[^,.;]{0,20}",
    re.IGNORECASE,
)
IN_A_HOME = re.compile(r"access|deliver|entr|home|gate|elevator|stairs|steps|buzzer|dog|floor|lives", re.IGNORECASE)
ENDS_ADDRESS = re.compile(r"\b(?:phone|tel|fax|dob|npi|home phone|cell)\b.*$", re.IGNORECASE)
STATE_ZIP = re.compile(r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b")


def find(page: PageText) -> list[Finding]:
    """Phones with their role, labelled addresses, access barriers, case managers' extensions."""
    findings = [f for value in values_of(page, "shipping_address") if (f := _address(page, value))]
    findings += _in_blocks(page, {f.box[1] for f in findings})
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        findings += [_phone(page, number, line, match) for match in PHONE.finditer(text)]
        if IN_A_HOME.search(text):
            findings += [
                as_printed(page, line, m, "access_barrier", m[0].lower().strip(), 0.85)
                for m in BARRIER.finditer(text)
                if len(m[0].split()) > 1
            ]
        manager = "case manager" if MANAGER.search(text) else None
        findings += [as_printed(page, line, m, "extension", m[1], 0.88, manager)
                     for m in EXTENSION.finditer(text) if manager or PHONE.search(text[max(0, m.start() - 20) : m.start()])]  # fmt: skip
    return findings


def _phone(page: PageText, number: int, line: Line, match: re.Match[str]) -> Finding:
    """Ten digits; whose phone it is by its label's heading, and "fax" where it is one."""
    digits = "".join(part for part in match.groups() if part)
    words = line.words_in(match.start(), match.end())
    values = [
        v
        for v in sheet_of(page).values
        if v.field in {"phone", "fax"} and v.line == number and v.label_box[2] <= words[0].box[0] + 0.01
    ]
    role = (
        {"doctor": "practitioner", "contact": "contact"}.get(values[-1].section, values[-1].section or None)
        if values
        else None
    )
    if FAX.search(line.text[: match.start()][-16:]) or label_over(page, number, words[0].box) == "fax":
        role = "fax"
    labelled = bool(values) or bool(
        re.search(r"[()+]|phone|tel|call|ph\b", match[0] + line.text[: match.start()][-20:], re.IGNORECASE)
    )
    return as_printed(page, line, match, "phone", digits, 0.94 if labelled else 0.9, role)


def _address(page: PageText, value: LabelledValue) -> Finding | None:
    """A street address by its label, with the town below or behind it."""
    text = ENDS_ADDRESS.sub("", value.text).strip(" ,;_:")
    if not text[:1].isdigit() and normal_name(text.split(",")[0]):
        text = text.partition(",")[2].strip()
    if not re.match(r"\W*(?:\d+[\w-]*\s+\w+|p\.?\s?o\.?\s+box)", text, re.IGNORECASE):
        return None
    box = value.box
    if not STATE_ZIP.search(text) and (more := _town_below(page, value)):
        text, box = f"{text}, {more[0]}", union((box, more[1].box))
    role = {"doctor": "practitioner", "": None}.get(value.section, value.section)
    sure = 0.9 if STATE_ZIP.search(text) else 0.8
    return Finding("shipping_address", text, value.text, page.page_number, box, sure * (0.85 + 0.15 * value.confidence), "valid", role,
                   f"beside or below the label '{value.label}'")  # fmt: skip


def _in_blocks(page: PageText, known: set[float]) -> list[Finding]:
    """Addresses below a caption that names them after or without a name ("Patient's name and address", "Deliver to")."""
    found = []
    for value in labelled_values(page):
        captioned = value.field == "member_name" and "address" in label_text(page, value).lower()
        if value.field != "shipping_address" and not captioned or value.field == "shipping_address" and value.words:
            continue
        lines = block_below(page, value)
        start = next((n for n, line in enumerate(lines) if fits("shipping_address", line.text)), None)
        if start is None or start > 1 or lines[start].box[1] in known:
            continue
        rows = lines[start : start + 3]
        last = next((n for n, line in enumerate(rows) if STATE_ZIP.search(line.text)), 0)
        text = ", ".join(line.text.strip(" ,") for line in rows[: last + 1])
        end = STATE_ZIP.search(text)
        text, box = text[: end.end()] if end else text, union(line.box for line in rows[: last + 1])
        role = {"doctor": "practitioner", "": None}.get(value.section, value.section)
        found.append(Finding("shipping_address", text, text, page.page_number, box, 0.88 if end else 0.75, "valid", role,
                             f"the address below the caption '{value.label}'"))  # fmt: skip
    return found


def _town_below(page: PageText, value: LabelledValue) -> tuple[str, Line] | None:
    """Town, state and ZIP on the line below the street, in the same column, or by a "City" label."""
    for other in values_of(page, "city"):
        if 0 <= other.line - value.line <= 2:
            return other.text, Line(other.words)
    for line in page.lines:
        if 0.002 < line.box[1] - value.box[1] < 0.035:
            words = [w for w in line.words if value.box[0] - 0.02 <= w.box[0] <= value.box[0] + 0.35]
            text = " ".join(w.text for w in words)
            if words and abs(words[0].box[0] - value.box[0]) < 0.02 and (match := STATE_ZIP.search(text)):
                return text[: match.end()], Line(tuple(words))
    return None
