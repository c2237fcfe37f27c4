"""A page's own words count when they are real; a scanned page gives its own picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from casefile.records import Word
from intake import pages
from intake.limits import Limits
from intake.read import read_file
from intake.text_layer import is_spelt

LINES = ("Patient Name: Ada Loom   DOB: 03/10/1939", "Equipment: stationary oxygen concentrator")


def pdf(path: Path, *, mode: int = 0, picture: Image.Image | None = None) -> Path:
    """One Letter page with two lines of text, perhaps invisible (mode 3), perhaps over a picture that fills it."""
    canvas = Canvas(str(path), pagesize=letter)
    if picture:
        canvas.drawImage(ImageReader(picture), 0, 0, 612, 792)
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(mode)
    for line in LINES:
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()
    return path


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_stand_upright_whatever_the_page_is_turned_by(turn: int, tmp_path: Path) -> None:
    with pikepdf.open(pdf(tmp_path / "flat.pdf")) as document:
        document.pages[0].Rotate = turn
        document.pages[0].CropBox = [36, 36, 576, 756]
        document.save(tmp_path / "turned.pdf")
    (page,) = read_file(tmp_path / "turned.pdf", Limits()).pages
    left, top, right, bottom = next(word for word in page.words if word.text == "Patient").box
    assert page.rotation == (360 - turn) % 360
    assert left - 0.01 <= (72 - 36) / 540 <= right
    assert top - 0.02 <= (756 - 700) / 720 <= bottom + 0.02


def test_both_lines_are_read_without_ocr(tmp_path: Path) -> None:
    (page,) = read_file(pdf(tmp_path / "page.pdf"), Limits(ocr=False)).pages
    assert page.source == "text-layer"
    assert [line.text for line in page.lines] == [" ".join(line.split()) for line in LINES]


def test_an_invisible_layer_is_not_the_page_s_own_words(tmp_path: Path) -> None:
    (page,) = read_file(pdf(tmp_path / "hidden.pdf", mode=3), Limits(ocr=False)).pages
    assert page.source != "text-layer"


def test_words_under_a_scan_are_not_believed(tmp_path: Path) -> None:
    picture = Image.new("L", (850, 1100), 250)
    ImageDraw.Draw(picture).rectangle((100, 100, 400, 200), fill=0)
    (page,) = read_file(pdf(tmp_path / "scan.pdf", mode=3, picture=picture), Limits(ocr=False)).pages
    assert page.source == "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient returns with shortness of breath", True),
        ("Sbwlhqw uhwxuqv zlwk vkruwqhvv ri euhdwk mcdgh", False),
        ("\ue001\ue002\ue003 \ue004\ue005 " * 8, False),
        ("too short", False),
    ],
)
def test_scrambled_letters_are_told_from_words(text: str, expected: bool) -> None:
    assert is_spelt(tuple(Word(word, (0, 0, 1, 1), 0.99, 0) for word in text.split())) is expected


def test_a_scanned_page_gives_its_own_picture_at_its_own_resolution(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 2, (1078, 1734)) * 255
    Image.fromarray(noise.astype(np.uint8)).convert("1").save(tmp_path / "fax.pdf", resolution=204)
    with pikepdf.open(tmp_path / "fax.pdf") as document:  # half the rows: the page is drawn twice as high
        document.pages[0].MediaBox = [0, 0, 612, 792]
        document.pages[0].Contents = document.make_stream(b"q 612 0 0 792 0 0 cm /image Do Q")
        document.save(tmp_path / "tall.pdf")
    document = pdfium.PdfDocument(tmp_path / "tall.pdf")
    gray, dpi = pages.pdf_page_image(document, 0, 80)
    assert dpi == (204, 98)
    assert abs(gray.shape[0] - 2200) < 5


def test_a_scan_with_a_note_drawn_on_it_is_drawn_whole(tmp_path: Path) -> None:
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=letter)
    canvas.drawImage(ImageReader(Image.new("L", (850, 1100), 250)), 0, 0, 612, 792)
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.save()
    gray, dpi = pages.pdf_page_image(pdfium.PdfDocument(stream.getvalue()), 0, 80)
    assert dpi == (200, 200)
    assert gray[1500, 600] < 50
