"""A page the first reader struggled with is read again whole; both readings are weighed and kept."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake import whole_page
from intake.second_reader import AGREED, CONTESTED_WORD, SPLIT
from intake.whole_page import is_poor, read_whole

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def sheet(*lines: str) -> tuple[np.ndarray, list[list[Word]]]:  # type: ignore[type-arg]
    """A page with these lines, and each line's words with their true boxes and a middling confidence."""
    image = Image.new("L", (1700, 2200), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 30)
    rows: list[list[Word]] = []
    for number, line in enumerate(lines):
        left, row = 200.0, []
        for text in line.split():
            box = draw.textbbox((left, 300 + 90 * number), text, font=font)
            draw.text((left, 300 + 90 * number), text, fill=0, font=font)
            row.append(Word(text, (box[0] / 1700, box[1] / 2200, box[2] / 1700, box[3] / 2200), 0.7, number))
            left = box[2] + 14
        rows.append(row)
    return np.asarray(image), rows


def texts(words: tuple[Word, ...]) -> list[str]:
    return [word.text for word in words]


def test_words_on_which_both_agree_are_sure() -> None:
    gray, rows = sheet("Member ID: W123456789")
    words = read_whole(gray, tuple(rows[0]))
    assert texts(words) == ["Member", "ID:", "W123456789"]
    assert all(0.9 <= word.confidence <= AGREED for word in words)


def test_a_garbled_label_is_replaced_and_kept_beside() -> None:
    gray, ((member, label, value),) = sheet("Member ID: W123456789")
    words = read_whole(gray, (Word("Mernlxr", member.box, 0.4, 0), label, value))
    assert (words[0].text, words[0].other) == ("Member", "Mernlxr")
    assert words[0].confidence <= SPLIT


def test_a_code_read_differently_goes_to_the_majority() -> None:
    gray, ((code,),) = sheet("J44.9")
    (word,) = read_whole(gray, (Word("344.9", code.box, 0.9, 0),))
    assert (word.text, word.other) == ("J44.9", "344.9")
    assert word.confidence <= whole_page.MAJORITY


def test_a_line_the_first_reader_missed_is_added() -> None:
    gray, rows = sheet("Patient: Ada Loom", "Date of Birth: 03/10/1939")
    words = read_whole(gray, tuple(rows[0]))
    assert "03/10/1939" in texts(words)
    assert {word.line for word in words} == {0, 1}


def test_what_only_the_first_reader_saw_stays_unless_it_is_a_speck() -> None:
    gray, rows = sheet("Patient: Ada Loom")
    lonely, speck = Word("Hypoxemia", (0.6, 0.8, 0.7, 0.81), 0.7, 9), Word("7", (0.6, 0.9, 0.61, 0.91), 0.3, 10)
    assert texts(read_whole(gray, (*rows[0], lonely, speck)))[-1] == "Hypoxemia"


def test_letters_read_alike_keep_the_spaces_one_reader_saw() -> None:
    gray, ((two,),) = sheet("2xweekx9")
    left, top, right, bottom = two.box
    cut = [left + (right - left) * part for part in (0, 0.14, 0.25, 0.78, 0.9, 1)]
    firsts = tuple(
        Word(text, (cut[n], top, cut[n + 1], bottom), 0.9, 0) for n, text in enumerate(("2", "x", "week", "x", "9"))
    )
    assert texts(read_whole(gray, firsts)) == ["2", "x", "week", "x", "9"]


@pytest.mark.parametrize(
    ("confidences", "expected"),
    [((0.95, 0.96, 0.95, 0.93), False), ((0.7, 0.8, 0.7, 0.9), True), ((), True), ((0.95, 0.95, 0.95, 0.3), True)],
)
def test_a_page_is_poor_by_its_mean_or_by_its_doubtful_share(confidences: tuple[float, ...], expected: bool) -> None:
    assert is_poor(tuple(Word("oxygen", (0, 0, 1, 1), sure, 0) for sure in confidences)) is expected


def test_a_line_without_figures_that_was_read_surely_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    gray, rows = sheet("Patient: Ada Loom", "DOB: 03/10/1939")
    read: list[int] = []
    glyphs = whole_page.read_glyphs
    monkeypatch.setattr(whole_page, "read_glyphs", lambda *given: read.append(1) or glyphs(*given))
    sure = tuple(Word(word.text, word.box, 0.96, word.line) for row in rows for word in row)
    assert texts(read_whole(gray, sure)) == ["Patient:", "Ada", "Loom", "DOB:", "03/10/1939"]
    assert len(read) == 1


def test_further_looks_settle_a_word_on_which_readers_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([("W402743745", 0.9)])
    monkeypatch.setattr(whole_page, "read_line", lambda *given: next(looks))
    box = (0.2, 0.2, 0.3, 0.22)
    word = whole_page._by_further_looks(
        np.full((2200, 1700), 255, np.uint8), Word("W402743715", box, 0.9, 0), "W402743745"
    )
    assert (word.text, word.other) == ("W402743745", "W402743715")
    looks = iter([("W402743775", 0.9), ("W402743775", 0.9)])
    word = whole_page._by_further_looks(
        np.full((2200, 1700), 255, np.uint8), Word("W402743715", box, 0.9, 0), "W402743745"
    )
    assert (word.text, word.confidence) == ("W402743775", whole_page.DIVIDED)


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
    word = whole_page._as_a_date(Word(text, (0.2, 0.2, 0.3, 0.22), 0.9, 0, other))
    assert word.text == expected
    assert (word.confidence <= SPLIT) is (expected != text)


@pytest.mark.parametrize(("first", "text", "other"), [("150.22", "150.22", "I50.22"), ("I50.22", "I50.22", "150.22")])
def test_an_i_that_the_reader_held_possible_is_taken_only_where_the_other_reader_saw_it(
    first: str, text: str, other: str
) -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    word = whole_page._word(blank, Word("150.22", box, 0.97, 0, "I50.22"), first, 0.96)
    assert (word.text, word.other) == (text, other)
    assert word.confidence <= CONTESTED_WORD


def test_rules_of_a_form_are_no_part_of_a_code() -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    assert whole_page._word(blank, Word("B4150", box, 0.97, 0), "__B4150", 0.5).text == "B4150"


def test_two_halves_of_a_code_are_put_together() -> None:
    halves = Word("E", (0.2, 0.2, 0.21, 0.212), 0.9, 0), Word("1390", (0.215, 0.2, 0.25, 0.212), 0.95, 0, "|£1390")
    (word,) = whole_page._mended(halves)
    assert (word.text, word.other, word.confidence) == ("E1390", "E|£1390", SPLIT)
    assert word.box == (0.2, 0.2, 0.25, 0.212)


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
    (word,) = whole_page._weighed(blank, [Word(first, (0.2, 0.2, seconds[-1].box[2], 0.21), 0.9, 0)], seconds)
    assert (word.text, word.box[2]) == (expected, seconds[-1].box[2])
    assert word.confidence <= whole_page.AGREED_APART


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
    assert len(whole_page._weighed(blank, firsts, seconds)) == len(pieces)


def test_a_figure_that_the_reader_doubted_makes_an_agreed_word_less_sure() -> None:
    blank, box = np.full((2200, 1700), 255, np.uint8), (0.2, 0.2, 0.3, 0.22)
    word = whole_page._word(blank, Word("XY2213628268", box, 0.97, 0, "XYZ213628268"), "XY2213628268", 0.96)
    assert (word.text, word.other, word.confidence) == ("XY2213628268", "XYZ213628268", CONTESTED_WORD)
