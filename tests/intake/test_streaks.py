"""Upright streaks of a fax machine are taken off before the page is straightened; letters and rules stay."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from intake import pages

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def printed() -> pages.Gray:
    image = Image.new("L", (1700, 2200), 255)
    ImageDraw.Draw(image).text((200, 1000), "Member ID: W123456789", fill=0, font=ImageFont.truetype(FONT, 40))
    return np.asarray(image).copy()


def test_a_streak_through_a_line_of_text_goes_and_the_text_stays() -> None:
    clean = printed()
    streaked = clean.copy()
    streaked[:, 305:307] = 0
    again = pages.without_streaks(streaked)
    lost = np.count_nonzero((again >= 128) & (clean < 128))
    left = np.count_nonzero((again < 128) & (clean >= 128))
    assert lost < 0.005 * np.count_nonzero(clean < 128)
    assert left < 40


def test_a_dark_edge_and_a_page_without_streaks_stay_as_they_are() -> None:
    gray = printed()
    gray[:, -20:] = 0
    assert pages.without_streaks(gray) is gray


def ruled(*lines: str) -> pages.Gray:
    """A page with lines of print in a column and an upright rule of a form over most of its height."""
    image = Image.new("L", (1700, 2200), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 40)
    for number, line in enumerate(lines):
        draw.text((303, 200 + 50 * number), line, fill=0, font=font)
    return np.asarray(image).copy()


def test_letters_that_touch_a_rule_of_a_form_stay() -> None:
    clean = ruled("I10", "L1833", "H0004", "B4150")
    left = int(np.flatnonzero((clean < 128).any(axis=0))[0])
    framed = clean.copy()
    framed[150:1800, left - 3 : left] = 0
    again = pages.without_streaks(framed)
    assert np.array_equal(again[:, left:], clean[:, left:])
    assert not (again[:, :left] < 128).any()


def test_columns_of_upright_letters_and_bar_codes_are_no_streaks() -> None:
    gray = ruled(*["I1lI"] * 36)
    for left in range(900, 1500, 12):
        gray[300:560, left : left + 5] = 0
    assert np.count_nonzero(gray[:, 300:420] < 128, axis=0).max() > pages.STREAK * gray.shape[0]
    assert np.array_equal(pages.without_streaks(gray), gray)
