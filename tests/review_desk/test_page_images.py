"""Pages as pictures: upright, square, whatever the file; what cannot be drawn says why."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from casefile.records import PageText
from review_desk.page_images import NoPicture, PageImages, draw
from samples import broken, degrade, orders
from samples.people import make_case
from samples.sheet import Sheets


@pytest.fixture(scope="module")
def pdf() -> bytes:
    sheets = Sheets(Random("pages"))
    orders.letterhead_order(sheets, make_case(Random("pages")))
    return sheets.pdf()


def drawn(path: Path, width: int = 900, rotation: int = 0, source: str = "ocr", number: int = 1) -> Image.Image:
    page = PageText(number, source=source, rotation=rotation)  # type: ignore[arg-type]
    return Image.open(BytesIO(draw(path, page, width, 80)))


def shape(image: Image.Image) -> float:
    return image.height / image.width


def test_half_height_fax_pixels_are_made_square(pdf: bytes, tmp_path: Path) -> None:
    degrade.fax(pdf, tmp_path / "f.tif", Random(1), standard=True)
    with Image.open(tmp_path / "f.tif") as raw:
        assert raw.height / raw.width < 0.7
    assert shape(drawn(tmp_path / "f.tif")) == pytest.approx(11 / 8.5, rel=0.02)


def test_every_kind_of_file_gives_the_asked_width(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    degrade.scan(pdf, tmp_path / "b.pdf", Random(1))
    degrade.photo(pdf, tmp_path / "c.jpg", Random(1))
    degrade.fax(pdf, tmp_path / "d.tif", Random(1))
    Image.fromarray(degrade.render(pdf)[0]).save(tmp_path / "e.png")
    for path in sorted(tmp_path.iterdir()):
        image = drawn(path, source="text-layer" if path.name == "a.pdf" else "ocr")
        assert image.width == 900, path.name
        assert shape(image) == pytest.approx(11 / 8.5, rel=0.06), path.name
        assert np.asarray(image).std() > 10, path.name


def test_an_upside_down_page_is_shown_upright(pdf: bytes, tmp_path: Path) -> None:
    degrade.fax(pdf, tmp_path / "up.tif", Random(1))
    degrade.fax(pdf, tmp_path / "down.tif", Random(1), upside_down=frozenset({1}))
    up, down = (np.asarray(drawn(tmp_path / f"{name}.tif", rotation=turn).resize((60, 78))).astype(int)
                for name, turn in (("up", 0), ("down", 180)))  # fmt: skip
    assert abs(up - down).mean() < abs(up - down[::-1, ::-1]).mean() / 2


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("make", [b"%PDF-1.4 nothing", b"II*\x00 cut", b"\xff\xd8\xff cut", b"", b"PK\x03\x04"])
def test_what_cannot_be_drawn_says_so(make: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(make)
    with pytest.raises(NoPicture, match="cannot be drawn"):
        drawn(tmp_path / "x")


def test_a_page_beyond_the_end_and_a_missing_original_say_so(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    degrade.fax(pdf, tmp_path / "d.tif", Random(1))
    for name in ("a.pdf", "d.tif"):
        with pytest.raises(NoPicture):
            drawn(tmp_path / name, number=7)
    with pytest.raises(NoPicture, match="vault"):
        drawn(tmp_path / "gone.tif")


def test_a_locked_pdf_asks_for_another_copy(pdf: bytes, tmp_path: Path) -> None:
    broken.encrypted(pdf, tmp_path / "locked.pdf")
    with pytest.raises(NoPicture, match="password"):
        drawn(tmp_path / "locked.pdf")


def test_a_picture_is_made_once_and_the_cache_is_bounded(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf)
    images = PageImages(tmp_path / "cache", cache_mb=0)
    first = images.png(tmp_path / "a.pdf", "ab" * 32, PageText(1, source="text-layer"), 700)
    again = images.png(tmp_path / "gone.pdf", "ab" * 32, PageText(1, source="text-layer"), 900)
    assert first == again
    images.sweep()
    assert list((tmp_path / "cache").glob("*/*")) == []
