"""Pages whose print runs into the edge: what stood beyond it is lost. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from casefile.records import PageText, Problem

TOUCHES = 0.004
"""Print nearer to the edge than this share of the page's width runs into it; paper and machines leave more."""
LINES, SHARE = 3, 0.1
"""So many lines, and this share of all, must run into one edge; a streak or a punched hole touches fewer."""
PRINT = re.compile(r"[A-Za-z0-9]")
READ = 0.4
"""Marks read with less confidence than this are no print."""


def find_cut_edges(pages: Sequence[PageText]) -> list[Problem]:
    """One problem for every page whose left or right edge is cut off."""
    return [
        Problem("cut_edge", f"The {side} edge of page {page.page_number} is cut off: lines run into it. Ask for the page again.", page.page_number)
        for page in pages for side in _cut(page)
    ]  # fmt: skip


def _cut(page: PageText) -> Iterator[str]:
    lines = [
        words
        for line in page.lines
        if (words := [w for w in line.words if PRINT.search(w.text) and w.confidence >= READ])
    ]
    for side, touching in (
        ("left", sum(words[0].box[0] <= TOUCHES for words in lines)),
        ("right", sum(words[-1].box[2] >= 1 - TOUCHES for words in lines)),
    ):
        if touching >= LINES and touching >= SHARE * len(lines):
            yield side
