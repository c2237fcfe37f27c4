"""How many pages a file has, told cheaply, to choose its lane."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from intake.pages import PDFIUM
from intake.sniff import media_type


def page_count(path: Path) -> int:
    """Pages of a PDF or TIFF; 1 for anything else and for what cannot be opened (reading will say why)."""
    try:
        kind = media_type(path)
        if kind == "application/pdf":
            with PDFIUM:
                document = pdfium.PdfDocument(path)
                try:
                    return max(len(document), 1)
                finally:
                    document.close()
        if kind == "image/tiff":
            with Image.open(path) as image:
                return int(getattr(image, "n_frames", 1))
    except (pdfium.PdfiumError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 1
    return 1
