"""One file of the packet, written once from front to back: drawn sheets, exhibits, links, bookmarks, labels, manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from casefile.records import Exhibit, PageText
from packet_builder import catalog, stamp, words
from packet_builder.drawn import Drawing, Drawn, Goal, Link
from packet_builder.errors import PacketError
from packet_builder.geometry import Shape
from packet_builder.kept_exhibits import kept_layers, kept_prepared, layer_of, made_layer
from packet_builder.page_cache import PageCache
from packet_builder.page_writer import Layer, PageJob, PageParts, PageTree, PageWriter
from packet_builder.pdf_writer import PdfWriter, text_string
from packet_builder.pictured import Pictured
from packet_builder.plan import PacketPlan, Part
from packet_builder.prepared import Prepared, Replay, SourceLink, reached
from packet_builder.references import Shared
from packet_builder.source_files import Locate, SourceFile, SourceHashes

if TYPE_CHECKING:
    from packet_builder.places import Places


@dataclass
class Written:
    """What became of a file's pages."""

    hashes: dict[int, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    part_bytes: dict[str, int] = field(default_factory=dict)
    sha256: str = ""
    manifest: bytes = b""
    pictures: dict[int, str] = field(default_factory=dict)
    """Pages bound as pictures, and why."""


@dataclass(frozen=True)
class Sources:
    """Where sources lie, that they are what was read, and what is known of them."""

    locate: Locate
    hashes: SourceHashes
    cache: PageCache


class BoundFile:
    """Writes the parts of one volume. Indices are those of the whole plan; `start` is the volume's first page."""

    def __init__(
        self, out: BinaryIO, plan: PacketPlan, parts: Sequence[Part], drawing: Drawing, sources: Sources,
        *, links: bool = True, pictured: Pictured | None = None, progress: Callable[[int, int], None] | None = None,
    ) -> None:  # fmt: skip
        self._plan, self._parts, self._drawing = plan, parts, drawing
        self._locate, self._hashes, self._cache = sources.locate, sources.hashes, sources.cache
        self._links, self._progress, self._pictured = links, progress, pictured or Pictured()
        self._start = parts[0].first
        self._end = parts[-1].last + 1
        self._writer = PdfWriter(out)
        self._tree = PageTree(self._writer, self._end - self._start)
        self._pages = PageWriter(self._writer, self._tree)
        self._shared = Shared()
        self._shapes: dict[int, Shape] = {}
        self._waiting: list[tuple[int, Link, int]] = []
        self._source_links: list[tuple[SourceLink, int, int]] = []
        self._structure = catalog.Structure()
        self._layers: list[tuple[int, bool]] = []
        self.written = Written()

    def write(self, described: catalog.Description, manifest: Any) -> Written:
        """Write everything. `manifest` is called with what was written and returns the manifest's JSON object."""
        try:
            self._parts_out()
            self._write_links()
            self._tree.finish()
            self._finish(described, manifest(self.written))
            self.written.sha256 = self._writer.close()
        except OSError as error:
            raise PacketError(f"the packet cannot be written ({error}). Make room, or put the source back.") from error
        finally:
            self._writer.give_up()
        return self.written

    def _parts_out(self) -> None:
        replay = self._replayed_sheets()
        for done, part in enumerate(self._parts, 1):
            before = self._writer.size
            if part.exhibit is None:
                self._sheets(replay, part, self._drawing.parts[part.name])
            else:
                self._exhibit(replay, part)
            self.written.part_bytes[part.name] = self._writer.size - before
            if self._progress:
                self._progress(done, len(self._parts))

    def _replayed_sheets(self) -> Replay:
        """Write what this file's sheets are made of, the other volumes' not."""
        drawing = self._drawing
        fonts = dict(zip((stamp.FONT, words.FONT), drawing.fonts, strict=True))
        only = None
        if len(self._parts) < len(self._plan.parts):
            held = [drawing.slips[part.name] if part.exhibit else drawing.parts[part.name] for part in self._parts]
            pages = [page for drawn in held for page in drawing.sheets.pages[drawn.first : drawn.first + drawn.pages]]
            only = reached(drawing.sheets, pages, [number for number, _ in fonts.values()])
        replay = Replay(drawing.sheets, None, self._writer, self._shared, only)
        self._pages.fonts.update({name: (replay.number(own), digest) for name, (own, digest) in fonts.items()})
        return replay

    def _sheets(self, replay: Replay, part: Part, drawn: Drawn) -> None:
        """A part of drawn sheets; its links are written when every page's shape is known."""
        section = self._structure.section(drawn.tag, part.title)
        for offset in range(drawn.pages):
            index = part.first + offset
            links = [
                link for link in drawn.links if self._links and link.page == offset and self._inside(link.goal.page)
            ]
            numbers = tuple(self._writer.take() for _ in links)
            self._waiting += [(index, link, number) for link, number in zip(links, numbers, strict=True)]
            key = self._structure.page(
                index, section, drawn.tag, offset, dict(zip(map(id, links), numbers, strict=True))
            )
            self._sheet(replay, index, drawn.first + offset, numbers, key)

    def _sheet(self, replay: Replay, index: int, number: int, links: tuple[int, ...], key: int) -> None:
        """One drawn sheet, by its number among them."""
        page = self._drawing.sheets.pages[number]
        self._put(index, replay.parts(page.parts), page.shape, page.place, None, links, key, marked=True)

    def _exhibit(self, sheets: Replay, part: Part) -> None:
        """A slip sheet and the exhibit's pages."""
        exhibit = part.exhibit
        assert exhibit
        slip = self._drawing.slips[part.name]
        section = self._structure.section(slip.tag, f"{part.name}: {part.title}")
        key = self._structure.page(part.first, section, slip.tag, 0, {})
        self._sheet(sheets, part.first, slip.first, (), key)
        file = self._locate(exhibit.fax_sha256)
        self._hashes.require_same(exhibit, file)
        if self._pictured.may_touch(exhibit):
            self._opened_exhibit(part, exhibit, file, section)
        else:
            self._ready_exhibit(part, exhibit, file, section)

    def _ready_exhibit(self, part: Part, exhibit: Exhibit, file: SourceFile, section: catalog.Element) -> None:
        """Pages as they are, from what was found out about them once."""
        ready = self._prepared(exhibit, file, self._plan.bates(part.first))
        replay = Replay(ready, file.path, self._writer, self._shared)
        layers = kept_layers(exhibit, self._cache)
        for offset, (text, page) in enumerate(zip(exhibit.pages, ready.pages, strict=True)):
            index = part.first + 1 + offset
            layer = layer_of(exhibit.fax_sha256, text, page.shape, layers, self._cache)
            key = self._structure.plain_page(index, section, _picture_says(part, offset, text, layer))
            numbers = self._own_links(ready.links, exhibit.fax_sha256, text.page_number, section)
            self._put(index, replay.parts(page.parts), page.shape, page.place, layer, numbers, key)
        self._layers += [(replay.number(number), shown) for number, shown in ready.layers]
        if ready.notes:
            self.written.notes.setdefault(exhibit.fax_sha256, []).extend(ready.notes)

    def _prepared(self, exhibit: Exhibit, file: SourceFile, bates: str) -> Prepared:
        if ready := kept_prepared(exhibit, self._cache, bates):
            return ready
        from packet_builder.exhibit_pages import prepared_and_kept

        return prepared_and_kept(exhibit, file, self._cache, bates)

    def _opened_exhibit(self, part: Part, exhibit: Exhibit, file: SourceFile, section: catalog.Element) -> None:
        """Pages of which some are bound as pictures."""
        from packet_builder.exhibit_pages import open_exhibit
        from packet_builder.page_parts import parts_of
        from packet_builder.page_shape import shape_of
        from packet_builder.pdf_objects import ObjectGraph
        from packet_builder.places import Places
        from packet_builder.source_pdf import layers_of

        with open_exhibit(exhibit, file) as (source, pages):
            own = ObjectGraph(source.pdf, self._writer, self._shared)
            layers = kept_layers(exhibit, self._cache)
            places = Places(exhibit, file, source)
            for offset, (text, page) in enumerate(zip(exhibit.pages, pages, strict=True)):
                index = part.first + 1 + offset
                shape = shape_of(page, text.rotation)
                if why := self._pictured.why(exhibit.fax_sha256, text, page):
                    self._picture(part, places, offset, text, shape, section, why)
                    continue
                place = places.place(text, offset, shape, self._plan.bates(index))
                layer = layer_of(exhibit.fax_sha256, text, shape, layers, self._cache)
                key = self._structure.plain_page(index, section, _picture_says(part, offset, text, layer))
                numbers = self._own_links(source.links, exhibit.fax_sha256, text.page_number, section)
                self._put(index, parts_of(own, page), shape, place, layer, numbers, key)
            places.close()
            self._layers += layers_of(source.pdf, own)
            if source.notes:
                self.written.notes.setdefault(exhibit.fax_sha256, []).extend(source.notes)

    def _picture(
        self, part: Part, places: Places, offset: int, text: PageText, shape: Shape, section: catalog.Element, why: str
    ) -> None:
        """A page as a picture, with the words that may be found laid under it."""
        from packet_builder.page_parts import parts_of
        from packet_builder.pdf_objects import ObjectGraph

        index = part.first + 1 + offset
        burned = self._pictured.boxes.get(self._plan.sources[index], ())
        pdf, flat = places.picture(offset, text, shape, burned, self._pictured.one_bit)
        with pdf:
            layer = made_layer(text, flat) if text.words else None
            graph = ObjectGraph(pdf, self._writer, self._shared)
            key = self._structure.plain_page(index, section, "" if layer else _says(part, offset))
            self._put(index, parts_of(graph, pdf.pages[0].obj), flat, "band", layer, (), key)
        self.written.pictures[index] = why

    def _own_links(
        self, links: Sequence[SourceLink], sha256: str, page_number: int, section: catalog.Element
    ) -> tuple[int, ...]:
        """Take numbers for a page's links to pages of its own source that are bound in this file."""
        numbers = []
        for link in links:
            target = self._plan.index_of(sha256, link.target + 1)
            if self._links and link.page == page_number - 1 and target is not None and self._inside(target):
                numbers.append(self._writer.take())
                self._source_links.append((link, target, numbers[-1]))
                self._structure.link(numbers[-1], section)
        return tuple(numbers)

    def _put(
        self, index: int, parts: PageParts, shape: Shape, place: stamp.Place, layer: Layer | None,
        annotations: tuple[int, ...], key: int, marked: bool = False,
    ) -> None:  # fmt: skip
        bates = self._plan.bates(index)
        job = PageJob(index - self._start, shape, place, bates, layer, annotations, key, marked)
        self.written.hashes[index] = self._pages.write(parts, job)
        self._shapes[index] = shape

    def _inside(self, index: int) -> bool:
        return self._start <= index < self._end

    def _page(self, index: int) -> int:
        return self._tree.pages[index - self._start]

    def _write_links(self) -> None:
        for _, link, number in self._waiting:
            rect = b" ".join(b"%.2f" % edge for edge in link.rect)
            key = self._structure.link_keys.get(number)
            parent = b"/StructParent %d" % key if key is not None else b""
            body = b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%b]/Contents%b/Dest%b%b>>" % (
                rect, text_string(link.says), self._goal(link.goal), parent,
            )  # fmt: skip
            self._writer.put(body, number)
        for own, target, number in self._source_links:
            rect = b" ".join(b"%.2f" % edge for edge in own.rect)
            says = text_string(f"Go to {self._plan.bates(target)}")
            body = b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%b]/Contents%b/Dest[%d 0 R %b]/StructParent %d>>" % (
                rect, says, self._page(target), own.fit.encode(), self._structure.link_keys[number],
            )  # fmt: skip
            self._writer.put(body, number)

    def _goal(self, goal: Goal) -> bytes:
        """A destination: the whole page, or the line's height on it."""
        if goal.down is None:
            return b"[%d 0 R/Fit]" % self._page(goal.page)
        shape = self._shapes[goal.page]
        width, height = shape.size
        x, y = shape.point(0, height * (1 - max(0.0, goal.down - 0.06)))
        return b"[%d 0 R/XYZ %.1f %.1f null]" % (self._page(goal.page), x, y)

    def _attach(self, data: bytes, described: catalog.Description) -> int:
        """The manifest as an attached file; returns its specification's number."""
        size = b"/Params<</Size %d/ModDate(%b)>>" % (len(data), described.pdf_date)
        file = self._writer.deflated(b"/Type/EmbeddedFile/Subtype/application#2Fjson" + size, data)
        return self._writer.put(
            b"<</Type/Filespec/F(manifest.json)/UF(manifest.json)/AFRelationship/Data"
            b"/Desc(Where every page came from)/EF<</F %d 0 R/UF %d 0 R>>>>" % (file, file)
        )

    def _finish(self, described: catalog.Description, manifest: dict[str, Any]) -> None:
        writer = self._writer
        data = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
        spec = 0 if described.pdfa.startswith("2") else self._attach(data, described)
        self.written.manifest = data
        outline = catalog.write_outline(writer, self._plan, self._parts, self._page)
        structure = self._structure.write(writer, self._page)
        root = catalog.write_catalog(
            writer, described, tree=self._tree.root, outline=outline, structure=structure, spec=spec,
            labels=catalog.labels(self._plan, self._start, self._end), layers=self._layers,
        )  # fmt: skip
        info = writer.put(b"<</Title%b/Producer(casebinder)/CreationDate(%b)/ModDate(%b)>>"
                          % (text_string(described.title), described.pdf_date, described.pdf_date))  # fmt: skip
        writer.finish(root, info, data)


def _picture_says(part: Part, offset: int, text: PageText, layer: Layer | None) -> str:
    """What to say of an exhibit's page on which there are no words; empty where there are."""
    return "" if layer or text.words or text.source == "text-layer" else _says(part, offset)


def _says(part: Part, offset: int) -> str:
    return f"{part.name}, {part.title}, page {offset + 1}: a picture on which no words were read"
