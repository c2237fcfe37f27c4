"""Files → upright-pixel page images, one at a time, bounded in pixels and pages."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray
from PIL import Image

cv2.setNumThreads(1)  # there is one reading process a core: threads beside it only get in the way of the others

Gray = NDArray[np.uint8]
DPI = 200
SKETCH_DPI = 40
"""Enough to tell whether a scanned picture is all that its page shows."""
LETTER_HEIGHT = 11.0
PRINTED, INKED = 0.006, 0.2
"""Between these shares of dark pixels a page is surely printed on: more than specks leave, less than dark edges do."""
MARK = 8
"""Dark pixels that hang together after single specks are gone; a hyphen of 9-point print has more."""
STREAK, STREAK_WIDE, STREAK_RUN = 0.3, 6, 0.03
"""A fax machine's streak: columns this dark over the page's height, at most so many side by side (a dark edge has
more); of them only runs of dark this share of the height long are taken off."""
DOT, DOTS_APART, LEADER = 3, 9, 31
"""In pairs of pixels: the widest dot of a leader, how far apart its dots stand at most, and its least length."""
PDFIUM = threading.Lock()
"""The PDF renderer serves one thread at a time."""


@dataclass(frozen=True)
class PageImage:
    """One page as grey square pixels at about 200 dpi; `dpi` is what the sender's machine used."""

    page_number: int
    pixels: Gray | None
    dpi: tuple[int, int]
    error: str = ""


def tiff_pages(path: Path, max_megapixels: int, wanted: range | None = None) -> Iterator[PageImage]:
    """The pages of a (fax) TIFF, or those of `wanted` indices; one that cannot be decoded comes with its error."""
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)) if wanted is None else wanted:
            dpi = (DPI, DPI)
            try:
                image.seek(index)
                refuse_huge(image, max_megapixels)
                dpi = _fax_dpi(image)
                yield PageImage(index + 1, _square(np.asarray(image.convert("L")), dpi), dpi)
            except (OSError, ValueError, SyntaxError, EOFError) as error:
                yield PageImage(index + 1, None, dpi, type(error).__name__)


def pdf_page_image(document: pdfium.PdfDocument, index: int, max_megapixels: int) -> tuple[Gray, tuple[int, int]]:
    """A PDF page as square pixels at about 200 dpi, and the resolution of what was scanned.

    Where the page is nothing but one scanned picture, that picture itself is taken; else the page is drawn.
    """
    drawn = render_pdf_page(document, index, max_megapixels, SKETCH_DPI)
    with PDFIUM:
        page = document[index]
        try:
            found = _only_picture(page, max_megapixels)
        finally:
            page.close()
    if found and _looks_like(found[0], drawn):
        return _square(*found), found[1]
    return render_pdf_page(document, index, max_megapixels), (DPI, DPI)


def _only_picture(page: pdfium.PdfPage, max_megapixels: int) -> tuple[Gray, tuple[int, int]] | None:
    """The picture that makes up a whole scanned page with its resolution, or None when there is more to see."""
    width, height = page.get_size()
    pictures = []
    for number, item in enumerate(page.get_objects(max_depth=1)):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(item)
        elif item.type != raw.FPDF_PAGEOBJ_TEXT or number > 2000:
            return None
    if len(pictures) != 1 or page.get_rotation():
        return None
    a, b, c, d, _, _ = pictures[0].get_matrix().get()
    if b or c or not 0.95 * width <= a <= 1.05 * width or not 0.95 * height <= d <= 1.05 * height:
        return None
    across, down = pictures[0].get_px_size()
    if not 0 < across * down <= max_megapixels * 1e6:
        return None
    dpi = round(across * 72 / a), round(down * 72 / d)
    if not all(90 <= edge <= 1300 for edge in dpi):
        return None
    bitmap = pictures[0].get_bitmap()
    return np.array(bitmap.to_pil().convert("L"), dtype=np.uint8), dpi


def _looks_like(picture: Gray, drawn: Gray) -> bool:
    """Whether a picture is what the page shows: a mask, a matte or a colour table may make it another."""
    size = (64, 82)
    one, two = (cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32) for gray in (picture, drawn))
    return float(np.abs(one - two).mean()) < 12


def render_pdf_page(document: pdfium.PdfDocument, index: int, max_megapixels: int, dpi: int = DPI) -> Gray:
    """One PDF page in grey, at `dpi` or less when the page is huge."""
    with PDFIUM:
        page = document[index]
        try:
            width, height = page.get_size()
            scale = dpi / 72
            pixels = width * height * scale * scale
            if pixels > max_megapixels * 1e6:
                scale *= (max_megapixels * 1e6 / pixels) ** 0.5
            return np.array(page.render(scale=scale, grayscale=True).to_numpy().squeeze(), dtype=np.uint8)
        finally:
            page.close()


def deskew(gray: Gray) -> tuple[Gray, float]:
    """Straighten a page by up to 3 degrees; returns the page and the angle taken off, in degrees."""
    small = cv2.resize(gray, (0, 0), fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    ink = (small < 160).astype(np.uint8)
    if int(ink.sum()) < 200:
        return gray, 0.0
    rough = (cv2.resize(small, (0, 0), fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) < 200).astype(np.uint8)
    coarse = max(np.arange(-3, 3.01, 0.5), key=lambda angle: _sharpness(rough, float(angle)))
    best = float(max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=lambda a: _sharpness(ink, float(a))))
    if abs(best) < 0.15:
        return gray, 0.0
    return _turn(gray, best, 255), best


def without_streaks(gray: Gray) -> Gray:
    """A page as it was received without the upright streaks that a dirty glass or print head leaves.

    A streak is exactly upright only before the page is straightened. Where it crosses a stroke, the stroke stays.
    """
    dark = gray < 128
    height, width = gray.shape
    columns = np.flatnonzero(np.count_nonzero(dark, axis=0) > STREAK * height)
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    narrow = [(int(g[0]), int(g[-1]) + 1) for g in groups if 0 < g.size <= STREAK_WIDE]
    clean = gray.copy() if narrow else gray
    for left, right in narrow:
        strip = dark[:, left:right].astype(np.uint8)
        run = np.ones((round(STREAK_RUN * height) | 1, 1), np.uint8)
        streak = cv2.morphologyEx(strip, cv2.MORPH_OPEN, run).reshape(strip.shape) > 0
        crossed = dark[:, max(0, left - 1)] & dark[:, min(width - 1, right)]
        clean[:, left:right][streak & ~crossed[:, None]] = 255
    return clean


def without_leaders(gray: Gray) -> Gray:
    """The page without rows of dots that lead from a label to its value: the OCR program takes such a line for no text.

    Rows are level only once the page is straightened.
    """
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    try:
        _, _, stats, centres = cv2.connectedComponentsWithStats((half < 200).astype(np.uint8), ltype=cv2.CV_16U)
    except cv2.error:  # tens of thousands of specks: a picture in dots
        return gray
    dots = np.flatnonzero((stats[:, 2] <= DOT) & (stats[:, 3] <= DOT))
    across, down = centres[dots].round().astype(int).T
    rows = np.zeros_like(half)
    rows[down, across] = 1
    rows = cv2.dilate(rows, np.ones((3, 1), np.uint8))
    rows = cv2.morphologyEx(rows, cv2.MORPH_CLOSE, np.ones((1, DOTS_APART), np.uint8))
    rows = cv2.morphologyEx(rows, cv2.MORPH_OPEN, np.ones((1, LEADER), np.uint8))
    led = stats[dots[rows[down, across] > 0]]
    clean = gray.copy() if led.size else gray
    for left, top, wide, tall in 2 * led[:, :4]:
        clean[max(0, top - 1) : top + tall + 1, max(0, left - 1) : left + wide + 1] = 255
    return clean


def prepare(gray: Gray) -> Gray:
    """What the OCR program sees: long rules gone, edges softened.

    No despeckling: a median filter doubled the word error on fine fax pages (0.041 without, 0.092 with it), since it
    eats thin strokes and decimal points; the OCR program ignores lone specks by itself.
    """
    ink = (gray < 128).astype(np.uint8) * 255
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, 120), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((90, 1), np.uint8))
    clean = gray.copy()
    clean[cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8)) > 0] = 255
    return np.asarray(cv2.GaussianBlur(clean, (0, 0), 0.7), dtype=np.uint8)


def is_blank(gray: Gray) -> bool:
    """Whether nothing but specks, streaks, punched holes and dark edges is on the page; one hyphen is enough to say no.

    The margin where fax machines print their line is left out. Dust larger than a hyphen counts as a mark: such a page
    is read, so that none with a word on it is ever lost.
    """
    height, width = gray.shape
    inner = gray[int(height * 0.045) : int(height * 0.985), int(width * 0.02) : int(width * 0.98)]
    if PRINTED < np.count_nonzero(inner < 128) / inner.size < INKED:
        return False
    middle = cv2.medianBlur(np.ascontiguousarray(inner), 3)
    count, _, stats, centres = cv2.connectedComponentsWithStats((middle < 128).astype(np.uint8), connectivity=8)
    return not any(
        area >= MARK and not _is_machine_mark(across, down, area, float(centre[0]) / middle.shape[1], middle.shape)
        for (_, _, across, down, area), centre in zip(stats[1:count], centres[1:count], strict=True)
    )


def _is_machine_mark(across: int, down: int, area: int, place: float, shape: tuple[int, ...]) -> bool:
    """A streak over much of the page, or something large and solid in the side margins."""
    if (across <= 4 and down > 0.1 * shape[0]) or (down <= 4 and across > 0.1 * shape[1]):
        return True
    return not 0.06 < place < 0.94 and min(across, down) > 14 and area > 0.6 * across * down


def _fax_dpi(image: Image.Image) -> tuple[int, int]:
    """Resolution by axis from the tags, or from the height where they are missing or impossible."""
    x, y = (float(value) for value in image.info.get("dpi", (0, 0)))
    if image.info.get("resolution_unit") == 3 or (0 < x < 95 and 0 < y < 95):
        x, y = x * 2.54, y * 2.54
    if 90 <= x <= 1300 and 90 <= y <= 1300:
        return round(x), round(y)
    width, height = image.size
    across = 204 if 1600 < width < 1800 else max(72, round(width / 8.5))
    nearest = min((98, 196, 391), key=lambda dpi: abs(height - dpi * LETTER_HEIGHT))
    return (across, nearest) if across == 204 else (across, across)


def _square(gray: Gray, dpi: tuple[int, int]) -> Gray:
    """The page at 200 dpi on both axes."""
    across, down = DPI / dpi[0], DPI / dpi[1]
    if abs(across - 1) < 0.03 and abs(down - 1) < 0.03:
        return gray
    method = cv2.INTER_AREA if down < 0.9 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, None, fx=across, fy=down, interpolation=method), dtype=np.uint8)


def _sharpness(ink: Gray, angle: float) -> float:
    """How strongly the row sums differ once turned: greatest when lines of text lie level."""
    rows = _turn(ink, angle, 0).sum(axis=1, dtype=np.float64)
    return float(((rows[1:] - rows[:-1]) ** 2).sum())


def _turn(gray: Gray, angle: float, fill: int) -> Gray:
    """The page turned about its middle by `angle` degrees."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(fill,))
    return np.asarray(turned, dtype=np.uint8)


def refuse_huge(image: Image.Image, max_megapixels: int) -> None:
    """Stop before a decompression bomb is unpacked."""
    if image.width * image.height > max_megapixels * 1_000_000:
        raise ValueError("too many pixels")


warnings.simplefilter("ignore", Image.DecompressionBombWarning)
