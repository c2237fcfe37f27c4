"""Words with boxes → lines in reading order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from casefile.records import Word


def in_lines(words: Iterable[Word]) -> tuple[Word, ...]:
    """Number the lines of words whose middles stand at the same height; lines top to bottom, words left to right.

    A wide gap stays within a line, so that a label and its value in the next column stay together.
    """
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda item: (item.box[1] + item.box[3]) / 2):
        home = next((line for line in reversed(lines[-3:]) if _same_line(line, word)), None)
        if home is None:
            lines.append([word])
        else:
            home.append(word)
    ordered = sorted(lines, key=lambda line: sum(w.box[1] + w.box[3] for w in line) / len(line))
    return tuple(
        replace(word, line=number)
        for number, line in enumerate(ordered)
        for word in sorted(line, key=lambda item: item.box[0])
    )


def _same_line(line: list[Word], word: Word) -> bool:
    """Whether the word's middle lies inside the nearest word of the line, or the other way round."""
    near = min(line, key=lambda item: abs(item.box[0] - word.box[0])).box
    top, bottom = word.box[1], word.box[3]
    middle, near_middle = (top + bottom) / 2, (near[1] + near[3]) / 2
    overlap = min(bottom, near[3]) - max(top, near[1])
    if overlap <= 0.45 * min(bottom - top, near[3] - near[1]):
        return False
    return near[1] <= middle <= near[3] or top <= near_middle <= bottom
