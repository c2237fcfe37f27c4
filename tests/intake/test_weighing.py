"""Two readings of one stretch of a line: agreement, the surer one, further looks, pieces put together."""

from __future__ import annotations

import numpy as np
import pytest

from casefile.records import Word
from intake import weighing
from intake.second_reader import CONTESTED_WORD, SPLIT


def test_further_looks_settle_a_word_on_which_readers_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([("W402743745", 0.9)])
    monkeypatch.setattr(weighing, "read_line", lambda *given: next(looks))
    box = (0.2, 0.2, 0.3, 0.22)
    word = weighing._by_further_looks(
        np.full((2200, 1700), 255, np.uint8), Word("W402743715", box, 0.9, 0), "W402743745"
    )
    assert (word.text, word.other) == ("W402743745", "W402743715")
    looks = iter([("W402743775", 0.9), ("W402743775", 0.9)])
    word = weighing._by_further_looks(
        np.full((2200, 1700), 255, np.uint8), Word("W402743715", box, 0.9, 0), "W402743745"
    )
    assert (word.text, word.confidence) == ("W402743775", weighing.DIVIDED)


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("0912812026", "O9/28/2026 09/28/2026", "09/28/2026"),
        ("02/03/19611", "02/03/1961", "02/03/1961"),
        ("09/15/2026", "09/16/2026", "09/15/2026"),
        ("9726/2026", "09/26/2026 09/25/2026", "9726/2026"),
    ],
)
def test_the_one_reading_written_as_a_date_is_taken(text: str, other: str, expected: str) -> None:
    word = weighing._as_a_date(Word(text, (0.2, 0.2, 0.3, 0.22), 0.9, 0, other))
    assert word.text == expected
    assert (word.confidence <= SPLIT) is (expected != text)


@pytest.mark.parametrize(("first", "text", "other"), [("150.22", "150.22", "I50.22"), ("I50.22", "I50.22", "150.22")])
def test_an_i_that_the_reader_held_possible_is_taken_only_where_the_other_reader_saw_it(
    first: str, text: str, other: str
) -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    word = weighing._word(blank, Word("150.22", box, 0.97, 0, "I50.22"), first, 0.96)
    assert (word.text, word.other) == (text, other)
    assert word.confidence <= CONTESTED_WORD


def test_rules_of_a_form_are_no_part_of_a_code() -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    assert weighing._word(blank, Word("B4150", box, 0.97, 0), "__B4150", 0.5).text == "B4150"


def cut(gap: float, *texts: str) -> list[Word]:
    """Words of one line with gaps of this share of their height between them."""
    left, made = 0.2, []
    for text in texts:
        right = left + 0.008 * len(text)
        made.append(Word(text, (left, 0.2, right, 0.21), 0.97, 0))
        left = right + gap * 0.01 * 2200 / 1700
    return made


@pytest.mark.parametrize(
    ("first", "pieces", "expected"),
    [
        ("practitioner", ("prac", "titioner"), "practitioner"),
        ("October", ("O", "tober"), "October"),
        ("555-749-6819", ("555.749.", "6819"), "555-749-6819"),
        ("1739033045", ("17", "3903", "3045"), "1739033045"),
    ],
)
def test_a_word_cut_apart_where_no_space_is_stays_the_one_word_the_first_reader_saw(
    first: str, pieces: tuple[str, ...], expected: str
) -> None:
    blank, seconds = np.full((2200, 1700), 255, np.uint8), cut(0.2, *pieces)
    (word,) = weighing.weighed(blank, [Word(first, (0.2, 0.2, seconds[-1].box[2], 0.21), 0.9, 0)], seconds)
    assert (word.text, word.box[2]) == (expected, seconds[-1].box[2])
    assert word.confidence <= weighing.AGREED_APART


@pytest.mark.parametrize(
    ("first", "gap", "pieces"),
    [
        ("0904", 0.1, ("09", "04")),
        ("09042026", 0.1, ("09", "04", "2026")),
        ("3.9x2.9", 0.2, ("3.9", "x", "2.9")),
        ("6months", 0.2, ("6", "months")),
        ("ClientName", 0.2, ("Client", "Name")),
        ("leach", 0.5, ("l", "each")),
        ("Oak", 0.1, ("UA", "IR")),
    ],
)
def test_parts_of_a_date_a_measurement_or_two_words_are_not_put_together(
    first: str, gap: float, pieces: tuple[str, ...]
) -> None:
    blank, seconds = np.full((2200, 1700), 255, np.uint8), cut(gap, *pieces)
    firsts = [Word(first, (0.2, 0.2, seconds[-1].box[2], 0.21), 0.9, 0)]
    assert len(weighing.weighed(blank, firsts, seconds)) == len(pieces)


def test_a_figure_that_the_reader_doubted_makes_an_agreed_word_less_sure() -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    word = weighing._word(blank, Word("XY2213628268", box, 0.97, 0, "XYZ213628268"), "XY2213628268", 0.96)
    assert (word.text, word.other, word.confidence) == ("XY2213628268", "XYZ213628268", CONTESTED_WORD)
