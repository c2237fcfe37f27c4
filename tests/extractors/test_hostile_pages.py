"""Pages that nobody prints: one word or phrase thousands of times. Reading them ends, and takes lines of Python by their length."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType

import pytest

from casefile.records import Finding, PageText, Word
from extractors.documents import classify
from extractors.registry import find_all

PHRASES = ("NPI 1234567893", "diagnosis: E11.9", "page 1 of 9", "patient name", "SpO2 88%")
FEW, MANY = 800, 1600
"""Words of the shorter and the longer page."""
MORE = 2.5
"""How many times the lines run twice the words may cost; every value compared with every other costs nearly four."""


def _page(words: Sequence[str], in_line: int) -> PageText:
    lines = len(words) // in_line + 1
    return PageText(1, tuple(
        Word(text, (n % in_line / in_line, n // in_line / lines, (n % in_line + 0.8) / in_line, (n // in_line + 0.7) / lines), 0.9, n // in_line)
        for n, text in enumerate(words)
    ), "ocr", 0.8)  # fmt: skip


def _repeated(phrase: str, count: int) -> list[str]:
    words = phrase.split()
    return [words[n % len(words)] for n in range(count)]


def _read(page: PageText) -> tuple[Finding, ...]:
    return find_all((page,), classify((page,)))


def _lines_run(page: PageText) -> int:
    """How many lines of Python reading a page runs, its calls and returns counted too; no busy machine changes it."""
    lines, before = 0, sys.gettrace()

    def count(frame: FrameType, event: str, argument: object) -> object:
        nonlocal lines
        lines += 1
        return count

    sys.settrace(count)
    try:
        _read(page)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("phrase", PHRASES)
def test_lines_run_grow_with_the_words(phrase: str) -> None:
    """Twice the words run about twice the lines. Not seen: what a pattern or a library does inside, and a small share of the work."""
    _read(_page(_repeated(phrase, FEW), 12))
    few, many = (_lines_run(_page(_repeated(phrase, count), 12)) for count in (FEW, MANY))
    assert many < MORE * few


@pytest.mark.parametrize("word", ["a", "1", "A.", "(", "E11.", "NPI:", "-"])
def test_one_endless_word_is_read(word: str) -> None:
    """A megabyte without a space ends and yields little."""
    assert len(_read(_page([word * (1_000_000 // len(word))], 12))) < 50


@pytest.mark.parametrize("in_line", [1, 2000])
def test_lines_of_any_width_are_read(in_line: int) -> None:
    """One word a line, or all words in one line: every finding keeps a box on the page."""
    found = _read(_page(_repeated("Name: diagnosis E11.9 NPI of ( mail appeals to 60 days 1 1 E1390", 2000), in_line))
    assert all(0 <= edge <= 1.001 for finding in found for edge in finding.box)
