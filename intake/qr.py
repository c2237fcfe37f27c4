"""QR codes on the pages of a file: the reply codes of our letters. Rendered again: readings keep no images."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image

from casefile.records import Box
from intake import pages
from intake.limits import Limits
from intake.photo import photo_page


def find_qr_codes(path: Path, media_type: str, limits: Limits) -> list[tuple[int, str, Box]]:
    """(page number, text, box on the page as it lies) of every QR code; a page that cannot be drawn has none."""
    found = []
    for number, gray in images_of(path, media_type, limits):
        height, width = gray.shape
        for code in zxingcpp.read_barcodes(gray, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            corners = (
                code.position.top_left,
                code.position.top_right,
                code.position.bottom_left,
                code.position.bottom_right,
            )
            across, down = [p.x / width for p in corners], [p.y / height for p in corners]
            found.append((number, code.text[:200], (min(across), min(down), max(across), max(down))))
    return found


def images_of(
    path: Path, media_type: str, limits: Limits, wanted: Collection[int] | None = None
) -> Iterator[tuple[int, pages.Gray]]:
    """The file's pages, or those with a number of `wanted`, in grey, one at a time."""
    try:
        if media_type == "application/pdf":
            document = pdfium.PdfDocument(path)
            try:
                for index in range(min(len(document), limits.max_pages)):
                    if wanted is not None and index + 1 not in wanted:
                        continue
                    yield index + 1, pages.render_pdf_page(document, index, limits.max_megapixels)
            finally:
                document.close()
        elif media_type == "image/tiff":
            for image in pages.tiff_pages(path, limits.max_megapixels):
                if image.pixels is not None and (wanted is None or image.page_number in wanted):
                    yield image.page_number, image.pixels
        else:
            image = photo_page(path, limits.max_megapixels)
            if image.pixels is not None:
                yield 1, image.pixels
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, pdfium.PdfiumError):
        return
