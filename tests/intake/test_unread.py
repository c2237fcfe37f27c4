"""Print that was left out is read where it stands, and nothing is made of bars, boxes and bullets."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Word
from intake import line_reader
from intake.unread import find_unread

WIDTH, HEIGHT = 1728, 2200
FONT = ImageFont.load_default(32)


def page(*lone: tuple[str, int, int]) -> tuple[np.ndarray, tuple[Word, ...]]:
    """A page with two lines that were read, and marks beside them that were not; "[]" and "|" are drawn as lines."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    words = []
    for line, (text, top) in enumerate((("Total", 300), ("Refills", 400))):
        edges = draw.textbbox((200, top), text, font=FONT)
        draw.text((200, top), text, fill=0, font=FONT)
        box = (edges[0] / WIDTH, edges[1] / HEIGHT, edges[2] / WIDTH, edges[3] / HEIGHT)
        words.append(Word(text, box, 0.96, line))
    for text, left, top in lone:
        if text == "[]":
            draw.rectangle((left, top + 8, left + 22, top + 30), outline=0, width=3)
        elif text == "|":
            draw.line((left, top + 4, left, top + 34), fill=0, width=4)
        else:
            draw.text((left, top), text, fill=0, font=FONT)
    return np.asarray(image), tuple(words)


@pytest.mark.skipif(not line_reader.is_available(), reason="the second reader is not installed")
def test_a_figure_far_from_its_label_is_read_in_its_place() -> None:
    pixels, words = page(("4", 900, 300), ("35", 700, 400))
    read = find_unread(pixels, words)
    assert [(word.text, word.line) for word in read] == [("Total", 0), ("4", 0), ("Refills", 1), ("35", 1)]
    assert all(word.confidence <= 0.8 for word in read if word.text.isdigit())


@pytest.mark.skipif(not line_reader.is_available(), reason="the second reader is not installed")
def test_a_word_that_was_left_out_is_read_in_its_place() -> None:
    pixels, words = page(("CO-197", 900, 300), ("Qty", 60, 400))
    read = find_unread(pixels, words)
    assert [(word.text, word.line) for word in read] == [("Total", 0), ("CO-197", 0), ("Qty", 1), ("Refills", 1)]


def test_bars_boxes_bullets_and_marks_off_any_line_are_left_alone() -> None:
    pixels, words = page(("|", 600, 300), ("[]", 700, 400), ("3", 100, 300), ("7", 900, 900))
    assert find_unread(pixels, words) == words
