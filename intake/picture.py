"""What a page of few words shows, in 255 bits: photos and drawings are known again, and told apart, by it. Pure.

The bits are the signs of the picture's slow waves (a perceptual hash by cosine transform): small shifts, specks and
another width of the lines leave most of them as they are. Two photos in one frame share up to four fifths of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from casefile.records import Box, Word
from intake.pages import Gray

FEW = 45
"""Words of a page that a picture can still tell from another; with more, the words do."""
DRAWN = 0.03
"""The least share of the page that is dark beside its words where it shows a picture; rules and a logo make less."""
SIDE, WAVES = 64, 16
EDGE = 0.04
"""The upper edge left out, in page heights: the fax machine's line differs with each sending."""


def fingerprint(gray: Gray, words: Sequence[Word]) -> str:
    """The picture's bits as hexadecimal digits; empty for a page of many words, or of nothing but its words."""
    if len(words) > FEW or drawn_beside(gray, (word.box for word in words)) < DRAWN:
        return ""
    inner = gray[round(EDGE * gray.shape[0]) :]
    small = cv2.resize(inner, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[:WAVES, :WAVES].ravel()[1:]
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def drawn_beside(gray: Gray, boxes: Iterable[Box]) -> float:
    """The share of the page that is dark outside these boxes (fractions of it) and below the fax machine's line."""
    height, width = gray.shape
    dark = gray < 128
    dark[: round(EDGE * height)] = False
    for left, top, right, bottom in boxes:
        dark[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1] = False
    return float(np.count_nonzero(dark)) / dark.size
