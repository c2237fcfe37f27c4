"""Where labels stand in a line of tokens: known wordings, read well or nearly so. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from casefile.records import Box, union
from extractors.day import ANY, labelled_day
from extractors.expected import AMOUNTS, DATES, DIGITS, FITS, IDS, NPIS, fits
from extractors.tokens import Token, closes, opens
from extractors.wordings import LONGEST, faintly, fold, misread, plain_wordings, wordings

WIDE = 0.035
"""A gap of this share of the page's width ends a value."""
OF_A_PERSON = re.compile(r"\b(id|number|birth|npi|order|signed|dob)\b")
"""Wordings that may end a cell whose beginning was misread ("Panteni's Member ID")."""
NOT_THE_PATIENTS = frozenset(fold(word) for word in ("spouse", "emergency", "caregiver", "guarantor", "secondary", "mother", "father",
                             "parent", "guardian", "employer", "alternate", "prior", "previous", "old", "contact", "tertiary", "and", "the", "your", "his", "her", "their", "next", "followup", "return", "upcoming", "than", "this", "lab", "adm"))  # fmt: skip
"""Words just before a wording that make it somebody else's label, or prose."""

PARTS = frozenset(fold(word) for word in ("name", "address", "telephone", "phone", "fax", "number", "no", "#", "and", "or", "of", "medicare", "id", "npi",
                  "nsc", "upin", "zip", "code", "city", "state", "dob", "first", "last", "mi", "middle", "initial", "street", "printed", "credentials", "&", "other", "source", "program", "feca", "plan", "info", "information"))  # fmt: skip
"""Words of a caption that names several things."""
CAPTIONED = frozenset(
    {
        "member_name",
        "payer_name",
        "ordering_provider_name",
        "supplier_name",
        "facility_name",
        "last_name",
        "shipping_address",
    }
)
BESIDE_A_STROKE = frozenset({"member_id", "payer_name"})
SECOND = frozenset(fold(word) for word in ("plan", "insurance", "payer", "payor", "id", "id#", "member", "policy"))
"""What such a caption names besides."""
UNITS = frozenset(
    fold(word)
    for word in (
        "lpm",
        "l/min",
        "liters per minute",
        "liters/min",
        "liter/min",
        "liters/minute",
        "units",
        "unit",
        "times per day",
        "cm",
    )
)
"""Wordings that are units behind a number."""
SHAPED = frozenset({*DATES, *NPIS, *IDS}) - {"generic_date"}
"""Fields whose values can be told by their shape."""
TABLE_OF_TESTS = frozenset({"test", "result", "results", "flag"})
"""Headings beside which "Reference" heads the usual ranges."""
A_NUMBER = re.compile(r"[A-Z]{0,4}-?\d{4,6}")
"""A short number that fills the rest of its cell ("Grp 7719")."""
AN_ID = re.compile(r"[A-Z]{0,4}\d[A-Z\d-]{5,}")
DATED = frozenset(
    {"delivery_date", "discharge_at", "admit_date", "visit_date", "member_dob", "service_start", "order_date"}
)
SPANNING = frozenset(fold(word) for word in ("effective", "start", "ordered"))
"""Everyday words for dates that stand before any date in prose."""
UNMISTAKABLE = frozenset({"member_name", "generic_name", "generic_date", "ordering_provider_name", "phone", "fax"})
"""Fields whose everyday label needs no colon when just such a value fills the rest of its cell."""


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
    faint: bool = False
    """Hardly to be recognised: counts only if just such a value answers it."""


def hits_of(tokens: tuple[Token, ...], garbled: bool) -> tuple[Hit, ...]:
    """Labels in one line, left to right, the longest wording first where several begin at one token."""
    found: list[Hit] = []
    place = 0
    while place < len(tokens):
        hit = _hit_at(tokens, place) or (_garbled_at(tokens, place) if garbled and opens(tokens, place) else None)
        if hit:
            found.append(hit)
            place = hit.end
        else:
            place += 1
    if any(hit.label == "reference" and not hit.colon for hit in found) and TABLE_OF_TESTS & {h.label for h in found}:
        return tuple(replace(hit, field="other") if hit.label == "reference" else hit for hit in found)
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
        if wordings()[wording][0] in CAPTIONED and after == end:
            after = _past_parts(tokens, end)
        if wordings()[wording][0] in BESIDE_A_STROKE and after == end:
            after = _past_stroke(tokens, end)
        field, words = wordings()[wording]
        if _stands_as_label(tokens, start, after, field, wording):
            return _made(tokens, field, words, start, after)
        if field in SHAPED and opens(tokens, start) and (last := _goes_on(tokens, end, field)):
            return _made(tokens, field, words, start, last)
    return None


def _goes_on(tokens: tuple[Token, ...], end: int, field: str) -> int:
    """The colon a few words behind a wording ("Expected discharge | from facility:") whose value is just such a one; 0 if none."""
    for place in range(end + 1, min(end + 5, len(tokens) - 1)):
        if tokens[place].apart or tokens[place].barred or re.search(r"\d", tokens[place].word.text):
            return 0
        if tokens[place].colon:
            rest = " ".join(token.word.text for token in tokens[place + 1 : place + 5])
            return place if has_shape(field, rest) else 0
    return 0


def _made(tokens: tuple[Token, ...], field: str, words: str, start: int, end: int) -> Hit:
    box = union(token.word.box for token in tokens[start : end + 1])
    return Hit(field, words, start, end + 1, box, tokens[end].colon)


def _past_hint(tokens: tuple[Token, ...], end: int) -> int:
    """The last token of a label, a hint in brackets ("(mm/dd/yyyy)") and a lone # included."""
    following = end + 1
    if (
        tokens[end].colon
        or following >= len(tokens)
        or not tokens[following].word.text.startswith("(")
        or tokens[following].apart
    ):
        return end
    for place in range(following, min(following + 6, len(tokens))):
        text = tokens[place].word.text.rstrip(":;")
        if text.endswith(")"):
            inner = " ".join(t.word.text for t in tokens[following : place + 1])
            return place if tokens[place].colon or closes(tokens, place) and not re.search(r"\d{3}", inner) else end
    return end


def _past_stroke(tokens: tuple[Token, ...], end: int) -> int:
    """The last token of a caption of two things ("Member ID / Plan")."""
    rest = [token.word.text for token in tokens[end + 1 : end + 3]]
    both = (
        len(rest) == 2 and rest[0] == "/" and tokens[end + 2].folded.rstrip(":") in SECOND and not tokens[end + 1].apart
    )
    return end + 2 if both and (closes(tokens, end + 2) or tokens[end + 2].colon) else end


def _past_parts(tokens: tuple[Token, ...], end: int) -> int:
    """The last token of a caption that goes on to name more ("Patient name, address, telephone and Medicare ID")."""
    place = end
    while not closes(tokens, place) and not tokens[place].colon and tokens[place + 1].folded in PARTS:
        place += 1
    return place if place > end and (closes(tokens, place) or tokens[place].colon) else end


def _stands_as_label(tokens: tuple[Token, ...], start: int, end: int, field: str, wording: str) -> bool:
    """A colon or # after it, or a cell of its own; a word in running prose is no label."""
    begins, plain = opens(tokens, start), wording in plain_wordings()
    before = tokens[start - 1] if start else None
    if before and not begins and before.folded in NOT_THE_PATIENTS:
        answer = end + 1 + (end + 2 < len(tokens) and tokens[end + 1].folded in {"is", "was"})
        return field in IDS and len(wording) > 7 and answer < len(tokens) and _is_an_id(tokens[answer].word.text)
    if before and not tokens[start].apart and wording in UNITS and re.fullmatch(r"[\d.,-]+", before.word.text):
        return False
    if tokens[end].colon and (begins or tokens[end].word.text[-1] != ";" or not plain):
        return True
    if closes(tokens, end):
        return (
            begins
            or bool(before and before.colon)
            or bool(OF_A_PERSON.search(wordings()[wording][1]))
            and len(wording) > 4
        )
    if (
        field in IDS
        and tokens[end + 1].folded in {"is", "was"}
        and end + 2 < len(tokens)
        and _is_an_id(tokens[end + 2].word.text)
    ):
        return True
    if field in AMOUNTS and re.match(r"\d|life", tokens[end + 1].word.text) and len(wording) < 12:
        return True
    following = tokens[end + 1].word.text
    rest = " ".join(token.word.text for token in tokens[end + 1 : end + 6])
    if plain:
        if (
            field in DATED
            and wording not in SPANNING
            and ANY.match(rest)
            or field in {*IDS, "license_number"}
            and (_is_an_id(following) or begins and bool(A_NUMBER.fullmatch(following)) and closes(tokens, end + 1))
        ):
            return True
        return begins and field in UNMISTAKABLE and _fills_its_cell(tokens, end + 1, field)
    if tokens[end].word.text.endswith((".", ",")) and re.match(r"[\dA-Z]", following):
        return begins or field in FITS and fits(field, rest)
    if (
        re.match(r"[A-Z]{0,3}\d{5}|\d{1,2}/\d", following)
        or field in DATES
        and ANY.match(rest)
        or field in NPIS
        and DIGITS.match(rest)
        or field in IDS
        and AN_ID.match(following)
    ):
        return True
    return (
        begins
        and len(wording) <= 30
        and bool(re.match(r"[\dA-Z#]", following))
        and (field not in FITS or fits(field, rest))
    )


def _is_an_id(text: str) -> bool:
    text = text.rstrip(".,;")
    return bool(
        AN_ID.fullmatch(text) or re.fullmatch(r"[A-Z]{1,4}-?\d[\d-]{3,}[A-Z]?|\d{3,}-\d{3,}(?:-[A-Z\d]{1,6})?", text)
    ) and not ANY.match(text)


def _fills_its_cell(tokens: tuple[Token, ...], start: int, field: str) -> bool:
    """Whether the rest of the cell is just such a value ("Name Joanne Kestrel", "Date 9/8/2026")."""
    end = start
    while not closes(tokens, end) and end - start < 5:
        end += 1
    rest = " ".join(token.word.text for token in tokens[start : end + 1])
    return closes(tokens, end) and fits(field, rest) and (field not in DATES or bool(ANY.match(rest)))


def _garbled_at(tokens: tuple[Token, ...], start: int) -> Hit | None:
    return _misread_at(tokens, start) or _before_its_value(tokens, start)


def _misread_at(tokens: tuple[Token, ...], start: int) -> Hit | None:
    """A cell of its own, or one that ends with a colon, that is nearly a wording ("Paver", "trem description")."""
    end = start
    while not tokens[end].colon and not closes(tokens, end) and end - start < 6:
        end += 1
    if not (tokens[end].colon or closes(tokens, end)):
        return None
    folded = "".join(token.folded for token in tokens[start : end + 1])
    if folded in UNITS:
        return None
    if wording := misread(folded):
        return replace(_made(tokens, *wordings()[wording], start, end), guessed=True)
    return _faint(tokens, folded, start, end)


def _faint(tokens: tuple[Token, ...], folded: str, start: int, end: int) -> Hit | None:
    """A badly garbled label of a date, number or id."""
    wording = faintly(folded, SHAPED)
    if not wording or wordings()[wording][0] not in SHAPED:
        return None
    return replace(_made(tokens, *wordings()[wording], start, end), guessed=True, faint=True)


def _before_its_value(tokens: tuple[Token, ...], start: int) -> Hit | None:
    """A badly garbled label right before a date, ten digits or an id in its own cell ("Dair of Bitn 03-28-1941")."""
    folded = ""
    for end in range(start, min(start + 4, len(tokens) - 1)):
        if closes(tokens, end):
            return None
        folded += tokens[end].folded
        rest = " ".join(token.word.text for token in tokens[end + 1 : end + 5])
        hit = _faint(tokens, folded, start, end) if re.match(r"[A-Z]{0,3}\d", rest) else None
        if hit and has_shape(hit.field, rest):
            return hit
    return None


def has_shape(field: str, text: str) -> bool:
    """Whether a text begins as little else but a value of this field does."""
    if field in DATES:
        return bool((day := labelled_day(text[:40])) and text.find(day[1]) <= 2)
    return bool((DIGITS if field in NPIS else AN_ID).match(text))
