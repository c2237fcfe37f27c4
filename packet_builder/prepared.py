"""An exhibit ready to be bound: all that its source takes to open, repair, flatten and look at, done once and kept.

What is kept are the objects' texts and where in the source their streams lie; the streams themselves stay in the source,
unless it holds them in another form (locked or damaged files, images).
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packet_builder.geometry import Shape
from packet_builder.page_writer import PageParts
from packet_builder.pdf_writer import Data, Slice
from packet_builder.references import Shared, Sink, referred, renumbered
from packet_builder.stamp import Place

SHORT = 512
"""Streams of fewer bytes are kept, not looked for in the source."""
MOST_BYTES = 32 << 20
"""A preparation larger than this is not kept."""


@dataclass(frozen=True)
class SourceLink:
    """A link within one source: from a rectangle on a page (index from 0) to a place on another."""

    page: int
    rect: tuple[float, ...]
    target: int
    fit: str


@dataclass(frozen=True)
class Stored:
    """One object: its text, and its stream's bytes, or where in the source they lie (offset, length)."""

    number: int
    body: bytes
    data: bytes | None = None
    where: tuple[int, int] | None = None


@dataclass(frozen=True)
class ReadyPage:
    """A page whose shape, place for its number and parts are known; numbers are the preparation's own."""

    shape: Shape
    place: Place
    parts: PageParts


@dataclass
class Prepared:
    """An exhibit's objects in the order they are written, its pages, and what the packet must know of its source."""

    objects: list[Stored] = field(default_factory=list)
    digests: Mapping[int, bytes] = field(default_factory=dict)
    pages: list[ReadyPage] = field(default_factory=list)
    links: list[SourceLink] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    layers: list[tuple[int, bool]] = field(default_factory=list)


class Recorder:
    """Takes objects as a packet would, and remembers them."""

    def __init__(self, source: mmap.mmap | None = None) -> None:
        self._source, self._count, self._last = source, 0, 0
        self.objects: list[Stored] = []

    def take(self) -> int:
        """A fresh object number."""
        self._count += 1
        return self._count

    def put(self, body: bytes, number: int | None = None) -> int:
        """Remember an object that has no stream."""
        number = number or self.take()
        self.objects.append(Stored(number, body))
        return number

    def stream(self, entries: bytes, data: Data, number: int | None = None) -> int:
        """Remember a stream, by its place in the source where it stands there."""
        assert isinstance(data, bytes), "recorded from an open file, never from another record"
        number = number or self.take()
        found = self._found(data)
        where = (found, len(data)) if found >= 0 else None
        self.objects.append(Stored(number, entries, None if where else data, where))
        return number

    def _found(self, data: bytes) -> int:
        if self._source is None or len(data) < SHORT:
            return -1
        found = self._source.find(data, self._last)
        if found < 0 and self._last:
            found = self._source.find(data)
        self._last = found + len(data) if found >= 0 else self._last
        return found


class Replay:
    """Writes a preparation's objects into a packet; what the packet has already is not written again."""

    def __init__(
        self, prepared: Prepared, source: Path | None, writer: Sink, shared: Shared, only: Container[int] | None = None
    ) -> None:  # fmt: skip
        self._numbers: dict[int, int] = {}
        self._writer = writer
        for stored in prepared.objects:
            if only is not None and stored.number not in only:
                continue
            digest = prepared.digests.get(stored.number)
            if digest is not None and stored.number not in self._numbers and digest in shared.numbers:
                self._numbers[stored.number] = shared.numbers[digest]
                continue
            self._write(stored, source)
            if digest is not None:
                shared.numbers[digest] = self._numbers[stored.number]

    def _write(self, stored: Stored, source: Path | None) -> None:
        number, body = self.number(stored.number), renumbered(stored.body, self.number)
        if stored.where is not None and source is not None:
            self._writer.stream(body, Slice(source, *stored.where), number)
        elif stored.data is not None:
            self._writer.stream(body, stored.data, number)
        else:
            self._writer.put(body, number)

    def number(self, own: int) -> int:
        """The packet's number of an object of the preparation."""
        if own not in self._numbers:
            self._numbers[own] = self._writer.take()
        return self._numbers[own]

    def parts(self, parts: PageParts) -> PageParts:
        """A page's parts with the packet's numbers."""
        rest, fonts, group = (renumbered(body, self.number) for body in (parts.rest, parts.fonts, parts.group))
        contents = tuple((self.number(own), digest) for own, digest in parts.contents)
        return PageParts(rest, fonts, group, parts.hashes, contents, parts.brackets)


def reached(prepared: Prepared, pages: Iterable[ReadyPage], also: Iterable[int] = ()) -> set[int]:
    """Numbers of the objects that some pages need, and of those given."""
    bodies = {stored.number: stored.body for stored in prepared.objects}
    waiting, found = list(also), set[int]()
    for page in pages:
        waiting += [number for number, _ in page.parts.contents]
        waiting += referred(page.parts.rest + b" " + page.parts.fonts + b" " + page.parts.group)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += referred(bodies[number])
    return found


def packed(prepared: Prepared) -> bytes | None:
    """A preparation as bytes; None where it is too large to keep."""
    kept = [stored.data for stored in prepared.objects if stored.data is not None]
    if sum(map(len, kept)) > MOST_BYTES:
        return None
    head = json.dumps(_head(prepared), separators=(",", ":")).encode()
    return b"".join([len(head).to_bytes(8, "big"), head, *kept])


def _head(prepared: Prepared) -> dict[str, Any]:
    return {
        "objects": [
            [s.number, _text(s.body), s.where or (len(s.data) if s.data is not None else None)]
            for s in prepared.objects
        ],
        "digests": {number: digest.hex() for number, digest in prepared.digests.items()},
        "pages": [
            [
                [page.shape.box, page.shape.turn, page.shape.unit], page.place,
                [_text(body) for body in (page.parts.rest, page.parts.fonts, page.parts.group)],
                [digest.hex() for digest in page.parts.hashes],
                [[number, digest.hex()] for number, digest in page.parts.contents], page.parts.brackets,
            ]
            for page in prepared.pages
        ],
        "links": [[link.page, link.rect, link.target, link.fit] for link in prepared.links],
        "notes": prepared.notes, "layers": prepared.layers,
    }  # fmt: skip


def unpacked(data: bytes) -> Prepared | None:
    """A kept preparation; None where the bytes are none."""
    with suppress(ValueError, KeyError, TypeError, IndexError):
        start = 8 + int.from_bytes(data[:8], "big")
        head = json.loads(data[8:start])
        return Prepared(
            _objects(head["objects"], data, start),
            {int(number): bytes.fromhex(digest) for number, digest in head["digests"].items()},
            [_page(*row) for row in head["pages"]],
            [SourceLink(page, tuple(rect), target, fit) for page, rect, target, fit in head["links"]],
            head["notes"], [(number, shown) for number, shown in head["layers"]],
        )  # fmt: skip
    return None


def _objects(rows: list[Any], data: bytes, position: int) -> list[Stored]:
    objects = []
    for number, body, found in rows:
        kept = data[position : position + found] if isinstance(found, int) else None
        position += len(kept or b"")
        where = (found[0], found[1]) if isinstance(found, list) else None
        objects.append(Stored(number, _bytes(body), kept, where))
    return objects


def _page(shape: Any, place: Place, bodies: Any, hashes: Any, contents: Any, brackets: Any) -> ReadyPage:
    box, turn, unit = shape
    rest, fonts, group = (_bytes(body) for body in bodies)
    one, two, three = (bytes.fromhex(digest) for digest in hashes)
    streams = tuple((number, bytes.fromhex(digest)) for number, digest in contents)
    opened, closed, has_marks = brackets
    parts = PageParts(rest, fonts, group, (one, two, three), streams, (opened, closed, has_marks))
    left, bottom, right, top = box
    return ReadyPage(Shape((left, bottom, right, top), turn, unit), place, parts)


def _text(body: bytes) -> str:
    return body.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
