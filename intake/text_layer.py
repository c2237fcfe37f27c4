"""A PDF page's own words, when they are real: shown to the reader, spelt in letters, and not laid under a scan.

pdfium reads them (about 4 ms a page, against 40 ms through pdfplumber on the same forms); pdfplumber is asked where
pdfium's letters make no sense, since the two resolve odd fonts differently.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from casefile.records import Box, Word
from intake.lines import in_lines

SURE = 0.99
FEWEST = 20
"""Letters below which a page has no text layer to speak of."""
PLAIN = frozenset(".,:;/()-'\"%$#&@+_[]*=")
UNDER_A_SCAN = 0.8
"""Words on a page that one picture covers this far are an earlier OCR's, not the author's."""
HIDDEN = 0.5
"""Share of invisible text objects from which the layer is not what a person sees."""
MOST_OBJECTS = 4000
SPOKEN = 0.6
"""Least share of longer words that can be spoken; below it the font's letters are scrambled."""
Letter = tuple[str, Box]


def own_words(page: pdfium.PdfPage) -> tuple[tuple[Word, ...], int]:
    """The words of a page, and by how many degrees clockwise it must be turned for them to stand upright.

    Boxes are fractions of the upright page. The caller holds the pdfium lock.
    """
    text = page.get_textpage()
    try:
        letters = list(_letters(page, text))
    finally:
        text.close()
    turn = _sideways(letters)
    if turn:
        letters = [(letter[0], turned_box(letter[1], turn)) if letter else None for letter in letters]
    return in_lines(_words(letters)), turn


def turned_box(box: Box, degrees: int) -> Box:
    """A box once its page is turned clockwise by 0, 90, 180 or 270 degrees."""
    left, top, right, bottom = box
    if degrees == 90:
        return 1 - bottom, left, 1 - top, right
    if degrees == 180:
        return 1 - right, 1 - bottom, 1 - left, 1 - top
    if degrees == 270:
        return top, 1 - right, bottom, 1 - left
    return box


def _sideways(letters: list[Letter | None]) -> int:
    """The turn that makes most of the text run from left to right."""
    votes = {0: 0, 90: 0, 180: 0, 270: 0}
    for one, two in zip(letters, letters[1:], strict=False):
        if one and two:
            across = (two[1][0] + two[1][2] - one[1][0] - one[1][2]) / 2
            down = (two[1][1] + two[1][3] - one[1][1] - one[1][3]) / 2
            votes[(0 if across > 0 else 180) if abs(across) >= abs(down) else (270 if down > 0 else 90)] += 1
    return max(votes, key=lambda turn: votes[turn])


def plumber_words(page: Any) -> tuple[Word, ...]:
    """The same of a pdfplumber page."""
    width, height = float(page.width), float(page.height)
    left0, top0 = float(page.bbox[0]), float(page.bbox[1])
    rows = page.extract_words(use_text_flow=False, keep_blank_chars=False)
    return in_lines(
        Word(row["text"], (_part(row["x0"] - left0, width), _part(row["top"] - top0, height),
                           _part(row["x1"] - left0, width), _part(row["bottom"] - top0, height)), SURE, 0)
        for row in rows
    )  # fmt: skip


def is_spelt(words: tuple[Word, ...]) -> bool:
    """Whether the letters can be believed: enough of them, mostly ASCII, in words that can be spoken."""
    text = "".join(word.text for word in words)
    if len(text) < FEWEST or sum(ch.isascii() and (ch.isalnum() or ch in PLAIN) for ch in text) < 0.9 * len(text):
        return False
    longer = [word.text for word in words if re.fullmatch(r"[A-Za-z]{4,}", word.text)]
    spoken = sum(
        1 for word in longer if re.search(r"[aeiouyAEIOUY]", word) and not re.search(r"(?i)[^aeiouy]{6}", word)
    )
    return spoken >= SPOKEN * len(longer)


def is_shown(page: pdfium.PdfPage) -> bool:
    """Whether the text is what a person sees: mostly visible, and no picture over the whole page."""
    width, height = page.get_size()
    shown = hidden = 0
    for number, item in enumerate(page.get_objects(max_depth=3)):
        if number > MOST_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            invisible = raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            hidden, shown = hidden + invisible, shown + (not invisible)
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            if (right - left) * (top - bottom) > UNDER_A_SCAN * width * height:
                return False
    return hidden <= HIDDEN * (hidden + shown)


def _letters(page: pdfium.PdfPage, text: pdfium.PdfTextPage) -> Iterator[Letter | None]:
    """Each letter with its box on the page as shown; None between words."""
    edges = [ctypes.c_double() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    area = raw.FS_RECTF()
    place = _placer(page)
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        letter = "-" if code in (2, 0xFFFE, 0xAD) else chr(code) if 0 < code < 0x110000 else " "
        if letter.isspace() or not letter.isprintable():
            yield None
        elif raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(area)):
            yield letter, place(area.left, area.bottom, area.right, area.top)
        elif raw.FPDFText_GetCharBox(text, index, *pointers):
            left, right, bottom, top = (edge.value for edge in edges)
            yield letter, place(left, bottom, right, top)


def _placer(page: pdfium.PdfPage) -> Any:
    """From a rectangle in the file's space to a box on the page as shown."""
    media, crop = page.get_mediabox(), page.get_cropbox()
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    wide = max(1.0, min(media[2], crop[2]) - left)
    tall = max(1.0, min(media[3], crop[3]) - bottom)
    turn = page.get_rotation()

    def place(x0: float, y0: float, x1: float, y1: float) -> Box:
        across = (x0 - left) / wide, (x1 - left) / wide
        up = (y0 - bottom) / tall, (y1 - bottom) / tall
        if turn == 90:
            box = up[0], across[0], up[1], across[1]
        elif turn == 180:
            box = 1 - across[1], up[0], 1 - across[0], up[1]
        elif turn == 270:
            box = 1 - up[1], 1 - across[1], 1 - up[0], 1 - across[0]
        else:
            box = across[0], 1 - up[1], across[1], 1 - up[0]
        return _part(box[0], 1), _part(box[1], 1), _part(box[2], 1), _part(box[3], 1)

    return place


def _words(letters: Iterable[Letter | None]) -> Iterator[Word]:
    """Letters gathered into words: at spaces, and where the next letter stands on another line or far away."""
    word: list[Letter] = []
    for item in letters:
        if word and (item is None or _apart(word[-1][1], item[1])):
            yield _word(word)
            word = []
        if item is not None:
            word.append(item)
    if word:
        yield _word(word)


def _apart(before: Box, box: Box) -> bool:
    tall = max(before[3] - before[1], box[3] - box[1])
    middle = (box[1] + box[3]) / 2
    return not before[1] - 0.2 * tall <= middle <= before[3] + 0.2 * tall or not -tall < box[0] - before[2] < tall


def _word(letters: list[Letter]) -> Word:
    boxes = [box for _, box in letters]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Word("".join(letter for letter, _ in letters), box, SURE, 0)


def _part(value: float, whole: float) -> float:
    """A position as a fraction of the page, kept inside it."""
    return min(1.0, max(0.0, float(value) / whole))
