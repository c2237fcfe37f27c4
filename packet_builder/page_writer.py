"""Pages into the packet: a source's own content between brackets, its words and its number after it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from packet_builder import stamp
from packet_builder.geometry import Shape
from packet_builder.pdf_writer import PdfWriter

FANOUT = 64


@dataclass
class PageTree:
    """Object numbers of all pages and of the tree above them, taken before anything is written."""

    writer: PdfWriter
    count: int
    root: int = 0
    pages: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = self.writer.take()
        self.pages = [self.writer.take() for _ in range(self.count)]
        self.nodes = [self.writer.take() for _ in range(0, self.count, FANOUT)]

    def parent(self, index: int) -> int:
        """The node above a page."""
        return self.nodes[index // FANOUT]

    def finish(self) -> None:
        """Write the nodes."""
        for number, node in enumerate(self.nodes):
            kids = self.pages[number * FANOUT : (number + 1) * FANOUT]
            body = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self.root, len(kids), refs(kids))
            self.writer.put(body, node)
        self.writer.put(b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.count, refs(self.nodes)), self.root)


def refs(numbers: Sequence[int]) -> bytes:
    """References to objects, as an array holds them."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


Brackets = tuple[int, int, bool]
"""How many q a content lacks before it, how many Q after it, and whether it has marked content of its own."""


@dataclass(frozen=True)
class Layer:
    """A scan's words, deflated, and the hash of what they are."""

    deflated: bytes
    digest: bytes


@dataclass(frozen=True)
class PageParts:
    """What a page takes from its source, in a file's own object numbers: resources as text, contents, and their hashes."""

    rest: bytes
    fonts: bytes
    group: bytes
    hashes: tuple[bytes, bytes, bytes]
    contents: tuple[tuple[int, bytes], ...]
    """Number and hash of each content stream."""
    brackets: Brackets


@dataclass(frozen=True)
class PageJob:
    """One page to write. `place` says where the number stands; `layer` holds a scan's words."""

    index: int
    shape: Shape
    place: stamp.Place
    bates: str
    layer: Layer | None = None
    annotations: tuple[int, ...] = ()
    struct_key: int | None = None
    marked: bool = False
    """Whether the page's content is tagged already: it is one of our own sheets."""


class PageWriter:
    """Writes pages into a packet and knows each page's hash."""

    def __init__(self, writer: PdfWriter, tree: PageTree) -> None:
        self._writer, self._tree = writer, tree
        self._brackets: dict[bytes, tuple[int, bytes]] = {}
        self.fonts: dict[str, tuple[int, bytes]] = {}
        """Name → object number and hash of the fonts that every page is given."""

    def write(self, parts: PageParts, job: PageJob) -> str:
        """Write one page; returns the SHA-256 of what it shows."""
        opened, closed, has_marks = parts.brackets
        marked = job.marked or job.struct_key is None or has_marks
        begin = b"" if marked else b"/P<</MCID 0>>BDC\n"
        contents = [self._bracket(begin + b"q\n" + _clip(job) + b"q\n" * opened), *parts.contents]
        contents.append(self._bracket(b"\n" + b"Q\n" * (1 + closed)))
        if job.layer is not None:
            contents.append((self._writer.stream(b"/Filter/FlateDecode", job.layer.deflated), job.layer.digest))
        number = b"/Artifact BMC\n" + stamp.content(job.shape, job.place, job.bates) + b"EMC\n"
        number = number if marked else b"EMC\n" + number
        contents.append((self._writer.stream(b"", number), plain_digest(number)))
        body, looks = self._looks(parts, job)
        self._writer.put(
            b"<</Type/Page/Parent %d 0 R%b/Contents[%b]%b>>"
            % (self._tree.parent(job.index), body, refs([n for n, _ in contents]), _extras(job)),
            self._tree.pages[job.index],
        )
        return page_digest(looks, [digest for _, digest in contents])

    def _bracket(self, data: bytes) -> tuple[int, bytes]:
        """A short stream that many pages share."""
        if data not in self._brackets:
            self._brackets[data] = self._writer.stream(b"", data), plain_digest(data)
        return self._brackets[data]

    def _looks(self, parts: PageParts, job: PageJob) -> tuple[bytes, bytes]:
        """Box, turn and resources: the page's entries, and their hash."""
        shape = job.shape if job.place != "band" else stamp.with_band(job.shape, job.bates)
        given = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, (number, _) in self.fonts.items())
        resources = b"%b/Font<<%b%b>>" % (parts.rest[2:-2], parts.fonts[2:-2], given)
        body = b"%b/Resources<<%b>>" % (_box(shape), resources)
        if parts.group:
            body += b"/Group " + parts.group
        return body, looks_digest(shape, (*parts.hashes, *(digest for _, digest in self.fonts.values())))


@lru_cache(maxsize=256)
def _box(shape: Shape) -> bytes:
    """A page's box and turn, as its entries."""
    edges = b" ".join(_number(edge) for edge in shape.box)
    unit = b"/UserUnit %b" % _number(shape.unit) if shape.unit != 1 else b""
    return b"/MediaBox[%b]/Rotate %d%b" % (edges, shape.turn, unit)


def _clip(job: PageJob) -> bytes:
    """Where a band is added below, what the source hides outside its box stays hidden."""
    if job.place != "band":
        return b""
    left, bottom, right, top = job.shape.box
    return b" ".join(_number(edge) for edge in (left, bottom, right - left, top - bottom)) + b" re W n\n"


def _extras(job: PageJob) -> bytes:
    extras = b"/Annots[%b]" % refs(job.annotations) if job.annotations else b""
    if job.struct_key is not None:
        extras += b"/StructParents %d/Tabs/S" % job.struct_key
    return extras


def looks_digest(shape: Shape, parts: Sequence[bytes]) -> bytes:
    """The hash of a page's box and turn, and of the hashes of its resources, fonts, group and given fonts."""
    return hashlib.sha256(b"%b%b|" % (_rounded(shape), b"|".join(parts))).digest()


@lru_cache(maxsize=256)
def _rounded(shape: Shape) -> bytes:
    """Box and turn as text, without the last digits, which another program may write otherwise."""
    return repr(([round(float(edge), 3) for edge in shape.box], shape.turn, round(float(shape.unit), 4))).encode()


def page_digest(looks: bytes, contents: Sequence[bytes]) -> str:
    """The hash of a page."""
    return hashlib.sha256(looks + b"".join(contents)).hexdigest()


def plain_digest(data: bytes) -> bytes:
    """The hash that `ObjectGraph` gives a stream with nothing but its data."""
    return hashlib.sha256(b"<< >>\0" + data).digest()


def _number(value: float) -> bytes:
    return f"{value:.3f}".rstrip("0").rstrip(".").encode()
