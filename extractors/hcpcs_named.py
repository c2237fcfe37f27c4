"""Equipment codes of worn faxes that the words beside them tell. Pure after the first call.

One entry of our list alone must look like what was read and stand for what is written beside it or by a label of items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from casefile.records import Finding, Line, PageText, Word, union
from extractors.beside import covers, plain, rests_on, runs_of, sides_of
from extractors.day import ANY
from extractors.hcpcs_table import home_care_codes, modifiers
from extractors.icd10_torn import EDGES
from extractors.labels import values_of
from extractors.meanings import equipment
from extractors.once import once_a_line
from extractors.readings import REMEMBERED, readings_of
from extractors.ticks import is_doubtful, is_unticked

MOST_RUNS = 150
"""Places of one page that are looked at."""
SURE = 0.86
A_NUMBER = re.compile(r"\d{4}|\d{6}")
"""What is no code without its letter unless codes stand there."""
HEAD = re.compile(r"([A-Z0-9$£€§|!&]{4,6}?)(?:[-,.\s]*((?:[A-Z][A-Z0-9])*))?")
"""A code of four to six glyphs (one lost, one too many) and its modifiers."""


def named_ones(page: PageText, found: Sequence[Finding], among: Callable[[int, int], bool | None]) -> list[Finding]:
    """The page's equipment codes and modifiers: those found, completed by the words beside them.

    Args:
        page: A page read by OCR.
        found: What was found by its own glyphs.
        among: Whether a word of a line stands where such codes do; None where one cannot stand.
    """
    kept, looked = list(found), 0
    items = [" ".join(plain(word)) for value in values_of(page, "description") for word in value.words]
    beside = {value.line for value in values_of(page, "code", "cpt") if value.words[0].box[1] < value.label_box[3]}
    for number, line in enumerate(page.lines):
        taken: set[int] = set()
        for start, end in _runs(line):
            if looked >= MOST_RUNS or taken & set(range(start, end)) or (meant := among(number, start)) is None:
                continue
            looked += 1
            run = line.words[start:end]
            here = [finding for finding in kept if finding.field == "hcpcs" and rests_on(finding, run)]
            if any(map(_is_settled, here)) or not all(covers(run, finding) for finding in here):
                continue
            sides = sides_of(page, number, start, end, with_digits=False) + ([items] if number in beside else [])
            glyphs = [
                glyphs
                for text in readings_of(run)
                if (glyphs := _code_in(text)) and (meant or not A_NUMBER.fullmatch(glyphs))
            ]
            code = equipment().meant(glyphs, sides, meant)
            if code:
                taken |= set(range(start, end))
                kept = [*(finding for finding in kept if finding not in here), _made(page, run, code)]
    return kept


@once_a_line
def _runs(line: Line) -> tuple[tuple[int, int], ...]:
    """Where words of a line stand that may be one code."""
    return tuple(runs_of(line, lambda text: bool(_code_in(text))))


def _is_settled(finding: Finding) -> bool:
    """Whether a code is in our list by what was read."""
    return finding.status != "suspect" and finding.value in home_care_codes()


@lru_cache(REMEMBERED)
def _code_in(text: str) -> str:
    """What of a reading may be a code, without its modifiers; empty if nothing."""
    bare = text.strip(EDGES).upper()
    match = HEAD.fullmatch(re.sub(r"(?<=\w)[.\s]+(?=\d)", "", bare))
    if not match or ANY.search(bare) or sum(map(str.isdigit, match[1])) < 2:
        return ""
    parts = [match[2][n : n + 2] for n in range(0, len(match[2] or ""), 2)] if match[2] else []
    return match[1] if all(part in modifiers() for part in parts) else ""


def is_offered(page: PageText, number: int, start: int) -> bool:
    """Whether a word of a line stands in a list to tick and is not ticked."""
    line = page.lines[number]
    place = sum(len(word.text) + 1 for word in line.words[:start])
    return is_unticked(page, line, place) or is_doubtful(page, line, place)


def _made(page: PageText, run: Sequence[Word], code: str) -> Finding:
    raw, box = " ".join(word.text for word in run), union(word.box for word in run)
    confidence = SURE * (0.9 + 0.1 * min(word.confidence for word in run))
    reason = f"{code} is the only home-care code that looks like what was read and stands for what is written beside it"
    return Finding("hcpcs", code, raw, page.page_number, box, confidence, "repaired", None, reason)
