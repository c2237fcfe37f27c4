"""Where the Bates number fits on each page of an exhibit, and pages drawn as pictures: what needs the renderer."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf

from casefile.records import Box, Exhibit, PageText
from packet_builder import raster, stamp
from packet_builder.errors import PacketError
from packet_builder.geometry import Shape
from packet_builder.source_files import SourceFile
from packet_builder.source_pdf import Source

if TYPE_CHECKING:
    import pypdfium2 as pdfium


class Places:
    """Where the number fits on each page of one exhibit; looked for on the page as it is drawn."""

    def __init__(self, exhibit: Exhibit, file: SourceFile, source: Source) -> None:
        self._exhibit, self._file, self._source = exhibit, file, source
        self._document: pdfium.PdfDocument | None = None
        self._clean: pdfium.PdfDocument | None = None
        self._unreadable = False

    def picture(
        self, offset: int, text: PageText, shape: Shape, boxes: Sequence[Box], one_bit: bool
    ) -> tuple[pikepdf.Pdf, Shape]:  # fmt: skip
        """A page as one image, drawn from the harmless source.

        Raises:
            PacketError: The page cannot be drawn; it is never bound with what was to be removed.
        """
        import pypdfium2 as pdfium

        is_pdf = self._exhibit.media_type == "application/pdf"
        try:
            if self._clean is None:
                self._clean = raster.document_of(self._source.pdf)
            page = self._clean[text.page_number - 1 if is_pdf else offset]
            return raster.picture_of(page, shape, boxes, one_bit)
        except (pdfium.PdfiumError, ValueError, MemoryError, ZeroDivisionError, IndexError) as error:
            name = type(error).__name__
            raise PacketError(
                f"page {text.page_number} of {self._file.name} cannot be drawn as a picture ({name})."
            ) from error

    def close(self) -> None:
        """Give the renderer's copies back."""
        for document in (self._document, self._clean):
            if document is not None:
                document.close()

    def place(self, text: PageText, offset: int, shape: Shape, bates: str) -> stamp.Place:
        """Where the number fits on one page, which is the exhibit's page with this offset."""
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
