"""A page's running text, sentence by sentence: spaCy's sentencizer, each sentence with the line it begins in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from casefile.records import Box, Line, PageText
from extractors.once import once

if TYPE_CHECKING:
    from spacy.language import Language

NEW = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•·▪]|[A-Z][A-Za-z /&]{1,24}:)\s?")
"""How a line begins that does not run on from the one above."""
SHORT = 0.8
"""A line that ends left of this share of the widest line's end stops short."""
NARROW = 0.6
"""A line that ends left of this share of the page's width is no line of wrapped prose."""
INSIDE = re.compile(r"(?<=\b[A-Z]\d\w)\.(?=\s\.?\d)")
"""A dot inside a code that a reader left a gap behind ("J45. .909"): no sentence ends there."""
LONGEST = 20_000
"""Characters of a page that are split into sentences."""
BRACKET = 16
"""A wrapped code in its brackets is shorter than this."""
EDGE = 0.7
"""A line of prose that runs on ends right of this share of the page's width."""
AHEAD = 60
"""Characters of the next line that a line's last sentence is read on into."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, where it begins in the page's text, and the box of its first line."""

    text: str
    start: int
    box: Box


@cache
def _pipeline() -> Language:
    """A blank English pipeline that only splits sentences."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


@cache
def _full_stops() -> frozenset[str]:
    from spacy.pipeline import Sentencizer

    return frozenset(Sentencizer.default_punct_chars)


@once
def sentences_of(page: PageText) -> tuple[Sentence, ...]:
    """The page's sentences in reading order."""
    made: list[Sentence] = []
    position = 0
    for block in _blocks(page.lines):
        starts = [position]
        for line in block:
            starts.append(starts[-1] + len(line.text) + 1)
        number = 0
        text = " ".join(line.text for line in block)[:LONGEST]
        for start, end in _sentences(INSIDE.sub("_", text)):
            said = text[start:end]
            while starts[number + 1] <= position + start:
                number += 1
            if made and made[-1].start >= position and made[-1].text.rstrip()[-1:] in {"(", "["}:
                # a code in brackets belongs to its sentence, whatever dot a reader saw before it
                made[-1] = replace(made[-1], text=f"{made[-1].text}{said}")
                continue
            made.append(Sentence(said, position + start, block[number].box))
        position = starts[-1]
        if position > LONGEST:
            break
    return tuple(made)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where a text's sentences begin and end; one that holds no full stop needs no splitting."""
    if text.strip() == text and _full_stops().isdisjoint(text):
        yield 0, len(text)
    else:
        yield from ((span.start_char, span.end_char) for span in _pipeline()(text).sents)


def _blocks(lines: tuple[Line, ...]) -> list[list[Line]]:
    """Lines that run on: a new block begins at a list mark, a label, or behind a line that stops short.

    A line that is a bracket belongs to the one above, wherever that stops.
    """
    widest = max((line.words[-1].box[2] for line in lines), default=1.0)
    blocks: list[list[Line]] = []
    for line in lines:
        before = blocks[-1][-1] if blocks else None
        runs_on = before and before.words[-1].box[2] > max(SHORT * widest, NARROW) and not NEW.match(line.text[:40])
        if runs_on or before and line.text[:1] in "([" and before.text[-1:] not in ".;:" and len(line.text) < BRACKET:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def next_of(page: PageText, number: int) -> str:
    """The beginning of the next line where a line of prose runs on into it, else nothing."""
    lines = page.lines
    if number + 1 >= len(lines) or lines[number].text[-1:] in ".;" or lines[number].box[2] < EDGE:
        return ""
    following = lines[number + 1].text[:AHEAD]
    return following if following[:1].islower() or following[:1].isdigit() else ""


def with_next(page: PageText, number: int) -> str:
    """A line's text with the beginning of the next where it runs on."""
    return f"{page.lines[number].text[:2000]} {next_of(page, number)}".rstrip()
