"""A fax → its documents: what kind each page is, and which pages belong together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casefile.records import Document, Line, PageText

CONTINUES = re.compile(r"\bcontinued\b|\(cont(?:'?d)?\.?\)|\bpage\s+([2-9]|\d\d)\s+of\s+\d+", re.IGNORECASE)
NUMBERED = re.compile(r"\bpage\s+(\d{1,2})\s+of\s+(\d{1,2})\b", re.IGNORECASE)
FEW_WORDS = 45
"""A photo page holds a caption and little else."""
ENOUGH = 2.5
"""Below this score a page is nobody's kind."""
SOME, CLEAR = 2.0, 0.8
"""Nor below this, unless no other kind comes near."""
UNTITLED = 0.85
"""Highest confidence of a kind that only the text tells."""
SEPARATOR = "Separator sheet"


@dataclass(frozen=True)
class Judged:
    """A page's likeliest kind, its score, its lead over the next kind, its title or first line; `titled`: that says it."""

    kind: str
    score: float
    lead: float
    title: str
    titled: bool = False


@dataclass(frozen=True)
class Wordings:
    """What tells a kind, in lower case: title phrases, of which strong ones settle it, and content phrases."""

    strong: re.Pattern[str]
    titles: re.Pattern[str]
    content: tuple[re.Pattern[str], ...]
    telling: tuple[re.Pattern[str], ...]


@cache
def _kinds() -> dict[str, Wordings]:
    table = tomllib.loads((Path(__file__).parent / "data" / "kinds.toml").read_text())
    return {kind: Wordings(_any_of(row["strong"]), _any_of(row["titles"]), tuple(map(_lowered, row["content"])),
                           tuple(map(_lowered, row["telling"]))) for kind, row in table.items()}  # fmt: skip


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern for several; for none one that nothing fits."""
    return _lowered("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


def _lowered(pattern: str) -> re.Pattern[str]:
    """A pattern for text in lower case, which is searched faster than with its case ignored; its escapes stay."""
    return re.compile(re.sub(r"\\.|[A-Z]", lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), pattern), re.MULTILINE)


def classify(pages: Sequence[PageText], separators: Collection[int] = ()) -> tuple[Document, ...]:
    """Split a fax into documents; every page that is not blank is in exactly one.

    A page without a title of its own that says "continued" or "page 2 of 3", or that looks like
    nothing, goes on with the document before it, unless a separator sheet lies between.

    Args:
        pages: The fax's pages.
        separators: The numbers of pages that are separator sheets: documents of their own, of the kind "other".
    """
    documents: list[Document] = []
    for page in pages:
        if page.blank:
            continue
        if page.page_number in separators:
            documents.append(Document("other", (page.page_number,), UNTITLED, SEPARATOR))
            continue
        judged = _judge(page)
        before = documents[-1] if documents else None
        if (
            before
            and before.kind != "cover_sheet"
            and before.title != SEPARATOR
            and before.pages[-1] == page.page_number - 1
            and _goes_on(page, judged, before)
        ):
            documents[-1] = Document(before.kind, (*before.pages, page.page_number), before.confidence, before.title)
            continue
        kind = judged.kind if judged.score >= ENOUGH or judged.score >= SOME and judged.lead >= CLEAR else "other"
        most = 0.98 if judged.titled else UNTITLED
        sure = 0.5 if kind == "other" else min(most, 0.55 + 0.05 * judged.score + 0.05 * min(judged.lead, 3.0))
        documents.append(Document(kind, (page.page_number,), sure, judged.title))
    return tuple(documents)


def _goes_on(page: PageText, judged: Judged, before: Document) -> bool:
    """Whether a page continues the document before it: it says so, or it has no face of its own."""
    edges = page.text[:500] + "\n" + page.text[-160:]
    number = NUMBERED.search(edges)
    if number and int(number[1]) == 1:
        return False
    says = bool(CONTINUES.search(edges)) and not (number and int(number[1]) > int(number[2]))
    if says and (judged.score < 6 or judged.kind == before.kind):
        return True
    return judged.score < ENOUGH and len(page.words) > 3


def _judge(page: PageText) -> Judged:
    """The likeliest kind of a page: by its title lines, the higher and larger the better, then by what it says."""
    lines = page.lines
    if not lines:
        return Judged("other", 0.0, 0.0, "")
    usual = sorted(_height(line) for line in lines)[len(lines) // 2]
    top = [line for line in lines[:14] if line.box[1] < 0.32 and len(line.text) < 90]
    text, scores = page.text[:20000].lower(), list[tuple[float, str, str]]()
    said_at_top, prominence = (
        [line.text.lower() for line in top],
        [_prominence(line, usual, n) for n, line in enumerate(top)],
    )
    for kind, tell in _kinds().items():
        best, title = 0.0, ""
        for place, (line, says) in enumerate(zip(top, said_at_top, strict=True)):
            weight = 5.0 if tell.strong.search(says) else 2.6 if tell.titles.search(says) else 0.0
            if weight and (weighed := weight * prominence[place]) > best:
                best, title = weighed, line.text
        if kind == "photo" and len(page.words) > FEW_WORDS:
            continue
        said = sum(1.0 for pattern in tell.content if pattern.search(text))
        told = sum(1.0 for pattern in tell.telling if pattern.search(text))
        scores.append((best + min(said, 4.0) * 0.8 + min(told, 3.0) * 1.2, kind, title))
    scores.sort(reverse=True)
    (score, kind, title), (next_score, *_) = scores[:2]
    return Judged(kind, score, score - next_score, title or (top[0].text if top else ""), bool(title))


def _prominence(line: Line, usual: float, place: int) -> float:
    """How much a line looks like a title: larger, in capitals, near the top, few words, no value behind a colon."""
    weight = 1.0 - 0.02 * place
    weight += 0.25 if _height(line) > 1.15 * usual else 0.0
    weight += 0.15 if line.text.isupper() else 0.0
    if re.search(r":\s*\S", line.text):
        weight *= 0.45
    if len(line.words) > 9:
        weight *= 0.3 if line.text[0].islower() else 0.6
    return weight


def _height(line: Line) -> float:
    heights = sorted(word.box[3] - word.box[1] for word in line.words)
    return heights[len(heights) // 2]
