"""Figures that stand alone on a line and that the first reader leaves out: a page count, a quantity of 1.

The reader looks for words; one glyph far from the next is often taken for a speck.
"""

from __future__ import annotations

import re
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from casefile.records import Word
from intake.line_reader import Gray, Rectangle, read_line

Bits = NDArray[np.bool_]
DARK = 160
SURE, MOST_SURE = 0.85, 0.8
"""Least probability of a figure, and the highest confidence of a word that one reader alone saw."""
FIGURES = re.compile(r"\d{1,2}")
MOST = 10
"""Marks looked at on a page; one with more is speckled."""
SURE_WORD = 0.5
"""Words read less surely say nothing of how tall the print is."""


def find_lone(gray: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The page's words with the figures that stand alone on a line of theirs, in their places.

    Args:
        gray: The upright page.
        words: What was read on it.
    """
    height = gray.shape[0]
    tall = median([(w.box[3] - w.box[1]) * height for w in words if w.confidence > SURE_WORD] or [0.0])
    if tall < 8:
        return words
    marks = _marks(gray, words, tall)
    if len(marks) > MOST:
        return words
    for mark in marks:
        if (word := _read(gray, mark, words, tall)) is not None:
            words = _placed(words, word)
    return words


def _marks(gray: Gray, words: tuple[Word, ...], tall: float) -> list[Rectangle]:
    """Marks as tall as print, one or a few side by side, away from every word; no boxes to tick."""
    height, width = gray.shape[0] // 2, gray.shape[1] // 2
    ink = (cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA) < DARK).astype(np.uint8)
    tall, room, whole = tall / 2, round(0.25 * tall), ink.copy()
    for word in words:
        left, top, right, bottom = word.box
        ink[max(0, int(top * height) - 1) : int(bottom * height) + 2,
            max(0, int(left * width) - room) : int(right * width) + room + 1] = 0  # fmt: skip
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    found: list[Rectangle] = []
    fits = (np.abs(stats[:, 3] / tall - 0.875) <= 0.425) & (np.abs(stats[:, 2] / tall - 0.6) <= 0.5)
    for n in np.flatnonzero(fits & (stats[:, 4] > 0.12 * stats[:, 2] * stats[:, 3])):
        left, top, across, down = map(int, stats[n, :4])
        mark = labels[top : top + down, left : left + across] == n
        if n and not _is_box(mark) and not _is_bar(mark):
            found.append((left, top, left + across, top + down))
    narrow = [mark for mark in _side_by_side(sorted(found), tall) if mark[2] - mark[0] < 2.2 * tall]
    return [tuple(2 * edge for edge in mark) for mark in narrow if not _has_neighbours(whole, mark, room)]  # type: ignore[misc]


def _is_box(mark: Bits) -> bool:
    """Whether a mark has straight edges on all four sides."""
    edge = max(2, round(0.15 * min(mark.shape)))
    sides = mark[:edge].any(0), mark[-edge:].any(0), mark[:, :edge].any(1), mark[:, -edge:].any(1)
    return all(side.mean() > 0.9 for side in sides)


def _is_bar(mark: Bits) -> bool:
    """Whether a mark is one plain stroke: a rule between columns, or a letter that is no more than that."""
    return bool(mark.shape[1] < 0.33 * mark.shape[0])


def _has_neighbours(ink: Gray, mark: Rectangle, room: int) -> bool:
    """Whether print stands close beside a mark: then it is a piece of a word."""
    left, top, right, bottom = mark
    rows = ink[top:bottom]
    sides = rows[:, max(0, left - room) : left], rows[:, right : right + room]
    return any(side.any(1).sum() > 0.3 * (bottom - top) for side in sides)


def _side_by_side(marks: list[Rectangle], tall: float) -> list[Rectangle]:
    joined: list[Rectangle] = []
    for mark in marks:
        near = next((n for n, other in enumerate(joined) if -tall < mark[0] - other[2] < 0.5 * tall
                     and abs(mark[1] + mark[3] - other[1] - other[3]) < 0.6 * tall), None)  # fmt: skip
        if near is None:
            joined.append(mark)
        else:
            other = joined[near]
            joined[near] = other[0], min(other[1], mark[1]), max(other[2], mark[2]), max(other[3], mark[3])
    return joined


def _read(gray: Gray, mark: Rectangle, words: tuple[Word, ...], tall: float) -> Word | None:
    """What a mark says if it is a figure that stands right of some word on its line; left of all, it is a bullet."""
    height, width = gray.shape
    box = mark[0] / width, mark[1] / height, mark[2] / width, mark[3] / height
    middle = (box[1] + box[3]) / 2
    beside = [w for w in words if abs((w.box[1] + w.box[3]) / 2 - middle) * height < 0.4 * tall]
    if not any(w.box[2] < box[0] for w in beside):
        return None
    aside, above = round(0.5 * tall), round(0.25 * tall)
    text, sure = read_line(
        gray[max(0, mark[1] - above) : mark[3] + above, max(0, mark[0] - aside) : mark[2] + aside], 1.0
    )
    if sure < SURE or not FIGURES.fullmatch(text):
        return None
    return Word(text, box, min(MOST_SURE, sure), min(beside, key=lambda w: abs(w.box[0] - box[0])).line)


def _placed(words: tuple[Word, ...], word: Word) -> tuple[Word, ...]:
    """The words with one more, among those of its line from left to right."""
    own = [n for n, other in enumerate(words) if other.line == word.line]
    place = next((n for n in own if words[n].box[0] > word.box[0]), own[-1] + 1)
    return (*words[:place], word, *words[place:])
