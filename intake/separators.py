"""Separator sheets: pages of a barcode or QR code and little else, put between documents before they are faxed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import zxingcpp

from casefile.records import PageText
from intake.limits import Limits
from intake.pages import Gray
from intake.qr import images_of

FEW = 25
"""Words of a page that can be a separator sheet; a ticket or a letter with a barcode has more."""
LARGE = 0.05
"""The least share of the page's width or height that a separator's code takes up."""
FORMATS = zxingcpp.BarcodeFormats([
    zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.ITF,
])  # fmt: skip


def find_separators(path: Path, media_type: str, pages: Sequence[PageText], limits: Limits) -> frozenset[int]:
    """The numbers of the pages that are separator sheets. Only pages of few words are drawn and looked at.

    Args:
        path: The file.
        media_type: What it is.
        pages: Its pages as read.
        limits: Bounds on what is drawn.
    """
    thin = frozenset(page.page_number for page in pages if not page.blank and len(page.words) <= FEW)
    if not thin or len(pages) < 2:
        return frozenset()
    drawn = images_of(path, media_type, limits, thin)
    return frozenset(number for number, gray in drawn if _has_large_code(gray))


def _has_large_code(gray: Gray) -> bool:
    """Whether a code on the page takes up a good part of it."""
    height, width = gray.shape
    for code in zxingcpp.read_barcodes(gray, formats=FORMATS):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
        across, down = [corner.x for corner in corners], [corner.y for corner in corners]
        if max(across) - min(across) >= LARGE * width or max(down) - min(down) >= LARGE * height:
            return True
    return False
