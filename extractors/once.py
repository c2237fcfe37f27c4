"""Work that several recognisers share is done once a page: kept by the identity of the page's words, for the last few pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from casefile.records import Word

Answer = TypeVar("Answer")
Words = tuple[Word, ...]
KEPT = 8
"""Pages whose answers are kept; hashing thousands of words at every call would cost more than the work."""


def once(work: Callable[[Words], Answer]) -> Callable[[Words], Answer]:
    """Remember what `work` answered for the same words."""
    kept: deque[tuple[Words, Answer]] = deque(maxlen=KEPT)

    @wraps(work)
    def remembered(words: Words) -> Answer:
        for known, answer in list(kept):
            if known is words:
                return answer
        answer = work(words)
        kept.appendleft((words, answer))
        return answer

    return remembered
