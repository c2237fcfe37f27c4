"""What is kept of exhibits from one build to the next: their preparation, and the invisible words of their scans."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Mapping

from casefile.records import Exhibit, PageText
from packet_builder.geometry import Shape
from packet_builder.made_with import code_digest, made_with
from packet_builder.page_cache import PageCache
from packet_builder.page_writer import Layer, plain_digest
from packet_builder.prepared import Prepared, unpacked
from packet_builder.words import word_layer

LAYER = "layer/3"
PREPARED = "prepared/2"


def kept_prepared(exhibit: Exhibit, cache: PageCache, bates: str) -> Prepared | None:
    """What is needed to write an exhibit's pages as they are, if it was kept.

    Args:
        exhibit: The exhibit.
        cache: Where it is kept, by the source's hash.
        bates: A Bates number of the length that its pages will bear.
    """
    kept = cache.get(exhibit.fax_sha256, 0, _kind(exhibit, cache, bates))
    return unpacked(kept) if kept else None


def is_prepared(exhibit: Exhibit, cache: PageCache, bates: str) -> bool:
    """Whether a preparation is kept."""
    return cache.has(exhibit.fax_sha256, 0, _kind(exhibit, cache, bates))


def keep_prepared(exhibit: Exhibit, cache: PageCache, bates: str, data: bytes) -> None:
    """Keep a preparation."""
    cache.put(exhibit.fax_sha256, 0, _kind(exhibit, cache, bates), data)


def _kind(exhibit: Exhibit, cache: PageCache, bates: str) -> str:
    """A name for all that a preparation depends on beside the source."""
    pages = [(text.page_number, text.rotation, text.dpi) for text in exhibit.pages]
    asked = repr((pages, len(bates), sorted(made_with(cache).items()), code_digest()))
    return f"{PREPARED}/{hashlib.sha256(asked.encode()).hexdigest()[:32]}"


def layers_name() -> str:
    """Under which kind layers are kept: they are what this code makes of words."""
    return f"{LAYER}/{code_digest('words.py', 'geometry.py')[:16]}"


def kept_layers(exhibit: Exhibit, cache: PageCache) -> Mapping[tuple[int, int], bytes]:
    """The kept word layers of an exhibit's scanned pages, by (page, turn)."""
    turns = sorted({text.rotation for text in exhibit.pages if text.source == "ocr"})
    return {
        (page, turn): data
        for turn in turns
        for page, data in cache.pages(exhibit.fax_sha256, f"{layers_name()}/{turn}").items()
    }


def layer_of(
    sha256: str, text: PageText, shape: Shape, kept: Mapping[tuple[int, int], bytes], cache: PageCache
) -> Layer | None:
    """A scanned page's invisible words, kept from before or made and kept; None for pages with words of their own or none.

    A page without words is given the layer that was kept for it: a folder's pages leave their words behind.
    """
    if text.source != "ocr":
        return None
    found = kept.get((text.page_number, text.rotation))
    if found and (not text.words or found[:32] == _words_digest(text, shape)):
        return Layer(found[64:], found[32:64])
    if not text.words:
        return None
    layer = made_layer(text, shape)
    keep_layer(sha256, text, shape, layer, cache)
    return layer


def made_layer(text: PageText, shape: Shape) -> Layer:
    """A page's words as a layer."""
    data = word_layer(text, shape)
    return Layer(zlib.compress(data, 6), plain_digest(data))


def keep_layer(sha256: str, text: PageText, shape: Shape, layer: Layer, cache: PageCache) -> None:
    """Keep one page's layer with its hash, and with a hash of the words it was made of."""
    data = _words_digest(text, shape) + layer.digest + layer.deflated
    cache.put(sha256, text.page_number, f"{layers_name()}/{text.rotation}", data)


def _words_digest(text: PageText, shape: Shape) -> bytes:
    """A hash of what a layer shows: words, their boxes, and the page they lie on."""
    digest = hashlib.sha256("\0".join([word.text for word in text.words]).encode("utf-8", "surrogatepass"))
    digest.update(array("d", [edge for word in text.words for edge in word.box]).tobytes())
    digest.update(repr(shape).encode())
    return digest.digest()
