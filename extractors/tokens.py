"""Words → tokens: what is glued is split, leaders and rules are dropped, folded text is kept beside. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from casefile.records import Box, Line, Word
from extractors.wordings import fold

CELL = 0.02
"""A gap of this share of the page's width begins a new cell."""
LEAST = 0.0105
SHAPE = 792 / 612
"""A Letter page's height over its width: makes a share of the height one of the width."""
MOST = 160
"""Tokens of one line that are looked at."""
GLUED = re.compile(
    r"(?<=[A-Za-z.)#'’]):(?=[^\s:/])|(?<=[A-Za-z])#(?=\d)|(?<=[^\d\s|])\|(?=\S)|_{2,}|\.{3,}|(?<=[A-Za-z,])(?=DOB:)|(?<=^NPI)(?=\d)|(?<=^DOB)(?=\d)|(?<=^MBI)(?=\d)|(?<=^I[DO0])\.(?=\w*\d{4})|(?<=^[Il\]\[!])(?=[A-Z][a-z]{3})"
)
LEADER = re.compile(r"[._\-–—~*=…•·]{2,}|[_|:]|[=…•·]")
BARS = frozenset("Il][!|")
"""What an upright bar between two cells is read as."""
UNSURE = 0.75
"""Below this confidence such a glyph may be a bar."""
NUMBERED = re.compile(r"\d{1,2}[a-z]?[.,)]?|\d{1,2}\.[a-z]|[a-z][.)]|\(\d{1,2}\)", re.IGNORECASE)
"""A box number before a label: "4.", "12a)", or "4" where the dot was lost."""


@dataclass(frozen=True)
class Token:
    """A word or a part of one; `gap` is how far it stands from the token before, as a share of the page's width."""

    word: Word
    folded: str
    gap: float
    barred: bool = False
    """A bar, a leader or a rule stands before it."""
    apart: bool = False
    """So far from the token before that it begins a new cell."""

    @property
    def colon(self) -> bool:
        """Whether it ends as labels end."""
        return self.word.text.rstrip("_").endswith((":", "#", ";", ":*"))


def tokens_of(line: Line) -> tuple[Token, ...]:
    """The line's tokens, left to right."""
    made: list[Token] = []
    barred, right, wide = False, None, _cell_gap(line)
    pieces = [piece for word in line.words[:MOST] for piece in _pieces(word)]
    for place, piece in enumerate(pieces):
        if piece.text in BARS and piece.confidence < UNSURE and _begins_a_label(pieces[place + 1 : place + 5]):
            barred = True
            continue
        if piece.text == "." and place and pieces[place - 1].text == ".":
            barred = True
        if LEADER.fullmatch(piece.text):
            if piece.text == ":" and made:
                last = made[-1].word
                made[-1] = replace(made[-1], word=_cut(last, last.text + ":", last.box[0], piece.box[2]))
                right = piece.box[2]
            else:
                barred = True
            continue
        gap = 1.0 if right is None else piece.box[0] - right
        made.append(Token(piece, fold(piece.text) if len(piece.text) <= 40 else "", gap, barred, gap > wide))
        barred, right = False, piece.box[2]
    return tuple(made)


def _begins_a_label(pieces: list[Word]) -> bool:
    """Whether a capital and, a few words on, a colon follow, as in "Lind I Birthdate: 8/26/1969"."""
    return bool(pieces) and pieces[0].text[0].isupper() and any(piece.text.endswith(":") for piece in pieces)


def _cell_gap(line: Line) -> float:
    """From which gap on a new cell begins: about the height of a letter in small print, never more than `CELL`."""
    tallest = max((word.box[3] - word.box[1] for word in line.words[:MOST]), default=CELL)
    return min(CELL, max(LEAST, 0.95 * tallest * SHAPE))


def opens(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether a cell begins at this token, box numbers and tick marks aside."""
    token = tokens[place]
    if place == 0 or token.apart or token.barred:
        return True
    before = tokens[place - 1].word.text
    return bool(NUMBERED.fullmatch(before)) and opens(tokens, place - 1) or before in {"X", "x", "*", "-", "|", "/"}


def closes(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether a cell ends with this token."""
    return place + 1 >= len(tokens) or tokens[place + 1].apart or tokens[place + 1].barred


def _pieces(word: Word) -> list[Word]:
    text = word.text
    if len(text) < 3 or not GLUED.search(text[:200]):
        return [word]
    width = (word.box[2] - word.box[0]) / len(text)
    pieces, start = [], 0
    for match in GLUED.finditer(text[:200]):
        end = match.end() if match[0] in {":", "#", "."} else match.start()
        if end > start:
            pieces.append(_cut(word, text[start:end], word.box[0] + start * width, word.box[0] + end * width))
        if match[0][:1] in {"|", "_"} or match[0].startswith(".."):
            pieces.append(_cut(word, match[0], word.box[0] + match.start() * width, word.box[0] + match.end() * width))
        start = match.end()
    if start < len(text):
        pieces.append(_cut(word, text[start:], word.box[0] + start * width, word.box[2]))
    return pieces


def _cut(word: Word, text: str, left: float, right: float) -> Word:
    box: Box = (left, word.box[1], right, word.box[3])
    return Word(text, box, word.confidence, word.line, word.other)
