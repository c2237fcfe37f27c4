"""`casebinder explain` draws what was found, and says what is wrong in plain words."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from samples import orders
from samples.people import make_case
from samples.sheet import Sheets

RUN = CliRunner()


@pytest.fixture
def order(tmp_path: Path) -> Path:
    sheets = Sheets(Random(3))
    orders.letterhead_order(sheets, make_case(Random(3)))
    path = tmp_path / "order.pdf"
    path.write_bytes(sheets.pdf())
    return path


def test_the_image_shows_green_boxes_and_a_legend(order: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    result = RUN.invoke(app, ["explain", str(order), "--out", str(out)])
    assert result.exit_code == 0, result.output
    with Image.open(out) as image:
        colours = {colour for _, colour in image.getcolors(1 << 22) or []}
    assert (0, 120, 60) in colours
    assert "findings on page 1" in result.output


@pytest.mark.parametrize("page, words", [("7", "no page 7"), ("0", "no page 0")])
def test_a_page_that_is_not_there(order: Path, page: str, words: str) -> None:
    result = RUN.invoke(app, ["explain", str(order), "--page", page], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert words in result.output


def test_a_file_nobody_can_read(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    result = RUN.invoke(app, ["explain", str(path)])
    assert result.exit_code == 3
    assert "empty.pdf" in result.output
