"""Pages that nobody prints: one word or phrase thousands of times. Reading them must end, and cost no more than their length."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType

import pytest

from casefile.records import Finding, PageText, Word
from extractors.documents import classify
from extractors.registry import find_all

PHRASES = ("NPI 1234567893", "diagnosis: E11.9", "E1390", "appeal within 60 days", "mail appeals to", "1 1 1 1", "of (",
           "page 1 of 9", "patient name", "SpO2 88%")  # fmt: skip
FEW, MANY = 700, 1400
"""Words of the shorter and the longer page."""
MORE = 2.7
"""How many times the work twice the words may cost."""


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


def _work(page: PageText) -> int:
    """How many calls reading a page takes: a measure that no busy machine changes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        _read(page)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("phrase", PHRASES)
def test_work_grows_with_the_words(phrase: str) -> None:
    """Twice the words cost about twice the calls, not four times."""
    _read(_page(_repeated(phrase, 60), 12))
    few, many = (_work(_page(_repeated(phrase, count), 12)) for count in (FEW, MANY))
    assert many < MORE * few


@pytest.mark.parametrize("word", ["a", "1", "A.", "(", "E11.", "NPI:", "-"])
def test_one_endless_word_is_read(word: str) -> None:
    """A megabyte without a space ends and yields little."""
    assert len(_read(_page([word * (1_000_000 // len(word))], 12))) < 50


@pytest.mark.parametrize("in_line", [1, 5000])
def test_lines_of_any_width_are_read(in_line: int) -> None:
    """One word a line, or all words in one line: every finding keeps a box on the page."""
    found = _read(_page(_repeated("Name: diagnosis E11.9 NPI appeal E1390", 5000), in_line))
    assert all(0 <= edge <= 1.001 for finding in found for edge in finding.box)
