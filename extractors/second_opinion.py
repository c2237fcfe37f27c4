"""Codes and numbers as the other reader saw them, where a table or a check digit can decide between the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from casefile.records import Box, Finding, PageText
from extractors import hcpcs, icd10, npi

MOST = 0.88
"""Highest confidence of a value that only the other reader saw."""
SPLIT = 0.7
"""Highest confidence where both readers saw a good value, but not the same."""
FINDS: tuple[tuple[frozenset[str], Callable[[PageText], list[Finding]]], ...] = (
    (frozenset({"icd10"}), icd10.find),
    (frozenset({"hcpcs", "modifier"}), hcpcs.find),
    (frozenset({"ordering_provider_npi", "other_npi"}), npi.find),
)


def weigh(page: PageText, findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a page with those of the other reader worked in; pages read once are left as they are."""
    if not any(word.other for word in page.words):
        return list(findings)
    words = tuple(replace(word, text=word.other, other="") if word.other else word for word in page.words)
    other = replace(page, words=words)
    merged = list(findings)
    for fields, find in FINDS:
        for seen in find(other):
            if seen.field in fields and seen.status != "suspect" and seen.confidence >= 0.6:
                merged = _merge(page, merged, seen, fields)
    return merged


def _read_first(page: PageText, seen: Finding) -> str:
    """What the first reader read at that place."""
    words = [word.text for word in page.words if _same_place(word.box, seen.box)]
    return " ".join(words).strip("()[],;:.")


def _merge(page: PageText, findings: list[Finding], seen: Finding, fields: frozenset[str]) -> list[Finding]:
    """Take over what only the other reader saw; where both saw something good, be less sure."""
    rivals = [
        f
        for f in findings
        if f.field in fields and _same_place(f.box, seen.box) and (f.field == "modifier") == (seen.field == "modifier")
    ]
    if any(f.value == seen.value for f in rivals):
        return findings
    best = max(rivals, key=lambda f: f.confidence, default=None)
    taken = replace(
        seen,
        raw=_read_first(page, seen) or seen.raw,
        confidence=min(seen.confidence, MOST),
        status="repaired",
        reason=f"{seen.reason}; only the other reader saw it so",
    )
    if best is None:
        return (
            [*findings, taken]
            if not any(f.value == seen.value and f.field == seen.field for f in findings)
            else findings
        )
    unknown = (
        best.field == "hcpcs" and best.value not in hcpcs.home_care_codes() and seen.value in hcpcs.home_care_codes()
    )
    if unknown or best.confidence < seen.confidence - 0.02 or best.status == "suspect":
        return [taken if f is best else f for f in findings]
    split = replace(
        best, confidence=min(best.confidence, SPLIT), reason=f"{best.reason}; the other reader saw {seen.value}"
    )
    return [split if f is best else f for f in findings]


def _same_place(box: Box, other: Box) -> bool:
    """Whether two boxes overlap by more than half of the smaller."""
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]), (other[2] - other[0]) * (other[3] - other[1]))
    return across > 0 and down > 0 and across * down > 0.5 * smaller
