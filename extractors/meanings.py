"""Which code is meant where the words beside it say what it stands for. Pure after the first call.

A code that was read badly looks like many entries of its table; the words of one of them alone are those that stand
beside it. Diagnoses have the words of the official titles, equipment our own everyday words.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from extractors.hcpcs_table import DATA, home_care_codes
from extractors.icd10_table import TABLE
from extractors.spellings import Spellings

Glyphs = NDArray[np.uint8]

ALIKE = 78
"""How alike (of 100) a word as read and one of the table must be."""
STEM = 6
"""Letters that two forms of one word share at their beginning."""
SHARES = (0.5, 0.5, 0.75)
"""Share of the nearest words that must be a code's own, by how many glyphs of it differ from what was read."""
ALL_WORDS, ONE_WORD, AHEAD = 3, 0.7, 0.6
"""What it weighs, in glyphs that differ, that a code explains all nearest words, and each of them; and by how much a code
must be ahead of all others."""
MOST_KNOWN = 20_000
"""Words whose like in the table is remembered."""
REMEMBERED = 1000
"""Places of which is remembered what code they mean: the variants of a page have most in common."""
NEAREST = (1, 2, 3, 4, 6)
"""How many of the words beside a code are looked at together."""
LOOKALIKES = str.maketrans({**dict.fromkeys("IJLT7|!", "1"), **dict.fromkeys("OQD", "0"), **dict.fromkeys("S§$", "5"), "B": "8", "&": "8",
                            "G": "6", "Z": "2", "A": "4", **dict.fromkeys("F£€", "E")})  # fmt: skip
"""Glyphs that worn print mixes up become one."""


@dataclass(frozen=True, eq=False)
class Meanings:
    """A table of codes with the words that say what each stands for."""

    words: Mapping[str, frozenset[str]]
    """Code without its dot → its words; none where they are not known."""
    most: int
    """A word that more codes than this have says little."""
    hits: tuple[int, int, int] = (2, 2, 3)
    """How many of the words beside a code must be its own, by how many glyphs of it differ from what was read."""
    hits_among: tuple[int, int, int] = (1, 2, 2)
    """The same where such codes stand."""

    def meant(self, readings: Iterable[str], sides: Sequence[Sequence[str]], among: bool) -> str:
        """The one code that looks like what was read and means what stands beside it; empty if none or several do.

        Args:
            readings: What was read in a code's place, by one reader or several.
            sides: Words left and right of it, the nearest first, in lower case; several readings of a word joined by spaces.
            among: Whether a label or another code says that such codes stand there.
        """
        return self._meant(tuple(readings), tuple(tuple(side[: NEAREST[-1]]) for side in sides), among)

    @cached_property
    def _meant(self) -> Callable[[tuple[str, ...], tuple[tuple[str, ...], ...], bool], str]:
        return lru_cache(REMEMBERED)(self._looked_up)

    def _looked_up(self, readings: tuple[str, ...], sides: tuple[tuple[str, ...], ...], among: bool) -> str:
        own = [[self._kin(word) for word in side] for side in sides]
        beside = frozenset[str]().union(*(kin for side in own for kin in side))
        if beside.isdisjoint(self._rare):
            return ""
        alike, rows = self._looking_like(readings), []
        for code, glyphs in alike.items():
            if beside.isdisjoint(self.words[code]):
                continue
            least = (self.hits_among if among else self.hits)[glyphs], SHARES[glyphs]
            if said := max(self._explained(code, side, *least) for side in own):
                rows.append((glyphs - said, code))
        rows.sort()
        if not rows or len(rows) > 1 and rows[1][0] - rows[0][0] < AHEAD:
            return ""
        best = rows[0][1]
        nearer = any(glyphs < alike[best] and not self.words[code] for code, glyphs in alike.items())
        return "" if nearer else best

    @cached_property
    def _seldom(self) -> dict[str, bool]:
        """Every word of the table → whether few codes have it."""
        counts = Counter(word for words in self.words.values() for word in words)
        return {word: count <= self.most and not word.isdigit() for word, count in counts.items()}

    @cached_property
    def _rare(self) -> frozenset[str]:
        return frozenset(word for word, seldom in self._seldom.items() if seldom)

    @cached_property
    def _forms(self) -> dict[str, frozenset[str]]:
        """The beginning that forms of one word share → those words."""
        found: dict[str, set[str]] = {}
        for word in self._seldom:
            if len(word) >= STEM:
                for length in {STEM, len(word) - 2}:
                    found.setdefault(word[:length], set()).add(word)
        return {head: frozenset(words) for head, words in found.items()}

    @cached_property
    def _by_length(self) -> dict[int, tuple[list[str], Glyphs]]:
        """Length → the codes that long, and their glyphs with look-alikes made one, place by place."""
        found: dict[int, tuple[list[str], Glyphs]] = {}
        for length in sorted({len(code) for code in self.words}):
            codes = [code for code in self.words if len(code) == length]
            glyphs = np.frombuffer("".join(codes).translate(LOOKALIKES).encode(), np.uint8)
            found[length] = codes, np.ascontiguousarray(glyphs.reshape(len(codes), length).T)
        return found

    def _looking_like(self, readings: Iterable[str]) -> dict[str, int]:
        """The codes that a reading may be, and how many glyphs differ: two at the most, one in short codes, none in three."""
        found: dict[str, int] = {}
        for text in {re.sub(r"[^A-Z0-9]", "", reading.upper().translate(LOOKALIKES)) for reading in readings}:
            if text not in self._found:
                if len(self._found) > MOST_KNOWN:
                    self._found.clear()
                self._found[text] = self._near(text)
            for code, glyphs in self._found[text]:
                found[code] = min(glyphs, found.get(code, glyphs))
        return found

    def _near(self, text: str) -> list[tuple[str, int]]:
        read, slack = text.encode(), 1 if len(text) > 3 else 0
        found: list[tuple[str, int]] = []
        for length in range(len(text) - slack, len(text) + slack + 1):
            if length in self._by_length:
                codes, columns = self._by_length[length]
                counts = _differing(columns, read) if length == len(text) else _one_lost(columns, read)
                places = np.flatnonzero(counts <= min(2, max(0, length - 3)))
                found += [(codes[place], int(counts[place])) for place in places]
        return found

    def _explained(self, code: str, side: Sequence[frozenset[str]], least_hits: int, least_share: float) -> float:
        """How well a code explains the nearest words on one side; 0 where it has too few of them or common ones alone."""
        shared = [kin & self.words[code] for kin in side]
        if len(code) == 3 and not any(shared[:1]):
            return 0.0  # three glyphs are soon alike: the very next word must be one of its own
        best = 0.0
        for count in NEAREST:
            near = shared[:count]
            if len(near) < count or count == 1 < len(side) or all(map(self._rare.isdisjoint, near)):
                continue
            hits = sum(map(bool, near))
            if hits >= least_hits and hits / count >= least_share:
                best = max(best, ALL_WORDS * hits / count + ONE_WORD * hits)
        return best

    def _kin(self, word: str) -> frozenset[str]:
        """The table's words that a word is by one of its readings: itself, another form of it, or nearly alike."""
        if word not in self._known:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[word] = frozenset[str]().union(*map(self._like, word.split()))
        return self._known[word]

    def _like(self, text: str) -> frozenset[str]:
        if text in self._seldom:
            return frozenset((text,)) | self._forms.get(text[:STEM], frozenset())
        found = self._forms.get(text[:STEM], frozenset()) if len(text) >= STEM else frozenset[str]()
        if len(text) > 4:
            found |= self._forms.get(text[:-2], frozenset())
            names = self._spellings.maybe_like(text, ALIKE)
            found |= {row[0] for row in process.extract(text, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)}
        return found

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _found(self) -> dict[str, list[tuple[str, int]]]:
        return {}

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._seldom)


def _differing(columns: Glyphs, read: bytes) -> Glyphs:
    """In how many places each code differs from what was read, which is as long."""
    return np.asarray(sum((column != glyph).view(np.uint8) for column, glyph in zip(columns, read, strict=True)))


def _one_lost(columns: Glyphs, read: bytes) -> Glyphs:
    """1 where codes have one glyph more or less than what was read and are like it else, 9 elsewhere."""
    shorter, more = min(len(columns), len(read)), len(columns) > len(read)
    half = shorter // 2
    first = np.logical_and.reduce([columns[place] == read[place] for place in range(half)])
    last = np.logical_and.reduce([columns[-place] == read[-place] for place in range(1, shorter - half + 1)])
    places = np.flatnonzero(first | last)  # where the one is lost in one half the other half is whole
    columns = columns[:, places]
    begins = [np.ones(len(places), bool)]
    ends = begins[:]
    for place in range(shorter):
        begins.append(begins[-1] & (columns[place] == read[place]))
        back = shorter - 1 - place
        ends.append(ends[-1] & (columns[back + more] == read[back + (not more)]))
    alike = np.logical_or.reduce([begins[cut] & ends[shorter - cut] for cut in range(shorter + 1)])
    counts = np.full(len(first), 9, np.uint8)
    counts[places[alike]] = 1
    return counts


@cache
def diagnoses() -> Meanings:
    """The billable diagnosis codes with the words of their titles."""
    rows = gzip.decompress(TABLE.with_name("icd10cm-2026-words.txt.gz").read_bytes()).decode().splitlines()
    return Meanings(_table(row.replace(".", "", 1) for row in rows), most=3000)


@cache
def equipment() -> Meanings:
    """The equipment codes of our list, the common ones with everyday words."""
    rows = (DATA / "hcpcs_words.txt").read_text().splitlines()
    known = _table(row for row in rows if not row.startswith("#"))
    return Meanings(
        {code: known.get(code, frozenset()) for code in sorted(home_care_codes())},
        most=40,
        hits=(1, 2, 2),
        hits_among=(1, 1, 2),
    )


def _table(rows: Iterable[str]) -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, _, words in (row.partition(" ") for row in rows)}
