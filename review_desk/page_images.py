"""A page of a kept fax as people read it: upright, straight, as PNG; drawn once and kept in a bounded folder."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pypdfium2 as pdfium
from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath
from fastapi.responses import Response
from PIL import Image

from casefile.errors import NotFound
from flows.steps import Desk, limits_from
from intake import pages
from intake.limits import Limits
from intake.photo import photo_page
from review_desk.guard import Guarded

router = APIRouter()
FULL, THUMB = 1100, 150
"""Widths in pixels: a page to read, and one of the row of small ones."""
CACHE_BYTES = 300 << 20
DRAWING = threading.BoundedSemaphore(2)
Sha = Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]
PageNumber = Annotated[int, InPath(ge=1, le=20_000)]


@router.get("/faxes/{sha256}/pages/{page}.png")
def page_image(v: Guarded, sha256: Sha, page: PageNumber, small: bool = False) -> Response:
    """One page; `?small=1` for the row of small pages."""
    if not small:
        v.record_view(f"looked at page {page}", sha256=sha256)
    return Response(image_of(v.desk, sha256, page, THUMB if small else FULL), media_type="image/png")


def image_of(desk: Desk, sha256: str, page: int, width: int) -> bytes:
    """A page as PNG, from the cache or drawn now.

    Raises:
        NotFound: There is no such page.
        HTTPException: 422 when the page cannot be drawn.
    """
    row = desk.store.page_row(sha256, page)
    cache = Cache(desk.settings.home / "desk-pages")
    name = f"{sha256}-{page}-{width}-{row['rotation']}.png"
    kept = cache.get(name)
    if kept is not None:
        return kept
    path = desk.vault.path(sha256)
    if not path.exists():
        raise NotFound(f"the original of fax {sha256[:12]} is not in the vault")
    media = desk.store.fax(sha256)["media_type"]
    with DRAWING:
        try:
            png = _png(upright(path, media, page, row, limits_from(desk.settings)), width)
        except (OSError, ValueError, SyntaxError, MemoryError, pdfium.PdfiumError):
            raise HTTPException(422, f"Page {page} of this fax cannot be drawn. Ask for a resend.") from None
    cache.put(name, png)
    return png


def upright(path: Path, media: str, page: int, row: dict[str, Any], limits: Limits) -> pages.Gray:
    """The page's pixels as its words were read: turned and straightened the same way, so that boxes fit."""
    most = limits.max_megapixels
    if media == "application/pdf":
        with pages.PDFIUM:
            document = pdfium.PdfDocument(path)
        try:
            if row["source"] == "text-layer":
                gray = pages.render_pdf_page(document, page - 1, most, 150)
            else:
                gray, _ = pages.pdf_page_image(document, page - 1, most)
        finally:
            with pages.PDFIUM:
                document.close()
    elif media == "image/tiff":
        gray = _pixels(next(pages.tiff_pages(path, most, range(page - 1, page))))
    else:
        gray = _pixels(photo_page(path, most))
    if row["rotation"]:
        gray = np.ascontiguousarray(np.rot90(gray, -row["rotation"] // 90))
    return pages.deskew(gray)[0] if row["source"] == "ocr" else gray


def _pixels(image: pages.PageImage) -> pages.Gray:
    if image.pixels is None:
        raise ValueError("not decoded")
    return image.pixels


def _png(gray: pages.Gray, width: int) -> bytes:
    image = Image.fromarray(gray)
    if image.width > width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, min(height, width * 4)), Image.Resampling.BILINEAR, reducing_gap=2.0)
    out = io.BytesIO()
    image.quantize(16).save(out, "PNG", compress_level=4)
    return out.getvalue()


class Cache:
    """Drawn pages in a folder only its owner reads; the oldest go when it grows over its bound."""

    def __init__(self, folder: Path, most_bytes: int = CACHE_BYTES) -> None:
        self.folder, self.most = folder, most_bytes

    def get(self, name: str) -> bytes | None:
        """What was kept."""
        try:
            return (self.folder / _checked(name)).read_bytes()
        except OSError:
            return None

    def put(self, name: str, data: bytes) -> None:
        """Keep it; a full disk costs the cache alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.folder / f".{name}.{threading.get_ident()}"
            part.write_bytes(data)
            part.chmod(0o600)
            part.replace(self.folder / _checked(name))
            if hash(name) % 50 == 0:
                self._shrink()
        except OSError:
            return

    def _shrink(self) -> None:
        files = sorted(((f.stat().st_mtime, f.stat().st_size, f) for f in self.folder.glob("*.png")), reverse=True)
        total = 0
        for _, size, file in files:
            total += size
            if total > self.most:
                file.unlink(missing_ok=True)


def _checked(name: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}-\d+-\d+-\d+\.png", name):
        raise ValueError("not a page's name")
    return name
