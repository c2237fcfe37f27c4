"""Tick boxes: which of a list's lines are marked. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from casefile.records import Line, PageText, Word

MARK = re.compile(r"[\[({]\s?([^\s\w]|[xXvVoO_]|\s)?\s?[\])}]|[☐□❏◻▢☒☑✓✔✗✘■]")
TICKED = re.compile(r"[xXvV✓✔✗✘☒☑■*]")
FAR = 60
"""A mark further before an item than this many characters is not its own."""
JUNK_BOX = re.compile(r"[oO0□☐LCDI\[\]()_|1ULl]{1,3}")


def is_unticked(page: PageText, line: Line, start: int) -> bool:
    """Whether the mark before this place in the line is an empty box, on a page where other boxes are ticked."""
    if not _has_ticks(page.words):
        return False
    before = line.text[max(0, start - FAR) : start]
    marks = list(MARK.finditer(before))
    if marks:
        return not TICKED.search(marks[-1][0])
    junk = before.split()[-1:] if not before.strip().endswith((":", ",")) else []
    return bool(junk and JUNK_BOX.fullmatch(junk[0]) and page.source == "ocr" and _lists(page.words))


@lru_cache(64)
def _has_ticks(words: tuple[Word, ...]) -> bool:
    """Whether any box on the page is ticked."""
    text = " ".join(word.text for word in words[:3000])
    return any(TICKED.search(match[0]) for match in MARK.finditer(text))


@lru_cache(64)
def _lists(words: tuple[Word, ...]) -> bool:
    """Whether the page asks to tick."""
    return bool(
        re.search(
            r"\b(check|select|mark|tick)\b.{0,30}\b(all|one|items?|apply|box)",
            " ".join(w.text for w in words[:3000]),
            re.IGNORECASE,
        )
    )
