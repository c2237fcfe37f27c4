"""A page the first reader struggled with is read again whole; both readings are weighed and kept."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake import whole_page
from intake.second_reader import AGREED, SPLIT
from intake.weighing import MAJORITY
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
    assert word.confidence <= MAJORITY


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


def test_two_halves_of_a_code_are_put_together() -> None:
    halves = Word("E", (0.2, 0.2, 0.21, 0.212), 0.9, 0), Word("1390", (0.215, 0.2, 0.25, 0.212), 0.95, 0, "|£1390")
    (word,) = whole_page._mended(halves)
    assert (word.text, word.other, word.confidence) == ("E1390", "E|£1390", SPLIT)
    assert word.box == (0.2, 0.2, 0.25, 0.212)
