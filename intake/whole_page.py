"""A poorly read page read again, whole, by the second reader; the first reading becomes the check.

Where both agree a word is sure. Where they differ and the word matters, the word alone is read a third time and the
majority wins; every other reading is kept beside the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from functools import reduce
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from casefile.records import Box, Word, union
from intake.line_reader import (
    Glyph,
    Gray,
    Rectangle,
    find_lines,
    is_code_beside,
    read_glyphs,
    read_line,
    second_thought,
)
from intake.lines import in_lines
from intake.second_reader import (
    AGREED,
    CONTESTED_WORD,
    RULED,
    SPLIT,
    SURER,
    bare,
    crop,
    is_torn,
    is_torn_code,
    matters,
    read_again,
)

Columns = NDArray[np.bool_]

MEAN, SHAKY = 0.87, 0.15
"""A page whose mean word confidence is below, or whose share of letters in doubtful words is above, is read whole."""
MANY = 0.2
"""The same for the share of doubtful words, however short."""
DOUBTED = 0.8
AGREED_APART = 0.9
"""Confidence of words whose letters both readers saw alike, though only one saw the spaces."""
LEGIBLE = 0.5
"""Mean probability below which a line of the second reader is not believed at all."""
GAP, LETTERS, FIGURES = 0.17, 1.5, 2.2
"""Paper at least this share of the line's height wide between two letters, when these also stand so many times further
apart than usual (figures have more room at their sides), is a space that the recogniser left out."""
CLEARLY = 0.05
"""A line that the first reader was surer of by this much is left to the targeted second reading."""
MAJORITY, DIVIDED, UNSURE = 0.9, 0.7, 0.5
"""Highest confidence of a word that matters when a further look agrees with a reader, when two further looks agree with
each other alone, and when all readings differ."""
SOFTENED = 0.8
"""Blur in pixels before a worn line is read, in its own proportions. Of the words of third-generation faxes 0.21 were
lost narrowed and sharp, 0.20 in proportion, 0.17 in proportion and softened; of standard faxes 0.106, 0.089, 0.082."""
LOOKS = ((1.3, 1.3), (1.8, 1.3))
"""Blur and squeeze of the further looks at a word on which the readers differ; the second only if still needed. Of the
words with figures of 164 worn pages 308 were lost with these, 319 with less blur."""
SETTLED = 0.92
"""A line without figures of which the first reader was this sure in every word is not read again."""
COVERED = 0.85
"""Share of a line's width that the first reader's words must cover for that."""
DATE = re.compile(r"(?:0?[1-9]|1[0-2])([/.-])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:19|20)\d\d|\d\d)")
"""A date's shape, which a misreading hardly ever makes by chance."""
ALIKE, WITHIN = 0.8, 0.45
"""Pieces of the second reader are one word where the first saw a single one, at least this much like them together, and
the gaps between them are at most this share of the letters' height: a space has more."""
APART = re.compile(r"\d[A-Za-z]|[a-z][A-Z\d]")
"""Letters that meet where two words do and hardly within one: "6 months", "x 0.7", "Client Name"."""
SENTENCE = re.compile(r"[A-Za-z][.,:;]+\w")
"""A mark that ends one word and has another behind it: "and.was", "Qty:30"."""
LONGEST_DATE = 8
"""Figures are put together only to a number longer than this: anything shorter may be the parts of a date."""
LINES = 150
"""Lines a page read whole at the most."""


def is_poor(words: tuple[Word, ...]) -> bool:
    """Whether the first reader's confidence says that it clearly struggled."""
    letters = sum(len(word.text) for word in words)
    if not letters:
        return True
    mean = sum(word.confidence * len(word.text) for word in words) / letters
    doubted = [word for word in words if word.confidence < DOUBTED]
    return mean < MEAN or sum(len(w.text) for w in doubted) > SHAKY * letters or len(doubted) > MANY * len(words)


def read_whole(gray: Gray, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Read every line of an upright page with the second reader and weigh it against the first reading.

    Args:
        gray: The straightened page.
        words: The first reading of the same pixels.

    Returns:
        Words in lines. What only the first reader saw stays, specks excepted; `Word.other` keeps what the loser saw.
    """
    left = list(words)
    made: list[Word] = []
    soft = _softened(gray, SOFTENED)
    for rectangle in find_lines(gray)[:LINES]:
        if settled := _settled(left, rectangle, gray.shape):
            left = [word for word in left if word not in settled]
            made += settled
            continue
        seconds = list(_words_of(gray, soft, rectangle))
        if not seconds:
            continue
        area = union(word.box for word in seconds)
        under = [word for word in left if _middle_inside(word.box, area)]
        left = [word for word in left if word not in under]
        if _sure(seconds) < _sure(under) - CLEARLY:
            made += read_again(soft, tuple(under), len(under))
            continue
        for ours, theirs in _side_by_side(under, seconds):
            made += _weighed(gray, ours, theirs)
    return _mended(in_lines(made + [word for word in left if not _is_speck(word)]))


def _mended(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Words, those put together that are two halves of one code."""
    made: list[Word] = []
    for word in words:
        if made and made[-1].line == word.line and is_torn_code(made[-1], word):
            word = _joined(made.pop(), word)
        made.append(word)
    return tuple(made)


def _joined(left: Word, right: Word) -> Word:
    other = f"{left.other or left.text}{right.other or right.text}" if left.other or right.other else ""
    sure = min(SPLIT, left.confidence, right.confidence)
    return Word(left.text + right.text, union((left.box, right.box)), sure, left.line, other)


def _softened(gray: Gray, blur: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), blur), dtype=np.uint8) if blur and gray.size else gray


def _settled(words: list[Word], rectangle: Rectangle, shape: tuple[int, ...]) -> list[Word]:
    """The first reader's words of a line, where it was sure of all of them and none of them is a code or a number."""
    height, width = shape[:2]
    area = rectangle[0] / width, rectangle[1] / height, rectangle[2] / width, rectangle[3] / height
    inside = [word for word in words if _middle_inside(word.box, area)]
    if not inside or any(word.confidence < SETTLED or re.search(r"\d", word.text) for word in inside):
        return []
    box = union(word.box for word in inside)
    return inside if box[2] - box[0] > COVERED * (area[2] - area[0]) else []


def _words_of(gray: Gray, soft: Gray, rectangle: Rectangle) -> Iterator[Word]:
    """One line's words, read from the softened page, with their boxes drawn tight around their ink."""
    left, top, right, bottom = rectangle
    line = gray[top:bottom, left:right]
    if min(line.shape, default=0) < 5:
        return
    glyphs = read_glyphs(soft[top:bottom, left:right], 1.0)
    printed = [glyph for glyph in glyphs if glyph.letter != " "]
    if not printed or sum(g.sure for g in printed) / len(printed) < LEGIBLE:
        return
    ink = line < 128
    pieces = list(_pieces(glyphs, ink))
    for number, piece in enumerate(pieces):
        start = (pieces[number - 1][-1].at + piece[0].at) / 2 if number else 0.0
        end = (piece[-1].at + pieces[number + 1][0].at) / 2 if number + 1 < len(pieces) else 1.0
        x0, y0, x1, y1 = _tight(ink, round(start * line.shape[1]), round(end * line.shape[1]))
        height, width = gray.shape
        box = ((left + x0) / width, (top + y0) / height, (left + x1) / width, (top + y1) / height)
        text, sure = "".join(g.letter for g in piece), sum(g.sure for g in piece) / len(piece)
        yield Word(text, box, sure, 0, second_thought(piece))


def _pieces(glyphs: tuple[Glyph, ...], ink: Columns) -> Iterator[list[Glyph]]:
    """Glyphs cut into words: at spaces, and where the paper shows a gap that was read over."""
    steps = [b.at - a.at for a, b in zip(glyphs, glyphs[1:], strict=False) if " " not in (a.letter, b.letter)]
    usual = float(np.median(steps)) if steps else 1.0
    columns: Columns = np.asarray(ink.any(axis=0))
    piece: list[Glyph] = []
    for glyph in glyphs:
        if glyph.letter == " ":
            if piece:
                yield piece
            piece = []
            continue
        apart = FIGURES if piece and piece[-1].letter.isdigit() and glyph.letter.isdigit() else LETTERS
        if piece and glyph.at - piece[-1].at > apart * usual:
            between = columns[round(piece[-1].at * columns.size) : round(glyph.at * columns.size)]
            if _longest_blank(between) > GAP * ink.shape[0]:
                yield piece
                piece = []
        piece.append(glyph)
    if piece:
        yield piece


def _longest_blank(columns: Columns) -> int:
    return max((sum(1 for _ in run) for dark, run in groupby(columns.tolist()) if not dark), default=0)


def _tight(ink: Columns, start: int, end: int) -> Rectangle:
    """The rectangle around the ink between two columns; the whole height where there is none."""
    part = ink[:, start:end]
    across, down = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    if not across.size:
        return start, 0, max(end, start + 1), ink.shape[0]
    return start + int(across[0]), int(down[0]), start + int(across[-1]) + 1, int(down[-1]) + 1


def _sure(words: list[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _middle_inside(box: Box, area: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] - 0.01 <= across <= area[2] + 0.01 and area[1] - 0.003 <= down <= area[3] + 0.003


def _is_speck(word: Word) -> bool:
    """Whether a word that one reader alone saw, and hardly, is a mark on the paper and no letter or two."""
    return word.confidence < DOUBTED and len(word.text) <= 2


def _side_by_side(firsts: list[Word], seconds: list[Word]) -> Iterator[tuple[list[Word], list[Word]]]:
    """Both readings of one line, cut where neither has a word: (first reader's words, second reader's words)."""
    rows = sorted([(w.box, w, 0) for w in firsts] + [(w.box, w, 1) for w in seconds], key=lambda row: row[0][0])
    group: tuple[list[Word], list[Word]] = [], []
    end = -1.0
    for box, word, reader in rows:
        if end >= 0 and box[0] > end - 0.3 * min(box[2] - box[0], 0.02):
            yield group
            group = [], []
        group[reader].append(word)
        end = max(end, box[2])
    if end >= 0:
        yield group


def _weighed(gray: Gray, firsts: list[Word], seconds: list[Word]) -> list[Word]:
    """The two readings of one stretch of a line as words with their confidence."""
    if not seconds:
        return [word for word in firsts if not _is_speck(word)]
    if not firsts:
        return [replace(word, confidence=min(SPLIT, word.confidence)) for word in seconds]
    first, second = ("".join(word.text for word in words) for words in (firsts, seconds))
    least = min(word.confidence for word in firsts)
    if len(firsts) == 1 < len(seconds) and _is_one(first, seconds, gray.shape):
        return [_reunited(gray, firsts[0], seconds)]
    if first == second and len(firsts) > len(seconds) and not any(map(is_torn, firsts, firsts[1:])):
        return [replace(word, confidence=max(least, AGREED_APART)) for word in firsts]
    return [_word(gray, word, share, least) for word, share in zip(seconds, _shares(seconds, first), strict=True)]


def _is_one(first: str, pieces: list[Word], shape: tuple[int, ...]) -> bool:
    """Whether what the first reader saw as one word was cut apart by the second reader, with no space where it cut."""
    height, width = max(word.box[3] - word.box[1] for word in pieces) * shape[0], shape[1]
    text, cuts = "".join(word.text for word in pieces), list(zip(pieces, pieces[1:], strict=False))
    ends = [left.text[-1] + right.text[0] for left, right in cuts]
    return (
        SequenceMatcher(None, text, first, autojunk=False).ratio() >= ALIKE
        and all((right.box[0] - left.box[2]) * width <= WITHIN * height for left, right in cuts)
        and not any(APART.fullmatch(pair) for pair in ends)
        and not SENTENCE.search(first)
        and not (any(map(str.isdigit, ends)) and len(re.findall(r"\d", text)) <= LONGEST_DATE)
    )


def _reunited(gray: Gray, first: Word, pieces: list[Word]) -> Word:
    """The second reader's pieces as the one word that the first saw, who also knows what stands where they were cut."""
    whole, letters = reduce(_joined, pieces), iter(first.text)
    same = _figures(whole.text) == _figures(first.text)
    if same or (not matters(first.text) and all(letter in letters for letter in whole.text)):
        whole = replace(whole, text=first.text)
    word = _word(gray, whole, first.text, first.confidence)
    return replace(word, confidence=min(AGREED_APART if same else SPLIT, word.confidence))


def _figures(text: str) -> str:
    return re.sub(r"\W", "", text)


def _shares(seconds: list[Word], first: str) -> Iterator[str]:
    """Which part of the first reading each word of the second one stands for."""
    whole = "".join(word.text for word in seconds)
    blocks = SequenceMatcher(None, whole, first, autojunk=False).get_matching_blocks()
    marks = [(a + k, b + k) for a, b, size in blocks for k in range(size)]
    start = end = 0
    for number, word in enumerate(seconds):
        end += len(word.text)
        inside = [b for a, b in marks if start <= a < end]
        before = [b for a, b in marks if a < start]
        after = [b for a, b in marks if a >= end]
        low = before[-1] + 1 if before and number else 0
        high = after[0] if after and number + 1 < len(seconds) else len(first)
        if inside and number:
            low = max(low, inside[0] - 1)
        if inside and number + 1 < len(seconds):
            high = min(high, inside[-1] + 2)
        yield first[low:high]
        start = end


def _word(gray: Gray, second: Word, first: str, least: float) -> Word:
    """One word: agreed, or the surer reading, or by a third look where it matters."""
    if is_code_beside(second.text, second.other) and bare(first) == bare(second.other):
        return replace(second, text=second.other, confidence=min(SPLIT, second.confidence), other=second.text)
    if second.other and matters(second.text) and bare(first) == bare(second.text):
        return replace(second, text=first.strip(RULED), confidence=CONTESTED_WORD)
    if second.text == first or bare(second.text) == bare(first):
        return replace(
            second,
            text=first.strip(RULED) or first,
            confidence=max(least, min(AGREED, 0.5 * (1 + second.confidence))),
            other="",
        )
    if not matters(second.text) and not matters(first):
        if first and second.confidence < SURER and second.confidence <= least:
            return replace(second, text=first, confidence=min(SPLIT, least), other=second.text)
        return replace(second, confidence=min(SPLIT, second.confidence), other=first)
    return _as_a_date(_by_further_looks(gray, second, first))


def _as_a_date(word: Word) -> Word:
    """The one reading of a word that is written as dates are, where the chosen one is not."""
    others = word.other.split()
    dates = {bare(other) for other in others if DATE.fullmatch(bare(other))}
    if len(dates) != 1 or DATE.fullmatch(bare(word.text)):
        return word
    rest = [word.text, *(other for other in others if bare(other) not in dates)]
    return replace(word, text=dates.pop(), confidence=min(SPLIT, word.confidence), other=" ".join(rest))


def _by_further_looks(gray: Gray, second: Word, first: str) -> Word:
    """A word that matters, read otherwise by the two readers: what two of up to four readings say."""
    readings = [first, second.text]
    for blur, squeeze in LOOKS:
        look = read_line(_softened(crop(gray, second.box), blur), squeeze)[0].replace(" ", "")
        if bare(look) and bare(look) == bare(second.text):
            return replace(second, confidence=min(MAJORITY, second.confidence), other=first)
        if bare(look) and bare(look) == bare(first):
            return replace(second, text=first, confidence=min(MAJORITY, 0.85), other=second.text)
        if bare(look) and bare(look) in map(bare, readings[2:]):
            return replace(second, text=look, confidence=DIVIDED, other=f"{first} {second.text}".strip())
        readings.append(look)
    return replace(second, confidence=UNSURE, other=" ".join(filter(None, (first, *readings[2:]))))
