"""HCPCS codes of worn faxes: in pieces, with a speck in them, a letter lost, or right in the other reading alone. Pure.

A piece of text is such a code only where codes stand, and only if one entry of our list alone fits what was read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from casefile.records import Box, Line, Word
from extractors.hcpcs_table import home_care_codes, modifiers
from extractors.icd10_torn import EDGES, SEVEN
from extractors.once import once_a_line
from extractors.readings import REMEMBERED, figures_differ, figures_in, only_one, placed, readings_of
from extractors.repair import TO_DIGIT, passing

SEPARATED = re.compile(r"[\s.,:/-]+")
GLYPHS = re.compile(r"([A-Z0-9|!$£€§&])([0-9OQDILSZBG|]{4})((?:[A-Z][A-Z0-9]){0,4})")
MONEY = re.compile(r"\$|\b(?:paid|charges?|amount|billed|allowed|total)\b", re.IGNORECASE)
LOST_LETTER = re.compile(r"(?!(?:19|20)\d\d)[0-9OILSZB]{4}")
DOTTED = re.compile(r"\w{3}\.\w")
"""What is dotted like a diagnosis is one that was misread, not a code without its letter."""
HEAD = re.compile(r"[\[(]?(?:[A-Za-z£€]|[1Il|]\.?$)|.*\d{4}")
"""How the first of several pieces begins; four figures may have their modifier behind them."""
TORN_E = {"F": "£", "C": "€"}
"""Letters that a torn E is read as: no code of ours begins with them. CO and figures is an adjustment code."""
PIECES = 3
MOST = 80
"""Words of one line that are looked at."""
FIGURES = 2
"""Figures that a run must hold at the least."""
APART = 0.025
"""Pieces of one code stand no further apart than this share of the page's width."""
LETTERS = "ABEGJKLQSTV"
"""Letters our list begins with."""


def torn_codes(line: Line, taken: Collection[Box]) -> Iterator[tuple[tuple[Word, ...], str, bool]]:
    """The words that may make one code, the code, and whether they stand in brackets of their own.

    Args:
        line: One line of a page read by OCR.
        taken: Boxes of codes already found.
    """
    words = line.words[:MOST]
    runs = placed(words, _possible(line), lambda start, end: not any(word.box in taken for word in words[start:end]))
    return ((run, code, _enclosed(run)) for run, code in runs)


@once_a_line
def _possible(line: Line) -> dict[int, list[tuple[int, str]]]:
    """Where a run of words begins that may make one code → where it ends and the code, the longest run first."""
    words, found = line.words[:MOST], dict[int, list[tuple[int, str]]]()
    figures = [figures_in(word) for word in words]
    for place in range(len(words)):
        for end in range(min(len(words), place + PIECES), place, -1):
            run = words[place:end]
            if sum(figures[place:end]) < FIGURES or not _hangs_together(run):
                continue
            code = only_one(run, codes_in)
            if code and not figures_differ(run, code) and not _outvoted(run, code) and not _lost_in_others_only(run):
                found.setdefault(place, []).append((end, code))
    return found


def _lost_in_others_only(run: Sequence[Word]) -> bool:
    """Whether no reading holds a letter and the first one is not four figures either: a sum or a count."""
    texts = [SEPARATED.sub("", text.strip(EDGES).upper()) for text in readings_of(run)]
    shaped = LOST_LETTER.fullmatch(texts[0]) or GLYPHS.fullmatch(texts[0])
    return not shaped and not any(re.search(r"[A-HJKMNP-RT-Y]", text) for text in texts)


def _outvoted(run: Sequence[Word], code: str) -> bool:
    """Whether more readings end in the same four other figures than in the code's."""
    ends = Counter(figures[-4:] for text in readings_of(run) if len(figures := re.sub(r"\D", "", text)) in {4, 5})
    return any(count > max(1, ends[code[1:]]) for count in ends.values())


def _hangs_together(run: Sequence[Word]) -> bool:
    """Whether words stand close enough to be one code and hold enough figures for it."""
    if not any(map(str.isalnum, run[0].text)) or len(run) > 1 and not HEAD.match(run[0].text):
        return False
    close = all(right.box[0] - left.box[2] < APART for left, right in zip(run, run[1:], strict=False))
    return close and any(sum(map(str.isdigit, text)) >= FIGURES for text in readings_of(run[:PIECES])[:4])


def _enclosed(run: Sequence[Word]) -> bool:
    """Whether a run stands in brackets of its own, by any of its readings."""
    return any(re.search(r"[(\[].*[)\]]", text) for text in readings_of(run))


@lru_cache(REMEMBERED)
def codes_in(text: str) -> frozenset[str]:
    """The codes of our list that one reading may stand for, those with a letter as read before those without."""
    bare = SEPARATED.sub("", SEVEN.sub("7", text).strip(EDGES).upper())
    if LOST_LETTER.fullmatch(bare) and "(" in text and ")" not in text:
        return frozenset()  # the bracket is what is left of a C: an adjustment code
    if LOST_LETTER.fullmatch(bare) and not DOTTED.search(text):
        digits = "".join(TO_DIGIT.get(glyph, glyph) for glyph in bare)
        return frozenset(letter + digits for letter in LETTERS if letter + digits in home_care_codes())
    match = GLYPHS.fullmatch(bare)
    if not match or any(match[3][n : n + 2] not in modifiers() for n in range(0, len(match[3]), 2)):
        return frozenset()
    head = match[1] if text.upper().lstrip(EDGES)[1:2] in "0O" and match[1] == "C" else TORN_E.get(match[1], match[1])
    return frozenset(passing(head + match[2], home_care_codes().__contains__))
