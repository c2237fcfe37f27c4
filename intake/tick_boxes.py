"""Drawn boxes to tick, which readers of print drop or take for letters: small closed squares before words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from casefile.records import Box, Word
from intake.pages import Gray

DARK = 150
"""Pixels darker than this are ink."""
SMALLEST, LARGEST = 0.66, 1.9
"""A box's side, in heights of the page's usual word."""
LEAST = 12
"""A box's side, in pixels; below this a letter cannot be told from a box."""
SQUARE = 1.25
"""How much longer one side may be than the other."""
SIDE = 0.9
"""The least share of each side that is drawn; a letter's sides are curved or open."""
EMPTY, MARKED = 0.05, 0.11
"""Share of ink within: below the one a box is empty, above the other it is marked, between them it is left alone."""
REACH = 1.6
"""A box stands no further before its word than this, in its own width."""
OPEN = 0.6
"""The least share of its width and height that what a frame encloses spans; a letter's hollow is smaller."""
SURE = 0.85
MISREAD = re.compile(r"[^\w\s]*|[\[({|]?[OoDCLUQK0xXvV&MWEIl1]{0,2}[\])}|I]?")
"""What readers make of a box; any other word in its place was print."""
MOST = 20_000
"""Outlines of a page that are looked at; a page of print has some thousands, a page of noise more."""
MOST_WORDS = 2000
ASKS = re.compile(
    r"\b(?:check|select|mark|tick|choose|circle)\b.{0,40}\b(?:all|one|box|appl|item|below)"
    r"|\byes\b.{0,12}\bno\b|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
CODE = re.compile(r"\b[A-HJ-MP-V]\d{4}\b|\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")
"""Item and diagnosis codes."""
SIGNS = {True: "☒", False: "☐"}


@dataclass(frozen=True)
class TickBox:
    """A box on the page, as fractions of its size, and whether it is marked."""

    box: Box
    ticked: bool


def may_have_boxes(words: tuple[Word, ...]) -> bool:
    """Whether a born-digital page is worth drawing to look for boxes: it asks to tick, or lists codes."""
    text = " ".join(word.text for word in words[:MOST_WORDS])
    return bool(ASKS.search(text)) or len(CODE.findall(text)) > 1


def with_boxes(pixels: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words with a sign for every box before one of them; what was read in a box's place is left out.

    Args:
        pixels: The page, upright.
        words: What was read on it, in reading order.
    """
    found = [] if len(words) < 3 else list(_find(pixels, words))
    if not found:
        return words
    print_there = [word.box for word in words if not MISREAD.fullmatch(word.text)]
    found = [square for square in found if not any(_covers(square.box, box) for box in print_there)]
    kept = [word for word in words if not any(_covers(square.box, word.box) for square in found)]
    for square in found:
        if (place := _place_of(square, kept)) is not None:
            word = kept[place]
            kept.insert(place, Word(SIGNS[square.ticked], square.box, SURE, word.line))
    return tuple(kept)


def _find(pixels: Gray, words: tuple[Word, ...]) -> Iterator[TickBox]:
    """Frames of a box's size, closed on four sides, hollow or with a mark within."""
    height, width = pixels.shape
    usual = float(np.median([word.box[3] - word.box[1] for word in words])) * height
    dark = (pixels < DARK).astype(np.uint8)
    outlines, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not 0 < len(outlines) <= MOST:
        return
    for outline, (_, _, hole, around) in zip(outlines, tree[0], strict=True):
        left, top, across, down = cv2.boundingRect(outline)
        fits = max(LEAST, SMALLEST * usual) <= min(across, down) and max(across, down) <= LARGEST * usual
        if around >= 0 or hole < 0 or not fits or max(across, down) > SQUARE * min(across, down):
            continue
        hollow = cv2.boundingRect(np.concatenate([outlines[n] for n in _siblings(tree[0], hole)]))
        share = _ink_within(dark[top : top + down, left : left + across])
        is_open = hollow[2] >= OPEN * across and hollow[3] >= OPEN * down
        if is_open and share is not None and not EMPTY <= share <= MARKED:
            box = (left / width, top / height, (left + across) / width, (top + down) / height)
            yield TickBox(box, share > MARKED)


def _siblings(tree: Gray, first: int) -> Iterator[int]:
    """A contour's number and those of all beside it in the same frame."""
    while first >= 0:
        yield first
        first = int(tree[first][0])


def _ink_within(ink: Gray) -> float | None:
    """The share of ink inside a square's frame; None if its sides are not drawn through or it lacks a corner."""
    down, across = ink.shape
    band = max(2, min(down, across) // 6)
    sides = (ink[:band].max(axis=0), ink[-band:].max(axis=0), ink[:, :band].max(axis=1), ink[:, -band:].max(axis=1))
    rows = (ink[:band].mean(axis=1), ink[-band:].mean(axis=1), ink[:, :band].mean(axis=0), ink[:, -band:].mean(axis=0))
    if min(float(side.mean()) for side in sides) < SIDE or min(float(row.max()) for row in rows) < SIDE:
        return None
    if not all(ink[y : y + 2, x : x + 2].any() for y in (0, down - 2) for x in (0, across - 2)):
        return None
    inset = band + 1
    inner = ink[inset : down - inset, inset : across - inset]
    return float(inner.mean()) if inner.size else None


def _covers(square: Box, word: Box) -> bool:
    """Whether a word lies for the most part in a box: a mark or the frame, read as letters."""
    across = min(square[2], word[2]) - max(square[0], word[0])
    down = min(square[3], word[3]) - max(square[1], word[1])
    return across > 0 and down > 0 and across > 0.5 * (word[2] - word[0]) and down > 0.4 * (word[3] - word[1])


def _place_of(square: TickBox, words: list[Word]) -> int | None:
    """Before which word a box stands; None if none follows it closely."""
    left, top, right, bottom = square.box
    middle, reach = (top + bottom) / 2, REACH * (right - left)
    least = left - 0.5 * (right - left)
    near = [
        (abs(word.box[0] - right), place)
        for place, word in enumerate(words)
        if word.box[1] <= middle <= word.box[3] and word.box[2] > right and least <= word.box[0] <= right + reach
    ]
    return min(near)[1] if near else None
