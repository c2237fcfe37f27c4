"""A second opinion on the words that matter, for pages that were read well.

Recognition is dear (`line_reader.py`), so only words that look like a code, an identifier or a date are read again,
and a page has a budget. Pages that were read poorly are read again whole (`whole_page.py`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby

from casefile.records import Box, Word, union
from intake.line_reader import Gray, is_code_beside, read_glyphs, said_by, second_thought

SURE = 0.90
"""Mean probability from which the second reading replaces one it disagrees with, however sure the first was."""
SURER = 0.75
"""From here on it replaces a first reading that was less sure than itself."""
AGREED, SPLIT = 0.97, 0.80
"""Highest confidence of a word on which both readers agree, or differ."""
CONTESTED_WORD = 0.85
"""Confidence of a word that both read alike although the second reader held another letter possible."""
MATTERS = re.compile(r"(?=.*\d)\S{3,}")
"""A word with a digit in it: a code, an identifier, a date, a measurement."""
LIKE_FIGURES = re.compile(r"[\dOoQDIl|!SsBZzG$£€.]{2,7}")
"""A word that may be a short code or number of which every glyph was taken for its look-alike ("lO" for I10)."""
HARDLY = 0.5
"""Such a word is read again when the first reader was less sure of it than this."""
PLAIN_NUMBER = re.compile(r"(0?[1-9]|1[0-2])/([0-2]?\d|3[01])/(19|20)\d\d|\(?\d{3}\)?-\d{3}-\d{4}|\d{1,2}:\d\d")
"""Real dates, phone numbers and times: shapes a misreading seldom keeps."""
PLAIN_SURE = 0.94
"""Such a number is not read again when the first reader was surer than this."""
DOUBTED_LABEL = 0.85
"""A word beside or above a value is read again when the first reader was less sure of it than this."""
LABEL_SURE = 0.6
"""A doubtful label takes the second reading when that is at least this sure, and surer than the first."""
TORN = 0.55
"""The widest gap inside a torn code, as a share of the line's height; a space is wider beside a figure."""
TORN_CODES = (
    (r"[^\w\s]*[A-Z]", r"\d{4}[^\w\s]*"),
    (r"[^\w\s]*[A-Z]", r"\d\w\.\w{1,4}[^\w\s]*"),
    (r"[^\w\s]*\w\d\w", r"\.\w{1,4}[^\w\s]*"),
)
"""The two halves of a HCPCS and of an ICD-10 code."""
RULED = "_|"
"""Marks at a word's edges that are rules of a form."""
LABEL_SHARE = 0.5
"""Labels may take this share of the budget on top of it."""


def read_again(gray: Gray, words: tuple[Word, ...], budget: int) -> tuple[Word, ...]:
    """Read the words that matter a second time, the least sure first, at most `budget` of them, then doubtful labels.

    Agreement raises a word's confidence; disagreement lowers it, takes the surer reading and keeps the other in
    `Word.other`. Pieces that the first reader tore apart ("J96. 11") are read as one.
    """
    runs = _runs(words)
    values = sorted((n for n, run in enumerate(runs) if _matters(run)), key=lambda n: _least(runs[n]))[:budget]
    labels = _doubtful_labels(runs, values)[: int(budget * LABEL_SHARE)]
    result: list[Word] = []
    chosen, cells = set(values), {cell[0]: cell for cell in labels}
    skipped = {n for cell in labels for n in cell[1:]}
    for number, run in enumerate(runs):
        if number in chosen:
            left, right = runs[number - 1][-1:] if number else [], runs[number + 1 : number + 2]
            beside = ["".join(w.text for w in near if w.line == run[0].line) for near in (left, *right)]
            result += _second(gray, run, beside[0], "".join(beside[1:]))
        elif number in cells:
            result += _label(gray, [word for n in cells[number] for word in runs[n]])
        elif number not in skipped:
            result += run
    return tuple(result)


def _least(run: list[Word]) -> float:
    return min(word.confidence for word in run)


def _doubtful_labels(runs: list[list[Word]], values: list[int]) -> list[list[int]]:
    """Cells of words left of a value or above it that hold a doubtful word; the least sure first."""
    cells: list[list[int]] = []
    for number, run in enumerate(runs):
        before = runs[number - 1] if number else None
        joined = before and before[0].line == run[0].line and run[0].box[0] - before[-1].box[2] < 0.02
        if joined and not _matters(run) and cells and cells[-1][-1] == number - 1:
            cells[-1].append(number)
        elif not _matters(run):
            cells.append([number])
    boxes = [runs[n][0].box for n in values]
    near = [cell for cell in cells if len(cell) <= 5 and _least_of(runs, cell) < DOUBTED_LABEL
            and any(_labels(runs[cell[0]][0].box, runs[cell[-1]][-1].box, box) for box in boxes)]  # fmt: skip
    return sorted(near, key=lambda cell: _least_of(runs, cell))


def _least_of(runs: list[list[Word]], cell: list[int]) -> float:
    return min(_least(runs[n]) for n in cell)


def _labels(first: Box, last: Box, value: Box) -> bool:
    """Whether a cell stands left of a value on its line, or just above where it begins."""
    level = min(first[3], value[3]) - max(first[1], value[1]) > 0.4 * (value[3] - value[1])
    beside = level and 0 <= value[0] - last[2] < 0.2
    above = 0 <= value[1] - first[3] + 0.004 < 0.035 and abs(first[0] - value[0]) < 0.06
    return beside or above


def _runs(words: tuple[Word, ...]) -> list[list[Word]]:
    """Words, with neighbours that are pieces of one number or code put together."""
    runs: list[list[Word]] = []
    for _, line in groupby(words, key=lambda word: word.line):
        fresh = True
        for word in line:
            if not fresh and is_torn(runs[-1][-1], word):
                runs[-1].append(word)
            else:
                runs.append([word])
            fresh = False
    return runs


def is_torn(left: Word, right: Word) -> bool:
    """Whether a small gap runs through one code or number: "J96. 11", "(L 1833)", "U2386 13490"."""
    gap = (right.box[0] - left.box[2]) * 8.5
    height = (left.box[3] - left.box[1]) * 11
    if is_torn_code(left, right):
        return True
    pieces = re.fullmatch(r"\w{1,6}[.-]", left.text) and re.match(r"\d", right.text)
    letters = re.fullmatch(r"[A-Z]{1,3}", left.text) and re.match(r"\d{5}", right.text)
    digits = re.search(r"\d$", left.text) and re.match(r"\d", right.text)
    return bool((gap < 0.8 * height and pieces) or (gap < 0.4 * height and letters) or (gap < 0.22 * height and digits))


def is_torn_code(left: Word, right: Word) -> bool:
    """Whether two words with little paper between them have the shape of one code only together: "E 1390", "G35 .D"."""
    gap = (right.box[0] - left.box[2]) * 8.5
    height = max(left.box[3] - left.box[1], right.box[3] - right.box[1]) * 11
    return gap < TORN * height and any(
        re.fullmatch(head, left.text) and re.fullmatch(tail, right.text) for head, tail in TORN_CODES
    )


def matters(text: str) -> bool:
    """Whether a text looks like a code, an identifier, a date or a measurement."""
    return bool(MATTERS.fullmatch(text))


def _matters(run: list[Word]) -> bool:
    text = "".join(word.text for word in run)
    if not matters(text):
        return bool(_least(run) < HARDLY and LIKE_FIGURES.fullmatch(text))
    return not (PLAIN_NUMBER.fullmatch(text) and _least(run) > PLAIN_SURE)


def crop(gray: Gray, box: Box) -> Gray:
    """The words' pixels with a little room around."""
    height, width = gray.shape
    tall = (box[3] - box[1]) * height
    pad_x, pad_y = round(0.35 * tall) + 2, round(0.18 * tall) + 1
    return gray[max(0, int(box[1] * height) - pad_y) : int(box[3] * height) + pad_y,
                max(0, int(box[0] * width) - pad_x) : int(box[2] * width) + pad_x]  # fmt: skip


def _label(gray: Gray, cell: list[Word]) -> list[Word]:
    """A label's words read again as one line; the second reading is taken when it is sure."""
    box = union(word.box for word in cell)
    glyphs = read_glyphs(crop(gray, box))
    pieces = [said_by(list(piece)) for blank, piece in groupby(glyphs, lambda glyph: glyph.letter == " ") if not blank]
    if len(pieces) == len(cell):
        return [_surer(word, *piece) for word, piece in zip(cell, pieces, strict=True)]
    text, sure = said_by(glyphs)
    if (
        sure < max(LABEL_SURE, _least(cell))
        or not pieces
        or not 0.4 <= len(text) / len(" ".join(word.text for word in cell)) <= 2.5
    ):
        return cell
    whole, left, made = sum(len(piece) for piece, _ in pieces) + len(pieces) - 1, box[0], []
    for piece, _ in pieces:
        right = left + (box[2] - box[0]) * len(piece) / whole
        made.append(Word(piece, (left, box[1], right, box[3]), min(SPLIT, sure), cell[0].line))
        left = right + (box[2] - box[0]) / whole
    return made


def _surer(word: Word, text: str, sure: float) -> Word:
    """A label's word as the surer reader saw it."""
    if bare(text) == bare(word.text):
        return replace(word, confidence=max(word.confidence, min(AGREED, 0.5 * (1 + sure))))
    if sure < word.confidence or (sure < LABEL_SURE and word.confidence >= HARDLY):
        return word
    return replace(word, text=text, confidence=min(SPLIT, sure), other=word.text)


def _without_neighbours(text: str, first: str, before: str, behind: str) -> str:
    """A second reading without what its picture showed of the words beside it: "41846553" after "NF84"."""
    ahead, after = text.removesuffix(first), text.removeprefix(first)
    if ahead != text and before.endswith(ahead) or after != text and behind.startswith(after):
        return first
    return text


def _second(gray: Gray, run: list[Word], before: str, behind: str) -> list[Word]:
    """One run, between the words beside it on its line, read again and weighed against the first reading."""
    box, first = union(word.box for word in run), "".join(word.text for word in run)
    glyphs = read_glyphs(crop(gray, box))
    text, sure = said_by(glyphs)
    text, thought = _without_neighbours(text.replace(" ", ""), first, before, behind), second_thought(glyphs)
    confidence = min(word.confidence for word in run)
    whole = replace(run[0], text=first, box=box)
    if not text:
        return run
    if is_code_beside(text, thought) and bare(first) == bare(thought):
        return [replace(whole, text=thought, confidence=min(SPLIT, sure), other=text)]
    if thought and bare(text) == bare(first):
        return [replace(whole, text=first.strip(RULED), confidence=CONTESTED_WORD, other=thought)]
    if text == first:
        return [replace(whole, confidence=max(confidence, min(AGREED, 0.5 * (1 + sure))))]
    if bare(text) == bare(first):
        return [replace(whole, text=first.strip(RULED), confidence=max(confidence, 0.9))]
    if (sure >= SURE or (sure >= SURER and sure > confidence)) and 0.5 <= len(text) / len(first) <= 2:
        return [replace(whole, text=text, confidence=min(SPLIT, sure), other=first)]
    return [replace(word, confidence=min(word.confidence, 0.6), other=text) for word in run]


def bare(text: str) -> str:
    """Without the punctuation at the edges that two readers rarely agree on."""
    return text.strip(".,:;()[]-_'\"|")
