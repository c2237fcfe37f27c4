"""Which of two letters a doubtful one is, by the page's own print: an I there looks like the page's other I's.

The readers know the faces of the world at once; one page is printed in few. Where a word has two readings, of which
one has a letter where the other has a figure, its picture is held beside that letter and that figure in words of this
page that nobody doubted. The picture chooses; what the word means plays no part. Of two figures none is chosen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from casefile.records import Word
from intake.line_reader import ONE_CODE, Gray
from intake.second_reader import SPLIT, bare

Picture = NDArray[np.float32]

SIDE, SOFT = 24, 1.2
"""Pixels of a letter's picture on either side, its own height whatever its size on the page, and its blur."""
DARK = 160
UNDOUBTED = 0.9
"""Least confidence of a word whose letters serve as examples."""
EXAMPLES, FEWEST = 12, 2
"""Examples of a letter at the most, and of the one that is given up at the least."""
LIKE, LIKER = 0.92, 0.05
"""How like an example of the other letter the picture must be (1: the same), and by how much more than its own. On 246
fine, standard and worn pages 13 words were changed by this, all of them rightly."""


def by_own_type(gray: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Words, where a letter and a figure contend in one the reading that looks like the page's own print.

    A word behind a lone letter is left as it is: its first stroke may be that letter's last ("M" "117.11").
    """
    before = ("", *(word.text for word in words))
    return tuple(
        word if len(last) == 1 and last.isalpha() else _chosen(gray, words, word)
        for last, word in zip(before, words, strict=False)
    )


def _chosen(gray: Gray, words: tuple[Word, ...], word: Word) -> Word:
    """One word, with its other reading where the picture speaks for that."""
    for place, letter in _doubts(word):
        shown = _pictures(gray, word)
        index = place if place < len(word.text) / 2 else place - len(word.text)
        if not -len(shown) <= index < len(shown):
            continue
        own, other = (_likeness(gray, words, shown[index], one) for one in (word.text[place], letter))
        if len(own) >= FEWEST and other and max(other) >= max(LIKE, max(own) + LIKER):
            text = word.text[:place] + letter + word.text[place + 1 :]
            return replace(word, text=text, confidence=min(SPLIT, word.confidence), other=word.text)
    return word


def _doubts(word: Word) -> Iterator[tuple[int, str]]:
    """Where a letter was read as a figure or the other way, and the other; always the 1 that may be the I of a code."""
    text = bare(word.text)
    start = word.text.find(text)
    for other in map(bare, word.other.split()):
        if len(other) == len(text) >= 3:
            apart = [n for n, pair in enumerate(zip(text, other, strict=True)) if pair[0] != pair[1]]
            if len(apart) == 1 and _letter_and_figure(text[apart[0]], other[apart[0]]):
                yield start + apart[0], other[apart[0]]
    if found := ONE_CODE.fullmatch(word.text):
        yield found.start(1), "I"


def _letter_and_figure(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum() and one.isdigit() != other.isdigit()


def _likeness(gray: Gray, words: tuple[Word, ...], picture: Picture, letter: str) -> list[float]:
    """How like a picture is to examples of a letter."""
    found: list[float] = []
    for word in words:
        places = [n for n, one in enumerate(word.text) if one == letter and _is_example(word.text, n)]
        if (
            places
            and word.confidence >= UNDOUBTED
            and not word.other
            and len(shown := _pictures(gray, word)) == len(word.text)
        ):
            found += [float((picture * shown[n]).sum()) for n in places]
        if len(found) >= EXAMPLES:
            break
    return found


def _is_example(text: str, place: int) -> bool:
    """Whether a word says by itself what a letter in it is: a figure in a number, a letter with no figure beside it."""
    if text[place].isdigit():
        return bool(re.fullmatch(r"[\d/.,()#:-]{2,}", text)) and not ONE_CODE.fullmatch(text)
    return not re.search(r"\d", text[max(0, place - 1) : place + 2])


def _pictures(gray: Gray, word: Word) -> list[Picture]:
    """The pictures of a word's letters, or of what stands between two gaps where letters touch."""
    height, width = gray.shape
    left, top, right, bottom = word.box
    part = gray[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1]
    columns = np.flatnonzero((part < DARK).any(axis=0))
    letters = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return [_picture(part[:, across[0] : across[-1] + 1]) for across in letters if across.size]


def _picture(letter: Gray) -> Picture:
    """One letter drawn to its own height in the middle of a square, even in darkness with every other."""
    rows = np.flatnonzero((letter < DARK).any(axis=1))
    dark = 255 - letter[rows[0] : rows[-1] + 1]
    across = min(SIDE, max(1, round(SIDE * dark.shape[1] / dark.shape[0])))
    square = np.zeros((SIDE, SIDE), np.float32)
    left = (SIDE - across) // 2
    square[:, left : left + across] = cv2.resize(dark, (across, SIDE), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(square, (0, 0), SOFT)
    soft -= soft.mean()
    return np.asarray(soft / (np.linalg.norm(soft) or 1.0), dtype=np.float32)
