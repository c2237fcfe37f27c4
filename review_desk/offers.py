"""The other readings of a value, so that a person takes one with a single key. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casefile.records import Box, Finding, PageText, Word
from review_desk.fields import NotValid, checked

MOST = 5
ONE_A_FAX = frozenset({"member_name", "member_dob", "member_id", "mbi", "payer_name", "ordering_provider_name",
                       "ordering_provider_npi", "claim_number", "denial_date", "order_date"})  # fmt: skip
"""Fields that mostly have one value in a fax: what another page shows is worth offering."""


@dataclass(frozen=True)
class Offer:
    """A value that may stand there instead, and who says so."""

    value: str
    why: str


def offers(finding: Finding, page: PageText | None, findings: Sequence[Finding], today: date) -> tuple[Offer, ...]:
    """Other values for a finding that pass the field's check, the likeliest first."""
    made: dict[str, Offer] = {}
    for raw, why in [*_read_otherwise(finding, page), *_elsewhere(finding, findings)]:
        try:
            value = checked(finding.field, raw, today)
        except NotValid:
            continue
        if value.casefold() != finding.value.casefold():
            made.setdefault(value.casefold(), Offer(value, why))
    return tuple(made.values())[:MOST]


def _read_otherwise(finding: Finding, page: PageText | None) -> Iterator[tuple[str, str]]:
    """What stood there for the other reader; a word may have kept two other readings."""
    words = [word for word in page.words if word.other and _inside(word.box, finding.box)] if page else []
    for number in range(max((len(word.other.split()) for word in words), default=0)):
        raw = finding.raw
        for word in words:
            raw = _swapped(raw, word, number)
        if raw != finding.raw:
            yield raw, "the other reader"


def _swapped(raw: str, word: Word, number: int) -> str:
    """`raw` with another reading in place of the word."""
    parts = word.other.split()
    other = parts[min(number, len(parts) - 1)]
    if word.text in raw:
        return raw.replace(word.text, other, 1)
    bare, other_bare = word.text.strip(".,;:()"), other.strip(".,;:()")
    return raw.replace(bare, other_bare, 1) if bare and bare in raw else raw


def _elsewhere(finding: Finding, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """What was read of the same field at the same place, or on other pages of the fax."""
    for other in sorted(findings, key=lambda f: -f.confidence):
        if other.field != finding.field or other == finding or not other.value:
            continue
        if other.page == finding.page and (_overlap(other.box, finding.box) or finding.field in ONE_A_FAX):
            yield other.value, "also read on this page"
        elif other.page != finding.page and finding.field in ONE_A_FAX and other.role == finding.role:
            yield other.value, f"page {other.page} shows it"


def _inside(box: Box, outer: Box) -> bool:
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] <= middle[0] <= outer[2] and outer[1] <= middle[1] <= outer[3]


def _overlap(one: Box, two: Box) -> bool:
    return min(one[2], two[2]) > max(one[0], two[0]) and min(one[3], two[3]) > max(one[1], two[1])
