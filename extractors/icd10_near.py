"""What stands near a diagnosis code and tells it from other figures: labels, lists, other codes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from casefile.records import Finding, Line, PageText, Status, Word, union
from extractors.icd10_table import dotted, is_billable
from extractors.icd10_torn import HCPCS_LIKE
from extractors.labels import label_over
from extractors.once import once_a_line

LIKE = 75
"""How alike (of 100) a word must be to pass as a misread diagnosis label."""
DOTTED = re.compile(
    r"(?<![A-Za-z0-9$£€])(?<![^.]\.)([A-Za-z0-9$£€§|!]{1,2}[0-9A-Za-z]{1,2})(?:\s?\.(?:\s?\.)?\s?|[,:](?=\d))([0-9A-Za-z]{1,4})(?![\w]|[./-]\d)"
)
PLAIN = re.compile(r"(?<![\w.-])[A-Z][0-9A-Z][0-9A-Z][0-9A-Z]{0,4}(?![\w-]|\.\w)")
LABEL = re.compile(r"\bicd|diagnos|\bdx\b|assessment|impression|indication|\bcodes?\b", re.IGNORECASE)
LISTED = re.compile(r"[(\[]\s*$|[-:–—;,]\s*$|^\W*$|\d[.)]\s*$|\b[A-L]\.\s*$")
"""What stands before a short code that is written behind or before its words."""
NOT_OURS = frozenset({"code", "cpt", "modifier", "claim_number", "member_id", "group_number", "reference_number", "authorization_number",
                      "phone", "fax", "npi", "quantity", "tax_id", "shipping_address", "license_number"})  # fmt: skip
Taken = dict[int, list[tuple[int, int]]]
"""Line → where in it codes were found."""


def among_diagnoses(page: PageText, number: int, start: int) -> bool:
    """Whether a word of a line stands under a label of diagnoses or by a code that needs no repair."""
    governed = label_over(page, number, page.lines[number].words[start].box)
    return governed == "diagnosis" or governed not in NOT_OURS and stands_by_a_code(page, number)


def just_above(page: PageText, number: int, lines: int = 3) -> str:
    """The text of this line and the few above it."""
    return " ".join(other.text[:600] for other in page.lines[max(0, number - lines) : number + 1])


def stands_by_a_code(page: PageText, number: int) -> bool:
    """Whether a code that needs no repair stands in this line or one next to it: a list of diagnoses."""
    reach = 2 if page.source == "ocr" else 1
    near = page.lines[max(0, number - reach) : number + reach + 1]
    return any(_holds_a_code(line) or page.source == "ocr" and _holds_one_without_dot(line) for line in near)


@once_a_line
def _holds_a_code(line: Line) -> bool:
    return any(len(match[1]) == 3 and "." in match[0] and is_billable((match[1] + match[2]).upper())
               for match in DOTTED.finditer(line.text[:600]))  # fmt: skip


@once_a_line
def _holds_one_without_dot(line: Line) -> bool:
    return any(_is_plainly_one(match[0]) for match in PLAIN.finditer(line.text[:600]))


def _is_plainly_one(code: str) -> bool:
    """Whether five or more glyphs without a dot are a diagnosis and cannot be a HCPCS code."""
    return len(code) >= 5 and not HCPCS_LIKE.fullmatch(code) and is_billable(code)


def is_labelled(near: str) -> bool:
    """Whether a diagnosis label stands near, read well or badly ("OIAGNOSES")."""
    if LABEL.search(near):
        return True
    words = [word.lower() for word in near[:400].split() if 6 <= len(word) <= 12]
    return any(fuzz.ratio(word, label) >= LIKE for word in words for label in ("diagnosis", "diagnoses"))


def found_at(
    page: PageText, line: Line, match: re.Match[str], code: str, sure: float, status: Status, reason: str
) -> Finding:
    """A code where a pattern matched in a line."""
    return made(page, line.words_in(match.start(), match.end()), match[0], code, sure, status, reason)


def made(
    page: PageText, words: Sequence[Word], raw: str, code: str, sure: float, status: Status, reason: str
) -> Finding:
    """A code read from these words."""
    confidence = sure * (0.9 + 0.1 * min(word.confidence for word in words))
    box = union(word.box for word in words)
    return Finding("icd10", dotted(code), raw, page.page_number, box, confidence, status, None, reason)
