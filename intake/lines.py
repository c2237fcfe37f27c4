"""Words with boxes → lines in reading order. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from casefile.records import Box, Word

RawWord = tuple[str, Box, float]
"""Text, box as page fractions, confidence."""


def in_lines(raw: Iterable[RawWord]) -> tuple[Word, ...]:
    """Group words whose middles stand at the same height; lines top to bottom, words left to right.

    A wide gap stays within a line, so that a label and its value in the next column stay together.
    """
    lines: list[list[RawWord]] = []
    for word in sorted(raw, key=lambda item: (item[1][1] + item[1][3]) / 2):
        home = next((line for line in reversed(lines[-3:]) if _same_line(line, word)), None)
        if home is None:
            lines.append([word])
        else:
            home.append(word)
    ordered = sorted(lines, key=lambda line: sum(w[1][1] + w[1][3] for w in line) / len(line))
    return tuple(
        Word(text, box, confidence, number)
        for number, line in enumerate(ordered)
        for text, box, confidence in sorted(line, key=lambda item: item[1][0])
    )


def _same_line(line: list[RawWord], word: RawWord) -> bool:
    """Whether the word's middle lies inside the nearest word of the line, and the other way round."""
    near = min(line, key=lambda item: abs(item[1][0] - word[1][0]))[1]
    top, bottom = word[1][1], word[1][3]
    middle, near_middle = (top + bottom) / 2, (near[1] + near[3]) / 2
    overlap = min(bottom, near[3]) - max(top, near[1])
    if overlap <= 0.45 * min(bottom - top, near[3] - near[1]):
        return False
    return near[1] <= middle <= near[3] or top <= near_middle <= bottom
