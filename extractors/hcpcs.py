"""HCPCS Level II codes and their modifiers in context. Numbers only; no descriptions are kept."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from casefile.records import Finding, Line, PageText, Status
from extractors.icd10 import is_billable
from extractors.labels import label_over, values_of
from extractors.repair import passing
from extractors.ticks import is_doubtful, is_unticked

DATA = Path(__file__).parent / "data"
SHAPE = re.compile(r"(?<![\w.$])(?<![\w.$]-)[A-HJ-MP-V£€&8][0-9OoIlLSBZGb]{4}(?!\w|\.\d|\.\w{3}|-\d)")
STUCK = re.compile(r"(?<![\w.$-])([A-HJ-MP-V][0-9O]{4})((?:[A-Z][A-Z0-9]){1,4})(?!\w)")
"""A code and its modifiers without anything between them."""
WORN = re.compile(
    r"(?<![\w.$-])(?:[1Il|]\.\s?(\d{4})|F\.\s?(\d{4})|([A-HJ-MP-V]\d{3})\.(\d)|([A-HJ-MP-V]\d)\.(\d{3}))(?![\w.])"
)
"""An L or E code of whose letter the foot was read as a dot, or a code with a speck in it where no diagnosis has its dot."""
LABEL = re.compile(r"hcpcs?|procedure|\bproc\b|\bcodes?\b|\bcpt\b|denied|equipment|dispense|\border", re.IGNORECASE)
AFTER = re.compile(
    r"(?:[\s,./-]{1,3}|\s?\(|:)((?:[A-Z][A-Z0-9]|\d\d)(?:[\s,./-]{1,2}(?:[A-Z][A-Z0-9]|\d\d)){0,3})(?=[\s,);:]|$)"
)
CODES = frozenset({"code", "cpt", "description", "modifier"})
NEAR = frozenset({"", "quantity", "frequency", "order_date", "npi", "delivery_date", "service_start", "claim_number"})
"""Fields whose label may stand left of a code that is not theirs: short values end before it."""


@cache
def home_care_codes() -> frozenset[str]:
    """Codes common in home care."""
    return frozenset(
        row for row in (DATA / "hcpcs_home_care.txt").read_text().split("\n") if row and not row.startswith("#")
    )


@cache
def modifiers() -> frozenset[str]:
    """Two-character modifiers."""
    return frozenset(_rows("modifiers.txt"))


@cache
def _blocks() -> tuple[tuple[str, str], ...]:
    return tuple((row[:5], row[6:]) for row in _rows("hcpcs_blocks.txt"))


def _rows(name: str) -> list[str]:
    return [word for line in (DATA / name).read_text().split("\n") if not line.startswith("#") for word in line.split()]


def in_a_block(code: str) -> bool:
    """Whether CMS has assigned numbers around this one."""
    return any(first <= code <= last for first, last in _blocks())


def find(page: PageText) -> list[Finding]:
    """Find HCPCS codes (known ones anywhere, others by a label) and the modifiers behind them or in their column."""
    findings: list[Finding] = []
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        for match in SHAPE.finditer(text):
            if is_unticked(page, line, match.start()):
                continue
            if finding := _judge(page, number, line, match):
                findings += [finding, *_modifiers(page, line, match)]
        for match in STUCK.finditer(text):
            findings += _stuck(page, line, match)
        if page.source == "ocr":
            findings += [f for match in WORN.finditer(text) if (f := _worn(page, number, line, match))]
    for value in values_of(page, "modifier"):
        findings += [
            _modifier(page, word.text, word.box, word.confidence)
            for word in value.words
            if word.text.strip(",") in modifiers()
        ]
    return findings


def _judge(page: PageText, number: int, line: Line, match: re.Match[str]) -> Finding | None:
    """A known code, a repaired one, one of the right shape by its label, or nothing."""
    raw, words = match[0], line.words_in(match.start(), match.end())
    governed = label_over(page, number, words[0].box)
    above = page.lines[number - 1].text[:300] if number else ""
    labelled = governed in CODES or governed in NEAR and bool(LABEL.search(line.text[: match.start()][-120:] or above))
    known = raw in home_care_codes()
    if governed == "diagnosis" and (not known or is_billable(raw)):
        return None
    if governed not in CODES and governed not in NEAR and governed != "diagnosis" and not known:
        return None
    if is_doubtful(page, line, match.start()):
        return _finding(page, line, match, raw, 0.45, "suspect", "a list to tick, and no tick could be read")
    if known:
        collides = is_billable(raw) and not labelled
        sure = 0.6 if collides or governed == "diagnosis" else 0.97 if labelled else 0.91
        reason = (
            "home-care code"
            + (" by its label" if labelled else "")
            + ("; also a diagnosis code without its dot" if collides else "")
        )
        return _finding(page, line, match, raw, sure, "valid", reason)
    options = passing("£" + raw[1:] if raw[0] == "F" else raw, home_care_codes().__contains__)
    if len(options) == 1 and labelled and not (raw[1:].isdigit() and in_a_block(raw)):
        return _finding(page, line, match, options[0], 0.92, "repaired", "the only home-care code it can be")
    if len(options) == 1 and page.source == "ocr" and raw[0] in "F£€" and governed in NEAR:
        return _finding(
            page, line, match, options[0], 0.82, "repaired", "the only home-care code it can be; no label near"
        )
    return _by_shape(page, line, match, governed, labelled)


def _stuck(page: PageText, line: Line, match: re.Match[str]) -> list[Finding]:
    """A code of our list with nothing but modifiers right behind it."""
    code, rest = match[1].replace("O", "0"), match[2]
    parts = [rest[n : n + 2] for n in range(0, len(rest), 2)]
    if code not in home_care_codes() or not set(parts) <= modifiers():
        return []
    word = line.words_in(match.start(), match.end())[0]
    found = _finding(page, line, match, code, 0.88, "repaired", "home-care code; its modifiers stick to it")
    return [found, *(_modifier(page, part, word.box, word.confidence) for part in parts)]


def _worn(page: PageText, number: int, line: Line, match: re.Match[str]) -> Finding | None:
    """A code of our list that a speck or a lost stroke has spoilt."""
    code = "L" + match[1] if match[1] else "E" + match[2] if match[2] else "".join(filter(None, match.groups()))
    governed = label_over(page, number, line.words_in(*match.span())[0].box)
    bracketed = line.text[: match.start()][-1:] in {"(", "["} and line.text[match.end() :][:1] in {")", "]"}
    if code not in home_care_codes() or not bracketed and governed not in CODES | NEAR:
        return None
    reason = "the only home-care code it can be; a stroke of it was lost or a speck stands in it"
    return _finding(page, line, match, code, 0.85, "repaired", reason)


def _by_shape(page: PageText, line: Line, match: re.Match[str], governed: str, labelled: bool) -> Finding | None:
    """A code outside our list: by its column or label, inside a block that CMS uses."""
    raw = match[0]
    if not re.fullmatch(r"[A-HJ-MP-V]\d{4}", raw):
        return None
    if in_a_block(raw) and (governed in {"code", "cpt"} or labelled):
        return _finding(
            page,
            line,
            match,
            raw,
            0.92 if governed in {"code", "cpt"} else 0.8,
            "valid",
            "right shape by its label; not in our list",
        )
    behind = AFTER.match(line.text[:2000], match.end())
    if (
        in_a_block(raw)
        and behind
        and set(re.split(r"[\s,./-]+", behind[1]))
        & modifiers() - {"25", "26", "50", "59", "76", "77", "91", "95", "99"}
    ):
        return _finding(page, line, match, raw, 0.85, "valid", "right shape with a modifier; not in our list")
    if labelled:
        return _finding(
            page, line, match, raw, 0.5, "suspect", "right shape by its label, but no such block is assigned"
        )
    return None


def _modifiers(page: PageText, line: Line, code: re.Match[str]) -> list[Finding]:
    """The two-character modifiers right behind a code."""
    match = AFTER.match(line.text[:2000], code.end())
    if not match:
        return []
    found, position = [], match.start(1)
    for part in re.split(r"[\s,./-]+", match[1]):
        place = line.text.index(part, position)
        position = place + len(part)
        if part not in modifiers() or part.isdigit() and line.text[code.end() : code.end() + 1] != "-":
            break
        words = line.words_in(place, position)
        found.append(_modifier(page, part, words[0].box, words[0].confidence))
    return found


def _modifier(page: PageText, text: str, box: tuple[float, float, float, float], read: float) -> Finding:
    value = text.strip(",")
    return Finding(
        "modifier",
        value,
        text,
        page.page_number,
        box,
        0.94 * (0.9 + 0.1 * read),
        "valid",
        None,
        "modifier behind its code or in its column",
    )


def _finding(
    page: PageText, line: Line, match: re.Match[str], value: str, sure: float, status: Status, reason: str
) -> Finding:
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(
        "hcpcs", value, match[0], page.page_number, words[0].box, sure * (0.9 + 0.1 * read), status, None, reason
    )
