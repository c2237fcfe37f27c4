"""A fax → its documents: what kind each page is, and which pages belong together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from casefile.records import Document, PageText

CONTINUES = re.compile(r"\bcontinued\b|\bpage\s+([2-9]|\d\d)\s+of\s+\d+", re.IGNORECASE)
Kinds = dict[str, tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]]


@cache
def _kinds() -> Kinds:
    table = tomllib.loads((Path(__file__).parent / "data" / "kinds.toml").read_text())
    return {
        kind: tuple(tuple(re.compile(p, re.IGNORECASE) for p in row[part]) for part in ("titles", "content"))  # type: ignore[misc]
        for kind, row in table.items()
    }


def classify(pages: Sequence[PageText]) -> tuple[Document, ...]:
    """Split a fax into documents; every page that is not blank is in exactly one.

    A page without a title of its own that says "continued" or "page 2 of 3", or that looks like
    nothing, goes on with the document before it.
    """
    documents: list[Document] = []
    for page in pages:
        if page.blank:
            continue
        kind, score, title = _judge(page)
        before = documents[-1] if documents else None
        goes_on = bool(CONTINUES.search(page.text[:400])) or score < 2
        if before and goes_on and before.kind != "cover_sheet" and before.pages[-1] == page.page_number - 1:
            documents[-1] = Document(before.kind, (*before.pages, page.page_number), before.confidence, before.title)
            continue
        kind = kind if score >= 2 else "other"
        documents.append(Document(kind, (page.page_number,), min(0.98, 0.5 + 0.08 * score), title))
    return tuple(documents)


def _judge(page: PageText) -> tuple[str, float, str]:
    """The likeliest kind of a page, its score, and the line that reads like its title."""
    top = [line for line in page.lines if line.box[1] < 0.3 and len(line.text) < 90]
    best: tuple[str, float, str] = ("other", 0.0, top[0].text if top else "")
    for kind, (titles, content) in _kinds().items():
        line = next((line for line in top if any(p.search(line.text) for p in titles)), None)
        heading = 4.0 + (1.0 if line and line.text.isupper() else 0.0) if line else 0.0
        score = heading + sum(1.0 for pattern in content if pattern.search(page.text[:20000]))
        if score > best[1]:
            best = (kind, score, line.text if line else best[2])
    return best
