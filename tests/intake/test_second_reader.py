"""Two readers: agreement raises, disagreement lowers and keeps both; torn pieces are read as one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake import second_reader
from intake.second_reader import read_again

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def page(text: str) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    image = Image.new("L", (1700, 2200), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 30)
    draw.text((300, 400), text, fill=0, font=font)
    left, top, right, bottom = draw.textbbox((300, 400), text, font=font)
    return np.asarray(image), (left / 1700, top / 2200, right / 1700, bottom / 2200)


def test_agreement_raises_confidence() -> None:
    gray, box = page("J44.9")
    (word,) = read_again(gray, (Word("J44.9", box, 0.5, 0),), 5)
    assert (word.text, word.other) == ("J44.9", "")
    assert word.confidence > 0.9


def test_disagreement_takes_the_surer_reading_and_keeps_the_other() -> None:
    gray, box = page("E1390")
    (word,) = read_again(gray, (Word("£1390", box, 0.9, 0),), 5)
    assert (word.text, word.other) == ("E1390", "£1390")
    assert word.confidence <= second_reader.SPLIT


def test_torn_pieces_are_read_as_one() -> None:
    gray, (left, top, right, bottom) = page("J96.11")
    middle = left + 0.6 * (right - left)
    pieces = (
        Word("J96.", (left, top, middle, bottom), 0.9, 0),
        Word("11", (middle + 0.004, top, right, bottom), 0.9, 0),
    )
    assert [word.text for word in read_again(gray, pieces, 5)] == ["J96.11"]


@pytest.mark.parametrize("budget, expected", [(0, ["£1390", "£1390"]), (1, ["£1390", "E1390"])])
def test_a_budget_is_kept_and_the_least_sure_comes_first(budget: int, expected: list[str]) -> None:
    gray, box = page("E1390")
    words = (Word("£1390", box, 0.9, 0), Word("£1390", box, 0.3, 1))
    assert [word.text for word in read_again(gray, words, budget)] == expected


def test_plain_words_are_left_alone() -> None:
    gray, box = page("oxygen")
    words = (Word("oxigen", box, 0.2, 0),)
    assert read_again(gray, words, 5) == words
