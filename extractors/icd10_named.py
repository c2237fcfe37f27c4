"""Diagnosis codes of worn faxes that the words beside them confirm or tell. Pure after the first call.

One entry of the table alone must look like what was read and mean what stands beside it; no label is needed then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from casefile.records import Finding, Line, PageText, Status, Word, union
from extractors.day import ANY
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_table import dotted
from extractors.icd10_torn import APART, EDGES
from extractors.icd10_words import meant
from extractors.readings import readings_of

PIECES = 3
"""Words that one code may have fallen into."""
MOST_RUNS = 60
"""Places of one page that are looked at."""
SURE, AS_READ = 0.88, 0.93
"""Confidence of a code by the words beside it, mended and as it was read."""
GLYPHS = re.compile(r"[\w$£€§|!&][\w$£€§|!&\s.,:·()]*")
FILLERS = frozenset(["with", "without", "and", "the", "for", "due", "not", "from", "after", "following", "who", "has", "her", "his", "this",
                     "that", "into", "other", "unspecified", "also", "patient", "diagnosis", "code", "icd"])  # fmt: skip
A_UNIT = re.compile(r"\s*(?:lbs?|kg|mg|mcg|ml|cm|mm|mmhg|bpm|lpm|feet|ft|%|/)(?!\w)", re.IGNORECASE)


def named_ones(page: PageText, found: Sequence[Finding], among: Callable[[int, int], bool]) -> list[Finding]:
    """The page's diagnosis codes: those found, mended and completed by the words beside them.

    Args:
        page: A page read by OCR.
        found: The codes found by their own glyphs.
        among: Whether a word of a line stands where diagnoses do, by a label or another code.
    """
    kept = list(found)
    looked = 0
    for number, line in enumerate(page.lines):
        taken: set[int] = set()
        for start, end in _runs(line):
            if looked >= MOST_RUNS or taken & set(range(start, end)):
                continue
            run = line.words[start:end]
            here = [finding for finding in kept if any(_shares(finding, word) for word in run)]
            sides = sides_of(page, number, start, end)
            if any(map(_is_settled, here)) or not any(sides) or not all(_covers(run, finding) for finding in here):
                continue
            looked += 1
            code = meant(readings_of(run), sides, among(number, start))
            if not code:
                continue
            taken |= set(range(start, end))
            if dotted(code) not in {finding.value for finding in here if finding.status != "suspect"}:
                kept = [finding for finding in kept if finding not in here]
                kept.append(_made(page, run, code))
    return kept


def _is_settled(finding: Finding) -> bool:
    """Whether a code was read as it is printed."""
    return finding.status == "valid"


def _covers(run: Sequence[Word], finding: Finding) -> bool:
    """Whether a finding rests on these words alone."""
    return finding.box[0] >= run[0].box[0] - 1e-6 and finding.box[2] <= run[-1].box[2] + 1e-6


def _shares(finding: Finding, word: Word) -> bool:
    """Whether a finding rests on a word."""
    across = min(finding.box[2], word.box[2]) - max(finding.box[0], word.box[0])
    return across > 0 and min(finding.box[3], word.box[3]) > max(finding.box[1], word.box[1])


def _runs(line: Line) -> Iterator[tuple[int, int]]:
    """Where words stand that may be one code, the longest first from each word."""
    words = line.words[:80]
    for start in range(len(words)):
        for end in range(min(len(words), start + PIECES), start, -1):
            run = words[start:end]
            close = all(b.box[0] - a.box[2] < APART for a, b in zip(run, run[1:], strict=False))
            if close and any(map(_is_like_a_code, readings_of(run))) and not _is_cut_out(words, start, end):
                yield start, end


def _is_cut_out(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether more figures stand right before or behind words `start:end`: pieces of a date or a longer number."""
    before = start and words[start].box[0] - words[start - 1].box[2] < APART and words[start - 1]
    behind = end < len(words) and words[end].box[0] - words[end - 1].box[2] < APART and words[end]
    return any(word and re.fullmatch(r"\W*\d{2,}\W*", word.text) for word in (before, behind))


def _is_like_a_code(text: str) -> bool:
    bare = text.strip(EDGES)
    glyphs = re.sub(r"[^A-Za-z0-9$£€§|!&]", "", bare)
    if re.match(r"[39]|(?:19|20)\d\d\W*$", glyphs):
        return False
    if (
        not 3 <= len(glyphs) <= 8
        or sum(map(str.isdigit, glyphs)) < min(3, len(glyphs) - 1)
        or glyphs in home_care_codes()
    ):
        return False
    if re.fullmatch(r"\W*[\w|!(]\d{4}\W*", bare):
        return False
    return bool(GLYPHS.fullmatch(bare)) and not ANY.search(bare)


def sides_of(page: PageText, number: int, start: int, end: int) -> list[list[str]]:
    """The words left and right of words `start:end` of a line, up to the next figures; the nearest first."""
    words = page.lines[number].words
    left, right = _nearest(words[:start][::-1]), _nearest(words[end:])
    whole = len(left[1]) == start
    if whole and number and start <= 2:
        more = _nearest(page.lines[number - 1].words[::-1])[0]
        return [left[0] + more, right[0]]
    return [left[0], right[0]]


def _nearest(words: Sequence[Word]) -> tuple[list[str], Sequence[Word]]:
    """Words up to the next figures, in lower case with their other readings; and all that was gone past."""
    kept: list[str] = []
    for place, word in enumerate(words):
        texts = [re.sub(r"[^a-z0-9]", "", text.lower()) for text in (word.text, *word.other.split())]
        if sum(map(str.isdigit, texts[0])) > 1:
            return kept, words[:place]
        if (len(texts[0]) > 2 or texts[0].isdigit()) and texts[0] not in FILLERS:
            kept.append(" ".join(texts))
    return kept, words


def _made(page: PageText, run: Sequence[Word], code: str) -> Finding:
    raw, box = " ".join(word.text for word in run), union(word.box for word in run)
    as_read = raw.strip(EDGES) == dotted(code)
    confidence = (AS_READ if as_read else SURE) * (0.9 + 0.1 * min(word.confidence for word in run))
    reason = f"{dotted(code)} is the only billable code that looks like what was read and means what stands beside it"
    status: Status = "valid" if as_read else "repaired"
    return Finding("icd10", dotted(code), raw, page.page_number, box, confidence, status, None, reason)
