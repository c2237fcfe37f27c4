"""A source PDF, opened by whichever library can, made harmless: what is visible is kept, what acts is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from packet_builder.errors import PacketError
from packet_builder.pdf_objects import ObjectGraph
from packet_builder.prepared import SourceLink

FIT = re.compile(r"/(?:XYZ|FitB?[HV]?|FitR)")
DRAWN_BY_VIEWERS = {"/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Ink", "/Line", "/Square", "/Circle", "/Polygon",
                    "/PolyLine", "/Stamp", "/Caret"}  # fmt: skip


@dataclass
class Source:
    """An open source with what was taken off it."""

    pdf: pikepdf.Pdf
    links: list[SourceLink] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@contextmanager
def open_source(path: Path, name: str, pages: int) -> Iterator[Source]:
    """Open a PDF that holds at least `pages` pages, flattened.

    Raises:
        PacketError: It asks for a password, is damaged beyond repair, or holds fewer pages than were read.
    """
    pdf = _opened(path, name, pages)
    try:
        source = Source(pdf, notes=look(pdf))
        _flattened(source)
        pdf = source.pdf
        yield source
    finally:
        pdf.close()


def _opened(path: Path, name: str, pages: int) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(path)
        if len(pdf.pages) >= pages:
            return pdf
        pdf.close()
    except pikepdf.PasswordError:
        raise PacketError(f"{name} asks for a password. Ask the sender for a copy without one.") from None
    except (pikepdf.PdfError, OSError, ValueError, RuntimeError):
        pass
    return _resaved(path, name, pages)


def _resaved(path: Path, name: str, pages: int) -> pikepdf.Pdf:
    """What the renderer makes of a file that the parser cannot open."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
        try:
            if len(document) < max(1, pages):
                raise PacketError(
                    f"{name} holds {len(document)} pages, but {pages} were read from it. Ask for a resend of it."
                )
            buffer = BytesIO()
            document.save(buffer)
        finally:
            document.close()
        return pikepdf.open(BytesIO(buffer.getvalue()))
    except (pdfium.PdfiumError, pikepdf.PdfError, OSError) as error:
        raise PacketError(
            f"{name} cannot be bound: it is damaged ({type(error).__name__}). Ask for a resend of it."
        ) from None


def look(pdf: pikepdf.Pdf) -> list[str]:
    """What a bound page cannot carry, in words for the slip sheet: signatures, attachments, scripts."""
    root, notes = pdf.Root, list[str]()
    form = _dictionary(root.get("/AcroForm"))
    if pdf.is_encrypted:
        notes.append("was locked against changes; bound without the lock")
    if form is not None and ((_number(form.get("/SigFlags")) & 1) or _signed(form)):
        notes.append("the original bears a digital signature, which only the original can prove")
    if form is not None and "/XFA" in form:
        notes.append("held a dynamic form; its static pages are bound")
    names = _dictionary(root.get("/Names"))
    if names is not None and "/EmbeddedFiles" in names:
        notes.append("held attached files, which are not bound")
    if (names is not None and "/JavaScript" in names) or "/OpenAction" in root or "/AA" in root:
        notes.append("held actions or scripts, which were removed")
    return notes


def _signed(form: pikepdf.Object) -> bool:
    fields = form.get("/Fields")
    return isinstance(fields, Array) and any(
        isinstance(row, Dictionary) and str(row.get("/FT", "")) == "/Sig" and "/V" in row for row in fields
    )


def _flattened(source: Source) -> None:
    """Annotations and form fields become part of the page as it is seen; links within the source are kept as data."""
    visible, undrawn = False, False
    places: dict[tuple[int, int], int] = {}
    for index, page in enumerate(source.pdf.pages):
        notes = page.obj.get("/Annots")
        if not isinstance(notes, Array):
            continue
        for note in notes:
            if not isinstance(note, Dictionary):
                continue
            kind = str(note.get("/Subtype", ""))
            if kind == "/Link":
                places = places or {page.obj.objgen: n for n, page in enumerate(source.pdf.pages)}
                _take_link(source, index, note, places)
                continue
            visible |= kind != "/Popup"
            undrawn |= kind in DRAWN_BY_VIEWERS and "/AP" not in note and not _number(note.get("/F")) & 2
    if undrawn:
        _drawn_by_renderer(source)
    elif visible:
        _flatten(source)


def _flatten(source: Source) -> None:
    pdf = source.pdf
    try:
        if _dictionary(pdf.Root.get("/AcroForm")) is not None:
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        source.notes.append(f"its annotations could not be drawn ({type(error).__name__})")


def _drawn_by_renderer(source: Source) -> None:
    """Annotations without their own drawing get the one a viewer would show."""
    import pypdfium2 as pdfium

    buffer = BytesIO()
    source.pdf.save(buffer, encryption=False)
    document = pdfium.PdfDocument(buffer.getvalue())
    try:
        document.init_forms()
        for index in range(len(document)):
            page = document[index]
            pdfium.raw.FPDFPage_Flatten(page.raw, pdfium.raw.FLAT_NORMALDISPLAY)
            page.close()
        out = BytesIO()
        document.save(out)
    except pdfium.PdfiumError:
        source.notes.append("some annotations have no drawing of their own and are not shown")
        _flatten(source)
        return
    finally:
        document.close()
    source.pdf.close()
    source.pdf = pikepdf.open(BytesIO(out.getvalue()))


def _take_link(source: Source, index: int, note: pikepdf.Object, places: dict[tuple[int, int], int]) -> None:
    action = _dictionary(note.get("/A"))
    goes = note.get("/Dest")
    if goes is None and action is not None and str(action.get("/S", "")) == "/GoTo":
        goes = action.get("/D")
    if goes is None:
        if action is not None and not any("outside" in text for text in source.notes):
            source.notes.append("held links to outside addresses or files, which were removed")
        return
    found = _explicit(source.pdf, goes)
    try:
        rect = tuple(round(float(edge), 2) for edge in note.get("/Rect", ()))
        target = places.get(found[0].objgen) if found is not None and isinstance(found[0], Dictionary) else None
    except (TypeError, ValueError, IndexError):
        return
    if target is None or found is None or len(rect) != 4:
        return
    source.links.append(SourceLink(index, rect, target, _fit(found)))


def _explicit(pdf: pikepdf.Pdf, goes: Any) -> pikepdf.Array | None:
    """A destination as page and view, by name where it has one."""
    for _ in range(4):
        if isinstance(goes, Array):
            return goes if len(goes) else None
        if isinstance(goes, Dictionary):
            goes = goes.get("/D")
        elif isinstance(goes, (pikepdf.String, Name)):
            goes = _named(pdf, str(goes))
        else:
            return None
    return None


def _named(pdf: pikepdf.Pdf, name: str) -> Any:
    try:
        old = _dictionary(pdf.Root.get("/Dests"))
        if old is not None and name in old:
            return old[name]
        names = _dictionary(pdf.Root.get("/Names"))
        if names is None or "/Dests" not in names:
            return None
        return pikepdf.NameTree(names.Dests).get(name)
    except (pikepdf.PdfError, ValueError, KeyError, RuntimeError):
        return None


def _fit(found: pikepdf.Array) -> str:
    """The view of a destination, checked part by part; the whole page where it is odd."""
    parts = []
    for part in list(found)[1:6]:
        if isinstance(part, Name):
            if not FIT.fullmatch(str(part)):
                return "/Fit"
            parts.append(str(part))
        else:
            parts.append("null" if part is None else f"{float(part):.2f}" if _is_number(part) else "null")
    return " ".join(parts) if parts and parts[0].startswith("/") else "/Fit"


def _is_number(part: Any) -> bool:
    try:
        float(part)
    except (TypeError, ValueError):
        return False
    return True


def _number(value: Any) -> int:
    return int(value) if _is_number(value) else 0


def _dictionary(value: Any) -> pikepdf.Object | None:
    return value if isinstance(value, Dictionary) else None


def layers_of(pdf: pikepdf.Pdf, graph: ObjectGraph) -> list[tuple[int, bool]]:
    """A source's optional layers that its pages use, as (object number, shown), so that none changes its state."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return []
    groups, default = properties.get("/OCGs"), properties.get("/D")
    if not isinstance(groups, Array):
        return []
    default = default if isinstance(default, Dictionary) else Dictionary()
    off, on = _keys(default.get("/OFF")), _keys(default.get("/ON"))
    base_off = str(default.get("/BaseState", "")) == "/OFF"
    rows = []
    for group in groups:
        if isinstance(group, Dictionary) and group.objgen != (0, 0):
            shown = group.objgen in on if base_off else group.objgen not in off
            rows.append((graph.number(group.objgen), shown))
    return rows


def _keys(array: pikepdf.Object | None) -> set[tuple[int, int]]:
    return {item.objgen for item in array if isinstance(item, Dictionary)} if isinstance(array, Array) else set()
