"""A page of a kept original as a PNG that stands upright and straight, as its boxes were measured; small disk cache."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from casefile.records import PageText
from intake import pages
from intake.photo import photo_page
from intake.sniff import media_type

WIDTHS = (160, 240, 480, 900, 1300, 1700)
"""Widths in pixels that are made; another one gets the next larger of these."""
THUMBNAIL = 480
"""Up to this width a page is drawn quickly, not straightened: nobody looks for boxes there."""
CACHE_MB = 256
SWEEP_EVERY = 40
"""Pictures made between two looks at the cache's size."""
LEVELS = np.round(np.round(np.arange(256) / 17) * 17).astype(np.uint8)
"""Sixteen greys: a scan's grain costs three times the bytes and shows no more."""
_made = itertools.count(1)


class NoPicture(Exception):
    """The page cannot be drawn; the message says why, in words for the person at the desk."""


@dataclass(frozen=True)
class PageImages:
    """Pictures of pages, kept in `folder` (it holds patient data: only its owner may look in) up to `cache_mb`."""

    folder: Path
    max_megapixels: int = 80
    cache_mb: int = CACHE_MB

    def png(self, original: Path, sha256: str, page: PageText, width: int) -> bytes:
        """The page as a grey PNG about `width` pixels wide.

        Args:
            original: The file as it was received.
            sha256: Its hash, which names the cached picture.
            page: The page as read: its number, how it was turned, and whether its words came with the file.
            width: In pixels; the next larger of `WIDTHS` is made.

        Raises:
            NoPicture: The page cannot be drawn.
        """
        width = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
        source = "t" if page.source == "text-layer" else "i"
        cached = self.folder / sha256[:2] / f"{sha256}-{page.page_number}-{page.rotation}{source}-{width}.png"
        try:
            return cached.read_bytes()
        except OSError:
            made = draw(original, page, width, self.max_megapixels)
        self._keep(cached, made)
        return made

    def _keep(self, cached: Path, made: bytes) -> None:
        """Keep a picture; a full disk costs speed, not the page."""
        try:
            cached.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as incoming:
                incoming.write(made)
            Path(incoming.name).replace(cached)
            if next(_made) % SWEEP_EVERY == 0:
                self.sweep()
        except OSError:
            return

    def sweep(self) -> None:
        """Drop the pictures made longest ago until the cache is down to four fifths of its bound."""
        found = []
        for path in self.folder.glob("*/*.png"):
            stat = path.stat()
            found.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in found)
        if total <= self.cache_mb << 20:
            return
        for _, size, path in sorted(found):
            path.unlink(missing_ok=True)
            total -= size
            if total <= (self.cache_mb << 20) * 4 // 5:
                return


def draw(original: Path, page: PageText, width: int, max_megapixels: int) -> bytes:
    """The page as a PNG `width` pixels wide, whatever the file is.

    Raises:
        NoPicture: The page cannot be drawn.
    """
    number = page.page_number
    try:
        gray = _pixels(original, page, width, max_megapixels)
    except FileNotFoundError:
        raise NoPicture("The original is not in the vault. Run `casebinder doctor`.") from None
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise NoPicture("The PDF asks for a password. Ask the sender for a copy without one.") from None
        raise NoPicture(f"Page {number} cannot be drawn: it is damaged. Ask for a resend of this page.") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError, cv2.error):
        raise NoPicture(f"Page {number} cannot be drawn: it is damaged or too large. Ask for a resend.") from None
    if page.rotation:
        gray = np.ascontiguousarray(np.rot90(gray, -page.rotation // 90))
    if width > THUMBNAIL and page.source != "text-layer":
        gray, _ = pages.deskew(gray)
    return _encoded(gray, width)


def _pixels(original: Path, page: PageText, width: int, max_megapixels: int) -> pages.Gray:
    """The page's square pixels as they lie in the file."""
    kind, index = media_type(original), page.page_number - 1
    if kind == "application/pdf":
        return _of_pdf(original, index, page, width, max_megapixels)
    if kind == "image/tiff":
        image = next(pages.tiff_pages(original, max_megapixels, range(index, index + 1)), None)
    elif kind in {"image/jpeg", "image/png"} and index == 0:
        image = photo_page(original, max_megapixels)
    else:
        image = None
    if image is None or image.pixels is None:
        raise ValueError("no such page")
    return image.pixels


def _of_pdf(original: Path, index: int, page: PageText, width: int, max_megapixels: int) -> pages.Gray:
    """A PDF's page; one that was read from its picture is taken from the same picture, so that boxes fit."""
    with pages.PDFIUM:
        document = pdfium.PdfDocument(original)
    try:
        if not 0 <= index < len(document):
            raise ValueError("no such page")
        if page.source != "text-layer" and width > THUMBNAIL:
            return pages.pdf_page_image(document, index, max_megapixels)[0]
        with pages.PDFIUM:
            sheet = document[index]
            across = sheet.get_size()[0 if page.rotation % 180 == 0 else 1]
            sheet.close()
        dpi = min(300, max(20, round(width * 72 / max(across, 1))))
        return pages.render_pdf_page(document, index, max_megapixels, dpi)
    finally:
        with pages.PDFIUM:
            document.close()


def _encoded(gray: pages.Gray, width: int) -> bytes:
    """As PNG, made smaller to `width`; never larger than it is, since that shows nothing more."""
    if gray.shape[1] > width:
        height = max(1, round(gray.shape[0] * width / gray.shape[1]))
        gray = np.asarray(cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    done, coded = cv2.imencode(".png", LEVELS[gray], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise NoPicture("The page cannot be drawn as a picture.")
    return bytes(coded)


def cache_folder(home: Path) -> Path:
    """Where the pictures are kept."""
    folder = home / "page-images"
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    return folder
