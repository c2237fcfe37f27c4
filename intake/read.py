"""A file → its pages' words. Bad input becomes a problem with its reason, never an exception."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pdfplumber
import pypdfium2 as pdfium
from pdfplumber.pdf import PDF
from PIL import Image

from casefile.records import PageText, Problem, Word
from intake import ocr, pages
from intake.banner import split_banner
from intake.ink import find_ink
from intake.limits import Limits
from intake.sniff import media_type, refusal
from intake.text_layer import is_real, page_words
from intake.vault import sha256_of

POOR = 0.55
"""Mean word confidence below which a person should compare the page with its image."""

Work = Callable[[], tuple[PageText, Problem | None]]
OnPage = Callable[[int, int], None]


@dataclass(frozen=True)
class FileText:
    """One file's pages as words; `set_aside` when none of it could be read."""

    sha256: str
    media_type: str
    pages: tuple[PageText, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: bool = False


class Unreadable(Exception):
    """The file cannot be read; carries the problem to show."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


def read_file(path: Path, limits: Limits, on_page: OnPage | None = None) -> FileText:
    """Read a PDF, TIFF, JPEG or PNG.

    Args:
        path: The file.
        limits: Bounds on size, pages, pixels and time.
        on_page: Called with (pages done, pages in all) as pages are finished.

    Returns:
        Every page in order; a page that could not be read stays in with source `none` and a problem.
    """
    sha256, kind = sha256_of(path), media_type(path) or "application/octet-stream"
    if problem := refusal(path, limits.max_file_bytes):
        return FileText(sha256, kind, problems=(problem,), set_aside=True)
    try:
        total, works = _open(path, kind, limits)
        done = _run(works, total, limits, on_page)
    except Unreadable as error:
        return FileText(sha256, kind, problems=(error.problem,), set_aside=True)
    problems = tuple(problem for _, problem in done if problem)
    if all(problem and problem.code == "damaged_file" for _, problem in done):
        return FileText(sha256, kind, problems=(_damaged(),), set_aside=True)
    return FileText(sha256, kind, tuple(page for page, _ in done), problems)


def _damaged() -> Problem:
    return Problem("damaged_file", "The file is damaged or cut off: no page can be read. Ask for a resend.")


def _open(path: Path, kind: str, limits: Limits) -> tuple[int, Iterator[Work]]:
    """How many pages there are, and the work on each."""
    if kind == "application/pdf":
        return _open_pdf(path, limits)
    try:
        with Image.open(path) as image:
            total = getattr(image, "n_frames", 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreadable("damaged_file", _damaged().message) from None
    _bound(total, limits)
    if kind == "image/tiff":
        images = pages.tiff_pages(path, limits.max_megapixels)
        return total, (_image_work(image, limits) for image in images)
    return 1, iter([lambda: _read_photo(path, limits)])


def _bound(total: int, limits: Limits) -> None:
    if total > limits.max_pages:
        raise Unreadable("too_large", f"The file has {total} pages; at most {limits.max_pages} are read. Split it.")


def _open_pdf(path: Path, limits: Limits) -> tuple[int, Iterator[Work]]:
    """The pages of a PDF; born-digital ones by their own words, the others by OCR."""
    try:
        document = pdfium.PdfDocument(path)
        total = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            message = "The PDF asks for a password. Ask the sender for a copy without one."
            raise Unreadable("encrypted_pdf", message) from None
        raise Unreadable("damaged_file", _damaged().message) from None
    if total == 0:
        raise Unreadable("damaged_file", _damaged().message)
    _bound(total, limits)
    return total, _pdf_works(path, document, total, limits)


def _pdf_works(path: Path, document: pdfium.PdfDocument, total: int, limits: Limits) -> Iterator[Work]:
    """One piece of work a page; the PDF libraries run here, in one thread, only OCR runs beside."""
    plumber = _plumber(path)
    for index in range(total):
        words: tuple[Word, ...] = ()
        real, rotation = False, 0
        if plumber is not None and index < len(plumber.pages):
            words, real = _own_words(plumber, index)
        try:
            image = pages.render_pdf_page(document, index, limits.max_megapixels, 100 if real else pages.DPI)
        except (pdfium.PdfiumError, ValueError, MemoryError):
            image = None
        if image is None:
            yield _broken_page(index + 1)
        elif real:
            page = PageText(
                index + 1, words, "text-layer", 0.99, rotation, False, (72, 72), None, find_ink(image, words)
            )
            yield _ready(page)
        else:
            yield _image_work(pages.PageImage(index + 1, image, (pages.DPI, pages.DPI)), limits)
    if plumber is not None:
        plumber.close()
    document.close()


def _plumber(path: Path) -> PDF | None:
    """The PDF for its words; None where only the renderer can open it."""
    try:
        plumber = pdfplumber.open(path)
        len(plumber.pages)
    except Exception:  # pdfminer raises many kinds on damaged files; the renderer still has its say
        return None
    return plumber


def _own_words(plumber: PDF, index: int) -> tuple[tuple[Word, ...], bool]:
    """A page's own words and whether they can be believed."""
    try:
        page = plumber.pages[index]
        words = page_words(page)
        real = is_real(page, words)
        page.close()
    except Exception:  # as above: a page whose text cannot be parsed goes to OCR
        return (), False
    return words, real


def _ready(page: PageText) -> Work:
    return lambda: (page, None)


def _broken_page(number: int) -> Work:
    problem = Problem("damaged_file", f"Page {number} cannot be decoded. Ask for a resend of this page.", number)
    return lambda: (PageText(number), problem)


def _read_photo(path: Path, limits: Limits) -> tuple[PageText, Problem | None]:
    try:
        image = pages.photo_page(path, limits.max_megapixels)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _broken_page(1)()
    return _read_image(image, limits)


def _image_work(image: pages.PageImage, limits: Limits) -> Work:
    return lambda: _read_image(image, limits)


def _read_image(image: pages.PageImage, limits: Limits) -> tuple[PageText, Problem | None]:
    """OCR one page image: straighten, read, turn if it was not upright, take the banner off."""
    number = image.page_number
    if image.pixels is None:
        return _broken_page(number)()
    if pages.is_blank(image.pixels):
        problem = Problem("blank_page", f"Page {number} is blank.", number)
        return PageText(number, blank=True, dpi=image.dpi, confidence=1.0), problem
    if not limits.ocr:
        return PageText(number, dpi=image.dpi), None
    try:
        page, pixels = _read_upright(image, limits.ocr_seconds)
    except ocr.OcrTimeout:
        message = f"Page {number} could not be read in time, twice. Look at the page itself."
        return PageText(number, dpi=image.dpi), Problem("timed_out", message, number)
    except ocr.OcrFailed:
        message = f"The OCR program failed on page {number}, twice. Look at the page itself."
        return PageText(number, dpi=image.dpi), Problem("low_quality", message, number)
    words, banner = split_banner(page.words)
    page = replace(page, words=words, banner=banner, ink=find_ink(pixels, words))
    if page.confidence >= POOR and words:
        return page, None
    message = f"Page {number} was read poorly. Compare with the image, or ask for a resend in fine mode."
    return page, Problem("low_quality", message, number)


def _read_upright(image: pages.PageImage, seconds: int) -> tuple[PageText, pages.Gray]:
    """Read as it came; only a doubtful reading is asked whether the page lies on its side."""
    assert image.pixels is not None
    pixels, _ = pages.deskew(image.pixels)
    words, turn = _try_twice(pixels, seconds), 0
    if ocr.is_doubtful(words) and (degrees := ocr.quarter_turns(pixels, seconds)):
        turned, _ = pages.deskew(np.ascontiguousarray(np.rot90(image.pixels, -degrees // 90)))
        again = _try_twice(turned, seconds)
        if _legible(again) > _legible(words):
            words, turn, pixels = again, degrees, turned
    return PageText(image.page_number, words, "ocr", ocr.mean_confidence(words), turn, False, image.dpi), pixels


def _legible(words: tuple[Word, ...]) -> float:
    """How much was read with some confidence."""
    return float(sum(len(word.text) for word in words if word.confidence > 0.6))


def _try_twice(pixels: pages.Gray, seconds: int) -> tuple[Word, ...]:
    """One retry for a child that hung or died; a page that is merely large may pass at half size."""
    prepared = pages.prepare(pixels)
    try:
        return ocr.read_image(prepared, seconds)
    except (ocr.OcrTimeout, ocr.OcrFailed):
        smaller = cv2.resize(prepared, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
        return ocr.read_image(np.asarray(smaller, dtype=np.uint8), seconds)


def _run(
    works: Iterator[Work], total: int, limits: Limits, on_page: OnPage | None
) -> list[tuple[PageText, Problem | None]]:
    """Work the pages off, one OCR child per core, holding only a few page images at once."""
    processes = limits.ocr_processes or os.cpu_count() or 1
    done: list[tuple[PageText, Problem | None]] = []
    waiting: deque[Future[tuple[PageText, Problem | None]]] = deque()

    def settle() -> None:
        done.append(waiting.popleft().result())
        if on_page:
            on_page(len(done), total)

    with ThreadPoolExecutor(processes) as pool:
        for work in works:
            waiting.append(pool.submit(work))
            if len(waiting) > processes + 1:
                settle()
        while waiting:
            settle()
    return done
