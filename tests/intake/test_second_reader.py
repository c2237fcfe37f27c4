"""Two readers: agreement raises, disagreement lowers and keeps both; torn pieces are read as one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake import second_reader
from intake.line_reader import Glyph
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


@pytest.mark.parametrize(("first", "text", "other"), [("150.22", "150.22", "I50.22"), ("I50.22", "I50.22", "150.22")])
def test_a_number_stays_a_number_beside_the_code_it_may_be(
    monkeypatch: pytest.MonkeyPatch, first: str, text: str, other: str
) -> None:
    head = Glyph("1", 0.1, 0.7, "I", 0.28)
    rest = [Glyph(letter, 0.2, 0.99) for letter in "50.22"]
    monkeypatch.setattr(second_reader, "read_glyphs", lambda *given: (head, *rest))
    gray, box = page("I50.22")
    (word,) = read_again(gray, (Word(first, box, 0.96, 0),), 5)
    assert (word.text, word.other) == (text, other)
    assert word.confidence <= second_reader.CONTESTED_WORD


@pytest.mark.parametrize(
    ("left", "right", "gap", "expected"),
    [
        ("(L", "1833)", 0.005, True),
        ("[G", "12.211", 0.005, True),
        ("[G35", ".D]", 0.005, True),
        ("E", "1390", 0.02, False),
        ("Apt", "1390", 0.005, False),
        ("E", "13", 0.005, False),
    ],
)
def test_two_halves_of_a_code_with_little_paper_between(left: str, right: str, gap: float, expected: bool) -> None:
    one = Word(left, (0.2, 0.2, 0.22, 0.212), 0.9, 0)
    two = Word(right, (0.22 + gap, 0.2, 0.27, 0.212), 0.9, 0)
    assert second_reader.is_torn_code(one, two) is expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("41846553", "1846553"),  # the last figure of the word before it
        ("18465537", "1846553"),  # the first one of the word behind it
        ("91846553", "91846553"),  # a figure that no word beside it has
    ],
)
def test_a_figure_of_the_word_beside_it_is_no_part_of_a_number(
    monkeypatch: pytest.MonkeyPatch, read: str, expected: str
) -> None:
    monkeypatch.setattr(second_reader, "read_glyphs", lambda *given: tuple(Glyph(ch, 0.5, 0.97) for ch in read))
    gray, box = page("1846553")
    words = (Word("NF84", (0.1, box[1], 0.15, box[3]), 0.2, 0), Word("1846553", box, 0.0, 0),
             Word("7days", (box[2] + 0.02, box[1], box[2] + 0.1, box[3]), 0.9, 0))  # fmt: skip
    assert read_again(gray, words, 1)[1].text == expected


@pytest.mark.parametrize(
    ("first", "confidence", "text", "sure", "expected", "other"),
    [
        ("ID", 0.81, "I1)", 0.7, "ID", ""),
        ("Nurnber:", 0.5, "Number:", 0.98, "Number:", "Nurnber:"),
        ("NAT:", 0.03, "NPI:", 0.4, "NPI:", "NAT:"),
        ("Number:", 0.7, "Number", 0.99, "Number:", ""),
    ],
)
def test_each_word_of_a_label_is_what_the_surer_reader_saw(
    first: str, confidence: float, text: str, sure: float, expected: str, other: str
) -> None:
    word = second_reader._surer(Word(first, (0.1, 0.1, 0.2, 0.12), confidence, 0), text, sure)
    assert (word.text, word.other) == (expected, other)
