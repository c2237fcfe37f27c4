"""HCPCS Level II codes and their modifiers in context. Numbers only; no descriptions are kept."""

from __future__ import annotations

import re
from functools import partial

from casefile.records import Box, Finding, Line, PageText, Status, Word
from extractors.hcpcs_named import is_offered, named_ones
from extractors.hcpcs_table import home_care_codes, in_a_block, modifiers
from extractors.hcpcs_torn import LOST_LETTER, MONEY, torn_codes
from extractors.icd10_table import is_billable
from extractors.icd10_torn import EDGES
from extractors.labels import label_over, values_of
from extractors.readings import box_of
from extractors.repair import passing
from extractors.ticks import is_doubtful, is_unticked

SHAPE = re.compile(r"(?<![A-Za-z0-9.$])(?<![\w.$]-)[A-HJ-MP-V£€&8][0-9OoIlLSBZGb]{4}(?!\w|\.\d|\.\w{3}|-\d)")
STUCK = re.compile(r"(?<![\w.$-])([A-HJ-MP-V][0-9O]{4})((?:[A-Z][A-Z0-9]){1,4})(?!\w)")
"""A code and its modifiers without anything between them."""
LABEL = re.compile(r"hcpcs?|procedure|\bproc\b|\bcodes?\b|\bcpt\b|denied|equipment|dispense|\border", re.IGNORECASE)
NAMED = re.compile(r"(?:hcpcs?|cpt|code)s?\W{0,4}$", re.IGNORECASE)
ONE_SPECK = re.compile(r"(?:[1Il|]\.|[A-Z]\.|[A-Z](?=\d+\.))\s?(?=(?:\D?\d){4}\W?$)\d+\.?\d*")
"""A code with one dot too many: a speck, or the foot of a worn L or E."""
TICK = re.compile(r"[\[({]\s?[xXvV✓✔✗✘]\s?[\])}]\s*$|[☒☑■]\s*$")
TICKED = re.compile(r"[\[({][xX]\W?[\])}|lI1]([A-HJ-MP-V]\d{4})(?!\w)")
"""A ticked box and the code behind it without anything between them."""
AFTER = re.compile(
    r"(?:[\s,./-]{1,3}|\s?\(|:)((?:[A-Z][A-Z0-9]|\d\d)(?:[\s,./-]{1,2}(?:[A-Z][A-Z0-9]|\d\d)|(?<=[A-Z])[A-Z][A-Z0-9]){0,3})(?=[\s,);:]|$)"
)
CODES = frozenset({"code", "cpt", "description", "modifier"})
ZIP = re.compile(r",\s*[A-Z][A-Za-z1]\.?\s*$")
"""What stands before an address's code, of which a figure may be read as a letter ("MI J8999")."""
WITH_MODIFIER = re.compile(r"[A-Z£€]\d{4}[-, ]{0,2}(?:NU|RR|UE|KX|GA|GZ|GY|KH|KI|KJ|MS)\W*$")
"""A code whose modifiers for rented, bought or billed equipment stick to it."""
FIGURES = re.compile(r"\d{5,6}")
"""A ZIP code or a sum, not a code without its letter."""
ROWS = 0.08
"""Rows of one table stand no further apart than this share of the page's height."""
NEAR = frozenset({"", "quantity", "frequency", "order_date", "npi", "delivery_date", "service_start", "claim_number"})
"""Fields whose label may stand left of a code that is not theirs: short values end before it."""


def find(page: PageText) -> list[Finding]:
    """Find HCPCS codes (known ones anywhere, others by a label) and the modifiers behind them or in their column."""
    findings: list[Finding] = []
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        for match in SHAPE.finditer(text):
            if is_unticked(page, line, match.start()) or page.source == "ocr" and ZIP.search(text[: match.start()]):
                continue
            if finding := _judge(page, number, line, match):
                findings += [finding, *_modifiers(page, line, match)]
        for match in STUCK.finditer(text):
            findings += _stuck(page, line, match)
        for match in TICKED.finditer(text) if page.source == "ocr" else ():
            if match[1] in home_care_codes():
                findings.append(
                    _finding(
                        page, line, match, match[1], 0.88, "repaired", "home-care code; its ticked box sticks to it"
                    )
                )
    if page.source == "ocr":
        findings += _torn_ones(page, findings)
        findings = named_ones(page, findings, partial(_among_codes, page))
    for value in values_of(page, "modifier"):
        findings += [
            _modifier(page, part, word.box, word.confidence)
            for word in value.words
            for part in _pairs(word.text.strip(","))
            if part in modifiers()
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
    if known and not labelled and page.source == "ocr" and _is_a_number(words[0], raw):
        return _finding(
            page, line, match, raw, 0.45, "suspect", "home-care code, but the other reader saw figures alone"
        )
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


def _is_a_number(word: Word, code: str) -> bool:
    """Whether the other reader saw nothing but figures, and hardly a code's four behind one in its letter's place."""
    others = [other.strip(EDGES) for other in word.other.split()]
    if not others or not all(map(FIGURES.fullmatch, others)):
        return False
    return 2 * sum(other.endswith(code[1:]) for other in others) < len(others)


def _stuck(page: PageText, line: Line, match: re.Match[str]) -> list[Finding]:
    """A code of our list with nothing but modifiers right behind it."""
    code, rest = match[1].replace("O", "0"), match[2]
    parts = [rest[n : n + 2] for n in range(0, len(rest), 2)]
    if code not in home_care_codes() or not set(parts) <= modifiers():
        return []
    word = line.words_in(match.start(), match.end())[0]
    found = _finding(page, line, match, code, 0.88, "repaired", "home-care code; its modifiers stick to it")
    return [found, *(_modifier(page, part, word.box, word.confidence) for part in parts)]


def _torn_ones(page: PageText, found: list[Finding]) -> list[Finding]:
    """Codes in pieces, spoilt by a speck, or right in the other reading alone, where codes stand."""
    known = frozenset(f.box for f in found if f.field == "hcpcs")
    columns = [f.box for f in found if f.field == "hcpcs" and f.status != "suspect"]
    seen: list[tuple[Finding, bool]] = []
    for number, line in enumerate(page.lines):
        for run, code, enclosed in torn_codes(line, known):
            if (meant := _is_meant(page, number, run, enclosed)) is None:
                continue
            confidence = 0.85 * (0.9 + 0.1 * min(word.confidence for word in run))
            reason = f"where codes stand; {code} is the only home-care code that what was read can be"
            raw = " ".join(word.text for word in run)
            made = Finding("hcpcs", code, raw, page.page_number, box_of(run), confidence, "repaired", None, reason)
            seen.append((made, meant))
    columns += [finding.box for finding, _ in seen]
    return [finding for finding, meant in seen if meant or any(_is_row(finding.box, box) for box in columns)]


def _among_codes(page: PageText, number: int, start: int) -> bool | None:
    """Whether a word of a line stands under a label of codes; None under another label or before an empty box."""
    governed = label_over(page, number, page.lines[number].words[start].box)
    if governed not in CODES | NEAR | {"diagnosis"} or is_offered(page, number, start):
        return None
    return governed in CODES - {"description"}


def _is_row(one: Box, two: Box) -> bool:
    """Whether two codes stand in two rows of one column."""
    return abs(one[0] - two[0]) < 0.02 and 0.006 < abs(one[1] - two[1]) < ROWS


def _is_meant(page: PageText, number: int, run: tuple[Word, ...], enclosed: bool) -> bool | None:
    """Whether a code is meant: by its label or in brackets; False if only a code in its column can say so, None if not."""
    line = page.lines[number]
    start = sum(len(word.text) + 1 for word in line.words[: line.words.index(run[0])])
    governed = label_over(page, number, run[0].box)
    if governed == "diagnosis" or is_unticked(page, line, start) or is_doubtful(page, line, start):
        return None
    if not any(word.other for word in run) and re.fullmatch(r"\W*\d{5}\W*", run[0].text):
        return None  # both readers saw a CPT number
    if LOST_LETTER.fullmatch(run[0].text.strip(EDGES)) and (
        MONEY.search(page.text[:6000]) or ZIP.search(line.text[:start])
    ):
        return None  # sooner a sum without its point, or a ZIP code that lost a figure
    if governed == "code" or NAMED.search(line.text[:start]) or enclosed and run[0].text[1:2].isalpha():
        return True
    if TICK.search(line.text[:start][-8:]) or governed in CODES | NEAR and WITH_MODIFIER.match(run[0].text):
        return True
    if ONE_SPECK.fullmatch(" ".join(word.text for word in run).strip(EDGES)):
        return True if governed in CODES | NEAR else None
    if not any(re.search(r"[A-Za-z£€]", word.text + word.other) for word in run):
        return None
    return (enclosed or bool(LABEL.search(line.text[:start][-30:]))) if governed in CODES | NEAR else None


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
    for part in _pairs(match[1]):
        place = line.text.index(part, position)
        position = place + len(part)
        if part not in modifiers() or part.isdigit() and line.text[code.end() : code.end() + 1] != "-":
            break
        words = line.words_in(place, position)
        found.append(_modifier(page, part, words[0].box, words[0].confidence))
    return found


def _pairs(text: str) -> list[str]:
    """Modifiers one by one, also those that stick together ("RRQE"); what is not made of modifiers stays whole."""
    parts = []
    for part in re.split(r"[\s,./-]+", text):
        pairs = [part[n : n + 2] for n in range(0, len(part), 2)]
        parts += pairs if len(part) % 2 == 0 and set(pairs) <= modifiers() else [part]
    return parts


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
