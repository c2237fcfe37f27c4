"""An exhibit's source, opened page by page, or prepared once and kept; and the invisible words of its scans."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from casefile.records import Exhibit, PageText
from packet_builder import catalog
from packet_builder.errors import PacketError
from packet_builder.geometry import Shape, shape_of
from packet_builder.made_with import made_with
from packet_builder.page_cache import PageCache
from packet_builder.page_writer import Layer, parts_of, plain_digest
from packet_builder.pdf_objects import ObjectGraph
from packet_builder.places import Places
from packet_builder.prepared import Prepared, ReadyPage, Recorder, packed, unpacked
from packet_builder.source_files import SourceFile, mapped
from packet_builder.source_image import image_pdf
from packet_builder.source_pdf import Source, open_source
from packet_builder.words import word_layer

LAYER = "layer/2"
PREPARED = "prepared/2"


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


def prepared_exhibit(exhibit: Exhibit, file: SourceFile, cache: PageCache, bates: str) -> Prepared:
    """What is needed to write an exhibit's pages as they are: kept from before, or found out now and kept.

    Args:
        exhibit: The exhibit.
        file: Its source.
        cache: Where it is kept, by the source's hash.
        bates: A Bates number of the length that its pages will bear.
    """
    kept = kept_prepared(exhibit, cache, bates)
    if kept and (ready := unpacked(kept)):
        return ready
    ready = prepared_now(exhibit, file, bates)
    if data := packed(ready):
        keep_prepared(exhibit, cache, bates, data)
    return ready


def kept_prepared(exhibit: Exhibit, cache: PageCache, bates: str) -> bytes | None:
    """A kept preparation as bytes, or None."""
    return cache.get(exhibit.fax_sha256, 0, _kind(exhibit, bates))


def keep_prepared(exhibit: Exhibit, cache: PageCache, bates: str, data: bytes) -> None:
    """Keep a preparation."""
    cache.put(exhibit.fax_sha256, 0, _kind(exhibit, bates), data)


def _kind(exhibit: Exhibit, bates: str) -> str:
    """A name for all that a preparation depends on beside the source."""
    pages = [(text.page_number, text.rotation, text.dpi) for text in exhibit.pages]
    asked = repr((pages, len(bates), sorted(made_with().items())))
    return f"{PREPARED}/{hashlib.sha256(asked.encode()).hexdigest()[:32]}"


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
        ready.layers = catalog.layers_of(opened.pdf, graph)
        ready.digests = graph.digests()
    return ready


def kept_layers(exhibit: Exhibit, cache: PageCache) -> Mapping[tuple[int, int], bytes]:
    """The kept word layers of an exhibit's scanned pages, by (page, turn)."""
    turns = {text.rotation for text in exhibit.pages if text.source == "ocr" and not text.words}
    return {
        (page, turn): data
        for turn in turns
        for page, data in cache.pages(exhibit.fax_sha256, f"{LAYER}/{turn}").items()
    }


def layer_of(text: PageText, shape: Shape, kept: Mapping[tuple[int, int], bytes]) -> Layer | None:
    """A scanned page's invisible words; None for pages that have words of their own or none at all."""
    if text.source != "ocr":
        return None
    if text.words:
        return made_layer(text, shape)
    found = kept.get((text.page_number, text.rotation))
    return Layer(found[32:], found[:32]) if found else None


def made_layer(text: PageText, shape: Shape) -> Layer:
    """A page's words as a layer."""
    data = word_layer(text, shape)
    return Layer(zlib.compress(data, 6), plain_digest(data))


def keep_layers(path: Path, exhibit: Exhibit, cache: PageCache) -> None:
    """Make the word layers of an exhibit's scanned pages and keep them, so that later builds need no words."""
    if not any(text.source == "ocr" and text.words for text in exhibit.pages):
        return
    with open_exhibit(exhibit, SourceFile(path, path.name)) as (_, pages):
        for text, page in zip(exhibit.pages, pages, strict=True):
            if layer := layer_of(text, shape_of(page, text.rotation), {}):
                keep_layer(exhibit.fax_sha256, text, layer, cache)


def keep_layer(sha256: str, text: PageText, layer: Layer, cache: PageCache) -> None:
    """Keep one page's layer with its hash."""
    cache.put(sha256, text.page_number, f"{LAYER}/{text.rotation}", layer.digest + layer.deflated)
