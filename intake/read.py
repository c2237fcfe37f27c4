"""A file → its pages' words. Bad input becomes a problem with its reason, never an exception."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pdfplumber
import pypdfium2 as pdfium
from PIL import Image

from casefile.records import Box, PageText, Problem, Word
from intake import pages
from intake.ink import asks_to_sign, find_ink
from intake.limits import Limits
from intake.page_reader import Job, read_page
from intake.photo import photo_page
from intake.picture import FEW, fingerprint
from intake.sniff import media_type, refusal
from intake.text_layer import SURE, is_shown, is_spelt, own_words, plumber_words
from intake.tick_boxes import may_have_boxes, with_boxes
from intake.vault import sha256_of
from intake.workers import WorkerDied, WorkerTimeout, pool

INK_DPI, BOX_DPI = 100, 150
Ink = tuple[tuple[Box, float], ...]
Answer = tuple[PageText, Problem | None]
Work = Future[Answer]
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
        return file_text(sha256, kind, read_pages(path, limits, on_page))
    except Unreadable as error:
        return FileText(sha256, kind, problems=(error.problem,), set_aside=True)


def read_pages(path: Path, limits: Limits, on_page: OnPage | None = None, only: range | None = None) -> list[Answer]:
    """Read the pages of a file, or some of them.

    Args:
        path: The file.
        limits: Bounds on pages, pixels and time.
        on_page: Called with (pages done, pages in all).
        only: Page numbers, from 1, without a gap; None: all.

    Returns:
        Each page in order, with the problem to show if it has one.

    Raises:
        Unreadable: The file as a whole cannot be read.
    """
    total, works = _open(path, media_type(path) or "", limits, only)
    return _run(works, total, limits, on_page, only.start if only else 1)


def file_text(sha256: str, kind: str, done: Sequence[Answer]) -> FileText:
    """All the pages of a file as one; set aside when not one could be decoded."""
    problems = tuple(problem for _, problem in done if problem)
    if all(problem and problem.code == "damaged_file" for _, problem in done):
        return FileText(sha256, kind, problems=(_damaged(),), set_aside=True)
    return FileText(sha256, kind, tuple(page for page, _ in done), problems)


def _damaged() -> Problem:
    return Problem("damaged_file", "The file is damaged or cut off: no page can be read. Ask for a resend.")


def _open(path: Path, kind: str, limits: Limits, only: range | None) -> tuple[int, Iterator[Work]]:
    """How many pages there are to read, and the work on each."""
    if kind == "application/pdf":
        return _open_pdf(path, limits, only)
    try:
        with Image.open(path) as image:
            total = getattr(image, "n_frames", 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreadable("damaged_file", _damaged().message) from None
    _bound(total, limits)
    if kind == "image/tiff":
        wanted = _wanted(total, only)
        images = pages.tiff_pages(path, limits.max_megapixels, wanted)
        return len(wanted), (_image_work(image, limits) for image in images)
    return 1, iter([_photo_work(path, limits)])


def _wanted(total: int, only: range | None) -> range:
    """The indices of the pages to read."""
    return range(total) if only is None else range(only.start - 1, min(only.stop - 1, total))


def _bound(total: int, limits: Limits) -> None:
    if total > limits.max_pages:
        raise Unreadable("too_large", f"The file has {total} pages; at most {limits.max_pages} are read. Split it.")


def _open_pdf(path: Path, limits: Limits, only: range | None) -> tuple[int, Iterator[Work]]:
    """The pages of a PDF; born-digital ones by their own words, the others by OCR."""
    try:
        with pages.PDFIUM:
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
    wanted = _wanted(total, only)
    return len(wanted), _pdf_works(path, document, wanted, limits)


def _pdf_works(path: Path, document: pdfium.PdfDocument, wanted: range, limits: Limits) -> Iterator[Work]:
    """One piece of work a page; the PDF libraries run here, in one thread, only OCR runs beside."""
    for index in wanted:
        words, turn = _own_words(path, document, index)
        if words:
            if may_have_boxes(words):
                words = _with_own_boxes(document, index, words, turn, limits)
            ink = _own_ink(document, index, words, turn, limits) if asks_to_sign(words) else ()
            shown = _own_picture(document, index, words, turn, limits) if len(words) <= FEW else ""
            yield _ready(PageText(index + 1, words, "text-layer", SURE, turn, False, (72, 72), None, ink, shown))
            continue
        try:
            image, dpi = pages.pdf_page_image(document, index, limits.max_megapixels)
        except (pdfium.PdfiumError, ValueError, MemoryError):
            yield _broken_page(index + 1)
            continue
        yield _image_work(pages.PageImage(index + 1, image, dpi), limits)
    with pages.PDFIUM:
        document.close()


def _with_own_boxes(
    document: pdfium.PdfDocument, index: int, words: tuple[Word, ...], turn: int, limits: Limits
) -> tuple[Word, ...]:
    """A born-digital page's words with signs for the boxes drawn on it; as they are where it cannot be rendered."""
    try:
        gray = pages.render_pdf_page(document, index, limits.max_megapixels, BOX_DPI)
        return with_boxes(np.ascontiguousarray(np.rot90(gray, -turn // 90)), words)
    except (pdfium.PdfiumError, ValueError, MemoryError):
        return words


def _own_ink(document: pdfium.PdfDocument, index: int, words: tuple[Word, ...], turn: int, limits: Limits) -> Ink:
    """Pen strokes drawn on a born-digital page; none where the page cannot be rendered."""
    try:
        gray = pages.render_pdf_page(document, index, limits.max_megapixels, INK_DPI)
        return find_ink(np.ascontiguousarray(np.rot90(gray, -turn // 90)), words)
    except (pdfium.PdfiumError, ValueError, MemoryError):
        return ()


def _own_picture(document: pdfium.PdfDocument, index: int, words: tuple[Word, ...], turn: int, limits: Limits) -> str:
    """What a born-digital page of few words shows; nothing where the page cannot be rendered."""
    try:
        gray = pages.render_pdf_page(document, index, limits.max_megapixels, pages.SKETCH_DPI)
        return fingerprint(np.ascontiguousarray(np.rot90(gray, -turn // 90)), words)
    except (pdfium.PdfiumError, ValueError, MemoryError):
        return ""


def _own_words(path: Path, document: pdfium.PdfDocument, index: int) -> tuple[tuple[Word, ...], int]:
    """A page's own words and its turn; none where they cannot be believed or are not what a person sees."""
    try:
        with pages.PDFIUM:
            page = document[index]
            try:
                words, turn = own_words(page)
                if not words or not is_shown(page):
                    return (), 0
            finally:
                page.close()
    except (pdfium.PdfiumError, ValueError, MemoryError):
        return (), 0
    return (words, turn) if is_spelt(words) else (_plumbed(path, index), 0)


def _plumbed(path: Path, index: int) -> tuple[Word, ...]:
    """The words as the other PDF library spells them, where those make sense."""
    try:
        with pdfplumber.open(path, pages=[index + 1]) as plumber:
            words = plumber_words(plumber.pages[0])
    except Exception:  # pdfminer raises many kinds on damaged files; such a page goes to OCR
        return ()
    return words if is_spelt(words) else ()


def _ready(page: PageText, problem: Problem | None = None) -> Work:
    """A page that needs no worker."""
    work: Work = Future()
    work.set_result((page, problem))
    return work


def _broken_page(number: int) -> Work:
    message = f"Page {number} cannot be decoded. Ask for a resend of this page."
    return _ready(PageText(number), Problem("damaged_file", message, number))


def _photo_work(path: Path, limits: Limits) -> Work:
    try:
        image = photo_page(path, limits.max_megapixels)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _broken_page(1)
    return _image_work(image, limits)


def _image_work(image: pages.PageImage, limits: Limits) -> Work:
    """Blank pages are told here; the others go to a worker process."""
    number = image.page_number
    if image.pixels is None:
        return _broken_page(number)
    if pages.is_blank(image.pixels):
        problem = Problem("blank_page", f"Page {number} is blank.", number)
        return _ready(PageText(number, blank=True, dpi=image.dpi, confidence=1.0), problem)
    if not limits.ocr:
        return _ready(PageText(number, dpi=image.dpi))
    job = Job(image, limits.second_words)
    return pool(limits.ocr_processes, read_page).submit(job, limits.ocr_seconds)


def _answer(work: Work, image_dpi: tuple[int, int], number: int) -> Answer:
    """A finished page, or the page without words and the problem to show."""
    try:
        return work.result()
    except WorkerTimeout:
        message = f"Page {number} could not be read in time, twice. Look at the page itself."
        return PageText(number, dpi=image_dpi), Problem("timed_out", message, number)
    except (WorkerDied, RuntimeError):
        message = f"The OCR program failed on page {number}, twice. Look at the page itself."
        return PageText(number, dpi=image_dpi), Problem("low_quality", message, number)


def _run(works: Iterator[Work], total: int, limits: Limits, on_page: OnPage | None, first: int) -> list[Answer]:
    """Work the pages off in order, holding only a few page images at once."""
    ahead = 2 * (limits.ocr_processes or os.cpu_count() or 1)
    done: list[Answer] = []
    waiting: deque[Work] = deque()

    def settle() -> None:
        done.append(_answer(waiting.popleft(), (pages.DPI, pages.DPI), len(done) + first))
        if on_page:
            on_page(len(done), total)

    for work in works:
        waiting.append(work)
        if len(waiting) > ahead:
            settle()
    while waiting:
        settle()
    return done
