"""Pages that arrive turned are stood upright, whichever way they lie."""

from __future__ import annotations

import numpy as np
import pytest

from intake import pages
from intake.page_reader import Job, read_page
from samples.degrade import render
from samples.faxes import write_varied


@pytest.fixture(scope="module")
def upright(tmp_path_factory: pytest.TempPathFactory) -> pages.Gray:
    (sample,) = write_varied(tmp_path_factory.mktemp("turned"), "scan", 1, 78)
    gray: pages.Gray = render(sample.path.read_bytes(), 1700)[0]
    return gray


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_says_how_far_it_was_turned_and_reads_as_well(upright: pages.Gray, turn: int) -> None:
    """The program reads pages on their left side without a complaint, lines and boxes astray."""
    lying = np.ascontiguousarray(np.rot90(upright, turn // 90))
    page, problem = read_page(Job(pages.PageImage(1, lying, (200, 200))))
    assert (page.rotation, problem) == (turn, None)
    wide = [word.box[2] - word.box[0] > (word.box[3] - word.box[1]) for word in page.words if len(word.text) > 5]
    assert np.mean(wide) > 0.9
