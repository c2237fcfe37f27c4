"""Pages whose print runs into the edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from casefile.records import PageText
from extractors.edges import find_cut_edges

Page = Callable[..., PageText]
LINES = tuple(f"{n} words of a line that goes on for a while" for n in range(12))


def moved(page: PageText, by: float) -> PageText:
    """The page as it looks when its left edge was cut off, or nothing of it."""
    cut = [(max(0.0, w.box[0] - by), w.box[1], w.box[2] - by, w.box[3]) for w in page.words]
    return replace(page, words=tuple(replace(w, box=box) for w, box in zip(page.words, cut, strict=True) if box[2] > 0))


def test_lines_that_run_into_the_edge(page_of: Page) -> None:
    (found,) = find_cut_edges([moved(page_of(*LINES), 0.055)])
    assert (found.code, found.page) == ("cut_edge", 1) and "left edge" in found.message


def test_a_narrow_margin_is_no_cut_edge(page_of: Page) -> None:
    assert find_cut_edges([moved(page_of(*LINES), 0.04), page_of(*LINES)]) == []


def test_a_streak_beside_two_lines_is_no_cut_edge(page_of: Page) -> None:
    page = page_of(*LINES)
    streaks = tuple(replace(w, box=(0.0, *w.box[1:])) if w.line < 2 and w.box[0] < 0.06 else w for w in page.words)
    assert find_cut_edges([replace(page, words=streaks)]) == []
