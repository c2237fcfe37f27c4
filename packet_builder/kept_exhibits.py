"""What is kept of exhibits from one build to the next: their preparation, and the invisible words of their scans."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping

from casefile.records import Exhibit, PageText
from packet_builder.geometry import Shape
from packet_builder.made_with import code_digest, made_with
from packet_builder.page_cache import PageCache
from packet_builder.page_writer import Layer, plain_digest
from packet_builder.prepared import Prepared, packed, unpacked
from packet_builder.source_files import SourceFile
from packet_builder.words import word_layer

LAYER = "layer/2"
PREPARED = "prepared/2"


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
    from packet_builder.exhibit_pages import prepared_now

    ready = prepared_now(exhibit, file, bates)
    if data := packed(ready):
        keep_prepared(exhibit, cache, bates, data)
    return ready


def kept_prepared(exhibit: Exhibit, cache: PageCache, bates: str) -> bytes | None:
    """A kept preparation as bytes, or None."""
    return cache.get(exhibit.fax_sha256, 0, _kind(exhibit, cache, bates))


def keep_prepared(exhibit: Exhibit, cache: PageCache, bates: str, data: bytes) -> None:
    """Keep a preparation."""
    cache.put(exhibit.fax_sha256, 0, _kind(exhibit, cache, bates), data)


def _kind(exhibit: Exhibit, cache: PageCache, bates: str) -> str:
    """A name for all that a preparation depends on beside the source."""
    pages = [(text.page_number, text.rotation, text.dpi) for text in exhibit.pages]
    asked = repr((pages, len(bates), sorted(made_with(cache).items()), code_digest()))
    return f"{PREPARED}/{hashlib.sha256(asked.encode()).hexdigest()[:32]}"


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


def keep_layer(sha256: str, text: PageText, layer: Layer, cache: PageCache) -> None:
    """Keep one page's layer with its hash."""
    cache.put(sha256, text.page_number, f"{LAYER}/{text.rotation}", layer.digest + layer.deflated)
