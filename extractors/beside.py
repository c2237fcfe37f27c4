"""Runs of words that may be one code, and the words beside them that may say what it stands for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from casefile.records import Finding, Line, PageText, Word
from extractors.readings import figures_in, readings_of

PIECES = 3
"""Words that one code may have fallen into."""
FIGURES = 2
"""A code holds at least so many."""
APART = 0.03
"""Pieces of one code stand no further apart than this share of the page's width."""
FILLERS = frozenset(["with", "without", "and", "the", "for", "due", "not", "from", "after", "following", "who", "has", "her", "his", "this",
                     "that", "into", "other", "unspecified", "also", "patient", "diagnosis", "code", "icd", "needed", "daily", "weekly", "monthly",
                     "nightly", "month", "months", "week", "times", "per", "each", "every", "box", "boxes", "use"])  # fmt: skip
"""Words that say nothing about what a code stands for."""


def runs_of(line: Line, is_like: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where words stand of which one reading looks like a code, the longest run first from each word."""
    words = line.words[:80]
    figures = [figures_in(word) for word in words]
    close = [right.box[0] - left.box[2] < APART for left, right in zip(words, words[1:], strict=False)]
    for start in range(len(words)):
        if not any(map(str.isalnum, words[start].text)) or sum(figures[start : start + PIECES]) < FIGURES:
            continue
        for end in range(min(len(words), start + PIECES), start, -1):
            sound = sum(figures[start:end]) >= FIGURES and all(close[start : end - 1])
            if sound and any(map(is_like, readings_of(words[start:end]))):
                yield start, end


def is_cut_out(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether more figures stand right before or behind words `start:end`: pieces of a date or a longer number."""
    before = start and words[start].box[0] - words[start - 1].box[2] < APART and words[start - 1]
    behind = end < len(words) and words[end].box[0] - words[end - 1].box[2] < APART and words[end]
    return any(word and re.fullmatch(r"\W*\d{2,}\W*", word.text) for word in (before, behind))


def sides_of(page: PageText, number: int, start: int, end: int, with_digits: bool) -> list[list[str]]:
    """The words left and right of words `start:end` of a line, up to the next figures; the nearest first.

    Left of what begins its line stands the end of the line above. Single digits may matter ("stage 3") or not.
    """
    words = page.lines[number].words
    left, passed = _nearest(words[:start][::-1], with_digits)
    if passed == start and number and start <= 2:
        left = left + _nearest(page.lines[number - 1].words[::-1], with_digits)[0]
    return [left, _nearest(words[end:], with_digits)[0]]


def _nearest(words: Sequence[Word], with_digits: bool) -> tuple[list[str], int]:
    """Words up to the next figures, in lower case with their other readings; and how many were gone past."""
    kept: list[str] = []
    for place, word in enumerate(words):
        texts = plain(word)
        if sum(map(str.isdigit, texts[0])) > 1:
            return kept, place
        if (len(texts[0]) > 2 or with_digits and texts[0].isdigit()) and texts[0] not in FILLERS:
            kept.append(" ".join(texts))
    return kept, len(words)


def plain(word: Word) -> list[str]:
    """A word's readings in lower case, letters and figures alone."""
    return [re.sub(r"[^a-z0-9]", "", text.lower()) for text in (word.text, *word.other.split())]


def covers(run: Sequence[Word], finding: Finding) -> bool:
    """Whether a finding rests on these words alone."""
    return finding.box[0] >= run[0].box[0] - 1e-6 and finding.box[2] <= run[-1].box[2] + 1e-6


def rests_on(finding: Finding, run: Sequence[Word]) -> bool:
    """Whether a finding shares a word with a run."""
    box = finding.box
    level = [w for w in run if box[1] < w.box[3] and w.box[1] < box[3]]
    return any(
        min(box[2], w.box[2]) > max(box[0], w.box[0]) and min(box[3], w.box[3]) > max(box[1], w.box[1]) for w in level
    )
