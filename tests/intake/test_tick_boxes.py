"""Drawn boxes to tick on the page's image become signs before their words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen import canvas

from casefile.records import Word
from intake.limits import Limits
from intake.read import read_file
from intake.tick_boxes import with_boxes

WIDE, HIGH, SIZE = 1700, 2200, 26


def drawn(*items: tuple[str, str], gap: int = 12) -> tuple[np.ndarray, tuple[Word, ...]]:  # type: ignore[type-arg]
    """A page with one line of items, each with what stands in the box before it, and its words as a reader sees them."""
    image = Image.new("L", (WIDE, HIGH), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE)
    left, words = 120, []
    for mark, text in items:
        if mark in "xv ":
            pen.rectangle((left, 300, left + 22, 322), outline=0, width=2)
        if mark == "x":
            pen.line((left + 3, 303, left + 19, 319), fill=0, width=3)
            pen.line((left + 3, 319, left + 19, 303), fill=0, width=3)
        if mark == "v":
            pen.line((left + 4, 311, left + 9, 317, left + 18, 304), fill=0, width=3)
        if mark == "O":
            pen.ellipse((left, 300, left + 22, 322), outline=0, width=3)
        left += 22 + gap
        pen.text((left, 297), text, fill=0, font=font)
        right = left + int(pen.textlength(text, font=font))
        words.append(Word(text, (left / WIDE, 298 / HIGH, right / WIDE, 324 / HIGH), 0.95, 0))
        left = right + 60
    return np.asarray(image), tuple(words)


def text(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


@pytest.mark.parametrize("mark, sign", [("x", "☒ "), ("v", "☒ "), (" ", "☐ "), ("O", ""), ("-", "")])
def test_a_box_before_a_word(mark: str, sign: str) -> None:
    assert (
        text(with_boxes(*drawn((mark, "Walker"), ("-", "Commode"), ("-", "Oxygen")))) == f"{sign}Walker Commode Oxygen"
    )


def test_a_box_far_from_any_word_is_left_alone() -> None:
    assert text(with_boxes(*drawn((" ", "Walker"), ("-", "Commode"), ("-", "Bed"), gap=90))) == "Walker Commode Bed"


def test_letters_that_a_reader_made_of_a_box_go() -> None:
    pixels, words = drawn(("x", "Walker"), (" ", "Commode"), ("-", "Bed"))
    misread = Word("KI", (120 / WIDE, 300 / HIGH, 143 / WIDE, 323 / HIGH), 0.4, 0)
    assert text(with_boxes(pixels, (misread, *words))) == "☒ Walker ☐ Commode Bed"


def test_print_in_a_frame_stays() -> None:
    pixels, words = drawn((" ", "Walker"), ("-", "Commode"), ("-", "Bed"))
    framed = Word("to", (121 / WIDE, 301 / HIGH, 142 / WIDE, 322 / HIGH), 0.95, 0)
    assert text(with_boxes(pixels, (framed, *words))) == "to Walker Commode Bed"


def test_boxes_drawn_on_a_born_digital_page(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    page = canvas.Canvas(str(path), pagesize=(612, 792))
    page.drawString(60, 740, "Check all that apply, for the patient named above")
    for row, (text, ticked) in enumerate((("Walker E0143", True), ("Commode E0163", False))):
        foot = 700 - 20 * row
        page.rect(60, foot - 1, 9, 9)
        if ticked:
            page.line(61, foot, 68, foot + 7)
            page.line(61, foot + 7, 68, foot)
        page.drawString(74, foot, text)
    page.save()
    assert [line.text for line in read_file(path, Limits()).pages[0].lines][1:] == ["☒ Walker E0143", "☐ Commode E0163"]
