"""An exhibit's source, opened page by page, or prepared once and kept; and the invisible words of its scans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from casefile.records import Exhibit
from packet_builder.errors import PacketError
from packet_builder.kept_exhibits import keep_prepared, layer_of
from packet_builder.page_cache import PageCache
from packet_builder.page_parts import parts_of
from packet_builder.page_shape import shape_of
from packet_builder.pdf_objects import ObjectGraph
from packet_builder.places import Places
from packet_builder.prepared import Prepared, ReadyPage, Recorder, packed
from packet_builder.source_files import SourceFile, mapped
from packet_builder.source_image import image_pdf
from packet_builder.source_pdf import Source, layers_of, open_source


@contextmanager
def open_exhibit(exhibit: Exhibit, file: SourceFile) -> Iterator[tuple[Source, list[pikepdf.Object]]]:
    """Open an exhibit's source; yields it and the exhibit's pages in order.

    Raises:
        PacketError: The source cannot be opened, or lacks a page. No page is ever skipped.
    """
    if exhibit.media_type == "application/pdf":
        with open_source(file.path, file.name, max(text.page_number for text in exhibit.pages)) as source:
            yield source, [source.pdf.pages[text.page_number - 1].obj for text in exhibit.pages]
        return
    try:
        pdf = image_pdf(file.path, exhibit.pages)
    except (OSError, EOFError, ValueError, SyntaxError, IndexError, pikepdf.PdfError) as error:
        raise PacketError(f"{file.name} cannot be bound ({type(error).__name__}). Ask for a resend of it.") from error
    with pdf:
        yield Source(pdf), [page.obj for page in pdf.pages]


def prepared_now(exhibit: Exhibit, file: SourceFile, bates: str) -> Prepared:
    """Open a source and find out everything about an exhibit's pages."""
    with open_exhibit(exhibit, file) as (opened, pages), mapped(file) as source:
        recorder = Recorder(source)
        graph = ObjectGraph(opened.pdf, recorder)
        places = Places(exhibit, file, opened)
        ready = Prepared(recorder.objects, links=opened.links, notes=opened.notes)
        for offset, (text, page) in enumerate(zip(exhibit.pages, pages, strict=True)):
            shape = shape_of(page, text.rotation)
            place = places.place(text, offset, shape, bates)
            ready.pages.append(ReadyPage(shape, place, parts_of(graph, page)))
        places.close()
        ready.layers = layers_of(opened.pdf, graph)
        ready.digests = graph.digests()
    return ready


def prepared_and_kept(exhibit: Exhibit, file: SourceFile, cache: PageCache, bates: str) -> Prepared:
    """The same, kept for the next build."""
    ready = prepared_now(exhibit, file, bates)
    if data := packed(ready):
        keep_prepared(exhibit, cache, bates, data)
    return ready


def keep_layers(path: Path, exhibit: Exhibit, cache: PageCache) -> None:
    """Make the word layers of an exhibit's scanned pages and keep them, so that later builds need no words."""
    if not any(text.source == "ocr" and text.words for text in exhibit.pages):
        return
    with open_exhibit(exhibit, SourceFile(path, path.name)) as (_, pages):
        for text, page in zip(exhibit.pages, pages, strict=True):
            layer_of(exhibit.fax_sha256, text, shape_of(page, text.rotation), {}, cache)
