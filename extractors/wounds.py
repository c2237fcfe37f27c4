"""A wound's stage and its drainage, by their label or in a sentence; as printed, never repaired."""

from __future__ import annotations

import re

from casefile.records import Finding, Line, PageText
from extractors.labels import values_of
from extractors.sentences import with_next

STAGES = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
STAGE = re.compile(r"\bstage\s?[:#-]?\s{0,2}(IV|I{1,3}|[1-4]|unstageable)(?!\w|\.\d|/\d)", re.IGNORECASE)
UNSTAGED = re.compile(r"\bunstageable\b", re.IGNORECASE)
OF_A_WOUND = re.compile(
    r"wound|ulcer|pressure|decubit|injur|sacr|heel|coccyx|ischi|trochant|buttock|malleol", re.IGNORECASE
)
AMOUNT = r"none|no|scant|minimal|small|mild|moderate|large|heavy|copious"
SORT = r"serous|sero-?sanguin\w+|sanguin\w+|purulent|seropurulent|bloody|clear"
DRAINAGE = re.compile(
    rf"\b(?:drainage|exudate)\s?[:-]?\s{{0,2}}((?:(?:{AMOUNT})\b(?:\s?(?:amount\s?(?:of)?|,|-)?\s?(?:{SORT}))?)|(?:{SORT})\b)"
    rf"|\b((?:(?:{AMOUNT})\s(?:amount\s(?:of\s)?)?)?(?:{SORT}|(?:{AMOUNT}))\s(?:drainage|exudate))\b",
    re.IGNORECASE,
)
AS_PRINTED = re.compile(rf"(?:(?:{AMOUNT})\b(?:[\s,]+(?:{SORT}))?|(?:{SORT}))(?=\W|$)", re.IGNORECASE)
NEAR = 3
"""Lines above and below in which a wound must be spoken of for a bare "stage" to be a wound's."""
SURE = 0.9


def find(page: PageText) -> list[Finding]:
    """Stages 1 to 4 or unstageable where a wound is spoken of, and drainage with its amount and sort."""
    findings: list[Finding] = []
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        stages = list(STAGE.finditer(text)) or list(UNSTAGED.finditer(text))
        if stages and _speaks_of_a_wound(page, number):
            findings += [_made(page, line, m, "wound_stage", _stage(m)) for m in stages]
        drained = [m for m in DRAINAGE.finditer(with_next(page, number)) if m.start() < len(line.text)]
        findings += [_made(page, line, m, "drainage", _words(m[1] or m[2])) for m in drained]
    for value in values_of(page, "other"):
        if value.label in {"drainage", "exudate"} and (match := AS_PRINTED.match(value.text)):
            sure = SURE * (0.9 + 0.1 * value.confidence)
            findings.append(
                Finding(
                    "drainage",
                    _words(match[0]),
                    value.text[:60],
                    page.page_number,
                    value.box,
                    sure,
                    "valid",
                    None,
                    f"by the label '{value.label}'",
                )
            )
    return findings


def _speaks_of_a_wound(page: PageText, number: int) -> bool:
    near = page.lines[max(0, number - NEAR) : number + NEAR + 1]
    return any(OF_A_WOUND.search(line.text[:400]) for line in near)


def _stage(match: re.Match[str]) -> str:
    printed = (match[1] if match.re is STAGE else "unstageable").lower()
    return STAGES.get(printed, printed)


def _words(printed: str) -> str:
    """The amount and sort in lower case, without the word itself."""
    return " ".join(re.sub(r"\b(?:drainage|exudate|amount|of)\b|[,-]", " ", printed.lower()).split())


def _made(page: PageText, line: Line, match: re.Match[str], field: str, value: str) -> Finding:
    words = line.words_in(match.start(), match.end())
    sure = SURE * (0.9 + 0.1 * min(word.confidence for word in words))
    return Finding(field, value, match[0], page.page_number, words[0].box, sure, "valid", None, "as printed of a wound")
