"""What words may read as once the other reader's readings are put in, and findings of what stands there as printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import product

from casefile.records import Box, Finding, Line, PageText, Word, union

MOST = 48
"""Readings of one run that are looked at."""
REMEMBERED = 4096
"""Readings of which is remembered what they may be: the variants of a page, and its lines, have most in common."""


def readings_of(words: Sequence[Word]) -> list[str]:
    """The run's words joined by spaces: as they stand first, then with each other reading in place of its word."""
    options = [word.readings for word in words]
    if len(options) == 1:
        return list(options[0])
    count = 1
    for choice in options:
        count *= len(choice)
    if count > MOST:
        options = [choice[:2] for choice in options]
    if 2 ** len(options) > MOST and count > MOST:
        return [" ".join(word.text for word in words)]
    return [" ".join(choice) for choice in product(*options)]


def figures_in(word: Word) -> int:
    """How many figures the reading with the most of them holds."""
    return max([sum(map(str.isdigit, text)) for text in word.readings])


def other_text(line: Line) -> str:
    """The line as the other reader saw it."""
    return " ".join(word.other.split(" ")[0] or word.text for word in line.words)


def only_one(words: Sequence[Word], codes_in: Callable[[str], Set[str]]) -> str:
    """The one code that a run of words can be: by its first reading, else by all of the readings; empty if several can.

    Args:
        words: Neighbouring words of one line.
        codes_in: The codes that one reading may stand for, by grammar and table or check digit.
    """
    first, *others = readings_of(words)
    if (codes := codes_in(first)) or not others:
        return next(iter(codes)) if len(codes) == 1 else ""
    codes = frozenset[str]().union(*map(codes_in, others))
    return next(iter(codes)) if len(codes) == 1 else ""


def placed(
    words: Sequence[Word], possible: Mapping[int, Sequence[tuple[int, str]]], is_free: Callable[[int, int], bool]
) -> Iterator[tuple[tuple[Word, ...], str]]:
    """The runs of words that are codes, left to right, none sharing a word.

    Args:
        words: The words of one line.
        possible: Where a run begins that may make one code → where it ends and the code, the longest first.
        is_free: Whether words `start:end` may be a code here.
    """
    place = 0
    while place < len(words):
        end, code = next(((end, code) for end, code in possible.get(place, ()) if is_free(place, end)), (place + 1, ""))
        if code:
            yield tuple(words[place:end]), code
        place = end


def figures_differ(words: Sequence[Word], value: str) -> bool:
    """Whether two other readings of a code's place hold other figures, as many: no two readings agree on it."""
    figures = re.sub(r"\D", "", value)
    seen = {re.sub(r"\D", "", text) for text in readings_of(words)}
    return len({other for other in seen if len(other) == len(figures)} - {figures}) > 1


def box_of(words: Sequence[Word]) -> Box:
    """The box around a run of words."""
    return union(word.box for word in words)


def as_printed(
    page: PageText, line: Line, match: re.Match[str], field: str, value: str, sure: float, role: str | None = None,
    reason: str = "as printed",
) -> Finding:  # fmt: skip
    """A finding of what a pattern matched in a line, as sure as `sure` where its words were read without doubt."""
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(
        field, value, match[0], page.page_number, words[0].box, sure * (0.85 + 0.15 * read), "valid", role, reason
    )
