"""The label vocabulary (`data/labels.toml`), folded so that reading slips and spelling do not count. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from extractors.spellings import Spellings

SLIPS = str.maketrans(
    {"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b", "é": "e", "€": "e", "£": "e"}
)
NO_SIGN = re.compile(r"[^a-z0-9#]+")
LIKE = 84
"""How alike (of 100) a cell of its own and a wording must be to pass as a misread label."""
FAINTLY = 64
"""How alike it must be where just such a value as the field takes stands by it."""
RIVAL = 6
"""By how much a faint likeness must exceed that to any other field's wording."""
LONGEST = 44
"""Letters of the longest wording that is looked for."""


@lru_cache(8192)
def fold(text: str) -> str:
    """Lower case without spaces and marks; glyphs that readers mix up become one, and short forms become whole words."""
    return "".join(_whole(word) for word in re.split(r"[\s-]+", text))


def _whole(word: str) -> str:
    """A word folded, its short forms spelled out ("svc" → "service", "auth/ref" → "authorizationref")."""
    bare, short = _bare(word), _short_forms()
    if bare[:-1] in short and bare[-1:] == "#":
        return short[bare[:-1]] + "#"
    if bare in short or "/" not in word:
        return short.get(bare, bare)
    return "".join(short.get(part, part) for part in map(_bare, word.split("/")))


def _bare(text: str) -> str:
    return NO_SIGN.sub("", text.lower().translate(SLIPS))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "labels.toml").read_text())


@cache
def _short_forms() -> dict[str, str]:
    """Short form → the word it stands for ("svc" → "service"); of two words of one kin with a stroke between, the first."""
    table = _table()
    short = {_bare(form): _bare(word) for word, forms in table["short"].items() for form in forms}
    for kin in table["kin"].values():
        for one, two in permutations([*kin, *(form for word in kin for form in table["short"].get(word, ()))], 2):
            short.setdefault(_bare(f"{one}/{two}"), short.get(_bare(one), _bare(one)))
    return short


@cache
def wordings() -> dict[str, tuple[str, str]]:
    """Folded wording → (field, wording); where two fields claim one wording the first in the file has it.

    "ID" at the end is often read "10" or "IO", and "Dx" as "Ox", so those spellings stand for them too.
    """
    table, found = _table(), dict[str, tuple[str, str]]()
    for field, rows in table["fields"].items():
        for row in rows:
            for wording in _spelled_out(row, table["words"]):
                found.setdefault(fold(wording), (field, wording))
    for folded, meant in list(found.items()):
        if re.search(r"\w id$", meant[1]):
            found.setdefault(folded[:-2] + "io", meant)
        if re.search(r"\bdx\b", meant[1]):
            found.setdefault(folded.replace("dx", "ox"), meant)
    return found


def _spelled_out(wording: str, sets: dict[str, list[str]]) -> list[str]:
    """The wordings that one with sets in it stands for; a set's members may name sets themselves."""
    name = re.search(r"\{(\w+)\}", wording)
    if name is None:
        return [wording]
    return [row for word in sets[name[1]] for row in _spelled_out(wording.replace(name[0], word, 1), sets)]


@cache
def plain_wordings() -> frozenset[str]:
    """Folded everyday words: labels only with a colon or alone in their cell."""
    return frozenset(fold(word) for word in _table()["plain"]["words"])


@cache
def section_wordings() -> dict[str, str]:
    """Folded heading → whose section it opens."""
    return {fold(word): name for name, words in _table()["sections"].items() for word in words}


@cache
def _by_length() -> dict[int, tuple[str, ...]]:
    rows: dict[int, list[str]] = {}
    for wording, (field, _) in wordings().items():
        if len(wording) >= 5 and not field.startswith("rendering"):
            rows.setdefault(len(wording), []).append(wording)
    return {length: tuple(words) for length, words in rows.items()}


@lru_cache(8192)
def misread(folded: str) -> str | None:
    """The folded wording that a garbled cell most likely was, or None."""
    if not 5 <= len(folded) <= 34 or folded.isdigit():
        return None
    slack, least = 1 if len(folded) < 9 else 2, LIKE if len(folded) > 7 else 79
    near = _near(len(folded), slack).maybe_like(folded, least)
    best = process.extractOne(folded, near, scorer=fuzz.ratio, score_cutoff=least)
    return str(best[0]) if best else None


@lru_cache(8192)
def faintly(folded: str, fields: frozenset[str]) -> str | None:
    """The folded wording of one of these fields that a badly garbled cell resembles more than any other field's."""
    if not 6 <= len(folded) <= 34 or folded.isdigit():
        return None
    likely = _of(fields, len(folded)).maybe_like(folded, FAINTLY)
    if not process.extractOne(folded, likely, scorer=fuzz.ratio, score_cutoff=FAINTLY):
        return None
    near = _near(len(folded), 3).maybe_like(folded, FAINTLY - RIVAL)
    rows = process.extract(folded, near, scorer=fuzz.ratio, score_cutoff=FAINTLY - RIVAL, limit=40)
    if not rows or rows[0][1] < FAINTLY:
        return None
    field = wordings()[rows[0][0]][0]
    rivals = [score for wording, score, _ in rows if wordings()[wording][0] != field]
    return str(rows[0][0]) if not rivals or rows[0][1] - rivals[0] >= RIVAL else None


@cache
def _of(fields: frozenset[str], length: int) -> Spellings:
    """The wordings of some fields about as long as a badly garbled cell."""
    return Spellings(word for word in _near(length, 3).words if wordings()[word][0] in fields)


@cache
def _near(length: int, slack: int) -> Spellings:
    """The wordings about as long as a garbled cell."""
    return Spellings(word for near in range(length - slack, length + slack + 1) for word in _by_length().get(near, ()))
