"""CPT numbers: five characters by a label or in a column. Numbers only; their wording is licensed and not kept."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.labels import label_over
from extractors.ticks import is_unticked

SHAPE = re.compile(r"(?<![\w.$,-])\d{4}[0-9FTU](?![\w-]|\.\d|,\d)")
LABEL = re.compile(
    r"\bCPT\b(?:\s?/\s?HCPCS)?(?:\s+codes?)?\s*(?:\(s\))?\s*[:#]?\s*(?:[\dA-Z]{5}(?:[\s,;/&-]|and)*)*$", re.IGNORECASE
)
ZIP = re.compile(r"\b[A-Z]{2}\.?,?\s*$")


def find(page: PageText) -> list[Finding]:
    """Find CPT numbers where the label or the column's heading says so."""
    findings = []
    for number, line in enumerate(page.lines):
        text = line.text[:2000]
        for match in SHAPE.finditer(text):
            before = text[: match.start()][-120:]
            words = line.words_in(match.start(), match.end())
            spelled = bool(LABEL.search(before))
            governed = "" if spelled else label_over(page, number, words[0].box)
            if (
                not spelled
                and governed not in {"cpt", "code"}
                or ZIP.search(before)
                or is_unticked(page, line, match.start())
            ):
                continue
            sure = 0.93 if spelled or governed == "cpt" else 0.85
            read = min(word.confidence for word in words)
            findings.append(Finding("cpt", match[0], match[0], page.page_number, words[0].box, sure * (0.9 + 0.1 * read), "valid", None,
                                    "five characters by a CPT label" if sure > 0.9 else "five digits in a column of codes"))  # fmt: skip
    return findings
