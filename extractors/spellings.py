"""Many words among which the like of a misread one is looked for: most are told apart by their letters alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

KINDS = 32
"""Kinds of glyphs that are told apart."""
LONGEST = 100
"""Glyphs of a word that are counted: fewer than the counts can hold."""


class Spellings:
    """Words, with how often each holds every letter and figure."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self._lengths = np.array([*map(len, self.words)], np.uint32)
        self._letters = np.array([*map(_letters_of, self.words)], np.uint32)
        self._counts = np.array([*map(_counts_of, self.words)], np.int8).reshape(-1, KINDS)

    def maybe_like(self, text: str, least: float) -> list[str]:
        """The words that may be as alike as `least` (of 100, by `rapidfuzz.fuzz.ratio`), in their order.

        A letter that one of two words holds more often must be put in or taken out, and that is what the ratio counts.
        Which letters a word holds at all is compared first, since that is quicker.
        """
        most = (self._lengths + len(text)) * (1 - least / 100) + 1e-6
        places = np.flatnonzero(np.bitwise_count(self._letters ^ np.uint32(_letters_of(text))) <= most)
        differing = np.abs(self._counts[places] - np.array(_counts_of(text), np.int8)).sum(axis=1, dtype=np.int16)
        return [self.words[place] for place in places[differing <= most[places]].tolist()]


def _letters_of(text: str) -> int:
    bits = 0
    for glyph in text:
        bits |= 1 << ord(glyph) % KINDS
    return bits


def _counts_of(text: str) -> list[int]:
    counts = [0] * KINDS
    for glyph in text[:LONGEST]:
        counts[ord(glyph) % KINDS] += 1
    return counts
