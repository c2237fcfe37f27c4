"""Separator sheets: pages of a barcode or QR code and little else, put between documents before they are faxed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from casefile.records import PageText
from intake.limits import Limits
from intake.pages import Gray
from intake.picture import DRAWN, drawn_beside
from intake.qr import images_of

FEW = 25
"""Words of a page that can be a separator sheet; a ticket or a letter with a barcode has more."""
LARGE = 0.05
"""The least share of the page's width or height that a separator's code takes up."""
BARS = 31
"""Dark pixels nearer than this belong to one code."""
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
    texts = {page.page_number: page for page in pages}
    drawn = images_of(path, media_type, limits, thin)
    return frozenset(number for number, gray in drawn if _is_code_alone(gray, texts[number]))


def _is_code_alone(gray: Gray, page: PageText) -> bool:
    """Whether a code takes up a good part of the page and only words stand beside it: a labelled photo is none."""
    height, width = gray.shape
    boxes = [word.box for word in page.words]
    for code in zxingcpp.read_barcodes(gray, formats=FORMATS):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
        across, down = [corner.x for corner in corners], [corner.y for corner in corners]
        if max(across) - min(across) < LARGE * width and max(down) - min(down) < LARGE * height:
            continue
        if drawn_beside(_without(gray, sum(across) // 4, sum(down) // 4), boxes) < DRAWN:
            return True
    return False


def _without(gray: Gray, across: int, down: int) -> Gray:
    """The page without the code about this point: its bars and all that hangs together with them."""
    closed = cv2.morphologyEx((gray < 128).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((BARS, BARS), np.uint8))
    _, parts = cv2.connectedComponents(closed)
    return np.where((parts == parts[down, across]) & (closed > 0), np.uint8(255), gray)
