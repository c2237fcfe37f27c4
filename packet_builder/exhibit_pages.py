"""An exhibit's source, opened, page by page: its shape, its words, where its number fits."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf

from casefile.records import Exhibit, PageText
from packet_builder import stamp
from packet_builder.errors import PacketError
from packet_builder.geometry import Shape, shape_of
from packet_builder.page_cache import PageCache
from packet_builder.source_image import image_pdf
from packet_builder.source_pdf import Source, open_source
from packet_builder.words import word_layer

if TYPE_CHECKING:
    import pypdfium2 as pdfium

LAYER = "layer/1"
CHUNK = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """Where a source lies and what to call it in messages."""

    path: Path
    name: str


Locate = Callable[[str], SourceFile]


@contextmanager
def open_exhibit(exhibit: Exhibit, file: SourceFile, cache: PageCache) -> Iterator[tuple[Source, list[pikepdf.Object]]]:
    """Open an exhibit's source; yields it and the exhibit's pages in order.

    Raises:
        PacketError: The source cannot be opened, was changed since it was read, or lacks a page. No page is ever skipped.
    """
    if sha256_of(file) != exhibit.fax_sha256:
        raise PacketError(
            f"{file.name} is not the file that was read: its SHA-256 differs. Put the original back, or read it anew."
        )
    if exhibit.media_type == "application/pdf":
        with open_source(file.path, file.name, max(text.page_number for text in exhibit.pages)) as source:
            yield source, [source.pdf.pages[text.page_number - 1].obj for text in exhibit.pages]
        return
    try:
        pdf = image_pdf(file.path, exhibit.pages, exhibit.fax_sha256, cache)
    except (OSError, EOFError, ValueError, SyntaxError, IndexError, pikepdf.PdfError) as error:
        raise PacketError(f"{file.name} cannot be bound ({type(error).__name__}). Ask for a resend of it.") from error
    with pdf:
        yield Source(pdf), [page.obj for page in pdf.pages]


def sha256_of(file: SourceFile) -> str:
    """The SHA-256 of a source's bytes."""
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise PacketError(
            f"{file.name} cannot be read ({type(error).__name__}). Put it back and build again."
        ) from None
    return digest.hexdigest()


def layer_of(text: PageText, shape: Shape, sha256: str, cache: PageCache) -> bytes | None:
    """A scanned page's invisible words, deflated; None for pages that have words of their own or none at all."""
    if text.source != "ocr":
        return None
    if text.words:
        return zlib.compress(word_layer(text, shape), 6)
    return cache.get(sha256, text.page_number, f"{LAYER}/{text.rotation}")


def keep_layers(path: Path, exhibit: Exhibit, cache: PageCache) -> None:
    """Make the word layers of an exhibit's scanned pages and keep them, so that later builds need no words."""
    if not any(text.source == "ocr" and text.words for text in exhibit.pages):
        return
    with open_exhibit(exhibit, SourceFile(path, path.name), cache) as (_, pages):
        for text, page in zip(exhibit.pages, pages, strict=True):
            if layer := layer_of(text, shape_of(page, text.rotation), exhibit.fax_sha256, cache):
                cache.put(exhibit.fax_sha256, text.page_number, f"{LAYER}/{text.rotation}", layer)


class Places:
    """Where the number fits on each page of one exhibit; looked for once, then kept by source hash."""

    def __init__(self, exhibit: Exhibit, file: SourceFile, source: Source, cache: PageCache) -> None:
        self._exhibit, self._file, self._source, self._cache = exhibit, file, source, cache
        self._known: dict[str, dict[int, bytes]] = {}
        self._document: pdfium.PdfDocument | None = None
        self._unreadable = False

    def place(self, text: PageText, offset: int, shape: Shape, bates: str) -> stamp.Place:
        """The place on one page, which is the exhibit's page with this offset."""
        kind = f"place/1/{text.rotation}/{len(bates)}"
        if kind not in self._known:
            self._known[kind] = self._cache.pages(self._exhibit.fax_sha256, kind)
        kept = self._known[kind].get(text.page_number)
        if kept is not None:
            return kept.decode()  # type: ignore[return-value]
        place = self._look(text, offset, shape, bates)
        self._cache.put(self._exhibit.fax_sha256, text.page_number, kind, place.encode())
        return place

    def close(self) -> None:
        """Give the renderer's copy back."""
        if self._document is not None:
            self._document.close()

    def _look(self, text: PageText, offset: int, shape: Shape, bates: str) -> stamp.Place:
        import pypdfium2 as pdfium

        document = self._rendered()
        if document is None:
            return "band"
        is_pdf = self._exhibit.media_type == "application/pdf"
        try:
            page = document[text.page_number - 1 if is_pdf else offset]
        except (pdfium.PdfiumError, IndexError):
            return "band"
        try:
            page.set_mediabox(*shape.box)
            page.set_cropbox(*shape.box)
            page.set_rotation(shape.turn)
            return stamp.free_place(page, shape, bates)
        except (pdfium.PdfiumError, ValueError, MemoryError, ZeroDivisionError):
            return "band"
        finally:
            page.close()

    def _rendered(self) -> pdfium.PdfDocument | None:
        import pypdfium2 as pdfium

        if self._document is None and not self._unreadable:
            try:
                if self._exhibit.media_type == "application/pdf":
                    self._document = pdfium.PdfDocument(self._file.path)
                else:
                    buffer = BytesIO()
                    self._source.pdf.save(buffer)
                    self._document = pdfium.PdfDocument(buffer.getvalue())
            except pdfium.PdfiumError:
                self._unreadable = True
        return self._document
