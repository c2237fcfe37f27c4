"""The only module that runs the OCR program. It is used inside worker processes, which bound its time (`workers.py`).

The program's library is called in process where its wheel is installed: the model is loaded once a worker and no
page is written to disk (0.28 s a fax page against 0.50 s through pytesseract on the same machine). Without the wheel,
pytesseract runs the installed program page by page.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image

from casefile.records import Word
from intake.lines import in_lines

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

Gray = NDArray[np.uint8]
DOUBTFUL = 0.62
"""Below this mean confidence a page may be lying on its side or head."""
TALLEST = 0.12
"""Words higher than this share of the page are drawings."""
DATA_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/opt/homebrew/share/tessdata", "/usr/local/share/tessdata",
)  # fmt: skip


@cache
def data_folder() -> str | None:
    """Where the OCR program's language data lies."""
    folders = (os.environ.get("TESSDATA_PREFIX", ""), *DATA_FOLDERS)
    return next((folder for folder in folders if folder and (Path(folder) / "eng.traineddata").exists()), None)


@cache
def _library(language: str, layout: int) -> Any:
    """The OCR library with its model loaded, or None where the wheel or the data is missing."""
    try:
        import tesserocr
    except ImportError:
        return None
    folder = data_folder()
    if folder is None or not (Path(folder) / f"{language}.traineddata").exists():
        return None
    return tesserocr.PyTessBaseAPI(path=folder, lang=language, psm=layout)


def read_image(gray: Gray) -> tuple[Word, ...]:
    """The words of one page image, in lines."""
    library = _library("eng", 3)
    if library is None:
        rows = pytesseract.image_to_data(Image.fromarray(gray), config="--psm 3 --dpi 200")
    else:
        _show(library, gray)
        rows = library.GetTSVText(0)
        library.Clear()
    height, width = gray.shape
    return in_lines(word for row in rows.splitlines() if (word := _word(row, width, height)))


def quarter_turns(gray: Gray) -> int:
    """How many degrees clockwise (0, 90, 180, 270) stand the page upright, by the OCR program's own test."""
    library = _library("osd", 0)
    if library is None:
        try:
            answer = pytesseract.image_to_osd(Image.fromarray(gray), config="--dpi 200")
        except pytesseract.TesseractError:
            return 0
        found = re.search(r"Rotate: (\d+)", answer)
        return int(found[1]) % 360 if found else 0
    _show(library, gray)
    found = library.DetectOrientationScript()
    library.Clear()
    return -int(found["orient_deg"]) % 360 if found else 0  # how the page lies, not how to turn it


def mean_confidence(words: tuple[Word, ...]) -> float:
    """Mean confidence weighted by word length; 0 for no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def standing(words: tuple[Word, ...], shape: tuple[int, ...]) -> float:
    """The share of longer words whose box is taller than wide: a page on its side that was read all the same."""
    boxes = [word.box for word in words if len(word.text) > 3 and word.confidence > 0.6]
    tall = sum((box[3] - box[1]) * shape[0] > (box[2] - box[0]) * shape[1] for box in boxes)
    return tall / len(boxes) if boxes else 0.0


def is_doubtful(words: tuple[Word, ...]) -> bool:
    """Whether a reading is poor enough to ask if the page stands upright."""
    real = sum(1 for word in words if word.confidence > 0.6 and re.fullmatch(r"[A-Za-z]{3,}[.,:]?", word.text))
    return mean_confidence(words) < DOUBTFUL or real < 0.25 * len(words)


def _show(library: Any, gray: Gray) -> None:
    pixels = np.ascontiguousarray(gray)
    library.SetImageBytes(pixels.tobytes(), pixels.shape[1], pixels.shape[0], 1, pixels.shape[1])
    library.SetSourceResolution(200)


def _word(row: str, width: int, height: int) -> Word | None:
    """One row of the OCR program's table as a word; None for the structure rows and for noise."""
    cells = row.split("\t")
    if len(cells) != 12 or cells[0] != "5":
        return None
    text, confidence = cells[11].strip(), float(cells[10])
    left, top, across, down = (float(cell) for cell in cells[6:10])
    if confidence < 0 or down > TALLEST * height or not re.search(r"\w|[/$#:%]", text):
        return None
    box = left / width, top / height, min(1.0, (left + across) / width), min(1.0, (top + down) / height)
    return Word(text, box, confidence / 100, 0)
