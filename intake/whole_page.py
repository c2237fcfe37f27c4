"""A poorly read page read again, whole, by the second reader; the first reading becomes the check.

Where both agree a word is sure. Where they differ and the word matters, the word alone is read a third time and the
majority wins; every other reading is kept beside the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from casefile.records import Box, Word, union
from intake.line_reader import Glyph, Gray, Rectangle, find_lines, read_glyphs, second_thought
from intake.lines import in_lines
from intake.second_reader import is_torn_code, read_again
from intake.weighing import DOUBTED, is_speck, joined, side_by_side, softened, weighed

Columns = NDArray[np.bool_]

MEAN, SHAKY = 0.87, 0.15
"""A page whose mean word confidence is below, or whose share of letters in doubtful words is above, is read whole."""
MANY = 0.2
"""The same for the share of doubtful words, however short."""
LEGIBLE = 0.5
"""Mean probability below which a line of the second reader is not believed at all."""
GAP, LETTERS, FIGURES = 0.17, 1.5, 2.2
"""Paper at least this share of the line's height wide between two letters, when these also stand so many times further
apart than usual (figures have more room at their sides), is a space that the recogniser left out."""
CLEARLY = 0.05
"""A line that the first reader was surer of by this much is left to the targeted second reading."""
SOFTENED = 0.8
"""Blur in pixels before a worn line is read, in its own proportions. Of the words of third-generation faxes 0.21 were
lost narrowed and sharp, 0.20 in proportion, 0.17 in proportion and softened; of standard faxes 0.106, 0.089, 0.082."""
SETTLED = 0.92
"""A line without figures of which the first reader was this sure in every word is not read again."""
COVERED = 0.85
"""Share of a line's width that the first reader's words must cover for that."""
LINES = 150
"""Lines a page read whole at the most."""


def is_poor(words: tuple[Word, ...]) -> bool:
    """Whether the first reader's confidence says that it clearly struggled."""
    letters = sum(len(word.text) for word in words)
    if not letters:
        return True
    mean = sum(word.confidence * len(word.text) for word in words) / letters
    doubted = [word for word in words if word.confidence < DOUBTED]
    return mean < MEAN or sum(len(w.text) for w in doubted) > SHAKY * letters or len(doubted) > MANY * len(words)


def read_whole(gray: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Read every line of an upright page with the second reader and weigh it against the first reading.

    Args:
        gray: The straightened page.
        words: The first reading of the same pixels.

    Returns:
        Words in lines. What only the first reader saw stays, specks excepted; `Word.other` keeps what the loser saw.
    """
    left = list(words)
    made: list[Word] = []
    soft = softened(gray, SOFTENED)
    for rectangle in find_lines(gray)[:LINES]:
        if settled := _settled(left, rectangle, gray.shape):
            left = [word for word in left if word not in settled]
            made += settled
            continue
        seconds = list(_words_of(gray, soft, rectangle))
        if not seconds:
            continue
        area = union(word.box for word in seconds)
        under = [word for word in left if _middle_inside(word.box, area)]
        left = [word for word in left if word not in under]
        if _sure(seconds) < _sure(under) - CLEARLY:
            made += read_again(soft, tuple(under), len(under))
            continue
        for ours, theirs in side_by_side(under, seconds):
            made += weighed(gray, ours, theirs)
    return _mended(in_lines(made + [word for word in left if not is_speck(word)]))


def _mended(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Words, those put together that are two halves of one code."""
    made: list[Word] = []
    for word in words:
        if made and made[-1].line == word.line and is_torn_code(made[-1], word):
            word = joined(made.pop(), word)
        made.append(word)
    return tuple(made)


def _settled(words: list[Word], rectangle: Rectangle, shape: tuple[int, ...]) -> list[Word]:
    """The first reader's words of a line, where it was sure of all of them and none of them is a code or a number."""
    height, width = shape[:2]
    area = rectangle[0] / width, rectangle[1] / height, rectangle[2] / width, rectangle[3] / height
    inside = [word for word in words if _middle_inside(word.box, area)]
    if not inside or any(word.confidence < SETTLED or re.search(r"\d", word.text) for word in inside):
        return []
    box = union(word.box for word in inside)
    return inside if box[2] - box[0] > COVERED * (area[2] - area[0]) else []


def _words_of(gray: Gray, soft: Gray, rectangle: Rectangle) -> Iterator[Word]:
    """One line's words, read from the softened page, with their boxes drawn tight around their ink."""
    left, top, right, bottom = rectangle
    line = gray[top:bottom, left:right]
    if min(line.shape, default=0) < 5:
        return
    glyphs = read_glyphs(soft[top:bottom, left:right], 1.0)
    printed = [glyph for glyph in glyphs if glyph.letter != " "]
    if not printed or sum(g.sure for g in printed) / len(printed) < LEGIBLE:
        return
    ink = line < 128
    pieces = list(_pieces(glyphs, ink))
    for number, piece in enumerate(pieces):
        start = (pieces[number - 1][-1].at + piece[0].at) / 2 if number else 0.0
        end = (piece[-1].at + pieces[number + 1][0].at) / 2 if number + 1 < len(pieces) else 1.0
        x0, y0, x1, y1 = _tight(ink, round(start * line.shape[1]), round(end * line.shape[1]))
        height, width = gray.shape
        box = ((left + x0) / width, (top + y0) / height, (left + x1) / width, (top + y1) / height)
        text, sure = "".join(g.letter for g in piece), sum(g.sure for g in piece) / len(piece)
        yield Word(text, box, sure, 0, second_thought(piece))


def _pieces(glyphs: tuple[Glyph, ...], ink: Columns) -> Iterator[list[Glyph]]:
    """Glyphs cut into words: at spaces, and where the paper shows a gap that was read over."""
    steps = [b.at - a.at for a, b in zip(glyphs, glyphs[1:], strict=False) if " " not in (a.letter, b.letter)]
    usual = float(np.median(steps)) if steps else 1.0
    columns: Columns = np.asarray(ink.any(axis=0))
    piece: list[Glyph] = []
    for glyph in glyphs:
        if glyph.letter == " ":
            if piece:
                yield piece
            piece = []
            continue
        apart = FIGURES if piece and piece[-1].letter.isdigit() and glyph.letter.isdigit() else LETTERS
        if piece and glyph.at - piece[-1].at > apart * usual:
            between = columns[round(piece[-1].at * columns.size) : round(glyph.at * columns.size)]
            if _longest_blank(between) > GAP * ink.shape[0]:
                yield piece
                piece = []
        piece.append(glyph)
    if piece:
        yield piece


def _longest_blank(columns: Columns) -> int:
    return max((sum(1 for _ in run) for dark, run in groupby(columns.tolist()) if not dark), default=0)


def _tight(ink: Columns, start: int, end: int) -> Rectangle:
    """The rectangle around the ink between two columns; the whole height where there is none."""
    part = ink[:, start:end]
    across, down = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    if not across.size:
        return start, 0, max(end, start + 1), ink.shape[0]
    return start + int(across[0]), int(down[0]), start + int(across[-1]) + 1, int(down[-1]) + 1


def _sure(words: list[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _middle_inside(box: Box, area: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] - 0.01 <= across <= area[2] + 0.01 and area[1] - 0.003 <= down <= area[3] + 0.003
