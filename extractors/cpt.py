"""CPT numbers: five characters by a label or in a column. Numbers only; their wording is licensed and not kept."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.hcpcs_table import home_care_codes
from extractors.labels import label_over
from extractors.ticks import is_unticked

SHAPE = re.compile(r"(?<![\w.$,-])\d{4}[0-9FTU](?![\w-]|\.\d|,\d)")
LABEL = re.compile(
    r"\bCPT\b(?:\s?/\s?HCPCS)?(?:\s+codes?)?\s*(?:\(s\))?(?:[\w ]{0,24}:|\s*#)?\s*(?:[\dA-Z]{5}(?:\s?\(?[x×]\s?\d+\)?)?(?:[\s,;/&-]|and)*)*$",
    re.IGNORECASE,
)
TREATMENT = re.compile(r"9[27]\d{3}|9960[12]")
"""Numbers of therapy, testing and home infusion, which are often strung together without a label."""
TIMES = r"(?:\s?\(?[x×]?\s?\d{1,2}\)?)?[\s,;/&]+(?:and\s)?"
STRUNG_BEFORE, STRUNG_BEHIND = (
    re.compile(rf"(?:{TREATMENT.pattern}){TIMES}$"),
    re.compile(rf"{TIMES}(?:{TREATMENT.pattern})\b"),
)
SPEAKS_OF_IT = re.compile(r"\bCPT\b|therap|treatment|rehab|nursing|infus", re.IGNORECASE)
LEFT_OF = {"1": "EIJLT", "4": "A", "8": "B", "5": "S", "6": "G", "3": "E"}
"""Figures that worn letters of equipment codes are read as."""
ZIP = re.compile(r"\b[A-Z]{2}\.?,?\s*$")


def _is_strung(text: str, match: re.Match[str]) -> bool:
    """Whether a number of the treatment block stands in a list of such."""
    before, behind = text[: match.start()][-40:], text[match.end() :][:40]
    listed = STRUNG_BEFORE.search(before) or STRUNG_BEHIND.match(behind)
    return bool(TREATMENT.fullmatch(match[0]) and listed and not ZIP.search(before))


def _may_be_hcpcs(number: str) -> bool:
    """Whether a number's first figure may be a worn letter that makes it a home-care code."""
    return any(letter + number[1:] in home_care_codes() for letter in LEFT_OF.get(number[0], ""))


def find(page: PageText) -> list[Finding]:
    """Find CPT numbers where the label or the column's heading says so."""
    findings, treats = [], bool(SPEAKS_OF_IT.search(page.text[:8000]))
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        for match in SHAPE.finditer(text):
            above = page.lines[number - 1].text[-60:] + " " if number and match.start() == 0 else ""
            before = (above + text[: match.start()])[-120:]
            words = line.words_in(match.start(), match.end())
            spelled = bool(LABEL.search(before)) or treats and _is_strung(text, match)
            governed = "" if spelled else label_over(page, number, words[0].box)
            if (
                not spelled
                and governed not in {"cpt", "code"}
                or ZIP.search(before)
                or is_unticked(page, line, match.start())
            ):
                continue
            if governed == "code" and page.source == "ocr" and _may_be_hcpcs(match[0]):
                reason = "five digits in a column of codes; the first may be what is left of a letter"
                findings.append(
                    Finding("cpt", match[0], match[0], page.page_number, words[0].box, 0.45, "suspect", None, reason)
                )
                continue
            sure = 0.93 if spelled or governed == "cpt" else 0.85
            read = min(word.confidence for word in words)
            findings.append(Finding("cpt", match[0], match[0], page.page_number, words[0].box, sure * (0.9 + 0.1 * read), "valid", None,
                                    "five characters by a CPT label" if sure > 0.9 else "five digits in a column of codes"))  # fmt: skip
    return findings
