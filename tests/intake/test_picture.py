"""Pages that say little are known again, and told apart, by what they show: photos sent by real fax machines."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from PIL import Image

from casefile.rows import page_of, page_row
from flows.steps import read_path
from intake.limits import Limits
from samples.degrade import fax
from samples.photos import photo_page


def one_fax(path: Path, *pages: bytes) -> Path:
    """The pages as one fax, each sent by itself: another skew and other specks each time."""
    frames = []
    for number, page in enumerate(pages):
        one = path.with_suffix(f".{number}.tif")
        fax(page, one, Random(number))
        frames.append(Image.open(one))
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(204, 196))
    return path


@pytest.mark.parametrize(
    ("second", "caption", "repeats"),
    [(1, "Left heel 09/14/2026", True), (2, "Left heel 09/14/2026", False), (1, "Right heel 09/14/2026", False),
     (1, "Left heel 09/21/2026", False)],
    ids=["the same photo", "another photo", "another caption", "another day"],
)  # fmt: skip
def test_a_photo_sent_twice_repeats_and_another_does_not(
    tmp_path: Path, second: int, caption: str, repeats: bool
) -> None:
    path = one_fax(tmp_path / "fax.tif", photo_page(1, "Left heel 09/14/2026"), photo_page(second, caption))
    found = read_path(path, "photos", Limits())
    assert [(p.page, p.of) for p in found.problems if p.code == "duplicate_page"] == ([(2, 1)] if repeats else [])
    assert all(
        page.picture and page_of(page.page_number, page_row(page)).picture == page.picture for page in found.pages
    )
