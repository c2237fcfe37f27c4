"""A page's labels with the values that belong to them, and the headings they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from casefile.records import Box, Line, PageText, Word, union
from extractors.expected import FITS, IDS, NAMES, fits
from extractors.label_hits import WIDE, Hit, has_shape, hits_of
from extractors.label_values import column_of, value_at
from extractors.once import once, once_a_line
from extractors.tokens import CELL, Token, closes, opens, tokens_of
from extractors.wordings import section_wordings

MOST_LINES = 400
"""Lines of one page in which labels are looked for; a page of print holds about eighty."""
ANSWERED = 2
"""A label that is answered beside it governs no more than the lines so far below."""
ONE_VALUE = frozenset({*IDS, *NAMES, "payer_name", "member_dob", "order_date", "phone", "fax", "shipping_address"})
"""Fields that stand once on a page and head no column."""
COLUMN_LINES = 14
"""How many lines below a column's heading its values may stand."""


@dataclass(frozen=True)
class LabelledValue:
    """A label found on the page and the words that stand for its value (maybe none)."""

    field: str
    label: str
    words: tuple[Word, ...]
    label_box: Box
    section: str = ""
    """Under whose heading it stands: patient, insurance, doctor, supplier, facility, contact, order; empty if none."""
    line: int = 0
    """Its line's place on the page, from 0."""
    guessed: bool = False
    """The label was garbled and only likened to its wording."""
    faint: bool = False
    """So badly garbled that only the value's own shape speaks for it."""

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
        """The least sure of the value's words; half of it under a garbled label."""
        return min((word.confidence for word in self.words), default=0.0) * (0.5 if self.guessed else 1.0)


@dataclass(frozen=True)
class Sheet:
    """One page's tokens and labels, line by line."""

    tokens: tuple[tuple[Token, ...], ...]
    hits: tuple[tuple[Hit, ...], ...]
    values: tuple[LabelledValue, ...]
    answered: frozenset[Box] = frozenset()
    """Labels whose value stands beside them."""


Row = tuple[tuple[Token, ...], tuple[Hit, ...]]


@once_a_line
def _plain_row(line: Line) -> Row:
    return (tokens := tokens_of(line)), hits_of(tokens, garbled=False)


@once_a_line
def _garbled_row(line: Line) -> Row:
    return (tokens := tokens_of(line)), hits_of(tokens, garbled=True)


@once
def sheet_of(page: PageText) -> Sheet:
    """The page's labels with their values; worked out once a page."""
    row_of = _garbled_row if page.source == "ocr" else _plain_row
    rows = [row_of(line) if number < MOST_LINES else ((), ()) for number, line in enumerate(page.lines)]
    tokens, hits = tuple(tokens for tokens, _ in rows), tuple(hits for _, hits in rows)
    values = _answered(tokens, hits)
    vain = {value.label_box for value in values if value.faint and not has_shape(value.field, value.text)}
    if vain:
        hits = tuple(tuple(hit for hit in row if hit.box not in vain) for row in hits)
        values = _answered(tokens, hits)
    headings = _headings(tokens, values)
    values += _rows(tokens, hits, values)
    values = [_unbroken(value, tokens) for value in values]
    answered = frozenset(value.label_box for value in values if _is_beside(value))
    return Sheet(tokens, hits, tuple(_under(value, headings) for value in values), answered)


ROWED = frozenset({"quantity", "frequency", "length_of_need", "reference_number", "claim_number", "service_start"})
"""Fields of which a table has one in each row below its heading."""
BREAKS = frozenset({"reference_number", "claim_number", "authorization_number"})
"""Identifiers that a narrow column breaks."""
SAME_EDGE = 0.004
"""How exactly the lines of one cell begin below each other, as a share of the page's width."""
ROW = 0.05
"""Rows of one table stand no further apart than this share of the page's height."""


def _rows(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], values: list[LabelledValue]
) -> list[LabelledValue]:
    """What stands in the further rows of a table under headings that a value answers from below."""
    return [row for value in values if value.field in ROWED and value.words and value.box[1] > value.label_box[3]
            and len(hits[value.line]) > 2 for row in _column(tokens, hits, value)]  # fmt: skip


def _column(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], value: LabelledValue
) -> Iterator[LabelledValue]:
    hit = next(hit for hit in hits[value.line] if hit.box == value.label_box)
    if tokens[value.line][hit.end - 1].word.text.endswith(":"):
        return
    left, right = column_of(tokens[value.line], hit)
    bottom = value.box[3]
    for row, labels in zip(tokens[value.line + 1 :], hits[value.line + 1 :], strict=True):
        cell = [token for token in row if left <= token.word.box[0] < right]
        inset = bool(row) and row[0].word.box[0] > tokens[value.line][0].word.box[0] + CELL
        if not cell or cell[0].word.box[1] < bottom or value.field in BREAKS and inset:
            continue
        labelled = any(row[label.start] in cell[:2] for label in labels)
        if cell[0].word.box[1] - bottom > ROW or labelled or sum(token.apart for token in row) < 2:
            return
        words = tuple(
            token.word
            for place, token in enumerate(cell)
            if not any(after.gap > WIDE or after.barred for after in cell[1 : place + 1])
        )
        if not fits(value.field, " ".join(word.text for word in words)):
            return
        yield replace(value, words=words)
        bottom = words[0].box[3]


def _unbroken(value: LabelledValue, tokens: tuple[tuple[Token, ...], ...]) -> LabelledValue:
    """An identifier in a narrow column with its end from the next line of its cell ("CALL-77120" over "93-A")."""
    if value.field not in BREAKS or len(value.words) != 1 or value.box[1] < value.label_box[3]:
        return value
    word = value.words[0]
    left, top, _, bottom = word.box
    number = next(
        (n for n in range(value.line + 1, len(tokens)) if any(t.word == word for t in tokens[n])), len(tokens)
    )
    below = tokens[number + 1] if number + 1 < len(tokens) else ()
    if not below or below[0].word.box[0] < tokens[number][0].word.box[0] + CELL:
        return value  # the next row of the table
    end = next((place for place, token in enumerate(below) if abs(token.word.box[0] - left) < SAME_EDGE), None)
    if end is None or not closes(below, end) or below[end].word.box[1] - bottom > 0.5 * (bottom - top):
        return value
    rest = below[end].word
    if not re.fullmatch(r"(?=.*\d)[A-Z\d-]{2,12}", rest.text):
        return value
    joined = Word(word.text + rest.text, union((word.box, rest.box)), min(word.confidence, rest.confidence), word.line)
    return replace(value, words=(joined,))


def _is_beside(value: LabelledValue) -> bool:
    """Whether just such a value as the field takes stands in the label's own line."""
    level = bool(value.words) and value.words[0].box[1] < value.label_box[3] and value.box[0] >= value.label_box[2]
    return level and value.field in FITS and fits(value.field, value.text)


def _answered(tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...]) -> list[LabelledValue]:
    """Every label with the words that answer it."""
    return [
        LabelledValue(hit.field, hit.label, value_at(tokens, hits, number, place), hit.box, line=number,
                      guessed=hit.guessed, faint=hit.faint)
        for number, row in enumerate(hits)
        for place, hit in enumerate(row)
    ]  # fmt: skip


def labelled_values(page: PageText) -> tuple[LabelledValue, ...]:
    """Every label on the page with its value, in reading order."""
    return sheet_of(page).values


def values_of(page: PageText, *fields: str) -> list[LabelledValue]:
    """The page's labelled values of these fields that have a value."""
    return [value for value in labelled_values(page) if value.field in fields and value.words]


def label_over(page: PageText, number: int, box: Box, reach: int = COLUMN_LINES) -> str:
    """The field of the label that governs a place: left of it in its line, else heading its column; empty if none."""
    sheet = sheet_of(page)
    left = [hit for hit in sheet.hits[number] if hit.box[2] <= box[0] + 0.005]
    if left:
        return left[-1].field
    for above in range(number - 1, max(-1, number - 1 - reach), -1):
        for hit in reversed(sheet.hits[above]):
            if number - above > ANSWERED and (hit.field in ONE_VALUE or hit.box in sheet.answered):
                continue
            if column_of(sheet.tokens[above], hit)[0] - 0.01 <= box[0]:
                if box[0] < column_of(sheet.tokens[above], hit)[1]:
                    return hit.field
                if _heads_a_table(sheet, above):
                    return ""
                break
    return ""


def _heads_a_table(sheet: Sheet, number: int) -> bool:
    """Whether a line holds headings of columns: several labels, none with a colon or answered beside it."""
    hits = sheet.hits[number]
    return len(hits) > 1 and not any(hit.colon or hit.box in sheet.answered for hit in hits)


Heading = tuple[float, float, str]
"""Top, left, whose section."""


def _headings(tokens: tuple[tuple[Token, ...], ...], values: list[LabelledValue]) -> list[Heading]:
    """Cells that are headings: known words alone in their cell that no value answers."""
    answered = {value.label_box for value in values if value.words}
    found = []
    for row in tokens:
        for start in range(len(row)):
            if not opens(row, start):
                continue
            end = start
            while not closes(row, end) and end - start < 6:
                end += 1
            name = section_wordings().get("".join(token.folded for token in row[start : end + 1]))
            if name and (box := union(token.word.box for token in row[start : end + 1])) not in answered:
                found.append((box[1], box[0], name))
    return found


def _under(value: LabelledValue, headings: list[Heading]) -> LabelledValue:
    """The value with the nearest heading above it whose column it stands in."""
    over = [row for row in headings if row[0] < value.label_box[1] + 1e-6 and row[1] <= value.label_box[0] + 0.03]
    if not over:
        return value
    section = max(over)[2]
    return replace(value, section=section)


def label_text(page: PageText, value: LabelledValue) -> str:
    """A label as printed, what it names besides included."""
    sheet = sheet_of(page)
    hit = next((hit for hit in sheet.hits[value.line] if hit.box == value.label_box), None)
    return " ".join(token.word.text for token in sheet.tokens[value.line][hit.start : hit.end]) if hit else ""


def is_led(page: PageText, value: LabelledValue) -> bool:
    """Whether a word that is no known part of the label stands right before it ("Document | ID")."""
    before = [word for word in page.lines[value.line].words if word.box[2] <= value.label_box[0]][-1:]
    return any(
        value.label_box[0] - word.box[2] < CELL / 2 and re.fullmatch(r"[A-Za-z]{3,}", word.text) for word in before
    )


def line_of(page: PageText, box: Box) -> Line | None:
    """The line in whose height a box stands."""
    middle = (box[1] + box[3]) / 2
    return next((line for line in page.lines if line.box[1] - 0.002 <= middle <= line.box[3] + 0.002), None)
