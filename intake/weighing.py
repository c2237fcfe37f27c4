"""Two readings of one stretch of a line, weighed: agreed, the surer one, or by further looks where it matters.

Where the readers differ on a word that matters, that word alone is read again and the majority wins; every other
reading is kept beside it. What one reader cut apart and the other saw as one word is put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from functools import reduce

import cv2
import numpy as np

from casefile.records import Word, union
from intake.line_reader import Gray, is_code_beside, read_line
from intake.second_reader import AGREED, CONTESTED_WORD, RULED, SPLIT, SURER, bare, crop, is_torn, matters

DOUBTED = 0.8
"""Words less sure than this are doubtful."""
AGREED_APART = 0.9
"""Confidence of words whose letters both readers saw alike, though only one saw the spaces."""
MAJORITY, DIVIDED, UNSURE = 0.9, 0.7, 0.5
"""Highest confidence of a word that matters when a further look agrees with a reader, when two further looks agree with
each other alone, and when all readings differ."""
LOOKS = ((1.3, 1.3), (1.8, 1.3))
"""Blur and squeeze of the further looks at a word on which the readers differ; the second only if still needed. Of the
words with figures of 164 worn pages 308 were lost with these, 319 with less blur."""
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


def side_by_side(firsts: list[Word], seconds: list[Word]) -> Iterator[tuple[list[Word], list[Word]]]:
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


def weighed(gray: Gray, firsts: list[Word], seconds: list[Word]) -> list[Word]:
    """The two readings of one stretch of a line as words with their confidence."""
    if not seconds:
        return [word for word in firsts if not is_speck(word)]
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
    whole, letters = reduce(joined, pieces), iter(first.text)
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
        look = read_line(softened(crop(gray, second.box), blur), squeeze)[0].replace(" ", "")
        if bare(look) and bare(look) == bare(second.text):
            return replace(second, confidence=min(MAJORITY, second.confidence), other=first)
        if bare(look) and bare(look) == bare(first):
            return replace(second, text=first, confidence=min(MAJORITY, 0.85), other=second.text)
        if bare(look) and bare(look) in map(bare, readings[2:]):
            return replace(second, text=look, confidence=DIVIDED, other=f"{first} {second.text}".strip())
        readings.append(look)
    return replace(second, confidence=UNSURE, other=" ".join(filter(None, (first, *readings[2:]))))


def joined(left: Word, right: Word) -> Word:
    """Two neighbours as one word, their other readings together as well."""
    other = f"{left.other or left.text}{right.other or right.text}" if left.other or right.other else ""
    sure = min(SPLIT, left.confidence, right.confidence)
    return Word(left.text + right.text, union((left.box, right.box)), sure, left.line, other)


def is_speck(word: Word) -> bool:
    """Whether a word that one reader alone saw, and hardly, is a mark on the paper and no letter or two."""
    return word.confidence < DOUBTED and len(word.text) <= 2


def softened(gray: Gray, blur: float) -> Gray:
    """A picture blurred by so many pixels."""
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), blur), dtype=np.uint8) if blur and gray.size else gray
