"""One page image → its words, in a worker process: straighten, read, turn if needed, second reader, banner, ink."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from casefile.records import PageText, Problem, Word
from intake import line_reader, ocr, pages, second_reader, tick_boxes, whole_page
from intake.banner import split_banner
from intake.ink import asks_to_sign, find_ink
from intake.own_type import by_own_type
from intake.picture import fingerprint
from intake.unread import find_unread

POOR = 0.55
"""Mean word confidence below which a person should compare the page with its image."""
COARSE = 150
"""Rows an inch below which a page is always read whole by the second reader: a fax sent in standard mode."""


@dataclass(frozen=True)
class Job:
    """A page to read; `second_words` is how many words the second reader may read again (0: none)."""

    image: pages.PageImage
    second_words: int = 0


def read_page(job: Job) -> tuple[PageText, Problem | None]:
    """Read one page image that is not blank."""
    number = job.image.page_number
    page, pixels = _read_upright(job.image)
    poor = job.image.dpi[1] < COARSE or whole_page.is_poor(page.words)
    words = _second_opinion(pixels, page.words, job.second_words, poor) if job.second_words else page.words
    words = find_unread(pixels, words) if job.second_words else words
    words, banner = split_banner(words)
    ink = find_ink(pixels, words) if poor or asks_to_sign(words) else ()
    picture = fingerprint(pixels, words)
    page = replace(page, words=tick_boxes.with_boxes(pixels, words), banner=banner, ink=ink, picture=picture)
    if page.confidence >= POOR and words:
        return page, None
    message = f"Page {number} was read poorly. Compare with the image, or ask for a resend in fine mode."
    return page, Problem("low_quality", message, number)


def _second_opinion(pixels: pages.Gray, words: tuple[Word, ...], budget: int, poor: bool) -> tuple[Word, ...]:
    """The words that matter read again; the whole page where the first reader clearly struggled."""
    if poor and line_reader.is_available():
        return by_own_type(pixels, whole_page.read_whole(pixels, words))
    return by_own_type(pixels, second_reader.read_again(pixels, words, budget))


def _read_upright(image: pages.PageImage) -> tuple[PageText, pages.Gray]:
    """Read as it came; only a doubtful reading is asked whether the page lies on its side."""
    assert image.pixels is not None
    received = pages.without_streaks(image.pixels)
    pixels = _straight(received)
    words, turn = ocr.read_image(pages.prepare(pixels)), 0
    on_its_side = ocr.standing(words, pixels.shape) > 0.5
    if (on_its_side or ocr.is_doubtful(words)) and (degrees := ocr.quarter_turns(pixels)):
        turned = _straight(np.ascontiguousarray(np.rot90(received, -degrees // 90)))
        again = ocr.read_image(pages.prepare(turned))
        if _legible(again) > _legible(words) * (0.5 if on_its_side else 1.0):
            words, turn, pixels = again, degrees, turned
    return PageText(image.page_number, words, "ocr", ocr.mean_confidence(words), turn, False, image.dpi), pixels


def _straight(received: pages.Gray) -> pages.Gray:
    """A page with its lines level and its leaders gone."""
    pixels, _ = pages.deskew(received)
    return pages.without_leaders(pixels)


def _legible(words: tuple[Word, ...]) -> float:
    """How much was read with some confidence."""
    return float(sum(len(word.text) for word in words if word.confidence > 0.6))
