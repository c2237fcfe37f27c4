"""ICD-10-CM codes against the table in force: grammar, table, billable or header, one-candidate repair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from casefile.records import Finding, Line, PageText
from extractors.day import ANY
from extractors.icd10_named import named_ones
from extractors.icd10_near import DOTTED, Taken, among_diagnoses, found_at, is_labelled, just_above, stands_by_a_code
from extractors.icd10_table import EDITION, table
from extractors.icd10_table import dotted as dotted
from extractors.icd10_table import is_billable as is_billable
from extractors.icd10_torn import HCPCS_LIKE
from extractors.icd10_undotted import rows, short_ones, torn_ones
from extractors.labels import label_over
from extractors.repair import TO_LETTER, passing
from extractors.ticks import is_unticked

STRUNG = re.compile(r"(?<![\w.])([A-Z0-9$][0-9A-Z]{2}\.[0-9A-Z]{1,4})\.(?=([A-Z0-9$][0-9A-Z]{2}(?:[.,]|\W|$))|\d)")
"""A code and the dot that was read for the comma behind it."""
TIME = re.compile(r"\d{1,2}:\d{2}")
TEMPERATURE, VITALS = (
    re.compile(r"T9[5-9]\.\d\b"),
    re.compile(r"\b(?:VS|BP|RR|HR|P|pulse|vitals?|temp)\b", re.IGNORECASE),
)
"""A temperature among vital signs whose T stuck to it; no code begins so."""
UNIT = re.compile(r"\s?(?:lbs?|kg|mg|mcg|ml|cm|mm|mmhg|bpm|lpm|%)(?!\w)", re.IGNORECASE)
"""What follows a measurement: no figure before it is a misread code."""


def find(page: PageText) -> list[Finding]:
    """Find diagnosis codes: dotted ones anywhere, undotted or torn ones only where diagnoses stand."""
    findings, taken = [], Taken()
    for number, line in enumerate(page.lines):
        for finding, span in _dotted_ones(page, number, line):
            findings.append(finding)
            if finding.status != "suspect":
                taken.setdefault(number, []).append(span)
    if page.source == "ocr":
        torn = list(torn_ones(page, taken))
        findings = [f for f in findings if f.status != "suspect" or not any(_overlap(f, other) for other in torn)]
        findings += torn
    for number, line in enumerate(page.lines):
        if page.source == "ocr":
            findings += rows(page, number, line, taken)
        findings += short_ones(page, number, line, taken)
    return named_ones(page, findings, partial(among_diagnoses, page)) if page.source == "ocr" else findings


def _overlap(one: Finding, two: Finding) -> bool:
    """Whether two codes share a word."""
    across = min(one.box[2], two.box[2]) - max(one.box[0], two.box[0])
    return across > 0 and min(one.box[3], two.box[3]) > max(one.box[1], two.box[1])


def _dotted_ones(page: PageText, number: int, line: Line) -> Iterator[tuple[Finding, tuple[int, int]]]:
    """Codes with their dot, and where in the line they stand."""
    text = _unstrung(line.text[:2000]) if page.source == "ocr" else line.text[:2000]
    labelled = None
    for match in DOTTED.finditer(text):
        if labelled is None:
            labelled = is_labelled(just_above(page, number)) or stands_by_a_code(page, number)
        if page.source == "ocr" and UNIT.match(text, match.end()) or is_unticked(page, line, match.start(), DOTTED):
            continue
        if TEMPERATURE.match(text, match.start()) and VITALS.search(text, max(0, match.start() - 60), match.end() + 40):
            continue
        place = line.words_in(match.start(), match.end())[0].box
        if match[1].isdigit() and label_over(page, number, place) not in {"", "diagnosis"}:
            continue
        ours = (
            labelled
            or page.source == "ocr"
            and _among_codes(page, number, match)
            or label_over(page, number, place) == "diagnosis"
        )
        if finding := _judge(page, line, match, match[1] + match[2], ours):
            yield finding, match.span()


def _unstrung(text: str) -> str:
    """The text with commas between codes that were read as dots ("G12.21.R13.12")."""
    return STRUNG.sub(lambda m: m[1] + ("," if m[2] or is_billable(m[1].replace(".", "")) else "."), text)


def _among_codes(page: PageText, number: int, match: re.Match[str]) -> bool:
    """Whether another code of the table stands in this line or the next to it, and this one in brackets."""
    text = page.lines[number].text
    if text[max(0, match.start() - 1) : match.start()] not in {"(", "["} and text[
        match.end() : match.end() + 1
    ] not in {")", "]"}:
        return False
    near = " ".join(line.text[:400] for line in page.lines[max(0, number - 1) : number + 2])
    return any(is_billable((m[1] + m[2]).upper()) for m in DOTTED.finditer(near))


def _is_an_amount(line: Line, match: re.Match[str]) -> bool:
    """Whether figures alone are part of a longer number, or a sum in an item's row."""
    before = line.text[: match.start()]
    return not re.search(r"[A-Za-z]", match[0]) and (
        before.endswith("-") or bool(re.search(r"\b[AEJKL]\d{4}\b", before))
    )


def _judge(page: PageText, line: Line, match: re.Match[str], raw: str, labelled: bool) -> Finding | None:
    """One dotted group: a code, a repaired code, a header, an unknown code beside a label, or nothing."""
    code = raw.upper()
    if (
        len(match[1]) == 4
        and match[1][0] in "|![I1l"
        and is_billable(code[1:])
        or match[1][0] in "|!"
        and is_billable(code[1:])
    ):
        code = code[1:]
    pointed = "." in match[0]
    if TIME.fullmatch(match[0]):
        return None
    if not pointed and not (labelled and code[1:2].isdigit() and re.search(r"\d", match[2])):
        return None
    if (
        code[0].isalpha()
        and code[-1:] == "1"
        and code not in table()
        and is_billable(code[:-1])
        and re.search(r"[\[|(]\W*$", line.text[: match.start() + 1])
    ):
        return found_at(page, line, match, code[:-1], 0.88, "repaired", "a closing bracket was read as its last digit")
    if code[0].isalpha() and (len(match[1]) == 3 or code != raw.upper()) and code in table():
        if table()[code]:
            reason = f"billable in {EDITION}" + (", near a diagnosis label" if labelled else "")
            if not pointed:
                return found_at(
                    page, line, match, code, 0.92, "repaired", f"{reason}; its dot was read as another mark"
                )
            return found_at(page, line, match, code, 0.98 if labelled else 0.95, "valid", reason)
        if not labelled:
            return None
        last = re.match(r"\s([A-Z0-9])(?![\w.])", line.text[match.end() :])
        if page.source == "ocr" and last and is_billable(code + last[1]):
            return found_at(page, line, match, code + last[1], 0.88, "repaired", "its last character stood apart")
        return found_at(page, line, match, code, 0.7, "suspect", "header: needs more characters")
    if not labelled:
        return None
    if ANY.search(line.text[max(0, match.start() - 6) : match.end() + 8]):
        return None
    options = passing(raw, is_billable)
    if HCPCS_LIKE.fullmatch(code) or len(match[1]) < 3:
        return None
    if len(match[1]) == 4:
        options = [raw[0].upper() + raw[2:].upper()] if table().get(raw[0].upper() + raw[2:].upper()) else []
    if len(options) == 1 and page.source == "ocr" and not _is_an_amount(line, match):
        reason = f"{dotted(options[0])} is the only billable candidate for what was read"
        return found_at(page, line, match, options[0], 0.92, "repaired", reason)
    if page.source == "ocr" and code[0].isalpha() and len(match[1]) == 3:
        options = [c for c in _with_a_letter_later(code) if is_billable(c)]
        if len(options) == 1:
            reason = f"not in {EDITION} as read; {dotted(options[0])} is the only billable candidate"
            return found_at(page, line, match, options[0], 0.85, "repaired", reason)
    if code[0].isalpha() and len(match[1]) == 3 and code[1].isdigit():
        return found_at(page, line, match, code, 0.4, "suspect", f"not in {EDITION}")
    return None


def _with_a_letter_later(code: str) -> list[str]:
    """A code with one figure behind its dot taken for the letter it resembles."""
    return [code[:n] + letter + code[n + 1 :] for n in range(3, len(code)) for letter in TO_LETTER.get(code[n], "")]
