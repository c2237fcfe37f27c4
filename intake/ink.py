"""Pen strokes: marks that are neither words nor rules, sized like a signature."""

from __future__ import annotations

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from casefile.records import Box, Word

Gray = NDArray[np.uint8]

SURE_WORD = 0.6
"""Words read less surely may be the pen's strokes and are not masked."""
STROKE = 0.03
"""Print breaks into letters; a pen's stroke hangs together over at least this share of the page's width."""
JOINED, STRETCHED = 0.6, 1.3
"""Share of a word's width over which its ink hangs together when a pen drew it; and how many times wider than high the
glyphs read there are on average, as print's never are: a few large loops taken for figures ("3m3")."""
TOO_WIDE = 2.5
"""A word so many times wider than the page's print holds more than its letters: a label and the signature behind it."""
ASKS_TO_SIGN = re.compile(r"sign|s[i1l]gnat|authenticat|received by|\bx_{3,}|(?-i:(?:^|\s)X:?(?=\s|$))", re.IGNORECASE)


def asks_to_sign(words: tuple[Word, ...]) -> bool:
    """Whether a page that was read well has a place to sign on it."""
    return bool(ASKS_TO_SIGN.search(" ".join(word.text for word in words)))


def find_ink(gray: Gray, words: tuple[Word, ...]) -> tuple[tuple[Box, float], ...]:
    """Signature-like marks with their share of dark pixels, top to bottom.

    Words the reader was sure of and long ruled lines are masked; what remains is joined across small
    gaps and kept when 6-50 % of the page wide, 0.8-10 % high and holding one stroke that print would not.
    """
    height, width = gray.shape
    ink = (cv2.medianBlur(gray, 3) < 140).astype(np.uint8)
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(20, width // 14)), np.uint8))
    rules = cv2.bitwise_or(rules, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(20, height // 22), 1), np.uint8)))
    ink[cv2.dilate(rules, np.ones((5, 3), np.uint8)) > 0] = 0
    usual = _usual_glyph(words)
    for word in words:
        left, top, right, bottom = word.box
        place = np.s_[max(0, int(top * height) - 2) : int(bottom * height) + 3,
                      max(0, int(left * width) - 2) : int(right * width) + 3]  # fmt: skip
        if word.confidence <= SURE_WORD or not _is_text(word.text) or _is_scrawl(word.text, ink[place]):
            continue
        if (
            usual
            and right - left > TOO_WIDE * usual * len(word.text)
            and _longest_stroke(ink[place]) > 2 * STROKE * width
        ):
            continue
        ink[place] = 0
    joined = cv2.dilate(ink, np.ones((max(3, height // 240), max(5, width // 70)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for left, top, across, down, _area in stats[1:count]:
        dark = float(ink[top : top + down, left : left + across].mean())
        box = left / width, top / height, (left + across) / width, (top + down) / height
        fits = 0.06 <= across / width <= 0.5 and 0.008 <= down / height <= 0.1 and 0.015 < dark < 0.4 and box[1] > 0.05
        if fits and _longest_stroke(ink[top : top + down, left : left + across]) >= STROKE * width:
            found.append(((float(box[0]), float(box[1]), float(box[2]), float(box[3])), round(dark, 4)))
    return tuple(sorted(found, key=lambda item: item[0][1]))


def _usual_glyph(words: tuple[Word, ...]) -> float:
    """How wide the page's glyphs are, as a share of its width; 0 where there are too few words to tell."""
    widths = sorted((word.box[2] - word.box[0]) / len(word.text) for word in words if len(word.text) > 3)
    return widths[len(widths) // 2] if len(widths) > 8 else 0.0


def _longest_stroke(ink: Gray) -> int:
    """The width in pixels of the widest mark that hangs together (gaps of 2 pixels closed)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink, np.ones((3, 3), np.uint8)), connectivity=8)
    return int(stats[1:, 2].max(initial=0))


def _is_scrawl(text: str, ink: Gray) -> bool:
    """Whether a reading that repeats one letter, or has far too few, comes from one stroke ("mm", "DABBB", "3m3")."""
    letters = [ch for ch in text.lower() if ch.isalpha()]
    most = max(map(letters.count, letters), default=0)
    repeats = len(letters) > 1 and 2 * most >= len(letters) and not any(ch.isdigit() for ch in text)
    stretched = any(map(str.isalnum, text)) and ink.shape[1] > STRETCHED * max(2, len(text)) * ink.shape[0]
    return (repeats or stretched) and bool(_longest_stroke(ink) > JOINED * ink.shape[1])


def _is_text(text: str) -> bool:
    """Whether a reading looks like print: a number, or letters with a vowel and not the same few over and over.

    Loops of a pen are read as "YYYVYY", sometimes with confidence; they must not hide themselves.
    """
    letters = [ch for ch in text.lower() if ch.isalpha()]
    if len(letters) < 3:
        return bool(re.fullmatch(r"[\W\d_]*[A-Za-z]{0,2}[\W\d_]*", text))
    return any(ch in "aeiou" for ch in letters) and 2 * len(set(letters)) > len(letters)
