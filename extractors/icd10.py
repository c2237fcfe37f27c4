"""ICD-10-CM codes against the table in force: grammar, table, billable or header, one-candidate repair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from rapidfuzz import fuzz

from casefile.records import Finding, Line, PageText, Status, Word, union
from extractors.day import ANY
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_named import named_ones
from extractors.icd10_table import EDITION, table
from extractors.icd10_table import dotted as dotted
from extractors.icd10_table import is_billable as is_billable
from extractors.icd10_torn import EDGES, HCPCS_LIKE, torn_codes, undotted, undotted_row
from extractors.labels import label_over
from extractors.once import once_a_line
from extractors.repair import TO_LETTER, passing
from extractors.ticks import is_unticked

LIKE = 75
"""How alike (of 100) a word must be to pass as a misread diagnosis label."""
DOTTED = re.compile(
    r"(?<![A-Za-z0-9$£€])(?<![^.]\.)([A-Za-z0-9$£€§|!]{1,2}[0-9A-Za-z]{1,2})(?:\s?\.(?:\s?\.)?\s?|[,:](?=\d))([0-9A-Za-z]{1,4})(?![\w]|[./-]\d)"
)
STRUNG = re.compile(r"(?<![\w.])([A-Z0-9$][0-9A-Z]{2}\.[0-9A-Z]{1,4})\.(?=([A-Z0-9$][0-9A-Z]{2}(?:[.,]|\W|$))|\d)")
"""A code and the dot that was read for the comma behind it."""
TIME = re.compile(r"\d{1,2}:\d{2}")
PLAIN = re.compile(r"(?<![\w.-])[A-Z][0-9A-Z][0-9A-Z][0-9A-Z]{0,4}(?![\w-]|\.\w)")
SHORT = re.compile(r"(?<![\w.$/-])[1Il|!£€F][0-9OoIl][0-9OoIl](?![\w/%-]|\.\d)")
LONGEST_SHORT = 7
"""Letters of another reading of such a code, its marks included, at the most."""
WHOLE = re.compile(r"(?<![\w.$/-])(?!(?:19|20)\d\d\b)\d{4,6}(?![\w/%-]|\.\d)")
"""A code all in figures whose letter and dot were lost."""
TEMPERATURE, VITALS = (
    re.compile(r"T9[5-9]\.\d\b"),
    re.compile(r"\b(?:VS|BP|RR|HR|P|pulse|vitals?|temp)\b", re.IGNORECASE),
)
"""A temperature among vital signs whose T stuck to it; no code begins so."""
UNIT = re.compile(r"\s?(?:lbs?|kg|mg|mcg|ml|cm|mm|mmhg|bpm|lpm|%)(?!\w)", re.IGNORECASE)
"""What follows a measurement: no figure before it is a misread code."""
LABEL = re.compile(r"\bicd|diagnos|\bdx\b|assessment|impression|indication|\bcodes?\b", re.IGNORECASE)
LISTED = re.compile(r"[(\[]\s*$|[-:–—;,]\s*$|^\W*$|\d[.)]\s*$|\b[A-L]\.\s*$")
"""What stands before a short code that is written behind or before its words."""
NOT_OURS = frozenset({"code", "cpt", "modifier", "claim_number", "member_id", "group_number", "reference_number", "authorization_number",
                      "phone", "fax", "npi", "quantity", "tax_id", "shipping_address", "license_number"})  # fmt: skip

Taken = dict[int, list[tuple[int, int]]]
"""Line → where in it codes were found."""


def find(page: PageText) -> list[Finding]:
    """Find diagnosis codes: dotted ones anywhere, undotted or torn ones only where diagnoses stand."""
    findings, taken = [], Taken()
    for number, line in enumerate(page.lines):
        for finding, span in _dotted_ones(page, number, line):
            findings.append(finding)
            if finding.status != "suspect":
                taken.setdefault(number, []).append(span)
    if page.source == "ocr":
        torn = list(_torn_ones(page, taken))
        findings = [f for f in findings if f.status != "suspect" or not any(_overlap(f, other) for other in torn)]
        findings += torn
    for number, line in enumerate(page.lines):
        if page.source == "ocr":
            findings += _rows(page, number, line, taken)
        findings += _short_ones(page, number, line, taken)
    return named_ones(page, findings, partial(_among_diagnoses, page)) if page.source == "ocr" else findings


def _rows(page: PageText, number: int, line: Line, taken: Taken) -> Iterator[Finding]:
    """Codes without their dots that fill the place of a diagnosis to the end of its line."""
    if not undotted(line.words[-1]):
        return
    place = next((n for n, w in enumerate(line.words[:40]) if label_over(page, number, w.box) == "diagnosis"), None)
    if place is None:
        return
    known = [word for start, end in taken.get(number, ()) for word in line.words_in(start, end)]
    for word, code in undotted_row(line.words[place:]):
        if word not in known and word.text.strip(EDGES) != code:
            start = sum(len(w.text) + 1 for w in line.words[: line.words.index(word)])
            taken.setdefault(number, []).append((start, start + len(word.text)))
            reason = f"in a row of codes under a diagnosis label; {dotted(code)} is the only billable candidate"
            yield _made(page, [word], word.text, code, 0.88, "repaired", reason)


def _among_diagnoses(page: PageText, number: int, start: int) -> bool:
    """Whether a word of a line stands under a label of diagnoses or by a code that needs no repair."""
    governed = label_over(page, number, page.lines[number].words[start].box)
    return governed == "diagnosis" or governed not in NOT_OURS and _stands_by_a_code(page, number)


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
            labelled = _is_labelled(_just_above(page, number)) or _stands_by_a_code(page, number)
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


def _just_above(page: PageText, number: int, lines: int = 3) -> str:
    """The text of this line and the few above it."""
    return " ".join(other.text[:600] for other in page.lines[max(0, number - lines) : number + 1])


def _torn_ones(page: PageText, taken: Taken) -> Iterator[Finding]:
    """Codes that fell apart or lost their dot; `taken` learns where they stand."""
    for number, line in enumerate(page.lines):
        known = [word for start, end in taken.get(number, ()) for word in line.words_in(start, end)]
        for words, code in torn_codes(line, known, partial(_where_diagnoses_stand, page, number, taken)):
            start = sum(len(word.text) + 1 for word in line.words[: line.words.index(words[0])])
            raw = " ".join(word.text for word in words)
            if re.match(r"[\[({]\s?[\])}]", raw) or is_unticked(page, line, start, DOTTED):
                continue
            taken.setdefault(number, []).append((start, start + len(raw)))
            reason = f"among diagnoses; {dotted(code)} is the only billable code that what was read can be"
            yield _made(page, words, raw, code, 0.88, "repaired", reason)


def _where_diagnoses_stand(page: PageText, number: int, taken: Taken, start: int, end: int, enclosed: bool) -> bool:
    """Whether a code may be meant by words `start:end` of a line: by their label, or among codes and set apart."""
    line = page.lines[number]
    governed = label_over(page, number, line.words[start].box)
    if governed == "diagnosis" or enclosed and line.words[start].text.strip(EDGES)[:1].isalpha():
        return _stands_alone(line, start, end)
    if governed in NOT_OURS and not enclosed:
        return False
    before, behind = (" ".join(w.text for w in words) for words in (line.words[:start], line.words[end:]))
    set_apart = bool(LISTED.search(before[-6:])) or not behind or bool(re.match(r"\W*[A-Za-z]{3,}", behind))
    beside = any(near in taken for near in range(number - 2, number + 3)) or _stands_by_a_code(page, number)
    near_ones = beside or _is_labelled(_just_above(page, number))
    return (enclosed or set_apart) and near_ones and _stands_alone(line, start, end)


def _stands_alone(line: Line, start: int, end: int) -> bool:
    """Whether no other figures stand right before or behind figures: pieces of a longer number are no code."""
    if line.words[start].text.strip(EDGES)[:1].isalpha():
        return True
    near = [line.words[n] for n in (start - 1, end) if 0 <= n < len(line.words)]
    return not any(re.fullmatch(r"\W*\d+\W*", word.text) and not re.match(r"\d{1,2}[.)]", word.text) for word in near)


def _short_ones(page: PageText, number: int, line: Line, taken: Taken) -> Iterator[Finding]:
    """Codes without a dot: three characters, or undotted ones by a label or in a list."""
    spans, text = taken.get(number, []), line.text[:2000]
    for match in WHOLE.finditer(text) if page.source == "ocr" else ():
        options = passing(match[0], is_billable)
        if len(options) == 1 and _follows_a_code(page, number, line, match):
            reason = f"behind a code or its label; {dotted(options[0])} is the only billable candidate"
            yield _finding(page, line, match, options[0], 0.85, "repaired", reason)
    for match in SHORT.finditer(text) if page.source == "ocr" else ():
        if any(start <= match.start() < end for start, end in spans):
            continue
        if repaired := _short(page, number, line, match, bool(spans)):
            yield repaired
    for match in PLAIN.finditer(text):
        if any(start <= match.start() < end for start, end in spans) or not is_billable(match[0]):
            continue
        beside = bool(spans) or page.source == "ocr" and any(n in taken for n in range(number - 2, number + 3))
        if sure := _undotted(page, number, line, match, beside):
            reason = "billable code without its dot" if len(match[0]) > 3 else f"billable in {EDITION}"
            yield _finding(page, line, match, match[0], sure, "valid", reason)


def _unstrung(text: str) -> str:
    """The text with commas between codes that were read as dots ("G12.21.R13.12")."""
    return STRUNG.sub(lambda m: m[1] + ("," if m[2] or is_billable(m[1].replace(".", "")) else "."), text)


def _follows_a_code(page: PageText, number: int, line: Line, match: re.Match[str]) -> bool:
    """Whether figures stand under a diagnosis label, right behind its colon or behind another code."""
    before, words = line.text[: match.start()].split()[-1:], line.words_in(*match.span())
    if not before or len(match[0]) > 3 and any(word.other for word in words):
        return False
    if label_over(page, number, words[0].box) != "diagnosis":
        return False
    return before[0].endswith(":") or is_billable(re.sub(r"[.\W]", "", before[0]).upper())


def _short(page: PageText, number: int, line: Line, match: re.Match[str], beside_others: bool) -> Finding | None:
    """A three-character code whose letter was read as a digit or a sign ("110" for I10), among diagnoses only."""
    options = passing(match[0], is_billable)
    before, behind = line.text[: match.start()][-4:], line.text[match.end() : match.end() + 2]
    words = line.words_in(match.start(), match.end())
    label = label_over(page, number, words[0].box)
    governed = label == "diagnosis"
    if label == "other" or label in NOT_OURS or any(len(word.other.split(" ")[0]) > LONGEST_SHORT for word in words):
        return None
    above = any(
        is_billable((m[1] + m[2]).upper())
        for o in page.lines[max(0, number - 2) : number]
        for m in DOTTED.finditer(o.text[:200])
    )
    enclosed = (
        _follows_a_code(page, number, line, match)
        or before.rstrip()[-1:] in {"(", "["}
        or behind.strip()[:1] in {")", "]"}
        or (governed or above)
        and (LISTED.search(before) or behind.strip()[:1] in {",", ":", "-"} or not before.strip())
    )
    if len(options) != 1 or not enclosed or not (governed or beside_others or above):
        return None
    return _finding(
        page,
        line,
        match,
        options[0],
        0.88,
        "repaired",
        f"{options[0]} is the only billable candidate among the diagnoses",
    )


def _among_codes(page: PageText, number: int, match: re.Match[str]) -> bool:
    """Whether another code of the table stands in this line or the next to it, and this one in brackets."""
    text = page.lines[number].text
    if text[max(0, match.start() - 1) : match.start()] not in {"(", "["} and text[
        match.end() : match.end() + 1
    ] not in {")", "]"}:
        return False
    near = " ".join(line.text[:400] for line in page.lines[max(0, number - 1) : number + 2])
    return any(is_billable((m[1] + m[2]).upper()) for m in DOTTED.finditer(near))


def _undotted(page: PageText, number: int, line: Line, match: re.Match[str], beside_others: bool) -> float:
    """How sure an undotted or three-character code is by its surroundings; 0 when it is none."""
    place = line.words_in(match.start(), match.end())[0].box
    governed, before = label_over(page, number, place), line.text[: match.start()]
    behind = line.text[match.end() : match.end() + 2].strip()
    enclosed = bool(LISTED.search(before[-6:])) or behind[:1] in {")", "]", ",", ";", ":", "-", "."}
    if governed == "diagnosis":
        return 0.95 if len(match[0]) > 3 or enclosed or beside_others else 0.9
    if governed in NOT_OURS or match[0] in home_care_codes():
        return 0.0
    if LABEL.search(before) and not re.search(r"hcpcs|cpt|proc", before, re.IGNORECASE):
        return 0.86
    bracketed = before[-1:] in {"(", "["} and behind[:1] in {")", "]"}
    if bracketed and not HCPCS_LIKE.fullmatch(match[0]) and _stands_by_a_code(page, number):
        return 0.86
    listed = page.source == "ocr" and not before.strip() and not HCPCS_LIKE.fullmatch(match[0])
    above = " ".join(o.text[:300] for o in page.lines[max(0, number - 3) : number])
    ours = len(match[0]) == 3 or listed and _stands_by_a_code(page, number)
    return (
        0.86 if ours and (enclosed or beside_others and not behind) and (beside_others or _is_labelled(above)) else 0.0
    )


def _stands_by_a_code(page: PageText, number: int) -> bool:
    """Whether a code that needs no repair stands in this line or one next to it: a list of diagnoses."""
    reach = 2 if page.source == "ocr" else 1
    near = page.lines[max(0, number - reach) : number + reach + 1]
    return any(_holds_a_code(line) or page.source == "ocr" and _holds_one_without_dot(line) for line in near)


@once_a_line
def _holds_a_code(line: Line) -> bool:
    return any(len(match[1]) == 3 and "." in match[0] and is_billable((match[1] + match[2]).upper())
               for match in DOTTED.finditer(line.text[:600]))  # fmt: skip


@once_a_line
def _holds_one_without_dot(line: Line) -> bool:
    return any(_is_plainly_one(match[0]) for match in PLAIN.finditer(line.text[:600]))


def _is_plainly_one(code: str) -> bool:
    """Whether five or more glyphs without a dot are a diagnosis and cannot be a HCPCS code."""
    return len(code) >= 5 and not HCPCS_LIKE.fullmatch(code) and is_billable(code)


def _is_labelled(near: str) -> bool:
    """Whether a diagnosis label stands near, read well or badly ("OIAGNOSES")."""
    if LABEL.search(near):
        return True
    words = [word.lower() for word in near[:400].split() if 6 <= len(word) <= 12]
    return any(fuzz.ratio(word, label) >= LIKE for word in words for label in ("diagnosis", "diagnoses"))


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
        return _finding(page, line, match, code[:-1], 0.88, "repaired", "a closing bracket was read as its last digit")
    if code[0].isalpha() and (len(match[1]) == 3 or code != raw.upper()) and code in table():
        if table()[code]:
            reason = f"billable in {EDITION}" + (", near a diagnosis label" if labelled else "")
            if not pointed:
                return _finding(
                    page, line, match, code, 0.92, "repaired", f"{reason}; its dot was read as another mark"
                )
            return _finding(page, line, match, code, 0.98 if labelled else 0.95, "valid", reason)
        if not labelled:
            return None
        last = re.match(r"\s([A-Z0-9])(?![\w.])", line.text[match.end() :])
        if page.source == "ocr" and last and is_billable(code + last[1]):
            return _finding(page, line, match, code + last[1], 0.88, "repaired", "its last character stood apart")
        return _finding(page, line, match, code, 0.7, "suspect", "header: needs more characters")
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
        return _finding(page, line, match, options[0], 0.92, "repaired", reason)
    if page.source == "ocr" and code[0].isalpha() and len(match[1]) == 3:
        options = [c for c in _with_a_letter_later(code) if is_billable(c)]
        if len(options) == 1:
            reason = f"not in {EDITION} as read; {dotted(options[0])} is the only billable candidate"
            return _finding(page, line, match, options[0], 0.85, "repaired", reason)
    if code[0].isalpha() and len(match[1]) == 3 and code[1].isdigit():
        return _finding(page, line, match, code, 0.4, "suspect", f"not in {EDITION}")
    return None


def _with_a_letter_later(code: str) -> list[str]:
    """A code with one figure behind its dot taken for the letter it resembles."""
    return [code[:n] + letter + code[n + 1 :] for n in range(3, len(code)) for letter in TO_LETTER.get(code[n], "")]


def _finding(
    page: PageText, line: Line, match: re.Match[str], code: str, sure: float, status: Status, reason: str
) -> Finding:
    return _made(page, line.words_in(match.start(), match.end()), match[0], code, sure, status, reason)


def _made(
    page: PageText, words: Sequence[Word], raw: str, code: str, sure: float, status: Status, reason: str
) -> Finding:
    confidence = sure * (0.9 + 0.1 * min(word.confidence for word in words))
    box = union(word.box for word in words)
    return Finding("icd10", dotted(code), raw, page.page_number, box, confidence, status, None, reason)
