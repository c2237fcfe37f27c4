"""People and payers that no label names: a page's subject or head, over an address, the signer, in a sentence, in brackets."""

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
SUBJECT = re.compile(r"^\s*(?:re|regarding|patient|subject)\b\s*[:.]?\s*(.{4,60})", re.IGNORECASE)
WITH_LETTERS = re.compile(
    r"(?<![\w.])(?:(?:Dr\.?\s+)?([A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]*){1,3}),?\s+(?:M\.?D|D\.?O|A?PRN|NP|PA(?:-C)?|FNP(?:-[BC]+)?|DNP|CNS|ARNP|DPM)\b"
    r"|Dr\.?\s+([A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]*){1,3}))"
)
SIGNER = re.compile(
    r"(?:signed|authenticated)\s*(?:by)?\s*:?\s+((?:Dr\.?\s+)?[A-Z][\w'’.-]+,?(?:\s+[A-Z][\w'’.-]*,?){1,4})|/[sSeE][sS]?/\s*([A-Z][^\d,;]{4,40})",
    re.IGNORECASE,
)
OTHERS = frozenset({"supplier", "facility", "contact", "secondary"})
"""Whose sections name no patient."""


def find_member(page: PageText) -> list[Finding]:
    """The patient of a page that names none by a label: the surest place first."""
    return _subject(page) or _at_the_head(page) or _addressee(page) or _recipient(page)


def find_practitioner(page: PageText) -> list[Finding]:
    """A practitioner without a label: the signer, or a name with a practitioner's letters by the NPI or below the signature."""
    for line in page.lines:
        text = line.text[:300]
        match = SIGNER.search(text)
        if match and (name := normal_name(match[1] or match[2] or "")):
            return [_of_line(page, line, match, name, 0.86, "the name in the electronic signature")]
    named = [
        (line, m) for line in page.lines for m in WITH_LETTERS.finditer(line.text[:300]) if normal_name(m[1] or m[2])
    ]
    if not named:
        return []
    npis = [number for number, line in enumerate(page.lines) if re.search(r"\bNPI\b", line.text)]
    order = {id(line): number for number, line in enumerate(page.lines)}
    by_npi = next((row for row in named if any(abs(order[id(row[0])] - number) <= 1 for number in npis)), None)
    line, match = by_npi or named[-1]
    sure = 0.86 if by_npi else 0.6
    return [
        _of_line(page, line, match, normal_name(match[1] or match[2]), sure, "a name with a practitioner's letters")
    ]


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


def _of_line(page: PageText, line: Line, match: re.Match[str], name: str, sure: float, reason: str) -> Finding:
    words = line.words_in(match.start(), match.end())
    read = min(word.confidence for word in words)
    return Finding(
        "ordering_provider_name",
        name,
        match[0],
        page.page_number,
        words[0].box,
        sure * (0.85 + 0.15 * read),
        "valid",
        "signer",
        reason,
    )


def _subject(page: PageText) -> list[Finding]:
    """The name in a line that begins "RE:", or the one that stands right before a birth date."""
    for line in page.lines[:40]:
        text = cells_of(line)[0].text[:160]
        match = SUBJECT.match(text)
        if match is None:
            before = re.match(
                r"(.{4,48}?),?\s*(?:\(?\s*DOB|D\.O\.B|born)\b\W{0,4}(?=\d|[A-Z][a-z]{2})", text, re.IGNORECASE
            )
            match = before
        name = normal_name(match[1]) if match else ""
        if match and name and not CREDENTIALS.search(match[1][:60]):
            words = line.words_in(match.start(1), match.start(1) + len(name))
            confidence = 0.9 * (0.85 + 0.15 * min(word.confidence for word in words))
            return [
                Finding(
                    "member_name",
                    name,
                    match[1],
                    page.page_number,
                    words[0].box,
                    confidence,
                    "valid",
                    None,
                    "the subject of the page",
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
