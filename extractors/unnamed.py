"""People and payers that no label names: at the head of a page, over an address, in a sentence, in brackets."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText
from extractors.blocks import STATE_ZIP, block_below, cells_of
from extractors.expected import fits
from extractors.labels import labelled_values
from extractors.names import CREDENTIALS, normal_name

ABOUT_A_PATIENT = re.compile(
    r"\W*(?:d\.?o\.?b|date of birth|born|mrn|med(?:ical)? rec|age\b|\d{2} y\W?o|\d{2}[- ]year)", re.IGNORECASE
)
DEAR = re.compile(r"\bdear\s+(?:mr|mrs|ms|miss)\b\.?\s+(?:[A-Z][\w'’-]+\s+)?([A-Z][\w'’-]+)\s*[:,]", re.IGNORECASE)
IN_BRACKETS = re.compile(r"\((?:(?:member|policy|plan|subscriber)\s)?ID\s?[#:]?\s?([A-Z]{0,4}-?\d[A-Z\d-]{5,})\)")
INSURED_BY = re.compile(
    r"\b(?:insured (?:by|with|through)|covered (?:by|under)|insurance is|enrolled in)\s+((?:[A-Z][\w&'’-]*\s?){1,5})"
)
OTHERS = frozenset({"supplier", "facility", "contact", "secondary"})
"""Whose sections name no patient."""


def find_member(page: PageText) -> list[Finding]:
    """The patient of a page that names none by a label: the surest place first."""
    return _at_the_head(page) or _addressee(page) or _recipient(page)


def id_in_brackets(page: PageText) -> list[Finding]:
    """A member's number in brackets behind the plan's name: "Bayou Choice (ID BYC0091827)"."""
    for line in page.lines:
        if match := IN_BRACKETS.search(line.text[:300]):
            box = line.words_in(match.start(1), match.end(1))[0].box
            value = re.sub(r"[\s-]", "", match[1])
            return [
                Finding(
                    "member_id",
                    value,
                    match[0],
                    page.page_number,
                    box,
                    0.88,
                    "valid",
                    None,
                    "in brackets, by the word ID",
                )
            ]
    return []


def insurer_in_prose(page: PageText) -> list[Finding]:
    """A payer named in a sentence ("insured by Silver State Medicaid")."""
    for line in page.lines:
        if match := INSURED_BY.search(line.text[:300]):
            box = line.words_in(match.start(1), match.end(1))[0].box
            return [
                Finding(
                    "payer_name",
                    match[1].strip(),
                    match[0],
                    page.page_number,
                    box,
                    0.8,
                    "valid",
                    None,
                    "said in a sentence",
                )
            ]
    return []


def _at_the_head(page: PageText) -> list[Finding]:
    """A name alone at the head of a page, with a birth date or a chart number a few lines below it in its column."""
    for place, line in enumerate(page.lines[:8]):
        for cell in cells_of(line):
            name = normal_name(cell.text) if len(cell.text) < 50 and not CREDENTIALS.search(cell.text) else ""
            below = [other for under in page.lines[place + 1 : place + 6] for other in cells_of(under)
                     if abs(other.box[0] - cell.box[0]) < 0.02 and other.box[1] - cell.box[3] < 0.08]  # fmt: skip
            if name and any(ABOUT_A_PATIENT.match(other.text) for other in below):
                return [Finding("member_name", name, cell.text, page.page_number, cell.box, 0.85, "valid", None,
                                "a name at the head of the page, a birth date or chart number below it")]  # fmt: skip
    return []


def _has_an_address_below(page: PageText, number: int, cell: Line) -> bool:
    """Whether a street and a town with its ZIP code stand in the two lines below, in the same column."""
    below = [other.text for line in page.lines[number + 1 : number + 4] for other in cells_of(line)
             if abs(other.box[0] - cell.box[0]) < 0.02]  # fmt: skip
    return len(below) > 1 and fits("shipping_address", below[0]) and bool(STATE_ZIP.search(" ".join(below[:3])))


def _addressee(page: PageText) -> list[Finding]:
    """To whom a letter is addressed: a name that its salutation repeats, or, without one, a name over an address."""
    dear = DEAR.search(page.text[:4000])
    for number, line in enumerate(page.lines[:25]):
        for cell in cells_of(line):
            name = normal_name(cell.text) if len(cell.text) < 50 and not CREDENTIALS.search(cell.text) else ""
            called = dear and name.casefold().endswith(dear[1].casefold())
            if name and (called or not dear and _has_an_address_below(page, number, cell)):
                return [Finding("member_name", name, cell.text, page.page_number, cell.box, 0.85 if called else 0.65, "valid", None,
                                "to whom the letter is addressed")]  # fmt: skip
    return []


def _recipient(page: PageText) -> list[Finding]:
    """To whom goods go, on a page that names nobody else."""
    for value in labelled_values(page):
        if value.field != "shipping_address" or value.section in OTHERS:
            continue
        if name := normal_name(value.text.split(",")[0]) if value.words else "":
            return [Finding("member_name", name, value.text, page.page_number, value.box, 0.8, "valid", None,
                            f"the name behind '{value.label}'")]  # fmt: skip
        if not value.words:
            lines = block_below(page, value)
            if len(lines) > 1 and (name := normal_name(lines[0].text)) and fits("shipping_address", lines[1].text):
                return [Finding("member_name", name, lines[0].text, page.page_number, lines[0].box, 0.8, "valid", None,
                                f"the name below '{value.label}'")]  # fmt: skip
    return []
