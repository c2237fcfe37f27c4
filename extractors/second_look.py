"""The page as the other reader saw it: what only that reading makes sense of is found too, less sure. Pure.

Two readers differ on a word; one of them may have garbled a code that the other got, or the label that says what a
value is. The extractors run again over the page with the other readings put in, and what they find fills the gaps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from casefile.records import Box, Finding, Line, PageText, Word
from extractors.context import mark_diagnoses
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_torn import A_FREQUENCY
from extractors.readings import figures_differ

CHECKED = frozenset({"ordering_provider_npi", "other_npi", "icd10", "hcpcs"})
"""Fields whose values a check digit or a table has confirmed: exactly one reading that passes is a repair."""
FILLS = frozenset({
    "member_name", "member_dob", "member_id", "mbi", "payer_name", "group_number", "ordering_provider_name", "order_date",
    "signature_date", "service_start", "service_end", "denial_date", "appeal_deadline", "claim_number", "reference_number",
    "authorization_number", "quantity", "length_of_need", "liters_per_minute", "frequency", "tax_id", "phone",
})  # fmt: skip
"""Fields that the other reading may add where the page gave none: only their label was read better there."""
REPAIRED, FILLED, SPLIT = 0.88, 0.88, 0.7
"""Highest confidence of a finding by the other reading (passed by a check, by its label alone), and of a value whose
place the other reader filled with another one that passes too."""
ALIKE = 40
"""Two values in one word less alike than this (of 100) stand beside each other and are not two readings of one."""
CLEARLY = 0.02
"""A value surer than its rival by more than this takes its place."""


def variants(page: PageText) -> list[tuple[PageText, bool]]:
    """Other pages that the same print may be, and whether its figures, so its codes, may read otherwise on them.

    The page with the other readings in place of the first ones, each different one once: first in words without a figure
    alone, which say what a value is; then everywhere, with two readings at most. Equal lines are one object, so that what
    is worked out for one (`once.once_a_line`) holds for all.
    """
    most = min(2, max((len(word.other.split()) for word in page.words), default=0))
    lines, found = dict[tuple[Word, ...], Line](), [(page, False)]
    for only_labels, number in ((True, 0), (False, 0), (False, 1))[: most + 1 if most else 0]:
        variant = _with_others(page, number, only_labels, lines)
        if all(variant.words != known.words for known, _ in found):
            found.append((variant, not only_labels))
    return found[1:]


def _with_others(page: PageText, number: int, only_labels: bool, known: dict[tuple[Word, ...], Line]) -> PageText:
    def other(word: Word) -> bool:
        return bool(word.other) and not (only_labels and re.search(r"\d", word.text + word.other))

    lines = []
    for line in page.lines:
        if any(map(other, line.words)):
            words = tuple(_other(word, number) if other(word) else word for word in line.words)
            line = known.setdefault(words, Line(words))
        lines.append(line)
    variant = replace(page, words=tuple(word for line in lines for word in line.words))
    vars(variant)["lines"] = tuple(lines)
    return variant


def more_findings(
    page: PageText, found: Sequence[Finding], find: Callable[[PageText, bool], list[Finding]]
) -> list[Finding]:
    """`found` and what the other readings add to it.

    Args:
        page: One page on which readers may differ.
        found: What the extractors found on it.
        find: Runs the extractors over one page, those of codes only where the flag says so.

    Returns:
        All findings. A checked value that contradicts another checked one at its place makes both less sure.
    """
    kept, seen = list(found), set[tuple[str, str, Box]]()
    pages = variants(page)
    looks = [find(variant, with_codes) for variant, with_codes in pages]
    for (variant, _), others in zip(pages, looks, strict=True):
        both = {(finding.field, finding.value) for finding in others}
        for finding in others:
            if (finding.field, finding.value, finding.box) in seen:
                continue
            seen.add((finding.field, finding.value, finding.box))
            if finding.field in CHECKED:
                first = [word for word in page.words if _same_place(word.box, finding.box)]
                if not any(word.other for word in first) or any(A_FREQUENCY.match(word.text) for word in first):
                    continue
                if _is_one_of_several(finding, looks):
                    kept = [
                        _weaker(f, SPLIT, f"another reader saw {finding.value}") if _rivals(f, finding) else f
                        for f in kept
                    ]
                else:
                    (finding,) = mark_diagnoses(variant, [finding])
                    if finding.field == "hcpcs" and figures_differ(first, finding.value):
                        finding = replace(finding, status="suspect", confidence=0.45)
                    _add_checked(kept, replace(finding, raw=" ".join(word.text for word in first)), both)
            elif finding.field in FILLS and not any(f.field == finding.field for f in kept):
                kept.append(_weaker(finding, FILLED, "its label is as the other reader saw it"))
    return kept


def _is_one_of_several(finding: Finding, looks: Sequence[Sequence[Finding]]) -> bool:
    """Whether different readings make different codes of one list at this place, so that none of them is a repair."""
    values = {f.value for look in looks for f in look if f.field == finding.field and f.status != "suspect"
              and not _is_a_worse_repair(f, finding)
              and _same_place(f.box, finding.box) and fuzz.ratio(f.value, finding.value) >= ALIKE}  # fmt: skip
    together = any({f.value for f in look if f.field == finding.field} >= values for look in looks)
    return len(values) > 1 and not together


def _is_a_worse_repair(other: Finding, finding: Finding) -> bool:
    """Whether a diagnosis was mended from one reading where another reads as it stands and is as long."""
    return (finding.field, finding.status, other.status) == ("icd10", "valid", "repaired") and len(other.value) == len(
        finding.value
    )


def _rivals(kept: Finding, other: Finding) -> bool:
    """Whether a finding holds another value of the same kind at the same place."""
    return (
        kept.field == other.field
        and kept.value != other.value
        and _same_place(kept.box, other.box)
        and fuzz.ratio(kept.value, other.value) >= ALIKE
    )


def _add_checked(kept: list[Finding], finding: Finding, both: set[tuple[str, str]]) -> None:
    """Add a value that passed its check; where another stands in its place that passed too, neither is sure.

    A value that both readings hold (`both`) stands beside it in the same word and is no rival.
    """
    if finding.status == "suspect" or any(f.field == finding.field and f.value == finding.value for f in kept):
        return
    rivals = [n for n, f in enumerate(kept)
              if f.field in CHECKED and _same_place(f.box, finding.box) and (f.field, f.value) not in both
              and fuzz.ratio(f.value, finding.value) >= ALIKE]  # fmt: skip
    best = max((kept[n] for n in rivals), key=lambda f: f.confidence, default=None)
    if best is not None and best.status == "valid" and finding.status == "repaired":
        return
    if best is not None and best.field != finding.field and best.value in home_care_codes():
        return
    listed = (
        finding.field == "hcpcs"
        and finding.value in home_care_codes()
        and best is not None
        and best.value not in home_care_codes()
    )
    if best is not None and not listed and best.status != "suspect" and best.confidence >= finding.confidence - CLEARLY:
        for n in rivals:
            kept[n] = _weaker(kept[n], SPLIT, f"the other reader saw {finding.value}")
        return
    for n in reversed(rivals):
        del kept[n]
    kept.append(_weaker(replace(finding, status="repaired"), REPAIRED, "as the other reader saw it"))


def _weaker(finding: Finding, most: float, why: str) -> Finding:
    return replace(finding, confidence=min(most, finding.confidence), reason=f"{finding.reason}; {why}")


def _same_place(one: Box, two: Box) -> bool:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    return across > 0 and down > 0.3 * min(one[3] - one[1], two[3] - two[1])


def _other(word: Word, number: int) -> Word:
    """The word with another reading for its text."""
    parts = word.other.split()
    return replace(word, text=parts[min(number, len(parts) - 1)], other="")
