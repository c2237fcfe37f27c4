"""Separator sheets between the documents of one fax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from casefile.records import PageText, Word
from extractors.documents import classify
from intake.limits import Limits
from intake.separators import find_separators


def sheet(kind: zxingcpp.BarcodeFormat | None = None) -> Image.Image:
    """A white page at 100 dots an inch, with a code on it or none."""
    page = Image.new("L", (850, 1100), 255)
    if kind is not None:
        code = np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("NEXT DOCUMENT", kind), scale=3))
        page.paste(Image.fromarray(code), (200, 350))
    return page


def read(number: int, *lines: str) -> PageText:
    words = [Word(text, (0.1 + 0.08 * n, 0.1 + 0.03 * row, 0.17 + 0.08 * n, 0.12 + 0.03 * row), 0.95, row)
             for row, line in enumerate(lines) for n, text in enumerate(line.split())]  # fmt: skip
    return PageText(number, tuple(words), "ocr", 0.95)


@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
def test_a_sheet_with_a_code_ends_the_document_before_it(tmp_path: Path, kind: zxingcpp.BarcodeFormat) -> None:
    path = tmp_path / "fax.tif"
    pictures = [sheet(), sheet(kind), sheet()]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])
    pages = (
        read(1, "STANDARD WRITTEN ORDER", "HCPCS E1390", "Physician signature"),
        read(2, "SEPARATOR SHEET DO NOT FILE"),
        read(3, "and some words more"),
    )
    assert [d.pages for d in classify(pages)] == [(1, 2, 3)]
    separators = find_separators(path, "image/tiff", pages, Limits())
    assert separators == {2}
    assert [(d.kind, d.pages) for d in classify(pages, separators)] == [
        ("order", (1,)),
        ("other", (2,)),
        ("other", (3,)),
    ]


def test_a_page_of_words_with_a_code_is_no_separator(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    sheet(zxingcpp.BarcodeFormat.QRCode).save(path, save_all=True, append_images=[sheet()])
    assert (
        find_separators(path, "image/tiff", (read(1, *["a ticket with words"] * 9), read(2, "x")), Limits())
        == frozenset()
    )


def test_a_labelled_photo_is_no_separator(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    photo = sheet(zxingcpp.BarcodeFormat.QRCode)
    shades = np.random.default_rng(7).integers(40, 200, (30, 40)).astype(np.uint8)
    photo.paste(Image.fromarray(shades).resize((500, 300), Image.Resampling.BICUBIC), (200, 600))
    photo.save(path, save_all=True, append_images=[sheet()])
    assert (
        find_separators(path, "image/tiff", (read(1, "Wound photo, left heel"), read(2, "x")), Limits()) == frozenset()
    )
