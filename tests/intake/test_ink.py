"""A pen's stroke is ink; print that no reader was sure of is not, as long as its letters stand apart."""

import cv2
import numpy as np

from casefile.records import Word
from intake.ink import find_ink

PAGE = (2200, 1700)


def test_a_pen_stroke_is_ink() -> None:
    page = np.full(PAGE, 255, np.uint8)
    across = np.arange(300, 700)
    stroke = np.stack([across, 1200 + 30 * np.sin(across / 15)], axis=1).astype(np.int32)
    cv2.polylines(page, [stroke], False, 0, 4)
    ((box, _dark),) = find_ink(page, ())
    assert abs(box[0] - 300 / 1700) < 0.02 and abs(box[2] - 700 / 1700) < 0.02


def test_letters_apart_that_nobody_read_are_not_ink() -> None:
    page = np.full(PAGE, 255, np.uint8)
    for place, letter in enumerate("orderingpractitioner"):
        cv2.putText(page, letter, (300 + 26 * place, 1200), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    assert find_ink(page, ()) == ()


def test_loops_taken_for_letters_do_not_hide_themselves() -> None:
    page = np.full(PAGE, 255, np.uint8)
    across = np.arange(300, 600)
    stroke = np.stack([across, 1200 + 30 * np.abs(np.sin(across / 15))], axis=1).astype(np.int32)
    cv2.polylines(page, [stroke], False, 0, 4)
    box = 290 / 1700, 1190 / 2200, 610 / 1700, 1240 / 2200
    for reading in ("mm", "DABBB", "3m3", "B"):
        assert len(find_ink(page, (Word(reading, box, 0.9, 0),))) == 1
