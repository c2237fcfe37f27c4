"""Provider numbers of worn faxes: ten digits in pieces, or of which two readers saw some digits otherwise. Pure.

The check digit decides: of all readings of one run of words exactly one number must pass it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from casefile.records import Line, Word
from extractors.once import once_a_line
from extractors.readings import only_one, readings_of
from extractors.repair import TO_DIGIT, candidates

DIGITS = re.compile(r"[12Il|Z][0-9OoQDIl|SsBZzG]{9}")
PIECE = re.compile(r"\W*[0-9OoQDIl|SsBZzG][0-9OoQDIl|SsBZzG\W]*")
SEPARATORS = re.compile(r"[\s.,:;+~_/'-]+")
PIECES = 5
APART = 0.025
"""Pieces of one number stand no further apart than this share of the page's width."""
A_PHONE = re.compile(r"\W*(?:1\W{1,3})?\(?[2-9]\d\d\)?\W{1,3}\d{3}\W{1,3}\d{4}\W*")

MIXED = 8
"""Numbers that readings may make together, at the most, for one of them to be taken."""
A_ZIP = re.compile(r"(?<!\d)\d{5}[.-]\d{4}(?!\d)")


def is_valid(number: str) -> bool:
    """Whether ten digits pass the check; one random number in ten does, so ask for a label too."""
    if not re.fullmatch(r"[12]\d{9}", number):
        return False
    total = 0
    for position, digit in enumerate(reversed("80840" + number)):
        doubled = int(digit) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def numbers_in(text: str) -> set[str]:
    """The numbers with a right check digit that one reading may stand for."""
    bare = SEPARATORS.sub("", text)
    if not DIGITS.fullmatch(bare) or A_PHONE.fullmatch(text) or A_ZIP.search(text):
        return set()
    return {number for number in candidates(bare, digits_only=True) if is_valid(number)}


def torn_numbers(words: Sequence[Word]) -> Iterator[tuple[tuple[Word, ...], str]]:
    """Runs of neighbouring words that are one number by exactly one of their readings, left to right."""
    place = 0
    while place < len(words):
        end = place + 1
        if _is_piece(words[place]):
            for end in range(_furthest(words, place), place, -1):
                if number := only_one(words[place:end], numbers_in):
                    yield tuple(words[place:end]), number
                    break
            else:
                end = place + 1
        place = end


@once_a_line
def torn_in(line: Line) -> tuple[tuple[tuple[Word, ...], str], ...]:
    """The same of a line, worked out once."""
    return tuple(torn_numbers(line.words[:60]))


def _is_piece(word: Word) -> bool:
    return any(map(PIECE.fullmatch, word.readings))


def _furthest(words: Sequence[Word], place: int) -> int:
    end = place + 1
    while (
        end < min(len(words), place + PIECES)
        and _is_piece(words[end])
        and words[end].box[0] - words[end - 1].box[2] < APART
    ):
        end += 1
    return end


def mixed_number(words: Sequence[Word]) -> str:
    """The one number with a right check digit that takes each figure from one of the readings; empty if none or several."""
    texts = {"".join(TO_DIGIT.get(glyph, glyph) for glyph in SEPARATORS.sub("", text)) for text in readings_of(words)}
    rows = [text for text in texts if len(text) == 10 and text.isdigit()]
    choices = [sorted(set(column)) for column in zip(*rows, strict=True)]
    if len(rows) < 2 or prod(map(len, choices)) > MIXED:
        return ""
    passed = [number for choice in product(*choices) if is_valid(number := "".join(choice))]
    return passed[0] if len(passed) == 1 else ""
