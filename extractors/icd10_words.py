"""Which diagnosis code is meant where the words beside it say what it stands for. Pure after the first call.

A code that was read badly looks like many entries of the table; the official words of one of them alone are those that
stand beside it.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from extractors.icd10_table import TABLE

Glyphs = NDArray[np.uint8]

WORDS = TABLE.with_name("icd10cm-2026-words.txt.gz")
ALIKE = 78
"""How alike (of 100) a word as read and one of the table must be."""
STEM = 6
"""Letters that two forms of one word share at their beginning."""
SELDOM = 3000
"""A word that more codes than this have says little."""
SHARES = (0.5, 0.5, 0.75)
"""Share of the nearest words that must be a code's own, by how many glyphs of it differ from what was read."""
HITS, HITS_AMONG = (2, 2, 3), (1, 2, 2)
"""How many of them there must be, anywhere and where diagnoses stand."""
ALL_WORDS, ONE_WORD, AHEAD = 3, 0.7, 0.6
"""What it weighs, in glyphs that differ, that a code explains all nearest words, and each of them; and by how much a code
must be ahead of all others."""
NEAREST = (1, 2, 3, 4, 6)
"""How many of the words beside a code are looked at together."""
LOOKALIKES = str.maketrans({**dict.fromkeys("IJLT7|!", "1"), **dict.fromkeys("OQD", "0"), **dict.fromkeys("S§$", "5"), "B": "8", "&": "8",
                            "G": "6", "Z": "2", "A": "4", **dict.fromkeys("F£€", "E")})  # fmt: skip
"""Glyphs that worn print mixes up become one."""


@cache
def _words() -> dict[str, frozenset[str]]:
    rows = gzip.decompress(WORDS.read_bytes()).decode().splitlines()
    return {code.replace(".", ""): frozenset(words.split()) for code, _, words in (row.partition(" ") for row in rows)}


@cache
def _seldom() -> dict[str, bool]:
    """Every word of the table → whether few codes have it."""
    counts = Counter(word for words in _words().values() for word in words)
    return {word: count <= SELDOM and not word.isdigit() for word, count in counts.items()}


@cache
def _by_length() -> dict[int, tuple[list[str], Glyphs]]:
    """Length → the codes that long, and their glyphs with look-alikes made one."""
    found: dict[int, tuple[list[str], Glyphs]] = {}
    for length in range(3, 8):
        codes = [code for code in _words() if len(code) == length]
        glyphs = np.frombuffer("".join(codes).translate(LOOKALIKES).encode(), np.uint8)
        found[length] = codes, glyphs.reshape(len(codes), length)
    return found


def meant(readings: Iterable[str], sides: Sequence[Sequence[str]], among_diagnoses: bool) -> str:
    """The one billable code that looks like what was read and means what stands beside it; empty if none or several do.

    Args:
        readings: What was read in a code's place, by one reader or several.
        sides: Words left and right of it, the nearest first, in lower case; several readings of a word joined by spaces.
        among_diagnoses: Whether a label or another code says that diagnoses stand there.
    """
    own = [[_kin(word) for word in side[: NEAREST[-1]]] for side in sides]
    if not any(_seldom()[word] for side in own for kin in side for word in kin):
        return ""
    rows = []
    for code, glyphs in _looking_like(readings).items():
        least = (HITS_AMONG if among_diagnoses else HITS)[glyphs], SHARES[glyphs]
        if said := max(_explained(code, side, *least) for side in own):
            rows.append((glyphs - said, code))
    rows.sort()
    return rows[0][1] if rows and (len(rows) == 1 or rows[1][0] - rows[0][0] >= AHEAD) else ""


def _looking_like(readings: Iterable[str]) -> dict[str, int]:
    """The codes that a reading may be, and how many glyphs differ: two at the most, one in short codes, none in three."""
    found: dict[str, int] = {}
    for text in {re.sub(r"[^A-Z0-9]", "", reading.upper().translate(LOOKALIKES)) for reading in readings}:
        read = np.frombuffer(text.encode(), np.uint8)
        slack = 1 if len(text) > 3 else 0
        for length in range(max(3, len(text) - slack), min(7, len(text) + slack) + 1):
            codes, glyphs = _by_length()[length]
            counts = _differing(glyphs, read) if length == len(text) else _one_lost(glyphs, read)
            reach = min(2, max(0, length - 3))
            for place in np.flatnonzero(counts <= reach):
                found[codes[place]] = min(int(counts[place]), found.get(codes[place], 9))
    return found


def _differing(glyphs: Glyphs, read: Glyphs) -> NDArray[np.int64]:
    return np.asarray((glyphs != read).sum(axis=1))


def _one_lost(glyphs: Glyphs, read: Glyphs) -> NDArray[np.int64]:
    """1 where codes have one glyph more or less than what was read and are like it else, 9 elsewhere."""
    longer, shorter = (glyphs, read[None]) if glyphs.shape[1] > read.size else (np.tile(read, (len(glyphs), 1)), glyphs)
    least = np.full(len(glyphs), 9)
    for place in range(longer.shape[1]):
        rest = np.delete(longer, place, axis=1)
        least[(rest == shorter).all(axis=1)] = 1
    return least


def _explained(code: str, side: Sequence[frozenset[str]], least_hits: int, least_share: float) -> float:
    """How well a code explains the nearest words on one side; 0 where it has too few of them or common ones alone."""
    shared = [kin & _words()[code] for kin in side]
    if len(code) == 3 and not any(shared[:1]):
        return 0.0  # three glyphs are soon alike: the very next word must be one of its own
    best = 0.0
    for count in NEAREST:
        near = shared[:count]
        if len(near) < count or count == 1 < len(side) or not any(_seldom()[word] for kin in near for word in kin):
            continue
        hits = sum(map(bool, near))
        if hits >= least_hits and hits / count >= least_share:
            best = max(best, ALL_WORDS * hits / count + ONE_WORD * hits)
    return best


@lru_cache(16384)
def _kin(word: str) -> frozenset[str]:
    """The table's words that a word is by one of its readings: itself, another form of it, or nearly alike."""
    found = set[str]()
    for text in word.split():
        if text in _seldom():
            found.add(text)
        elif len(text) > 4:
            rows = process.extract(text, list(_seldom()), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
            found.update(row[0] for row in rows)
        if len(text) >= STEM:
            found.update(_forms().get(text[:STEM], ()))
            found.update(_forms().get(text[: len(text) - 2], ()))
    return frozenset(found)


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    """The beginning that forms of one word share → those words."""
    found: dict[str, set[str]] = {}
    for word in _seldom():
        if len(word) >= STEM:
            for length in {STEM, len(word) - 2}:
                found.setdefault(word[:length], set()).add(word)
    return {head: tuple(words) for head, words in found.items()}
