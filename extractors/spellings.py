"""Many words among which the like of a misread one is looked for: most are told apart by their letters alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class Spellings:
    """Words, with the letters and figures that each holds as bits."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self._lengths = np.array([*map(len, self.words)], np.uint32)
        self._letters = np.array([*map(_letters_of, self.words)], np.uint32)

    def maybe_like(self, text: str, least: float) -> list[str]:
        """The words that may be as alike as `least` (of 100, by `rapidfuzz.fuzz.ratio`), in their order.

        A letter that only one of two words holds must be put in or taken out, and that is what the ratio counts.
        """
        differing = np.bitwise_count(self._letters ^ np.uint32(_letters_of(text)))
        most = (self._lengths + len(text)) * (1 - least / 100) + 1e-6
        return [self.words[place] for place in np.flatnonzero(differing <= most).tolist()]


def _letters_of(text: str) -> int:
    bits = 0
    for glyph in text:
        bits |= 1 << ord(glyph) % 32
    return bits
