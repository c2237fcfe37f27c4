"""Diagnosis codes without their dot, of three characters or in pieces, taken only where diagnoses stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from casefile.records import Finding, Line, PageText
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_near import (
    DOTTED,
    LABEL,
    LISTED,
    NOT_OURS,
    PLAIN,
    Taken,
    found_at,
    is_labelled,
    just_above,
    made,
    stands_by_a_code,
)
from extractors.icd10_table import EDITION, dotted, is_billable
from extractors.icd10_torn import EDGES, HCPCS_LIKE, torn_codes, undotted, undotted_row
from extractors.labels import label_over
from extractors.repair import passing
from extractors.ticks import is_unticked

SHORT = re.compile(r"(?<![\w.$/-])[1Il|!£€F][0-9OoIl][0-9OoIl](?![\w/%-]|\.\d)")
LONGEST_SHORT = 7
"""Letters of another reading of such a code, its marks included, at the most."""
WHOLE = re.compile(r"(?<![\w.$/-])(?!(?:19|20)\d\d\b)\d{4,6}(?![\w/%-]|\.\d)")
"""A code all in figures whose letter and dot were lost."""


def rows(page: PageText, number: int, line: Line, taken: Taken) -> Iterator[Finding]:
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
            yield made(page, [word], word.text, code, 0.88, "repaired", reason)


def torn_ones(page: PageText, taken: Taken) -> Iterator[Finding]:
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
            yield made(page, words, raw, code, 0.88, "repaired", reason)


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
    beside = any(near in taken for near in range(number - 2, number + 3)) or stands_by_a_code(page, number)
    near_ones = beside or is_labelled(just_above(page, number))
    return (enclosed or set_apart) and near_ones and _stands_alone(line, start, end)


def _stands_alone(line: Line, start: int, end: int) -> bool:
    """Whether no other figures stand right before or behind figures: pieces of a longer number are no code."""
    if line.words[start].text.strip(EDGES)[:1].isalpha():
        return True
    near = [line.words[n] for n in (start - 1, end) if 0 <= n < len(line.words)]
    return not any(re.fullmatch(r"\W*\d+\W*", word.text) and not re.match(r"\d{1,2}[.)]", word.text) for word in near)


def short_ones(page: PageText, number: int, line: Line, taken: Taken) -> Iterator[Finding]:
    """Codes without a dot: three characters, or undotted ones by a label or in a list."""
    spans, text = taken.get(number, []), line.text[:2000]
    for match in WHOLE.finditer(text) if page.source == "ocr" else ():
        options = passing(match[0], is_billable)
        if len(options) == 1 and _follows_a_code(page, number, line, match):
            reason = f"behind a code or its label; {dotted(options[0])} is the only billable candidate"
            yield found_at(page, line, match, options[0], 0.85, "repaired", reason)
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
            yield found_at(page, line, match, match[0], sure, "valid", reason)


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
    return found_at(
        page,
        line,
        match,
        options[0],
        0.88,
        "repaired",
        f"{options[0]} is the only billable candidate among the diagnoses",
    )


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
    if bracketed and not HCPCS_LIKE.fullmatch(match[0]) and stands_by_a_code(page, number):
        return 0.86
    listed = page.source == "ocr" and not before.strip() and not HCPCS_LIKE.fullmatch(match[0])
    above = " ".join(o.text[:300] for o in page.lines[max(0, number - 3) : number])
    ours = len(match[0]) == 3 or listed and stands_by_a_code(page, number)
    return (
        0.86 if ours and (enclosed or beside_others and not behind) and (beside_others or is_labelled(above)) else 0.0
    )
