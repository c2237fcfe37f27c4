"""Rows of dots between a label and its value, which the OCR program takes for no text."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from flows.steps import read_path
from intake.limits import Limits
from intake.pages import without_leaders
from samples.degrade import fax
from samples.sheet import Sheets

ROWS = (("To", "Harbor Home Care Intake", 31), ("From", "Lakeview Family Medicine", 29), ("Fax", "555-595-0119", 30),
        ("Phone", "555-536-0145", 28), ("Total Pages (w/ cover)", "5", 12), ("Re", "Orders for OB", 31))  # fmt: skip


def test_a_cover_sheet_with_leaders_counts_its_pages(tmp_path: Path) -> None:
    sheets = Sheets(Random(1), "sans", 10)
    sheets.title("FACSIMILE TRANSMITTAL", 80)
    for row, (label, value, dots) in enumerate(ROWS):
        sheets.text(60, 120 + 18 * row, f"{label} {'.' * dots} {value}")
    sheets.end_page("cover_sheet")
    path = tmp_path / "fax.tif"
    fax(sheets.pdf(), path, Random(2))
    read = read_path(path, "leaders", Limits())
    assert "Total Pages (w/ cover) 5" in read.pages[0].text
    assert [p.code for p in read.problems] == ["missing_page"]


def test_words_points_and_short_rows_of_dots_stay() -> None:
    page = Image.new("L", (1700, 400), 255)
    draw = ImageDraw.Draw(page)
    for row, text in enumerate(("SpO2 88.5 % ... i.e. at rest: 0.25 mg", "illicit, filling;:.!", "1.2.3.4.5")):
        draw.text((60, 40 + 90 * row), text, font=ImageFont.truetype("DejaVuSans.ttf", 28), fill=0)
    pixels = np.asarray(page)
    assert np.array_equal(without_leaders(pixels), pixels)
    draw.text((60, 310), "." * 40, font=ImageFont.truetype("DejaVuSans.ttf", 28), fill=0)
    led = np.asarray(page)
    assert np.array_equal(without_leaders(led)[:300], pixels[:300])
    assert without_leaders(led)[300:].min() == 255
