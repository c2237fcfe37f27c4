"""Pages from plain lines: a character is 0.01 of the page wide, a line 0.02 high."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from casefile.records import PageText, Word


def make_page(*lines: str, **more: object) -> PageText:
    words = [
        Word(m[0], (0.05 + 0.01 * m.start(), 0.1 + 0.02 * n, 0.05 + 0.01 * m.end(), 0.114 + 0.02 * n), 0.95, n)
        for n, line in enumerate(lines)
        for m in re.finditer(r"\S+", line)
    ]
    return PageText(1, tuple(words), "ocr", 0.95, **more)  # type: ignore[arg-type]


@pytest.fixture
def page_of() -> Callable[..., PageText]:
    return make_page
