"""Values whose label no reader could make out, on pages read by OCR: told by their shape, for a person to confirm.

A form's labels are set small and are the first to go on a worn fax, while the values beside them can be read. A shape
proves little, so a value counts only where it is the page's only one of its kind, and it is always marked suspect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from casefile.records import Finding, PageText, Word
from extractors.day import MARK_LOST, MONTH_GUESSED, days_in
from extractors.labels import label_over, sheet_of
from extractors.npi_torn import torn_in
from extractors.readings import box_of
from extractors.tokens import CELL, closes, opens

MEMBER_ID = re.compile(r"(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*\d){6})[A-Z0-9]{8,14}|\d{9}|\d{11,12}")
"""Letters and at least six figures, or figures alone where they are neither a phone's ten nor a date's eight."""
VAGUE = frozenset({"", "member_name", "payer_name", "other", "member_id", "ordering_provider_name", "npi", "ordering_npi", "member_dob",
                   "generic_date", "generic_name"})  # fmt: skip
"""What may stand over a value whose own label was lost; any other label says that it is something else."""
NEAR = 2
"""How many lines above a value such a label may stand."""
BORN = (1900, 2015)
GIVEN = 0.8
"""A value that is found to be something else with this confidence is not looked at."""
BY_SHAPE, BY_CHECK = 0.55, 0.6


def find(page: PageText, found: Sequence[Finding]) -> list[Finding]:
    """What the page still lacks and can have only one of: birth date, member id, the orderer's NPI.

    Args:
        page: One page.
        found: What was found on it by label.
    """
    if page.source != "ocr":
        return []
    have = {finding.field for finding in found}
    sure = [finding for finding in found if finding.confidence >= GIVEN]
    taken = {finding.value for finding in sure} | {re.sub(r"[\s-]", "", finding.raw).upper() for finding in sure}
    made: list[Finding] = []
    if "member_dob" not in have:
        made += _single(page, "member_dob", BY_SHAPE, "the only date of a birth", _births(page, taken))
    if not have & {"member_id", "mbi"}:
        made += _single(page, "member_id", BY_SHAPE, "the only identifier of its shape", _ids(page, taken))
    if "ordering_provider_npi" not in have:
        made += _single(page, "ordering_provider_npi", BY_CHECK, "the only number whose check digit agrees",
                        _numbers(page, taken))  # fmt: skip
    return made


def _single(page: PageText, field: str, sure: float, why: str, seen: Iterator[tuple[str, Word]]) -> list[Finding]:
    rows = list(seen)
    if len({value for value, _ in rows}) != 1:
        return []
    value, word = rows[0]
    reason = f"{why} on the page; its label could not be read"
    return [Finding(field, value, word.text, page.page_number, word.box, sure, "suspect", None, reason)]


def _cells(page: PageText) -> Iterator[Word]:
    """Words alone in their cell, under no label that says what else they are."""
    for number, tokens in enumerate(sheet_of(page).tokens):
        for place, token in enumerate(tokens):
            if (
                opens(tokens, place)
                and closes(tokens, place)
                and label_over(page, number, token.word.box, NEAR) in VAGUE
            ):
                yield token.word


def _ids(page: PageText, taken: set[str]) -> Iterator[tuple[str, Word]]:
    for word in _cells(page):
        text = word.text.strip(".,:;'\"_")
        if MEMBER_ID.fullmatch(text) and text not in taken:
            yield text, word


def _numbers(page: PageText, taken: set[str]) -> Iterator[tuple[str, Word]]:
    for number, line in enumerate(page.lines):
        for words, digits in torn_in(line):
            if digits in taken or not _is_cell(line.words, words):
                continue
            if label_over(page, number, words[0].box, NEAR) in VAGUE:
                yield digits, replace(words[0], text=" ".join(word.text for word in words), box=box_of(words))


def _is_cell(line: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether words stand alone in their cell."""
    start = line.index(words[0])
    before, behind = line[:start][-1:], line[start + len(words) :][:1]
    return all(words[0].box[0] - word.box[2] > CELL for word in before) and all(
        word.box[0] - words[-1].box[2] > CELL for word in behind
    )


def _births(page: PageText, taken: set[str]) -> Iterator[tuple[str, Word]]:
    for number, line in enumerate(page.lines):
        for day, start, end in days_in(line.text[:600]):
            word = line.words_in(start, end)[0]
            doubted = day.doubt not in {"", MARK_LOST, MONTH_GUESSED}
            if doubted or not BORN[0] <= day.on.year <= BORN[1] or day.on.isoformat() in taken:
                continue
            if label_over(page, number, word.box, NEAR) in VAGUE:
                yield day.on.isoformat(), word
