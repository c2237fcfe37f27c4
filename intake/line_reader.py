"""PP-OCRv6 on one core: where lines of text stand, and what one line says. Its models come inside the rapidocr wheel.

Recognition costs about 7 ms per hundred pixels of a line 48 pixels high, finding the lines of a page a quarter of a
second. Used inside worker processes, which bound time and memory (`workers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

HEIGHT = 48
"""The recogniser's input height, which its model fixes."""
SQUEEZE = 0.75
"""Lines are narrowed by this factor where the print is good: a quarter cheaper and read no worse for it."""
WIDEST = 2400
"""Columns given to the recogniser at most, after scaling."""
DETECT_SIDE = 960
"""The longer side of the page as the line finder sees it; 1280 costs 70 % more and reads no more key values."""
TEXT, SURE_LINE = 0.3, 0.4
"""Least probability of a text pixel, and its least mean over a line's rectangle."""
GROW = 1.6
"""The finder marks the core of a line; its rectangle grows by this share of area over perimeter."""
ONE_CODE = re.compile(r"[^\w.$,/-]*(1)\d\d(?:\.\w{1,4})?[^\w%/-]*")
"""What a diagnosis code that begins with I looks like when the I was taken for a 1."""
CHANCE = 0.05
"""Least probability of I there: 6 of 7 codes whose I was read as 1 on fine faxes had more, several on worn ones about
none (they stay 1); numbers of that shape had 0.003 at most."""
CONTESTED = 0.1
"""From which chance of another letter or figure on a word is doubtful even where both readers say the same: of words
on worn faxes that both read alike, 2 in 14 of these were wrong and at most 20 in 916 of the others."""


@dataclass(frozen=True)
class Glyph:
    """One letter: where its middle stands (fraction of the crop's width), how probable it is, and its next rival."""

    letter: str
    at: float
    sure: float
    rival: str = ""
    chance: float = 0.0
    """How probable the rival is."""


@cache
def _session(name: str) -> Any:
    """An inference session on one thread, or None where the wheels are missing."""
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations or find_spec("onnxruntime") is None:
        return None
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def _alphabet() -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """The recogniser's letters by class number, and which of them are printable ASCII (the blank included)."""
    listed = _session("PP-OCRv6_rec_small.onnx").get_modelmeta().custom_metadata_map["character"].splitlines()
    letters = ("", *listed, " ")
    return letters, np.array([n == 0 or (len(ch) == 1 and " " <= ch <= "~") for n, ch in enumerate(letters)])


def is_available() -> bool:
    """Whether the reader can run here."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_glyphs(crop: Gray, squeeze: float = SQUEEZE) -> tuple[Glyph, ...]:
    """The letters of one line of text, left to right; none when nothing is seen or the reader is not installed.

    Args:
        crop: The line with a little paper around it.
        squeeze: By which factor it is narrowed; 1 keeps its proportions.
    """
    session = _session("PP-OCRv6_rec_small.onnx")
    if session is None or min(crop.shape) < 4:
        return ()
    letters, plain = _alphabet()
    width = max(32, min(WIDEST, round(crop.shape[1] * HEIGHT / crop.shape[0] * squeeze)))
    method = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    line = cv2.resize(crop, (width, HEIGHT), interpolation=method)
    batch = np.repeat((line.astype(np.float32) / 127.5 - 1.0)[None, None], 3, axis=1)
    scores = session.run(None, {session.get_inputs()[0].name: batch})[0][0][:, : plain.size] * plain
    best = scores.argmax(axis=1)
    found = []
    for n, place in enumerate(best):
        if place and (n == 0 or best[n - 1] != place):
            beside = scores[n].copy()
            beside[[0, place]] = 0
            rival = int(beside.argmax())
            found.append(
                Glyph(
                    letters[place], (n + 0.5) / len(best), float(scores[n, place]), letters[rival], float(beside[rival])
                )
            )
    return tuple(found)


def read_line(crop: Gray, squeeze: float = SQUEEZE) -> tuple[str, float]:
    """What one line of text says, and the mean probability of its letters; ("", 0) when nothing is seen."""
    return said_by(read_glyphs(crop, squeeze))


def said_by(glyphs: Sequence[Glyph]) -> tuple[str, float]:
    """The text of glyphs and the mean probability of its letters; ("", 0) for none."""
    text = "".join(glyph.letter for glyph in glyphs).strip()
    return (text, sum(g.sure for g in glyphs) / len(glyphs)) if text else ("", 0.0)


def second_thought(glyphs: Sequence[Glyph]) -> str:
    """How else the reader itself might have read a word; "" where it was of one mind.

    Where a number has a code's shape and I had a chance for its first figure, that code (`is_code_beside`); else the
    word with its most contested letter or figure the other way.
    """
    printed = [glyph for glyph in glyphs if glyph.letter != " "]
    text = "".join(glyph.letter for glyph in printed)
    if (found := ONE_CODE.fullmatch(text)) and (head := printed[found.start(1)]).rival == "I" and head.chance >= CHANCE:
        return _swapped(text, found.start(1), "I")
    doubts = [(g.chance, n) for n, g in enumerate(printed) if g.letter.isalnum() and g.rival.isalnum()]
    chance, place = max(doubts, default=(0.0, 0))
    return _swapped(text, place, printed[place].rival) if chance >= CONTESTED else ""


def is_code_beside(text: str, thought: str) -> bool:
    """Whether a second thought is the code that a number may be: "I50.22" beside "150.22"."""
    found = ONE_CODE.fullmatch(text)
    return found is not None and thought == _swapped(text, found.start(1), "I")


def _swapped(text: str, place: int, letter: str) -> str:
    return text[:place] + letter + text[place + 1 :]


def find_lines(gray: Gray) -> list[Rectangle]:
    """Rectangles around the page's lines of text (a line ends at a wide gap), top to bottom."""
    session = _session("PP-OCRv6_det_small.onnx")
    if session is None:
        return []
    height, width = gray.shape
    scale = DETECT_SIDE / max(height, width)
    across, down = (max(32, round(edge * scale / 32) * 32) for edge in (width, height))
    small = cv2.resize(gray, (across, down), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    channels = [(small - mean) / deviation for mean, deviation in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))]
    batch = np.stack(channels)[None].astype(np.float32)
    likely = session.run(None, {session.get_inputs()[0].name: batch})[0][0, 0]
    contours, _ = cv2.findContours((likely > TEXT).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for left, top, wide, tall in map(cv2.boundingRect, contours):
        if min(wide, tall) < 3 or likely[top : top + tall, left : left + wide].mean() < SURE_LINE:
            continue
        room = GROW * wide * tall / (2 * (wide + tall))
        edges = ((left - room) / across * width, (top - room) / down * height,
                 (left + wide + room) / across * width, (top + tall + room) / down * height)  # fmt: skip
        found.append((max(0, round(edges[0])), max(0, round(edges[1])),
                      min(width, round(edges[2])), min(height, round(edges[3]))))  # fmt: skip
    return sorted(found, key=lambda box: box[1])
