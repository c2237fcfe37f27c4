"""A PDF page's own words, when they are real."""

from __future__ import annotations

from typing import Any

from casefile.records import Word
from intake.lines import in_lines


def page_words(page: Any) -> tuple[Word, ...]:
    """The words of a pdfplumber page, with boxes as fractions of the page as it is shown."""
    width, height = float(page.width), float(page.height)
    left0, top0 = float(page.bbox[0]), float(page.bbox[1])
    rows = page.extract_words(use_text_flow=False, keep_blank_chars=False)
    return in_lines(
        Word(row["text"], (_part(row["x0"] - left0, width), _part(row["top"] - top0, height),
                           _part(row["x1"] - left0, width), _part(row["bottom"] - top0, height)), 0.99, 0)
        for row in rows
    )  # fmt: skip


def is_real(page: Any, words: tuple[Word, ...]) -> bool:
    """Whether the text layer can be believed: enough words, mostly letters and digits, and not under a scan."""
    text = "".join(word.text for word in words)
    if len(text) < 20:
        return False
    readable = sum(ch.isascii() and (ch.isalnum() or ch in ".,:;/()-'\"%$#&@+_[]*=") for ch in text)
    if readable < 0.9 * len(text):
        return False
    area = float(page.width) * float(page.height)
    covered = max((abs((i["x1"] - i["x0"]) * (i["bottom"] - i["top"])) for i in page.images), default=0.0)
    return covered < 0.8 * area


def _part(value: float, whole: float) -> float:
    """A position as a fraction of the page, kept inside it."""
    return min(1.0, max(0.0, float(value) / whole))
