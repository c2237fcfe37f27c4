"""Blocks of lines below a caption in its column, such as a name with an address; and addresses in running lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from casefile.records import Line, PageText, Word, union
from extractors.label_hits import WIDE
from extractors.label_values import BELOW, column_of
from extractors.labels import LabelledValue, sheet_of

MOST = 5
"""Lines of one block."""
STREET = re.compile(
    r"(?<![\w,/-])(?:\d{1,5}[\w-]*[ \t]+(?:[NSEW]{1,2}\.?[ \t]+)?[A-Z0-9]\w*|[Pp]\.?\s?[Oo]\.?\s+(?i:box|drawer)\s+\w+|Post Office Box\s+\w+|(?:One|Two|Three|Four|Five)\s+(?:[A-Z]\w+\s+){1,3}(?:Plaza|Center|Square|Street|Way|Place|Drive|Parkway|Avenue))"
)
STATE_ZIP = re.compile(r"\b(?:[A-Z]{2}\.?|[A-Z][a-z]+(?: [A-Z][a-z]+)?),?\s+\d{5}(?:-\d{4})?\b")

PROSE = re.compile(r"[.;:?]\s+[A-Z][a-z]+ (?:the|a|an|you|we|your|for|is|to|us)\b")
"""A sentence's end and beginning."""


def block_below(page: PageText, value: LabelledValue) -> tuple[Line, ...]:
    """The lines below a label's own in its column, down to a gap or the next label."""
    sheet = sheet_of(page)
    hit = next((hit for hit in sheet.hits[value.line] if hit.box == value.label_box), None)
    if hit is None:
        return ()
    left, right = column_of(sheet.tokens[value.line], hit)
    block: list[Line] = []
    bottom = hit.box[3]
    for number in range(value.line + 1, min(value.line + 3 * MOST, len(page.lines))):
        words = _cell(page.lines[number].words, left, right)
        if not words:
            continue
        box = union(word.box for word in words)
        labelled = any(other.box[0] <= words[0].box[0] + 0.001 <= other.box[2] for other in sheet.hits[number])
        if box[1] - bottom > BELOW or labelled or len(block) == MOST:
            break
        block.append(Line(words))
        bottom = box[3]
    return tuple(block)


def _cell(words: Sequence[Word], left: float, right: float) -> tuple[Word, ...]:
    """The words of one line that stand in a column, up to a wide gap."""
    kept: list[Word] = []
    for word in words:
        if not left <= word.box[0] < right:
            continue
        if kept and word.box[0] - kept[-1].box[2] > WIDE:
            break
        kept.append(word)
    return tuple(kept)


def cells_of(line: Line) -> tuple[Line, ...]:
    """A line cut at its wide gaps."""
    cells: list[list[Word]] = [[line.words[0]]]
    for before, word in zip(line.words, line.words[1:], strict=False):
        if word.box[0] - before.box[2] > WIDE:
            cells.append([])
        cells[-1].append(word)
    return tuple(Line(tuple(cell)) for cell in cells)


def postal_address(text: str) -> tuple[int, int] | None:
    """Where the first street or box stands in a text that a state and a ZIP code follow; None if there is none."""
    for street in STREET.finditer(text):
        town = STATE_ZIP.search(text, street.end(), street.end() + 90)
        if town and not PROSE.search(text[street.start() : town.end()]):
            return street.start(), town.end()
    return None
