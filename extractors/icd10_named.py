"""Diagnosis codes of worn faxes that the words beside them confirm or tell. Pure after the first call.

One entry of the table alone must look like what was read and mean what stands beside it; no label is needed then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from casefile.records import Finding, Line, PageText, Status, Word, union
from extractors.beside import covers, is_cut_out, rests_on, runs_of, sides_of
from extractors.day import ANY
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_table import dotted
from extractors.icd10_torn import EDGES
from extractors.meanings import diagnoses
from extractors.once import once_a_line
from extractors.readings import REMEMBERED, readings_of

MOST_RUNS = 150
"""Places of one page that are looked at."""
SURE, AS_READ = 0.88, 0.93
"""Confidence of a code by the words beside it, mended and as it was read."""
GLYPHS = re.compile(r"[\w$£€§|!&][\w$£€§|!&\s.,:·()]*")
A_NUMBER = re.compile(r"\W*\d+\W*")
"""What is a number, unless diagnoses stand there."""
NO_DOT = re.compile(r"\W*[\w|!(]\d{4}\W*")
"""What is sooner an equipment code."""


def named_ones(page: PageText, found: Sequence[Finding], among: Callable[[int, int], bool]) -> list[Finding]:
    """The page's diagnosis codes: those found, mended and completed by the words beside them.

    Args:
        page: A page read by OCR.
        found: The codes found by their own glyphs.
        among: Whether a word of a line stands where diagnoses do, by a label or another code.
    """
    kept, looked = list(found), 0
    for number, line in enumerate(page.lines):
        taken: set[int] = set()
        for start, end in _runs(line):
            if looked >= MOST_RUNS or taken & set(range(start, end)) or is_cut_out(line.words, start, end):
                continue
            looked += 1
            run = line.words[start:end]
            here = [finding for finding in kept if rests_on(finding, run)]
            sides = sides_of(page, number, start, end, with_digits=True)
            if not any(sides) or any(finding.status == "valid" or not covers(run, finding) for finding in here):
                continue
            meant, readings = among(number, start), readings_of(run)
            if not meant and all(A_NUMBER.fullmatch(text) for text in readings):
                continue
            code = diagnoses().meant(readings, sides, meant)
            if not code:
                continue
            taken |= set(range(start, end))
            if dotted(code) not in {finding.value for finding in here if finding.status != "suspect"}:
                kept = [*(finding for finding in kept if finding not in here), _made(page, run, code)]
    return kept


@once_a_line
def _runs(line: Line) -> tuple[tuple[int, int], ...]:
    """Where words of a line stand that may be one code."""
    return tuple(runs_of(line, _is_like_a_code))


@lru_cache(REMEMBERED)
def _is_like_a_code(text: str) -> bool:
    bare = text.strip(EDGES)
    glyphs = re.sub(r"[^A-Za-z0-9$£€§|!&]", "", bare)
    if not 3 <= len(glyphs) <= 8 or re.match(r"[39]|(?:19|20)\d\d\W*$", glyphs) or glyphs in home_care_codes():
        return False
    if sum(map(str.isdigit, glyphs)) < min(3, len(glyphs) - 1) or NO_DOT.fullmatch(bare):
        return False
    return bool(GLYPHS.fullmatch(bare)) and not ANY.search(bare)


def _made(page: PageText, run: Sequence[Word], code: str) -> Finding:
    raw, box = " ".join(word.text for word in run), union(word.box for word in run)
    as_read = raw.strip(EDGES) == dotted(code)
    confidence = (AS_READ if as_read else SURE) * (0.9 + 0.1 * min(word.confidence for word in run))
    reason = f"{dotted(code)} is the only billable code that looks like what was read and means what stands beside it"
    status: Status = "valid" if as_read else "repaired"
    return Finding("icd10", dotted(code), raw, page.page_number, box, confidence, status, None, reason)
