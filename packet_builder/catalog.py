"""What a file says of itself: title, language, labels, bookmarks, structure, layers, metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape

from packet_builder.drawn import Link, Tag
from packet_builder.page_writer import refs
from packet_builder.pdf_writer import PdfWriter, text_string
from packet_builder.plan import SECTIONS, PacketPlan, Part


@dataclass(frozen=True)
class Description:
    """Title, language and date of a file. `day` is ISO; the clock is never read. `pdfa` is empty, `2b` or `3b`."""

    title: str
    day: str
    language: str = "en-US"
    pdfa: str = ""

    @property
    def pdf_date(self) -> bytes:
        """The day as PDF writes dates."""
        return f"D:{self.day.replace('-', '')}000000Z".encode()


@dataclass
class Element:
    """An element of the structure tree."""

    kind: str
    parent: Element | None
    title: str = ""
    kids: list[tuple[str, int, int] | Element] = field(default_factory=list)
    """("mark", page index, mark), ("link", object number, 0), or an element."""
    number: int = 0
    is_plain: bool = False
    """Whether it holds whole pages of an exhibit."""
    entries: bytes = b""
    """What else its dictionary holds."""


class Structure:
    """The structure tree: drawn sheets as they were tagged, each exhibit page as one element."""

    def __init__(self) -> None:
        self._root = Element("Document", None)
        self._keys: list[list[Element] | Element] = []
        self._seen: dict[int, Element] = {}
        self.link_keys: dict[int, int] = {}

    def section(self, tag: Tag, title: str) -> Element:
        """A new section of the document."""
        made = Element("Sect", self._root, title)
        self._root.kids.append(made)
        self._seen[id(tag)] = made
        return made

    def plain_page(self, index: int, section: Element, says: str = "") -> int:
        """An exhibit's page, whose whole content is one element, with the one before it where both hold text; returns its key.

        Args:
            index: The page.
            section: Its exhibit.
            says: What to say of a page without words: it is a figure.
        """
        last = section.kids[-1] if section.kids else None
        if says:
            element = Element("Figure", section, entries=b"/Alt" + text_string(says))
        else:
            element = last if isinstance(last, Element) and last.is_plain else Element("P", section, is_plain=True)
        if element is not last:
            section.kids.append(element)
        element.kids.append(("mark", index, 0))
        self._keys.append([element])
        return len(self._keys) - 1

    def link(self, number: int, section: Element) -> None:
        """A link on the exhibit's page that was put last."""
        above = section.kids[-1]
        assert isinstance(above, Element)
        self._link(above, number)

    def page(self, index: int, section: Element, tag: Tag, offset: int, links: Mapping[int, int]) -> int:
        """A drawn sheet (the offset-th of its part): its tags become elements; returns the page's key."""
        marks: dict[int, Element] = {}
        self._take(tag, section, index, offset, links, marks)
        self._keys.append([marks[n] for n in range(len(marks))])
        return len(self._keys) - 1

    def _take(
        self, tag: Tag, element: Element, index: int, offset: int, links: Mapping[int, int], marks: dict[int, Element]
    ) -> None:  # fmt: skip
        for kid in tag.kids:
            if isinstance(kid, Tag):
                if _stands_on(kid, offset):
                    self._take(kid, self._child(kid, element), index, offset, links, marks)
            elif isinstance(kid, Link):
                if kid.page == offset and id(kid) in links:
                    self._link(element, links[id(kid)])
            elif kid[0] == offset:
                element.kids.append(("mark", index, kid[1]))
                marks[kid[1]] = element

    def _child(self, tag: Tag, parent: Element) -> Element:
        if id(tag) not in self._seen:
            self._seen[id(tag)] = Element(tag.kind, parent, tag.title, entries=_attributes(tag))
            parent.kids.append(self._seen[id(tag)])
        return self._seen[id(tag)]

    def _link(self, parent: Element, number: int) -> None:
        element = Element("Link", parent, kids=[("link", number, 0)])
        parent.kids.append(element)
        self._keys.append(element)
        self.link_keys[number] = len(self._keys) - 1

    def write(self, writer: PdfWriter, page: Callable[[int], int]) -> int:
        """Write the tree; returns its root's number."""
        root = writer.take()
        order = self._numbered(writer)
        for element in order:
            above = element.parent.number if element.parent else root
            title = b"/T" + text_string(element.title) if element.title else b""
            kids = b" ".join(_kid(kid, page) for kid in element.kids)
            writer.put(
                b"<</Type/StructElem/S/%b/P %d 0 R%b%b/K[%b]>>"
                % (element.kind.encode(), above, title, element.entries, kids),
                element.number,
            )
        nums = b" ".join(
            b"%d %d 0 R" % (key, row.number)
            if isinstance(row, Element)
            else b"%d[%b]" % (key, refs([e.number for e in row]))
            for key, row in enumerate(self._keys)
        )
        tree = writer.put(b"<</Nums[%b]>>" % nums)
        writer.put(
            b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (order[0].number, tree, len(self._keys)),
            root,
        )
        return root

    def _numbered(self, writer: PdfWriter) -> list[Element]:
        order, stack = [], [self._root]
        while stack:
            element = stack.pop()
            element.number = writer.take()
            order.append(element)
            stack += [kid for kid in reversed(element.kids) if isinstance(kid, Element)]
        return order


def _attributes(tag: Tag) -> bytes:
    """What a table's cell says of itself."""
    scope = b"/Scope/" + tag.scope.encode() if tag.scope else b""
    span = b"/ColSpan %d" % tag.span if tag.span > 1 else b""
    return b"/A<</O/Table%b%b>>" % (scope, span) if scope or span else b""


def _stands_on(tag: Tag, offset: int) -> bool:
    """Whether any of an element's content stands on a sheet."""
    for kid in tag.kids:
        if isinstance(kid, Tag):
            if _stands_on(kid, offset):
                return True
        elif (kid.page if isinstance(kid, Link) else kid[0]) == offset:
            return True
    return False


def _kid(kid: tuple[str, int, int] | Element, page: Callable[[int], int]) -> bytes:
    if isinstance(kid, Element):
        return b"%d 0 R" % kid.number
    if kid[0] == "link":
        return b"<</Type/OBJR/Obj %d 0 R>>" % kid[1]
    return b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (page(kid[1]), kid[2])


@dataclass
class _Mark:
    title: str
    index: int
    kids: list[_Mark] = field(default_factory=list)
    number: int = 0


def bookmarks(plan: PacketPlan, parts: Sequence[Part]) -> list[_Mark]:
    """Bookmarks, nested: section, exhibit, page. Every title ends in the Bates number of the page it leads to."""
    titles = {name: title for name, title, _ in SECTIONS}
    marks: list[_Mark] = []
    section = ""
    for part in parts:
        mark = _Mark(f"{part.name}: {part.title}" if part.exhibit else part.title, part.first)
        if part.exhibit:
            mark.kids = [_Mark(f"Page {n}", index) for n, index in enumerate(range(part.first + 1, part.last + 1), 1)]
        if part.section and part.section == section:
            marks[-1].kids.append(mark)
        elif part.section:
            marks.append(_Mark(titles[part.section], part.first, [mark]))
        else:
            marks.append(mark)
        section = part.section
    return marks


def write_outline(writer: PdfWriter, plan: PacketPlan, parts: Sequence[Part], page: Callable[[int], int]) -> int:
    """Write the bookmarks; returns the outline's number."""
    root = writer.take()
    marks = bookmarks(plan, parts)
    _number(writer, marks)
    count = _write_marks(writer, plan, marks, root, page, 0)
    writer.put(
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (marks[0].number, marks[-1].number, count), root
    )
    return root


def _number(writer: PdfWriter, marks: Sequence[_Mark]) -> None:
    for mark in marks:
        mark.number = writer.take()
        _number(writer, mark.kids)


def _write_marks(
    writer: PdfWriter, plan: PacketPlan, marks: Sequence[_Mark], parent: int, page: Callable[[int], int], depth: int
) -> int:  # fmt: skip
    """Write one level; sections stand open, exhibits closed. Returns how many are seen when their parent is open."""
    seen = len(marks)
    for position, mark in enumerate(marks):
        body = b"<</Title%b/Parent %d 0 R/Dest[%d 0 R/XYZ null null null]" % (
            text_string(f"{mark.title} ({plan.bates(mark.index)})"), parent, page(mark.index),
        )  # fmt: skip
        if position:
            body += b"/Prev %d 0 R" % marks[position - 1].number
        if position + 1 < len(marks):
            body += b"/Next %d 0 R" % marks[position + 1].number
        if mark.kids:
            inner = _write_marks(writer, plan, mark.kids, mark.number, page, depth + 1)
            is_open = depth == 0 and bool(mark.kids[0].kids or not mark.title.startswith("Exhibit"))
            seen += inner if is_open else 0
            body += b"/First %d 0 R/Last %d 0 R/Count %d" % (
                mark.kids[0].number, mark.kids[-1].number, inner if is_open else -inner,
            )  # fmt: skip
        writer.put(body + b">>", mark.number)
    return seen


def labels(plan: PacketPlan, start: int, end: int) -> bytes:
    """Page labels equal to the Bates numbers: a label range for each run of numbers of one length."""
    rows, last = [], -1
    for index in range(start, end):
        number = plan.numbers[index] if plan.numbers else index + 1
        if number != last + 1 or len(str(number)) != len(str(last)):
            prefix = plan.bates(index)[: -len(str(number))]
            rows.append(b"%d<</P%b/S/D/St %d>>" % (index - start, text_string(prefix), number))
        last = number
    return b"<</Nums[%b]>>" % b" ".join(rows)


def write_catalog(
    writer: PdfWriter, described: Description, *, tree: int, outline: int, structure: int, spec: int, labels: bytes,
    layers: Sequence[tuple[int, bool]],
) -> int:  # fmt: skip
    """Write the catalog; returns its number."""
    xmp = writer.stream(b"/Type/Metadata/Subtype/XML", _xmp(described))
    body = (
        b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines/PageLabels %b/Lang%b/MarkInfo<</Marked true>>"
        b"/StructTreeRoot %d 0 R/ViewerPreferences<</DisplayDocTitle true>>/Metadata %d 0 R"
        % (tree, outline, labels, text_string(described.language), structure, xmp)
    )
    if spec:
        body += b"/AF[%d 0 R]/Names<</EmbeddedFiles<</Names[(manifest.json)%d 0 R]>>>>" % (spec, spec)
    if layers:
        unique = dict(layers)
        hidden = refs([number for number, shown in unique.items() if not shown])
        groups = refs(list(unique))
        body += b"/OCProperties<</OCGs[%b]/D<</Name(Default)/OFF[%b]/Order[%b]>>>>" % (groups, hidden, groups)
    if described.pdfa:
        profile = writer.deflated(b"/N 3", _srgb())
        body += (
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %d 0 R>>]"
            % profile
        )
    return writer.put(body + b">>")


@cache
def _srgb() -> bytes:
    """An sRGB profile whose creation date is fixed, so that the same inputs give the same bytes."""
    from PIL import ImageCms

    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = bytes((7, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
    data[84:100] = bytes(16)
    return bytes(data)


def _xmp(described: Description) -> bytes:
    """Metadata as XMP."""
    stamp = f"{described.day}T00:00:00Z"
    part = ""
    if described.pdfa:
        part = (
            '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
            f"<pdfaid:part>{described.pdfa[0]}</pdfaid:part><pdfaid:conformance>{described.pdfa[1:].upper()}</pdfaid:conformance></rdf:Description>"
        )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(described.title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:language><rdf:Bag><rdf:li>{escape(described.language)}</rdf:li></rdf:Bag></dc:language>"
        f"<pdf:Producer>casebinder</pdf:Producer><xmp:CreateDate>{stamp}</xmp:CreateDate><xmp:ModifyDate>{stamp}</xmp:ModifyDate>"
        f'</rdf:Description>{part}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
