"""Pages that repeat an earlier page: the same words, or nearly, in nearly the same places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from casefile.records import PageText, Problem

ALIKE = 97
"""How alike (of 100) two texts are when one is the other read again from the same quality."""
REREAD = 80
"""How alike when one came by a worse machine: then every number that both read surely must agree as well."""
FEWEST = 60
"""Letters below which a page says too little to be told from another."""
MOST = 4000
MOST_WORDS = 900


def find_repeated(pages: Sequence[PageText]) -> list[Problem]:
    """Each page that repeats an earlier one, with the page it repeats."""
    problems: list[Problem] = []
    kept: list[tuple[PageText, str]] = []
    for page in pages:
        text = _squeezed(page)
        if len(text) < FEWEST:
            continue
        twin = next((other.page_number for other, words in kept if _same(page, text, other, words)), None)
        if twin is None:
            kept.append((page, text))
        else:
            problems.append(
                Problem("duplicate_page", f"Page {page.page_number} repeats page {twin}.", page.page_number, twin)
            )
    return problems


def _squeezed(page: PageText) -> str:
    return " ".join(page.text.split())[:MOST]


def _same(page: PageText, text: str, other: PageText, words: str) -> bool:
    """Whether two pages are one: alike in words, and no number that both show plainly differs."""
    if abs(len(text) - len(words)) > 0.12 * len(text) + 4:
        return False
    likeness = fuzz.ratio(text, words, score_cutoff=REREAD)
    if not likeness:
        return False
    mine, theirs = _numbers(page), _numbers(other)
    differ = _differ(page, other, mine, theirs)
    if likeness >= ALIKE:
        return differ <= (
            2 if likeness > 99.5 and len(text) > 400 else 4 if page.source == "ocr" else 6
        ) and not _plain_change(page, other, mine, theirs)
    return (
        differ <= 0.35 * len(mine | theirs)
        and _stand_alike(page, other)
        and not _plain_change(page, other, mine, theirs)
    )


def _differ(page: PageText, other: PageText, mine: set[str], theirs: set[str]) -> int:
    """How many numbers one page alone holds, those aside that the other shows in the same place but for a reader's slip."""
    return _unmatched(page, other, mine - theirs) + _unmatched(other, page, theirs - mine)


def _unmatched(page: PageText, other: PageText, tokens: set[str]) -> int:
    """How many of a page's tokens no word of the other page is a slip of, wherever it stands."""
    rivals = {word.text for word in other.words[:MOST_WORDS]} | _numbers(other) if tokens else set()
    raw = {word.text.strip(".,;:()"): word.text for word in page.words[:MOST_WORDS]} if tokens else {}
    return sum(not any(_is_slip(text, rival) for rival in rivals for text in {token, raw.get(token, token)})
               for token in tokens)  # fmt: skip


def _is_slip(token: str, rival: str) -> bool:
    if len(token) != len(rival):
        return False
    changed = [(a, b) for a, b in zip(token, rival, strict=True) if a != b]
    return len(changed) == 1 and not (changed[0][0].isdigit() and changed[0][1].isdigit())


def _numbers(page: PageText) -> set[str]:
    """Tokens with at least two digits: dates, codes, amounts."""
    return {word.text.strip(".,;:()") for word in page.words if len(re.findall(r"\d", word.text)) >= 2}


def _plain_change(page: PageText, other: PageText, mine: set[str], theirs: set[str]) -> bool:
    """Whether a number was plainly changed: read surely on both, in the same place, and not one glyph's slip."""
    changes = 0
    for word in page.words[:MOST_WORDS]:
        token = word.text.strip(".,;:()")
        if token not in mine - theirs or word.confidence < 0.85:
            continue
        rival = next(
            (
                w
                for w in other.words[:MOST_WORDS]
                if abs(w.box[1] - word.box[1]) < 0.012 and abs(w.box[0] - word.box[0]) < 0.02
            ),
            None,
        )
        if rival and rival.confidence >= 0.85 and rival.text.strip(".,;:()") in theirs - mine:
            changes += _far_apart(token, rival.text.strip(".,;:()"))
    return changes > 0


def _far_apart(token: str, rival: str) -> bool:
    """More than one glyph differs."""
    return Levenshtein.distance(token, rival) > 1


def _stand_alike(page: PageText, other: PageText) -> bool:
    """Whether most long words that both pages hold stand at the same height."""
    places = {word.text: word.box[1] for word in other.words if len(word.text) >= 5}
    common = [abs(places[word.text] - word.box[1]) for word in page.words if word.text in places]
    return len(common) >= 5 and sum(gap < 0.025 for gap in common) >= 0.7 * len(common)
