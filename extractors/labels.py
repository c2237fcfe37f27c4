"""Labels and the values that belong to them, by geometry: beside, below in the same column, or above a caption."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from casefile.records import Box, Line, PageText, Word, union
from extractors.day import ANY
from extractors.expected import AMOUNTS, DATES, DIGITS, FITS, NPIS, fits
from extractors.tokens import CELL, NUMBERED, Token, closes, opens, tokens_of
from extractors.wordings import LONGEST, fold, misread, plain_wordings, section_wordings, wordings

WIDE = 0.035
"""A gap of this share of the page's width ends a value."""
BELOW = 0.036
"""How far below its label a value may begin, as a share of the page's height."""
APART = 0.12
"""A value this far from a label without a colon belongs to another cell if something fitting stands below the label."""
COLUMN_LINES = 14
"""How many lines below a column's heading its values may stand."""
OF_A_PERSON = re.compile(r"\b(id|number|birth|npi|order|signed|dob)\b")
"""Wordings that may end a cell whose beginning was misread ("Panteni's Member ID")."""
NOT_THE_PATIENTS = frozenset(fold(word) for word in ("spouse", "emergency", "caregiver", "guarantor", "secondary", "mother", "father",
                             "parent", "guardian", "employer", "alternate", "prior", "previous", "old", "contact", "tertiary", "and", "the", "your", "his", "her", "their"))  # fmt: skip
"""Words just before a wording that make it somebody else's label, or prose."""


UNMISTAKABLE = frozenset({"member_name", "generic_name", "generic_date", "ordering_provider_name", "phone", "fax"})
"""Fields whose everyday label needs no colon when just such a value fills the rest of its cell."""
SPANS = frozenset({"from", "to"})
"""Words that are part of a span of dates, not labels of their own."""


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
class Hit:
    """A label in one line: its field, wording and tokens `start:end`."""

    field: str
    label: str
    start: int
    end: int
    box: Box
    colon: bool
    guessed: bool = False


@dataclass(frozen=True)
class Sheet:
    """One page's tokens and labels, line by line."""

    tokens: tuple[tuple[Token, ...], ...]
    hits: tuple[tuple[Hit, ...], ...]
    values: tuple[LabelledValue, ...]


def sheet_of(page: PageText) -> Sheet:
    """The page's labels with their values; worked out once a page."""
    return _sheet(page.words, page.source == "ocr")


@lru_cache(64)
def _sheet(words: tuple[Word, ...], garbled: bool) -> Sheet:
    lines = PageText(1, words).lines
    tokens = tuple(tokens_of(line) for line in lines)
    hits = tuple(_hits(row, garbled) for row in tokens)
    values = [
        LabelledValue(
            hit.field, hit.label, _value(tokens, hits, number, place), hit.box, line=number, guessed=hit.guessed
        )
        for number, row in enumerate(hits)
        for place, hit in enumerate(row)
    ]
    headings = _headings(tokens, values)
    return Sheet(tokens, hits, tuple(_under(value, headings) for value in values))


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
            if _column(sheet.tokens[above], hit)[0] - 0.01 <= box[0]:
                if box[0] < _column(sheet.tokens[above], hit)[1]:
                    return hit.field
                break
    return ""


def _hits(tokens: tuple[Token, ...], garbled: bool) -> tuple[Hit, ...]:
    """Labels in one line, left to right, the longest wording first where several begin at one token."""
    found: list[Hit] = []
    place = 0
    while place < len(tokens):
        hit = _hit_at(tokens, place) or (_misread_at(tokens, place) if garbled and opens(tokens, place) else None)
        if hit:
            found.append(hit)
            place = hit.end
        else:
            place += 1
    return tuple(found)


def _hit_at(tokens: tuple[Token, ...], start: int) -> Hit | None:
    """The longest wording that begins here and stands as a label."""
    folded, ends = "", []
    for end in range(start, min(start + 9, len(tokens))):
        if end > start and (
            tokens[end].gap > WIDE
            or tokens[end].barred
            or tokens[end - 1].colon
            and tokens[end - 1].word.text[-1] != "#"
        ):
            break
        folded += tokens[end].folded
        if len(folded) > LONGEST:
            break
        if folded in wordings():
            ends.append((end, folded))
    for end, wording in reversed(ends):
        after = _past_hint(tokens, end)
        field, words = wordings()[wording]
        if _stands_as_label(tokens, start, after, field, wording):
            return _made(tokens, field, words, start, after)
    return None


def _made(tokens: tuple[Token, ...], field: str, words: str, start: int, end: int) -> Hit:
    box = union(token.word.box for token in tokens[start : end + 1])
    return Hit(field, words, start, end + 1, box, tokens[end].colon)


def _past_hint(tokens: tuple[Token, ...], end: int) -> int:
    """The last token of a label, a hint in brackets ("(mm/dd/yyyy)") and a lone # included."""
    following = end + 1
    if tokens[end].colon or following >= len(tokens) or not tokens[following].word.text.startswith("("):
        return end
    for place in range(following, min(following + 6, len(tokens))):
        text = tokens[place].word.text.rstrip(":;")
        if text.endswith(")"):
            inner = " ".join(t.word.text for t in tokens[following : place + 1])
            return place if tokens[place].colon or closes(tokens, place) and not re.search(r"\d{3}", inner) else end
    return end


def _stands_as_label(tokens: tuple[Token, ...], start: int, end: int, field: str, wording: str) -> bool:
    """A colon or # after it, or a cell of its own; a word in running prose is no label."""
    begins, plain = opens(tokens, start), wording in plain_wordings()
    before = tokens[start - 1] if start else None
    if before and not begins and before.folded in NOT_THE_PATIENTS:
        return False
    if tokens[end].colon:
        return True
    if closes(tokens, end):
        return (
            begins
            or bool(before and before.colon)
            or bool(OF_A_PERSON.search(wordings()[wording][1]))
            and len(wording) > 4
        )
    if field in AMOUNTS and re.match(r"\d", tokens[end + 1].word.text) and len(wording) < 12:
        return True
    if plain:
        return begins and field in UNMISTAKABLE and _fills_its_cell(tokens, end + 1, field)
    following = tokens[end + 1].word.text
    rest = " ".join(token.word.text for token in tokens[end + 1 : end + 6])
    if tokens[end].word.text.endswith((".", ",")) and re.match(r"[\dA-Z]", following):
        return begins or field in FITS and fits(field, rest)
    if (
        re.match(r"[A-Z]{0,3}\d{5}|\d{1,2}/\d", following)
        or field in DATES
        and ANY.match(rest)
        or field in NPIS
        and DIGITS.match(rest)
    ):
        return True
    return (
        begins
        and len(wording) <= 30
        and bool(re.match(r"[\dA-Z#]", following))
        and (field not in FITS or fits(field, rest))
    )


def _fills_its_cell(tokens: tuple[Token, ...], start: int, field: str) -> bool:
    """Whether the rest of the cell is just such a value ("Name Joanne Kestrel", "Date 9/8/2026")."""
    end = start
    while not closes(tokens, end) and end - start < 5:
        end += 1
    rest = " ".join(token.word.text for token in tokens[start : end + 1])
    return closes(tokens, end) and fits(field, rest) and (field not in DATES or bool(ANY.match(rest)))


def _misread_at(tokens: tuple[Token, ...], start: int) -> Hit | None:
    """A cell of its own, or one that ends with a colon, that is nearly a wording ("Paver", "trem description")."""
    end = start
    while not tokens[end].colon and not closes(tokens, end) and end - start < 6:
        end += 1
    if not (tokens[end].colon or closes(tokens, end)):
        return None
    wording = misread("".join(token.folded for token in tokens[start : end + 1]))
    return replace(_made(tokens, *wordings()[wording], start, end), guessed=True) if wording else None


def _value(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, place: int
) -> tuple[Word, ...]:
    """The words beside or below, whichever fits what the field holds; above only for captions under a rule."""
    row, hit = tokens[number], hits[number][place]
    following = hits[number][place + 1] if place + 1 < len(hits[number]) else None
    beside = _beside(row, hit, following)
    below = _below(tokens, hits, number, hit)
    near = bool(beside) and beside[0].box[0] - hit.box[2] < APART
    order = (beside, below) if hit.colon or near and not _set_smaller(hit, below, beside) else (below, beside)
    for words in order:
        if words and fits(hit.field, _joined(words)):
            return words
    if (
        hit.field in FITS
        and not hit.colon
        and fold(_joined(tuple(t.word for t in row[hit.start : hit.end]))) not in section_wordings()
    ):
        above = _above(tokens, hits, number, hit)
        if above and fits(hit.field, _joined(above)):
            return above
    if hit.field in FITS:
        return beside if hit.colon or near else ()
    return next((words for words in order if words), ())


def _joined(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def _set_smaller(hit: Hit, below: tuple[Word, ...], beside: tuple[Word, ...]) -> bool:
    """Whether the label is set smaller than what stands below it, and like what stands beside it: a grid of captions."""
    if not below:
        return False
    height = hit.box[3] - hit.box[1]
    return height < 0.93 * (below[0].box[3] - below[0].box[1]) and beside[0].box[0] - hit.box[2] > CELL


def _beside(row: tuple[Token, ...], hit: Hit, following: Hit | None) -> tuple[Word, ...]:
    """The words to the right, up to the next label, a bar, or a wide gap after the value began."""
    value: list[Word] = []
    for place in range(hit.end, following.start if following else len(row)):
        token = row[place]
        if value and (token.gap > WIDE or token.barred):
            break
        if not value and not token.word.text.strip(":#.-_–—"):
            continue
        if (
            following
            and place == following.start - 1
            and NUMBERED.fullmatch(token.word.text)
            and not token.word.text.isdigit()
        ):
            break
        value.append(token.word)
    return tuple(value)


def _column(row: tuple[Token, ...], hit: Hit) -> tuple[float, float]:
    """Left and right edge of a label's column: from its cell's left to where the next cell begins."""
    start = hit.start
    while start and row[start].gap <= CELL and _leads_in(row[start - 1]):
        start -= 1
    nexts = [row[place].word.box[0] for place in range(hit.end, len(row)) if opens(row, place) or row[place - 1].colon]
    right = nexts[0] - 0.01 if nexts and not (hit.colon and len(nexts) == 1 and nexts[0] - hit.box[2] < CELL) else 1.0
    return row[start].word.box[0] - 0.02, right


def _leads_in(token: Token) -> bool:
    """Whether a token before a label belongs to its cell: a box number, or words such as "Patient's" that end no label."""
    return not token.colon


def _below(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """The words just below in the label's column; none if a label stands there."""
    left, right = _column(tokens[number], hit)
    for row, labels in zip(tokens[number + 1 : number + 4], hits[number + 1 : number + 4], strict=True):
        cell = [place for place, token in enumerate(row) if left <= token.word.box[0] < right]
        if not cell:
            continue
        first = row[cell[0]].word
        if first.box[1] - hit.box[3] > BELOW or first.box[0] > hit.box[0] + 0.12:
            return ()
        labels = tuple(label for label in labels if hit.field not in DATES or label.label not in SPANS)
        if any(label.start <= place < label.end for label in labels for place in cell[:1]):
            return ()
        value = [first]
        for place in cell[1:]:
            if row[place].gap > WIDE or row[place].barred or any(label.start == place for label in labels):
                break
            value.append(row[place].word)
        return tuple(value)
    return ()


def _above(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """The words just above a caption, in its column."""
    left, right = _column(tokens[number], hit)
    for above in range(number - 1, max(-1, number - 3), -1):
        row, labels = tokens[above], hits[above]
        cell = [place for place, token in enumerate(row) if left <= token.word.box[0] < right]
        if not cell:
            continue
        word = row[cell[0]].word
        if (
            hit.box[1] - word.box[3] > BELOW / 2
            or hit.box[3] - hit.box[1] > 0.97 * (word.box[3] - word.box[1])
            or any(label.start <= place < label.end for label in labels for place in cell)
        ):
            return ()
        value = [word]
        for place in cell[1:]:
            if row[place].gap > WIDE or row[place].barred:
                break
            value.append(row[place].word)
        return tuple(value)
    return ()


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
            box = union(token.word.box for token in row[start : end + 1])
            if name and box not in answered:
                found.append((box[1], box[0], name))
    return found


def _under(value: LabelledValue, headings: list[Heading]) -> LabelledValue:
    """The value with the nearest heading above it whose column it stands in."""
    over = [row for row in headings if row[0] < value.label_box[1] + 1e-6 and row[1] <= value.label_box[0] + 0.03]
    if not over:
        return value
    section = max(over)[2]
    return replace(value, section=section)


def line_of(page: PageText, box: Box) -> Line | None:
    """The line in whose height a box stands."""
    middle = (box[1] + box[3]) / 2
    return next((line for line in page.lines if line.box[1] - 0.002 <= middle <= line.box[3] + 0.002), None)
