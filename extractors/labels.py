"""Labels and the values that belong to them, by geometry: beside, or below in the same column."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from casefile.records import Box, Line, PageText, Word, union

WIDE = 0.035
"""A gap of this share of the page's width ends a cell."""
BELOW = 0.035
"""How far below its label a value may begin, as a share of the page's height."""
SLIPS = {
    "i": "[il1|!]",
    "l": "[l1i|!]",
    "o": "[o0]",
    "s": "[s5]",
    "b": "[b8]",
    "d": "[d0o]",
    " ": r"[\s.]{0,2}",
    "'": "['’`]?",
    "#": "[#*]",
}
NUMBERED = r"\d{1,2}[a-z]?[.)]?"
"""A box number before a label: "4.", "12a)", or "4" where the dot was lost."""
APART = 0.12
"""A value this far from a label without a colon belongs to another cell if something stands below the label."""
OF_A_PERSON = re.compile(r"\b(id|number|birth|npi|order|signed)\b")
"""Wordings that may end a cell whose beginning was misread ("Panteni's Member ID")."""
LIKE = 80
"""How alike (of 100) a cell of its own and a wording must be to pass as a misread label."""
PLAIN_LABELS = frozenset({"member", "patient", "plan", "claim", "item", "date", "to", "from", "re", "access", "time",
                          "physician", "insurance", "description", "equipment", "address", "orders", "goals", "pages",
                          "condition", "wound", "signed", "signature", "phone", "carrier", "enrollee", "units"})  # fmt: skip


@dataclass(frozen=True)
class LabelledValue:
    """A label found on the page and the words that stand for its value (maybe none)."""

    field: str
    label: str
    words: tuple[Word, ...]
    label_box: Box

    @property
    def text(self) -> str:
        """The value's words joined by spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """Box of the value, or of the label when there is no value."""
        return union(word.box for word in self.words) if self.words else self.label_box

    @property
    def confidence(self) -> float:
        """The least sure of the value's words."""
        return min((word.confidence for word in self.words), default=0.0)


@dataclass(frozen=True)
class _Hit:
    field: str
    label: str
    start: int
    end: int
    words: tuple[Word, ...]


@cache
def _wordings() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(field, wording, pattern), longest wording first; patterns forgive the commonest reading slips."""
    table = tomllib.loads((Path(__file__).parent / "data" / "labels.toml").read_text())
    rows = [(field, wording) for field, wordings in table.items() for wording in wordings]
    rows.sort(key=lambda row: -len(row[1]))
    return tuple((field, wording, _pattern(wording)) for field, wording in rows)


def _pattern(wording: str) -> re.Pattern[str]:
    body = "".join(SLIPS.get(ch, re.escape(ch)) for ch in wording)
    return re.compile(rf"(?<![\w'-]){body}(?![\w'])", re.IGNORECASE)


def labelled_values(page: PageText) -> tuple[LabelledValue, ...]:
    """Every label on the page with its value, in reading order."""
    return _labelled(page.words)


@cache
def _labelled(words: tuple[Word, ...]) -> tuple[LabelledValue, ...]:
    lines = PageText(1, words).lines
    hits = [_hits(line) for line in lines]
    values = []
    for number, row in enumerate(hits):
        for place, hit in enumerate(row):
            following = row[place + 1] if place + 1 < len(row) else None
            value = _value(lines, hits, number, hit, following)
            values.append(LabelledValue(hit.field, hit.label, value, union(w.box for w in hit.words)))
    return tuple(values)


def _value(
    lines: tuple[Line, ...], hits: list[list[_Hit]], number: int, hit: _Hit, following: _Hit | None
) -> tuple[Word, ...]:
    """The words beside, unless they are far off and the label's own cell has words below."""
    beside = _beside(lines[number], hit, following)
    colon = hit.words[-1].text.rstrip().endswith((":", "#"))
    if beside and (colon or beside[0].box[0] - hit.words[-1].box[2] < APART):
        return beside
    return _below(lines, hits, number, hit, following) or beside


def _misread(line: Line, taken: list[_Hit]) -> list[_Hit]:
    """Cells of their own that are nearly a wording ("Paver", "trem description")."""
    found, start = [], 0
    words = line.words
    for end in range(1, len(words) + 1):
        if end < len(words) and words[end].box[0] - words[end - 1].box[2] <= 0.02:
            continue
        cell = list(words[start:end])
        start = end
        if len(cell) > 1 and re.fullmatch(NUMBERED, cell[0].text):
            cell = cell[1:]
        text = " ".join(word.text for word in cell)
        if not 5 <= len(text) <= 34 or any(word in hit.words for word in cell for hit in taken):
            continue
        best = process.extractOne(text.lower().rstrip(" :"), _by_wording(), scorer=fuzz.ratio, score_cutoff=LIKE)
        if best:
            at = len(" ".join(w.text for w in words[: words.index(cell[0])])) + (1 if cell[0] is not words[0] else 0)
            found.append(_Hit(_by_wording_field()[best[0]], best[0], at, at + len(text), tuple(cell)))
    return found


@cache
def _by_wording() -> tuple[str, ...]:
    return tuple(wording for _, wording, _ in _wordings() if len(wording) >= 5)


@cache
def _by_wording_field() -> dict[str, str]:
    return {wording: field for field, wording, _ in _wordings()}


def _hits(line: Line) -> list[_Hit]:
    """Labels in one line, left to right, longest wording first where they overlap."""
    text = line.text[:600]
    taken: list[_Hit] = []
    for field, wording, pattern in _wordings():
        for match in pattern.finditer(text):
            if any(match.start() < hit.end and hit.start < match.end() for hit in taken):
                continue
            words = line.words_in(match.start(), match.end())
            if words and _stands_as_label(line, text, match, words, wording):
                taken.append(_Hit(field, wording, match.start(), match.end(), words))
    taken += _misread(line, taken)
    return sorted(taken, key=lambda hit: hit.start)


def _stands_as_label(line: Line, text: str, match: re.Match[str], words: tuple[Word, ...], wording: str) -> bool:
    """A colon or # after it, or a cell of its own; a word in running prose is no label."""
    after = text[match.end() : match.end() + 3]
    if re.match(r"\s?[:#;]|\s?\.\s?:", after) or wording.endswith("#"):
        return True
    if wording not in PLAIN_LABELS and re.match(r"[.,]\s?[\dA-Z]", after):
        return True
    if wording not in PLAIN_LABELS and re.match(
        r"\s?[A-Z]{0,3}\d{5}|\s?\d{1,2}/\d", text[match.end() : match.end() + 10]
    ):
        return True
    following = [w for w in line.words if w.box[0] >= words[-1].box[2] - 1e-6 and w not in words]
    before = [w for w in line.words if w.box[2] <= words[0].box[0] + 1e-6 and w not in words]
    opens = not before or words[0].box[0] - before[-1].box[2] > 0.02 or bool(re.fullmatch(NUMBERED, before[-1].text))
    closes = not following or following[0].box[0] - words[-1].box[2] > 0.02
    if closes and (opens or OF_A_PERSON.search(wording)):
        return True
    return opens and wording not in PLAIN_LABELS and len(wording) <= 30 and bool(re.match(r"\s*[\dA-Z]", after))


def _beside(line: Line, hit: _Hit, following: _Hit | None) -> tuple[Word, ...]:
    """The words to the right, up to the next label or a wide gap after the value began."""
    end = following.start if following else len(line.text)
    rest = [w for w in line.words_in(hit.end, end) if w not in hit.words and w.text.strip(":#.-_")]
    if following:
        rest = [w for w in rest if w not in following.words]
    value: list[Word] = []
    for word in rest:
        if value and word.box[0] - value[-1].box[2] > WIDE:
            break
        if re.fullmatch(r"\d{1,2}[.)]", word.text) and following:
            continue
        value.append(word)
    return tuple(value)


def _below(
    lines: tuple[Line, ...], hits: list[list[_Hit]], number: int, hit: _Hit, following: _Hit | None
) -> tuple[Word, ...]:
    """The words just below, from the label's left edge to the next label's; none if a label stands there."""
    left = _cell_left(lines[number], hit) - 0.02
    right = _cell_left(lines[number], following) - 0.01 if following else 1.0
    bottom = hit.words[0].box[3]
    for line, row in zip(lines[number + 1 : number + 3], hits[number + 1 : number + 3], strict=True):
        cell = [w for w in line.words if left <= w.box[0] < right]
        if not cell:
            continue
        if cell[0].box[1] - bottom > BELOW or cell[0].box[0] > hit.words[0].box[0] + 0.12:
            return ()
        if any(w in cell for other in row for w in other.words):
            return ()
        value = [cell[0]]
        for word in cell[1:]:
            if word.box[0] - value[-1].box[2] > WIDE:
                break
            value.append(word)
        return tuple(value)
    return ()


def _cell_left(line: Line, hit: _Hit) -> float:
    """Where a label's cell begins: at its box number ("4.") if it has one."""
    before = [w for w in line.words if w.box[2] <= hit.words[0].box[0] + 1e-6]
    numbered = before and re.fullmatch(NUMBERED, before[-1].text)
    return before[-1].box[0] if numbered else hit.words[0].box[0]


def values_of(page: PageText, *fields: str) -> list[LabelledValue]:
    """The page's labelled values of these fields that have a value."""
    return [value for value in labelled_values(page) if value.field in fields and value.words]
