"""Diagnosis codes of worn faxes: fallen into pieces, without their dot, or seen right by the other reader alone. Pure.

A piece of text is such a code only where diagnoses stand, and only if one entry of the table alone fits what was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from casefile.records import Line, Word
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_table import is_billable, table
from extractors.once import once_a_line
from extractors.readings import REMEMBERED, figures_in, only_one, placed, readings_of
from extractors.repair import TO_DIGIT, TO_LETTER, passing

HCPCS_LIKE = re.compile(r"[A-V]\d{4}")
MOST = 80
"""Words of one line that are looked at."""
PIECES = 4
"""Words that one code may have fallen into, at the most."""
APART = 0.03
"""Pieces of one code stand no further apart than this share of the page's width."""
EDGES = " .,;:-–—'\"[](){}|~"
GLYPHS = re.compile(r"[A-Z0-9|!$£€§][0-9A-Z][0-9A-Z]{1,5}")
SEPARATED = re.compile(r"[\s.,:·]+")
GLUED_WORD = re.compile(r"(?<=\d)[A-Z]?[a-z]{3,}\W*$")
"""The words of a diagnosis that stick to its code ("02Hypoxemia")."""
SEVEN = re.compile(r"(?<=[A-Z\d.])[\"“”](?=[\s.]?\d)")
"""What a worn 7 inside a code is read as (A"0 30)."""
LEAST_FIGURES, FIGURES = 2, 3
"""How many figures every code of more than three glyphs holds at least; and how many, as they were read, one that is
mended: scrawls hold fewer."""
A_FREQUENCY = re.compile(r"q\d{1,2}h?")
"""How often a drug is given ("q4h"), which looks like a code in capitals."""
OPENED = {"(": "GCI", "[": "IELJ"}
"""What a bracket that is never closed may have been."""

Expected = Callable[[int, int, bool], bool]
"""Whether words `start:end` of a line stand where a diagnosis does; the flag: in brackets of their own."""


def torn_codes(line: Line, taken: Sequence[Word], expected: Expected) -> Iterator[tuple[tuple[Word, ...], str]]:
    """The words that make one code, and the code without its dot; the longest run from each word.

    Args:
        line: One line of a page read by OCR.
        taken: Words that are part of a code already found.
        expected: Says where diagnoses stand; asked only of what one code alone fits.
    """
    words = line.words[:MOST]

    def is_free(start: int, end: int) -> bool:
        run = words[start:end]
        return not any(word in taken for word in run) and expected(start, end, _enclosed(run))

    return placed(words, _possible(line), is_free)


@once_a_line
def _possible(line: Line) -> dict[int, list[tuple[int, str]]]:
    """Where a run of words begins that may make one code → where it ends and the code, the longest run first."""
    words, found = line.words[:MOST], dict[int, list[tuple[int, str]]]()
    figures = [figures_in(word) for word in words]
    for place in range(len(words)):
        if sum(figures[place : place + PIECES]) >= LEAST_FIGURES and _may_begin(words[place]):
            for end in range(_furthest(words, place), place, -1):
                if code := only_one(words[place:end], codes_in):
                    found.setdefault(place, []).append((end, code))
    return found


def _may_begin(word: Word) -> bool:
    """Whether a code may begin here that is none yet as it stands."""
    plain = word.text.strip(EDGES).upper()
    if is_billable(plain) or plain in home_care_codes() or A_FREQUENCY.match(word.text):
        return False
    return any(GLYPHS.match(text + "00") or text[:1] in OPENED for text in _heads(word))


def _heads(word: Word) -> Iterator[str]:
    for text in (word.text, *word.other.split()):
        stripped = SEPARATED.sub("", text.strip(EDGES).upper())
        yield stripped or text
        if stripped and text[:1] in OPENED:
            yield text


def _furthest(words: Sequence[Word], place: int) -> int:
    """Where the longest run from here ends: neighbours that hold a figure or a lone letter."""
    end = place + 1
    while end < min(len(words), place + PIECES):
        word = words[end]
        if word.box[0] - words[end - 1].box[2] > APART:
            break
        if not re.search(r"\d", word.text + word.other) and len(word.text.strip(EDGES)) > 1:
            break
        end += 1
    return end


def _enclosed(run: Sequence[Word]) -> bool:
    """Whether a run stands in brackets of its own, by any of its readings."""
    return any(re.search(r"[(\[].*[)\]]", text) for text in readings_of(run))


@lru_cache(REMEMBERED)
def codes_in(text: str) -> frozenset[str]:
    """The billable codes that one reading may stand for; none where it is a code or a number as it stands."""
    text = SEVEN.sub("7", GLUED_WORD.sub("", text))
    bare = text.strip(EDGES).upper()
    found = _fitting(SEPARATED.split(bare))
    if not found and text[:1] in OPENED and not re.search(r"[)\]]", text):
        for letter in OPENED[text[0]]:
            found |= _fitting(SEPARATED.split(letter + bare))
    return frozenset(found)


def _fitting(parts: list[str]) -> set[str]:
    """The codes that pieces make: torn behind the letter, at the dot, or once behind it."""
    code = "".join(parts)
    if not 3 < len(code) <= 7 or not GLYPHS.fullmatch(code) or len(parts) > PIECES:
        return set()
    cuts = {sum(map(len, parts[:n])) for n in range(1, len(parts))}
    if len(cuts - {1, 2, 3}) > 1 or 2 in cuts and not (3 in cuts and code[0].isalpha()):
        return set()
    if not code[0].isalpha():
        whole = 3 in cuts and (1 not in cuts or code[0] in "1|!") and _is_figured(code)
        return set(passing(code, is_billable)) if whole else set()
    if not re.search(r"\d", code[1:3]) or is_billable(code[:3]) and cuts:
        return set()
    if 3 not in cuts and HCPCS_LIKE.fullmatch(code[0] + "".join(TO_DIGIT.get(glyph, glyph) for glyph in code[1:])):
        return set()
    return _as_read(code) or (_mended(code) if _is_figured(code) else set())


def _is_figured(code: str) -> bool:
    return sum(map(str.isdigit, code)) >= FIGURES


def _mended(code: str) -> set[str]:
    """The codes that a code with a misread glyph can be; a torn E is read as F."""
    found = set(passing(code, is_billable)) or _with_a_letter_later(code)
    return found or (set(passing("E" + code[1:], is_billable)) if code[0] == "F" else set())


def _as_read(code: str) -> set[str]:
    return {code} if is_billable(code) else set()


def _with_a_letter_later(code: str) -> set[str]:
    """The codes with one figure behind the dot taken for the letter it resembles; none for a header of the table."""
    if code in table() and code[3:]:
        return set()
    made = {code[:n] + letter + code[n + 1 :] for n in range(3, len(code)) for letter in TO_LETTER.get(code[n], "")}
    return {option for option in made if is_billable(option)}


def undotted_row(words: Sequence[Word]) -> list[tuple[Word, str]]:
    """Words that are nothing but codes without their dots ("I5022 169351 N3941"), each with its code; none if one is not.

    At least one must be longer than a category and hold a figure where the table has one.
    """
    row = [(word, undotted(word)) for word in words[:12]]
    if len(words) > 12 or not all(code for _, code in row) or not any(len(code) > 4 for _, code in row):
        return []
    return row


def undotted(word: Word) -> str:
    """The one code that a word without a dot can be; empty if none or several."""
    return only_one([word], _without_dot)


@lru_cache(REMEMBERED)
def _without_dot(text: str) -> frozenset[str]:
    code = text.strip(EDGES).upper()
    if text[:1] in OPENED and not re.search(r"[)\]]", text):
        return frozenset(letter + code for letter in OPENED[text[0]] if is_billable(letter + code))
    if HCPCS_LIKE.fullmatch(code) or not 3 <= len(code) <= 7:
        return frozenset(_as_read(code))
    return frozenset(_as_read(code) or passing(code, is_billable))
