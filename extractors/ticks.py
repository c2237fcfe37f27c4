"""Tick boxes: which of a list's lines are marked. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from casefile.records import Line, PageText, Word
from extractors.tokens import CELL

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
    return page.source == "ocr" and _lists(page.words) and _opens_cell(line, start)


def is_doubtful(page: PageText, line: Line, start: int) -> bool:
    """Whether a code opens a line of a list to tick on a page where no tick at all could be read."""
    return not _has_ticks(page.words) and _lists(page.words) and _opens_cell(line, start) and not re.match(r"\s*[,;]", line.text[start + 5 : start + 8])


def _opens_cell(line: Line, start: int) -> bool:
    """Whether the word at this place begins a cell; readers drop an empty box or make a short word of it."""
    words = line.words_in(start, start + 1)
    place = line.words.index(words[0])
    while place and line.words[place].box[0] - line.words[place - 1].box[2] <= CELL and JUNK_BOX.fullmatch(line.words[place - 1].text):
        place -= 1
    return place == 0 or line.words[place].box[0] - line.words[place - 1].box[2] > CELL


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
