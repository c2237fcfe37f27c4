"""The only module that runs the OCR program: a bounded child a page, one thread each."""

from __future__ import annotations

import os
import re
import shutil

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image

from casefile.records import Word
from intake.lines import RawWord, in_lines

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

Gray = NDArray[np.uint8]
DOUBTFUL = 0.62
"""Below this mean confidence a page may be lying on its side or head."""


class OcrTimeout(Exception):
    """The OCR program did not end in time."""


class OcrFailed(Exception):
    """The OCR program died on this page."""


def find_program() -> str | None:
    """Where the OCR program is, if it is installed."""
    return shutil.which("tesseract")


def read_image(gray: Gray, seconds: int) -> tuple[Word, ...]:
    """The words of one page image.

    Raises:
        OcrTimeout, OcrFailed: The child was stopped, or died.
    """
    try:
        data = pytesseract.image_to_data(
            Image.fromarray(gray), config="--psm 3 --dpi 200", timeout=seconds,
            output_type=pytesseract.Output.DICT,
        )  # fmt: skip
    except pytesseract.TesseractNotFoundError:
        raise
    except pytesseract.TesseractError as error:
        raise OcrFailed(f"the OCR program ended with status {error.status}") from None
    except RuntimeError:
        raise OcrTimeout(f"no answer after {seconds} s") from None
    height, width = gray.shape
    return in_lines(word for row in range(len(data["text"])) if (word := _word(data, row, width, height)))


def _word(data: dict[str, list[object]], row: int, width: int, height: int) -> RawWord | None:
    """One row of the OCR program's table as a word, or None for the structure rows and for noise."""
    text, confidence = str(data["text"][row]).strip(), float(str(data["conf"][row]))
    if confidence < 0 or not re.search(r"\w|[/$#:%]", text):
        return None
    left, top, across, down = (float(str(data[key][row])) for key in ("left", "top", "width", "height"))
    box = left / width, top / height, min(1.0, (left + across) / width), min(1.0, (top + down) / height)
    if down > 0.12 * height:
        return None
    return text, box, confidence / 100


def mean_confidence(words: tuple[Word, ...]) -> float:
    """Mean confidence weighted by word length; 0 for no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def quarter_turns(gray: Gray, seconds: int) -> int:
    """How many degrees clockwise (0, 90, 180, 270) stand the page upright, by the OCR program's own test."""
    try:
        answer = pytesseract.image_to_osd(Image.fromarray(gray), config="--dpi 200", timeout=seconds)
    except (pytesseract.TesseractError, RuntimeError):
        return 0
    found = re.search(r"Rotate: (\d+)", answer)
    return int(found[1]) % 360 if found else 0


def is_doubtful(words: tuple[Word, ...]) -> bool:
    """Whether a reading is poor enough to ask if the page stands upright."""
    real = sum(1 for word in words if word.confidence > 0.6 and re.fullmatch(r"[A-Za-z]{3,}[.,:]?", word.text))
    return mean_confidence(words) < DOUBTFUL or real < 0.25 * len(words)
