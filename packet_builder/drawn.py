"""What drawn sheets are to the rest: their parts, links and structure. No library that draws is needed to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packet_builder.geometry import Rect
from packet_builder.prepared import Prepared

LIBERATION = Path("/usr/share/fonts/truetype/liberation")
FACES = {
    "serif": ("LiberationSerif-Regular.ttf", "Times-Roman"), "serif-bold": ("LiberationSerif-Bold.ttf", "Times-Bold"),
    "serif-italic": ("LiberationSerif-Italic.ttf", "Times-Italic"), "sans": ("LiberationSans-Regular.ttf", "Helvetica"),
    "sans-bold": ("LiberationSans-Bold.ttf", "Helvetica-Bold"),
}  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """Where a link leads: a packet page (index from 0), and how far down it, as a fraction of the upright page."""

    page: int
    down: float | None = None


@dataclass(frozen=True)
class Link:
    """A rectangle on a drawn page (index from 0 within its part) that leads to a packet page."""

    page: int
    rect: Rect
    goal: Goal
    says: str = ""
    mark: int = 0
    """Which marked content on its page the link's words are; -1 for none."""


@dataclass
class Tag:
    """An element of the structure tree: its kind, and either marked content (page, mark) or further elements."""

    kind: str
    kids: list[Tag | tuple[int, int] | Link] = field(default_factory=list)
    title: str = ""
    scope: str = ""
    """What a table's head is head of: `Column` or `Row`."""
    span: int = 1
    """How many columns a table's cell takes."""


@dataclass
class Drawn:
    """A drawn part: which sheets of the drawing it fills, its links, its structure."""

    first: int
    pages: int = 0
    links: list[Link] = field(default_factory=list)
    tag: Tag = field(default_factory=lambda: Tag("Sect"))


@dataclass(frozen=True)
class Drawing:
    """All sheets we draw, ready to be written, which of them belong to which part, and each part's pages."""

    sheets: Prepared
    parts: Mapping[str, Drawn]
    slips: Mapping[str, Drawn]
    fonts: tuple[tuple[int, bytes], tuple[int, bytes]]
    """Number (the sheets' own) and hash of the face that Bates numbers are set in, and of the one for invisible words."""
