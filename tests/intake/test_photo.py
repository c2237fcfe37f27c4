"""A photographed page is cut out of its table and squared; a page that fills its picture is left alone."""

from __future__ import annotations

from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image

from intake.photo import find_page, straightened
from samples.degrade import photo
from samples.orders import letterhead_order
from samples.people import make_case
from samples.sheet import Sheets


@pytest.fixture
def order_pdf() -> bytes:
    sheets = Sheets(Random(7))
    letterhead_order(sheets, make_case(Random(7)))
    return sheets.pdf()


@pytest.mark.parametrize("seed", range(6))
def test_a_page_on_a_table_is_found_and_squared(seed: int, tmp_path: Path, order_pdf: bytes) -> None:
    photo(order_pdf, tmp_path / "photo.jpg", Random(seed), desk=True)
    gray = np.asarray(Image.open(tmp_path / "photo.jpg").convert("L"))
    corners = find_page(gray)
    assert corners is not None
    page = straightened(gray, corners)
    border = np.concatenate([page[8:-8, 12], page[8:-8, -12], page[12, 8:-8], page[-12, 8:-8]])
    assert np.percentile(border, 10) > 90, "the table must not show at the page's edges"


@pytest.mark.parametrize("seed", range(6))
def test_a_shadow_is_not_taken_for_an_edge(seed: int, tmp_path: Path, order_pdf: bytes) -> None:
    photo(order_pdf, tmp_path / "photo.jpg", Random(seed))
    assert find_page(np.asarray(Image.open(tmp_path / "photo.jpg").convert("L"))) is None


def test_corners_are_given_clockwise_from_the_top_left() -> None:
    gray = np.full((1000, 800), 40, np.uint8)
    cv2.fillPoly(gray, [np.array([[120, 90], [700, 140], [680, 930], [90, 900]])], 240)
    corners = find_page(gray)
    assert corners is not None
    assert np.abs(corners - np.array([[120, 90], [700, 140], [680, 930], [90, 900]])).max() < 15
