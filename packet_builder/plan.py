"""The packet before a byte is written: parts in order, page counts, Bates numbers, volumes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_uppercase

from casefile.records import CaseFile, Exhibit

Key = tuple[str, int]
"""A source page: SHA-256 of its file, page number."""
FRONT = ("first_sheet", "letter", "contents", "new", "matrix", "timeline")
TITLES = {
    "first_sheet": "First sheet", "letter": "Letter", "contents": "Contents", "new": "New since the last filing",
    "matrix": "Issues and proof", "timeline": "Timeline", "measures": "Objective measures",
    "annex": "Annex: checklist, page ledger, manifest", "volume": "Volume cover",
}  # fmt: skip
SECTIONS = (
    ("notice", "The decision in dispute", {"denial_letter"}),
    ("authority", "Authority to represent", {"authority"}),
    ("order", "Order", {"order", "plan_of_care", "cmn"}),
    ("clinical", "Clinical evidence", {"test_result", "progress_note", "therapy_note", "photo", "face_sheet"}),
    ("delivery", "Delivery and calls", {"delivery_proof", "call_log"}),
    ("prior", "Prior attempts and other papers", set[str]()),
)
AUTHORITY_WORDS = ("appointment of representative", "authorized representative", "power of attorney", "consent to appeal",
                   "authorization to disclose", "authorization for release")  # fmt: skip

NAMED_BY_WORDS = {"other", "credential", "authority"}
"""Kinds of documents whose section the words of their first page decide."""


@dataclass(frozen=True)
class Part:
    """A run of pages: drawn by us, or a slip sheet with its exhibit. `first` counts from 0."""

    name: str
    title: str
    first: int
    pages: int
    exhibit: Exhibit | None = None
    section: str = ""
    volume: int = 1

    @property
    def last(self) -> int:
        """Index of its last page."""
        return self.first + self.pages - 1


@dataclass(frozen=True)
class PacketPlan:
    """All parts in order, with one Bates number a page: unbroken from 1, or as `numbers` says."""

    prefix: str
    parts: tuple[Part, ...]
    numbers: tuple[int, ...] = field(default=(), repr=False)

    @property
    def pages(self) -> int:
        """How many pages the packet has."""
        return self.parts[-1].last + 1

    @property
    def volumes(self) -> int:
        """How many files the packet fills."""
        return self.parts[-1].volume

    def bates(self, index: int) -> str:
        """The Bates number of the page with this index."""
        return bates_number(self.prefix, self.numbers[index] if self.numbers else index + 1)

    def exhibits(self) -> tuple[Part, ...]:
        """The parts that are exhibits."""
        return tuple(part for part in self.parts if part.exhibit)

    @cached_property
    def places(self) -> dict[Key, int]:
        """Where each source page stands in the packet."""
        return {
            (part.exhibit.fax_sha256, text.page_number): part.first + 1 + offset
            for part in self.parts if part.exhibit
            for offset, text in enumerate(part.exhibit.pages)
        }  # fmt: skip

    @cached_property
    def sources(self) -> dict[int, Key]:
        """Which source page stands at an index."""
        return {index: key for key, index in self.places.items()}

    def index_of(self, sha256: str, page: int) -> int | None:
        """Where a source page stands in the packet; None if it is not in it."""
        return self.places.get((sha256, page))

    def part_at(self, index: int) -> Part:
        """The part that holds a page."""
        return next(part for part in self.parts if part.first <= index <= part.last)

    def range_of(self, part: Part) -> str:
        """First and last Bates number of a part; with gaps where pages keep numbers from an earlier packet."""
        if not self.numbers:
            return self.bates(part.first) + (f" to {self.bates(part.last)}" if part.pages > 1 else "")
        numbers = self.numbers[part.first : part.last + 1]
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        shown = [
            bates_number(self.prefix, a) + (f" to {bates_number(self.prefix, b)}" if b > a else "") for a, b in runs
        ]
        return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more runs" if len(shown) > 4 else "")


def bates_number(prefix: str, number: int) -> str:
    """A Bates number: prefix and six digits or more."""
    return f"{prefix}-{number:06d}"


def letter_of(number: int) -> str:
    """Name exhibits A, B, … Z, AA, AB, … for 0, 1, …."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = ascii_uppercase[rest] + name
    return name


def section_of(exhibit: Exhibit) -> str:
    """Which section of the packet an exhibit belongs to."""
    head = " ".join([exhibit.title, *(page.text[:1500] for page in exhibit.pages[:1])]).lower()
    if exhibit.kind in NAMED_BY_WORDS and any(words in head for words in AUTHORITY_WORDS):
        return "authority"
    return next((name for name, _, kinds in SECTIONS if exhibit.kind in kinds), "prior")


def in_order(exhibits: Sequence[Exhibit]) -> list[tuple[str, Exhibit]]:
    """Exhibits by section; within one, in the order given, which is chronological."""
    ranks = {name: rank for rank, (name, _, _) in enumerate(SECTIONS)}
    named = [(section_of(exhibit), exhibit) for exhibit in exhibits]
    return sorted(named, key=lambda row: ranks[row[0]])


def plan_packet(
    case: CaseFile, prefix: str, lengths: Mapping[str, int], *, cuts: Sequence[int] = (), filed: Mapping[Key, int] | None = None,
    next_number: int = 1,
) -> PacketPlan:  # fmt: skip
    """Lay out the packet.

    Args:
        case: The case; its exhibits are ordered by section.
        prefix: Letters before every Bates number.
        lengths: Pages of the parts we draw, by name; a part of no pages is left out.
        cuts: Exhibits (counted from 0 in packet order) before which a new volume begins.
        filed: Bates numbers that source pages were given in earlier packets and keep.
        next_number: The first number not given out yet.
    """
    rows = [(name, TITLES[name], lengths.get(name, 0), None, "", 1) for name in FRONT]
    volume = 1
    exhibits = in_order(case.exhibits)
    measured = next(
        (n for n, (section, _) in enumerate(exhibits) if section in {"clinical", "delivery", "prior"}), len(exhibits)
    )
    for number, (section, exhibit) in enumerate(exhibits):
        if number in cuts:
            volume += 1
            rows.append((f"volume {volume}", f"Volume {volume}", lengths.get(f"volume {volume}", 1), None, "", volume))
        if number == measured:
            rows.append(("measures", TITLES["measures"], lengths.get("measures", 0), None, "clinical", volume))
        rows.append((f"Exhibit {letter_of(number)}", exhibit.title, 1 + len(exhibit.pages), exhibit, section, volume))  # type: ignore[arg-type]
    if measured == len(exhibits):
        rows.append(("measures", TITLES["measures"], lengths.get("measures", 0), None, "", volume))
    rows.append(("annex", TITLES["annex"], lengths.get("annex", 0), None, "", volume))
    parts, first = [], 0
    for name, title, pages, shown, section, volume in rows:
        if pages:
            parts.append(Part(name, title, first, pages, shown, section, volume))
            first += pages
    plan = PacketPlan(prefix, tuple(parts))
    if filed is None and next_number == 1:
        return plan
    return PacketPlan(prefix, tuple(parts), _numbers(plan, filed or {}, next_number))


def _numbers(plan: PacketPlan, filed: Mapping[Key, int], next_number: int) -> tuple[int, ...]:
    """Pages filed before keep their number; the others take the next block, in packet order."""
    numbers = []
    for index in range(plan.pages):
        key = plan.sources.get(index)
        if key is not None and key in filed:
            numbers.append(filed[key])
        else:
            numbers.append(next_number)
            next_number += 1
    return tuple(numbers)
