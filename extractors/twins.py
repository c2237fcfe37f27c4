"""Pages that repeat an earlier page, be it sent again by a worse machine: the same words, and no figure that surely differs.

A wrongly found repeat loses a page of the record, a repeat that is not found costs a page of paper. So one figure that both readings
are sure of, and that differs, decides: a form filled in on another day is another page. Where a page shows a picture and says
little, the picture must be the same too, and no letter of its caption may surely differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from casefile.records import PageText, Problem

FEWEST = 60
"""Letters below which a page says too little to be told from another."""
MOST = 4000
LIKE, WORDLESS = 75, 92
"""How alike (of 100) two texts are at least; without enough figures to compare, how alike they must be."""
SURE, GONE = 0.94, 0.96
"""A changed figure counts from the first confidence on, one that one page lacks from the second."""
DOUBTED = 0.85
"""Two changed figures of at least this confidence count as much as one that is sure."""
FIGURES = 12
"""Figures in common below which they prove nothing."""
SHARE = 0.75
"""What share of the figures must stand in both texts."""
NEAR = 0.04
"""How far apart one line of two sendings may stand, in page heights."""
PICTURED = 0.88
"""What share of the bits two sendings of a picture have in common (0.96 and more by like machines); two photos in one
frame had at most 0.79."""
CAPTION = 4
"""Glyphs of a line that, surely read, must stand beside both pictures."""
SENDERS = re.compile(r"\d{3}[-.)]+\d{3}[-.]?\d{4}|\d{6}[-.]\d{4}|\d{10}(?=F\w{0,2}\W?\d{3})|\d{5}[-.:]\d{4}(?!\d)")
"""Telephone numbers and ZIP codes: small print that is the same on all of an office's pages, so that a change in it is a slip."""
Kind = Callable[[str], bool]


@dataclass(frozen=True)
class _Line:
    """A line's glyphs without spaces, the confidence of each, and its height on the page."""

    text: str
    sure: tuple[float, ...]
    at: float


@dataclass(frozen=True)
class _Read:
    """A page as it is compared."""

    page: PageText
    text: str

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Its words, to see quickly that two pages have little in common."""
        return frozenset(self.text.split())

    @cached_property
    def lines(self) -> tuple[_Line, ...]:
        """Its lines from top to bottom."""
        rows: dict[int, list[tuple[str, float, float]]] = {}
        for word in self.page.words:
            rows.setdefault(word.line, []).append((word.text, word.confidence, (word.box[1] + word.box[3]) / 2))
        return tuple(
            _Line(
                "".join(text for text, _, _ in row),
                tuple(sure for text, sure, _ in row for _ in text),
                sum(at for _, _, at in row) / len(row),
            )
            for row in rows.values()
        )


def find_repeated(pages: Sequence[PageText]) -> list[Problem]:
    """Each page that repeats an earlier one, with the page it repeats."""
    problems: list[Problem] = []
    kept: list[_Read] = []
    for page in pages:
        read = _Read(page, " ".join(page.text.split())[:MOST])
        if len(read.text) < FEWEST and not page.picture:
            continue
        twin = next((other.page.page_number for other in kept if _same(read, other)), None)
        if twin is None:
            kept.append(read)
        else:
            problems.append(
                Problem("duplicate_page", f"Page {page.page_number} repeats page {twin}.", page.page_number, twin)
            )
    return problems


def _same(one: _Read, other: _Read) -> bool:
    """Whether two pages are one: alike in words and figures, and no figure that surely differs."""
    if one.page.picture or other.page.picture:
        return _alike(one.page.picture, other.page.picture) and not _compared(one, other, str.isalnum)[2]
    if len(one.tokens & other.tokens) < 0.25 * min(len(one.tokens), len(other.tokens)):
        return False
    likeness = fuzz.ratio(one.text, other.text, score_cutoff=LIKE)
    if not likeness:
        return False
    same, lost, changed = _compared(one, other, str.isdigit)
    if changed or same < SHARE * (same + lost):
        return False
    return likeness >= WORDLESS or same >= FIGURES


def _alike(one: str, other: str) -> bool:
    """Whether two pictures are one, by their bits."""
    if len(one) != len(other):
        return False
    return (int(one, 16) ^ int(other, 16)).bit_count() <= (1 - PICTURED) * 4 * len(one)


def _compared(one: _Read, other: _Read, kind: Kind) -> tuple[int, int, bool]:
    """How many glyphs of a kind two pages share, how many one alone holds, and whether one surely differs."""
    same = lost = 0
    doubted = 0
    free = list(other.lines)
    for line in one.lines:
        if not any(map(kind, line.text)):
            continue
        near = (row for row in free if abs(row.at - line.at) < NEAR)
        twin = max(near, key=lambda row: fuzz.ratio(line.text, row.text), default=None)
        if twin is None or fuzz.ratio(line.text, twin.text) < 50:
            if kind is str.isalnum and len(line.text) >= CAPTION and min(line.sure) >= SURE:
                return same, lost, True
            lost += _count(line.text, kind)
            continue
        free.remove(twin)
        for step in Levenshtein.opcodes(line.text, twin.text):
            mine, theirs = slice(step.src_start, step.src_end), slice(step.dest_start, step.dest_end)
            if step.tag == "equal":
                same += _count(line.text[mine], kind)
                continue
            lost += max(_count(line.text[mine], kind), _count(twin.text[theirs], kind))
            if _is_within(SENDERS, line.text, mine) or _is_within(SENDERS, twin.text, theirs):
                continue
            found = _changes(line, twin, mine, theirs, kind)
            if max(found, default=0.0) >= SURE:
                return same, lost, True
            doubted += sum(sure >= DOUBTED for sure in found)
    return same, lost, doubted > 1


def _is_within(pattern: re.Pattern[str], text: str, place: slice) -> bool:
    return any(match.start() <= place.start and place.stop <= match.end() for match in pattern.finditer(text))


def _changes(line: _Line, twin: _Line, mine: slice, theirs: slice, kind: Kind) -> list[float]:
    """How sure it is, glyph by glyph, that what differs between two lines was printed differently."""
    one, other = line.text[mine], twin.text[theirs]
    if len(one) == len(other):
        return [
            min(line.sure[mine.start + n], twin.sure[theirs.start + n])
            for n, (a, b) in enumerate(zip(one, other, strict=True))
            if kind(a) and kind(b)
        ]
    if all(map(kind, one + other)):
        sure = min(_around(line, mine) + _around(twin, theirs))
        return [sure] if sure >= GONE else [min(sure, DOUBTED)]
    return []


def _around(line: _Line, place: slice) -> tuple[float, ...]:
    """The confidence of these glyphs and of one to each side, since a lost figure has none of its own."""
    return line.sure[max(0, place.start - 1) : place.stop + 1]


def _count(text: str, kind: Kind) -> int:
    return sum(map(kind, text))
