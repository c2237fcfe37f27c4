"""A page's running text, sentence by sentence: spaCy's sentencizer, each sentence with the line it begins in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from casefile.records import Box, PageText, Word

if TYPE_CHECKING:
    from spacy.language import Language

LONGEST = 20_000
"""Characters of a page that are split into sentences."""


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


def sentences_of(page: PageText) -> tuple[Sentence, ...]:
    """The page's sentences in reading order."""
    return _split(page.words)


@lru_cache(64)
def _split(words: tuple[Word, ...]) -> tuple[Sentence, ...]:
    page = PageText(1, words)
    text = page.text[:LONGEST].replace("\n", " ")
    starts, position = [], 0
    for line in page.lines:
        starts.append(position)
        position += len(line.text) + 1
    made, number = [], 0
    for span in _pipeline()(text).sents:
        while number + 1 < len(starts) and starts[number + 1] <= span.start_char:
            number += 1
        made.append(Sentence(span.text, span.start_char, page.lines[number].box))
    return tuple(made)
