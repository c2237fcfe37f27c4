"""National Drug Codes: by their hyphens, or by their label. Ten digits without hyphens are kept as they are, never padded by guess."""

from __future__ import annotations

import re

from casefile.records import Finding, PageText
from extractors.labels import values_of

HYPHENS = re.compile(
    r"(?<![\w-])(\d{4})-(\d{4})-(\d{2})(?![\w-])|(?<![\w-])(\d{5})-(\d{3})-(\d{2})(?![\w-])|(?<![\w-])(\d{5})-(\d{4})-(\d{1,2})(?![\w-])|(?<![\w-])(\d{6})-(\d{4})-(\d{2})(?![\w-])"
)
BARE = re.compile(r"(?<!\d)\d{10,12}(?!\d)")


def find(page: PageText) -> list[Finding]:
    """Find drug codes; hyphens say which segment is short, so such codes are given in their eleven-digit form."""
    findings = []
    for line in page.lines:
        for match in HYPHENS.finditer(line.text[:2000]):
            labeller, product, package = (part for part in match.groups() if part)
            value = labeller.zfill(5) + product.zfill(4) + package.zfill(2)
            labelled = "ndc" in line.text[:2000].lower()
            words = line.words_in(match.start(), match.end())
            sure = (0.95 if labelled else 0.7) * (0.9 + 0.1 * min(word.confidence for word in words))
            findings.append(
                Finding(
                    "ndc",
                    value,
                    match[0],
                    page.page_number,
                    words[0].box,
                    sure,
                    "valid",
                    None,
                    "three segments with hyphens",
                )
            )
    for value in values_of(page, "ndc"):
        if (bare := BARE.search(value.text[:60])) and not HYPHENS.search(value.text[:60]):
            sure = 0.92 * (0.9 + 0.1 * value.confidence)
            findings.append(
                Finding(
                    "ndc",
                    bare[0],
                    bare[0],
                    page.page_number,
                    value.box,
                    sure,
                    "valid",
                    None,
                    f"digits by the label '{value.label}', as printed",
                )
            )
    return findings
