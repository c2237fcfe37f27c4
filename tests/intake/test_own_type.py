"""A letter that may be a figure is told by the page's own print."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake.own_type import by_own_type
from intake.second_reader import SPLIT

FACES = "/usr/share/fonts/truetype/dejavu/"


def page(*lines: str, face: str = "DejaVuSans") -> tuple[np.ndarray, list[Word]]:  # type: ignore[type-arg]
    """A printed page and its words as they stand there."""
    image = Image.new("L", (1700, 2200), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(f"{FACES}{face}.ttf", 30)
    words = []
    for number, line in enumerate(lines):
        left = 200.0
        for text in line.split():
            box = draw.textbbox((left, 300 + 90 * number), text, font=font)
            draw.text((left, 300 + 90 * number), text, fill=0, font=font)
            words.append(Word(text, (box[0] / 1700, box[1] / 2200, box[2] / 1700, box[3] / 2200), 0.97, number))
            left = box[2] + 14
    return np.asarray(image), words


def read_as(words: list[Word], printed: str, text: str, other: str = "") -> tuple[Word, ...]:
    """The words, one of them misread."""
    return tuple(Word(text, w.box, 0.97, w.line, other) if w.text == printed else w for w in words)


@pytest.mark.parametrize("face", ["DejaVuSans", "DejaVuSerif", "DejaVuSansMono"])
@pytest.mark.parametrize(
    ("printed", "text", "other"),
    [
        ("I50.22", "150.22", "I50.22"),
        ("I10", "110", ""),
        ("W7749Q03693", "W7749003693", "W7749Q03693"),
        ("(Z74.09)", "(274.09)", "Z74.09"),
    ],
)
def test_the_other_reading_is_taken_where_it_looks_like_the_pages_own_letter(
    printed: str, text: str, other: str, face: str
) -> None:
    gray, words = page("ID: Insurance Q. Zone", "11/02/1960 2026 1720", printed, face=face)
    *_, word = by_own_type(gray, read_as(words, printed, text, other))
    assert word.text == printed
    assert (word.other, word.confidence) == (text, SPLIT)


@pytest.mark.parametrize(
    ("printed", "text", "other"),
    [
        ("110", "110", ""),
        ("150.22", "150.22", "I50.22"),
        ("K0001", "K0001", "KO001"),
        ("09/16/2026", "09/16/2026", "09/18/2026"),
    ],
)
def test_what_looks_like_the_pages_own_figure_stays(printed: str, text: str, other: str) -> None:
    gray, words = page("ID: Insurance Oxygen", "11/02/1960 2026 1720 1888", printed)
    before = read_as(words, printed, text, other)
    assert by_own_type(gray, before) == before


def test_without_examples_nothing_is_chosen() -> None:
    gray, words = page("Oxygen", "2026", "I50.22")
    before = read_as(words, "I50.22", "150.22", "I50.22")
    assert by_own_type(gray, before) == before


def test_of_two_figures_none_is_chosen() -> None:
    gray, words = page("1720 2026", "09/16/2026")
    before = read_as(words, "09/16/2026", "09/10/2026", "09/16/2026")
    assert by_own_type(gray, before) == before


def test_a_stroke_behind_a_lone_letter_may_be_that_letters_own() -> None:
    gray, words = page("ID: Insurance", "11/02/1960 2026 1720", "M I17.11")
    before = read_as(words, "I17.11", "117.11", "I17.11")
    assert by_own_type(gray, before) == before
