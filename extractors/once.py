"""Work that several recognisers share, or that a page shares with its other readings, is done once. Pure.

It is known again by the identity of the page's or the line's words and kept for the last few pages alone; hashing thousands
of words at every call would cost more than the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from casefile.records import Line, PageText, TextSource, Word

Answer = TypeVar("Answer")
KEPT = 8
"""Pages whose answers are kept."""
LINES = 1000
"""Lines whose answers are kept; all are let go once so many are."""


def once(work: Callable[[PageText], Answer]) -> Callable[[PageText], Answer]:
    """Remember what `work` answered for a page's words and source; it must look at nothing else of the page."""
    kept: deque[tuple[tuple[Word, ...], TextSource, Answer]] = deque(maxlen=KEPT)

    @wraps(work)
    def remembered(page: PageText) -> Answer:
        for words, source, answer in kept:
            if words is page.words and source == page.source:
                return answer
        answer = work(page)
        kept.appendleft((page.words, page.source, answer))
        return answer

    return remembered


def once_a_line(work: Callable[[Line], Answer]) -> Callable[[Line], Answer]:
    """Remember what `work` answered for a line, which a page and its other readings share where readers agree."""
    kept: dict[int, tuple[tuple[Word, ...], Answer]] = {}

    @wraps(work)
    def remembered(line: Line) -> Answer:
        known = kept.get(id(line.words))
        if known and known[0] is line.words:
            return known[1]
        answer = work(line)
        if len(kept) >= LINES:
            kept.clear()
        kept[id(line.words)] = line.words, answer
        return answer

    return remembered
