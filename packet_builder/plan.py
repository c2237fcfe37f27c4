"""The packet before a byte is written: parts in order, page counts, Bates numbers, bookmarks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from casefile.records import CaseFile, Exhibit


@dataclass(frozen=True)
class Part:
    """A run of pages: front matter, a slip sheet with its exhibit, or an annex. `first` counts from 0."""

    name: str
    title: str
    first: int
    pages: int
    exhibit: Exhibit | None = None

    @property
    def last(self) -> int:
        """Index of its last page."""
        return self.first + self.pages - 1


@dataclass(frozen=True)
class PacketPlan:
    """All parts in order; one Bates number a page, unbroken from 1."""

    prefix: str
    parts: tuple[Part, ...]

    @property
    def pages(self) -> int:
        """How many pages the packet has."""
        return self.parts[-1].last + 1

    def bates(self, index: int) -> str:
        """The Bates number of the page with this index."""
        return f"{self.prefix}-{index + 1:06d}"

    def exhibits(self) -> tuple[Part, ...]:
        """The parts that are exhibits."""
        return tuple(part for part in self.parts if part.exhibit)

    def index_of(self, sha256: str, page: int) -> int | None:
        """Where a source page stands in the packet; None if it is not in it."""
        for part in self.exhibits():
            assert part.exhibit
            for offset, text in enumerate(part.exhibit.pages):
                if part.exhibit.fax_sha256 == sha256 and text.page_number == page:
                    return part.first + 1 + offset
        return None


def letter_of(number: int) -> str:
    """Name exhibits A, B, … Z, AA, AB, … for 0, 1, …."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = ascii_uppercase[rest] + name
    return name


def plan_packet(case: CaseFile, prefix: str, lengths: dict[str, int]) -> PacketPlan:
    """Lay out the packet.

    Args:
        case: The case; its exhibits are taken in the order given.
        prefix: Letters before every Bates number.
        lengths: Pages of the parts "letter", "contents", "timeline", "annex".
    """
    rows: list[tuple[str, str, int, Exhibit | None]] = [
        ("letter", "Letter", lengths["letter"], None),
        ("contents", "Contents", lengths["contents"], None),
        ("timeline", "Timeline", lengths["timeline"], None),
    ]
    for number, exhibit in enumerate(case.exhibits):
        rows.append((f"Exhibit {letter_of(number)}", exhibit.title, 1 + len(exhibit.pages), exhibit))
    rows.append(("annex", "Annex: checklist and page ledger", lengths["annex"], None))
    parts, first = [], 0
    for name, title, pages, shown in rows:
        parts.append(Part(name, title, first, pages, shown))
        first += pages
    return PacketPlan(prefix, tuple(parts))
