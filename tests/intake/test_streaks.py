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
