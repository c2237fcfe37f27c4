"""Print that the first reader left out: a quantity of 1 that stands alone, a label that fell between its blocks.

Whatever ink is as tall as print, side by side as letters are, and in no word, is read by the second reader.
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
"""Least probability of what is read, and the highest confidence of a word that one reader alone saw."""
FIGURES, WORDS = re.compile(r"\d{1,2}"), re.compile(r"(?=(?:\W*[A-Za-z0-9]){2})[\w\s.,:;#/()&%+'-]+")
"""What one or two glyphs may say, which as letters would be specks and strokes, and what more of them may."""
FEW = 2.2
"""Up to this width, in heights of print, one or two marks are as many glyphs."""
MOST = 24
"""Places looked at on a page; one with more is speckled, or is no print."""
SURE_WORD = 0.5
"""Words read less surely say nothing of how tall the print is."""


def find_unread(gray: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The page's words, and in their places those that were left out on lines of theirs.

    Args:
        gray: The upright page.
        words: What was read on it.
    """
    height = gray.shape[0]
    tall = median([(w.box[3] - w.box[1]) * height for w in words if w.confidence > SURE_WORD] or [0.0])
    if tall < 8:
        return words
    places = _places(gray, words, tall)
    if len(places) > MOST:
        return words
    for place, marks in places:
        for word in _read(gray, place, marks < 3 and place[2] - place[0] < FEW * tall, words):
            words = _with(words, word)
    return words


def _places(gray: Gray, words: tuple[Word, ...], tall: float) -> list[tuple[Rectangle, int]]:
    """Where print stands away from every word, and in how many marks; a bar or a box alone is none."""
    height, width = gray.shape[0] // 2, gray.shape[1] // 2
    ink = (cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA) < DARK).astype(np.uint8)
    tall, room, whole = tall / 2, round(0.25 * tall), ink.copy()
    for word in words:
        left, top, right, bottom = word.box
        ink[max(0, int(top * height) - 1) : int(bottom * height) + 2,
            max(0, int(left * width) - room) : int(right * width) + room + 1] = 0  # fmt: skip
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    fits = (np.abs(stats[:, 3] / tall - 0.825) <= 0.475) & (stats[:, 2] <= 2 * tall)
    glyphs = []
    for n in np.flatnonzero(fits & (stats[:, 4] > 0.12 * stats[:, 2] * stats[:, 3])):
        left, top, across, down = map(int, stats[n, :4])
        if n:
            glyphs.append(((left, top, left + across, top + down), labels[top : top + down, left : left + across] == n))
    groups = [group for group in _side_by_side(glyphs, tall) if len(group) > 1 or _is_glyph(group[0][1], tall)]
    found = [(_union(group), len(group)) for group in groups]
    return [
        ((2 * left, 2 * top, 2 * right, 2 * bottom), marks)
        for (left, top, right, bottom), marks in found
        if not _has_neighbours(whole, (left, top, right, bottom), room)
    ]


def _is_glyph(mark: Bits, tall: float) -> bool:
    """Whether a mark that stands alone may be a figure: tall enough, no plain bar, and no box to tick."""
    edge = max(2, round(0.15 * min(mark.shape)))
    sides = mark[:edge].any(0), mark[-edge:].any(0), mark[:, :edge].any(1), mark[:, -edge:].any(1)
    is_box, is_bar = all(side.mean() > 0.9 for side in sides), mark.shape[1] < 0.33 * mark.shape[0]
    return not is_box and not is_bar and mark.shape[0] >= 0.45 * tall and mark.shape[1] <= 1.1 * tall


def _side_by_side(glyphs: list[tuple[Rectangle, Bits]], tall: float) -> list[list[tuple[Rectangle, Bits]]]:
    groups: list[list[tuple[Rectangle, Bits]]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph[0]):
        left, top, _, bottom = glyph[0]
        near = next((group for group in groups if left - _union(group)[2] < 0.6 * tall
                     and abs(top + bottom - _union(group)[1] - _union(group)[3]) < 0.7 * tall), None)  # fmt: skip
        if near is None:
            groups.append([glyph])
        else:
            near.append(glyph)
    return groups


def _union(group: list[tuple[Rectangle, Bits]]) -> Rectangle:
    lefts, tops, rights, bottoms = zip(*(place for place, _ in group), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _has_neighbours(ink: Gray, place: Rectangle, room: int) -> bool:
    """Whether other print stands close beside: then it is a piece of a word."""
    left, top, right, bottom = place
    rows = ink[top:bottom]
    sides = rows[:, max(0, left - room) : left], rows[:, right : right + room]
    return any(side.any(1).sum() > 0.3 * (bottom - top) for side in sides)


def _read(gray: Gray, place: Rectangle, few: bool, words: tuple[Word, ...]) -> list[Word]:
    """What stands there, if it is on the line of some word; left of all words a figure is a bullet."""
    height, width = gray.shape
    left, top, right, bottom = place[0] / width, place[1] / height, place[2] / width, place[3] / height
    tall = bottom - top
    level = [w for w in words if abs(w.box[1] + w.box[3] - top - bottom) < max(tall, w.box[3] - w.box[1])]
    if not level or (few and all(w.box[0] > left for w in level)):
        return []
    aside, above = round(0.5 * tall * height), round(0.25 * tall * height)
    crop = gray[max(0, place[1] - above) : place[3] + above, max(0, place[0] - aside) : place[2] + aside]
    text, sure = read_line(crop, 1.0)
    if sure < SURE or not (FIGURES if few else WORDS).fullmatch(text):
        return []
    line = min(level, key=lambda w: abs(w.box[0] - left)).line
    made, start = [], 0
    for piece in text.split():
        start = text.index(piece, start)
        edges = [left + (right - left) * share / len(text) for share in (start, start + len(piece))]
        made.append(Word(piece, (edges[0], top, edges[1], bottom), min(MOST_SURE, sure), line))
        start += len(piece)
    return made


def _with(words: tuple[Word, ...], word: Word) -> tuple[Word, ...]:
    """The words with one more, among those of its line from left to right."""
    own = [n for n, other in enumerate(words) if other.line == word.line]
    place = next((n for n in own if words[n].box[0] > word.box[0]), own[-1] + 1)
    return (*words[:place], word, *words[place:])
