"""Tick boxes: which of a list's lines are marked. Pure."""

from __future__ import annotations

import re

from casefile.records import Line, PageText, Word
from extractors.once import once
from extractors.readings import other_text
from extractors.tokens import CELL

MARK = re.compile(r"[\[({]\s?([^\s\w]|[xXvVoO_]|\s)?\s?[\])}]|[☐□❏◻▢☒☑✓✔✗✘■]")
SMUDGED = re.compile(
    r"[\[({|]\s?([^\s\w]|[xXvVoO_])?\s?[\])}|I](?=\s|$)|\bL[I\]]\s|(?<![^\W1Il])[xX]\s?[\])}|](?=\s|$)|[☐☒]"
)
"""As readers of bad pages see boxes: "{_|", "|XI", "LI"."""
INKED = re.compile(r"[\[({|I1l][xXsn$]\s?[\])}|]")
"""A ticked box as readers of bad pages see it in a list to tick: "Is|", "In}", "Ix]"; an empty one has nothing between its sides."""
TICKED = re.compile(r"[xXvV✓✔✗✘☒☑■*]")
ASKS = re.compile(r"\b(check|select|mark|tick)\b.{0,30}\b(all|one|items?|apply|box)", re.IGNORECASE)
JOINS = re.compile(r"[,;/&+]|\b(?:with|and|plus|w/)", re.IGNORECASE)
"""What joins two codes of one item."""
NEXT = re.compile(r"\s*[A-Z][\w /()'-]{2,34}:(?=\s|$)")
CODE = re.compile(r"\b[A-HJ-MP-V£€]\d{4}(?![a-z\d])")
LONGEST_LIST = 20
NEXT_LINES, SAME_EDGE = 0.05, 0.008
"""How far apart the lines of one list stand, and how exactly their words begin below each other, as shares of the page."""
FAR = 60
"""A mark further before an item than this many characters is not its own."""
JUNK_BOX = re.compile(r"[oO0□☐LCDI\[\]()_|1ULl]{1,3}")


def is_unticked(page: PageText, line: Line, start: int, code: re.Pattern[str] = CODE) -> bool:
    """Whether the mark before this place in the line is an empty box, on a page where other boxes are ticked.

    Args:
        page: The page.
        line: One of its lines.
        start: Where in the line's text the item stands.
        code: What an item's code looks like: a mark before another one is that one's.
    """
    if not _has_ticks(page):
        return False
    if page.source == "ocr" and _lists(page) and _behind_inked_box(line, start):
        return False
    before = line.text[max(0, start - FAR) : start]
    if not before.strip() and not line.text[start + 5 :].strip():
        before = _line_above(page, line).text[-FAR:] + " "  # an item that was wrapped leaves its box behind
    marks = list((SMUDGED if page.source == "ocr" and _lists(page) else MARK).finditer(before))
    if marks and not code.search(before[marks[-1].end() :]):
        return not TICKED.search(marks[-1][0])
    return page.source == "ocr" and line in _listed(page)


def _behind_inked_box(line: Line, start: int) -> bool:
    """Whether the word before this place is a ticked box by one of its readings."""
    ahead = line.words_in(0, start)[-1:] if start else ()
    return any(_is_inked(word) for word in ahead)


def _is_inked(word: Word) -> bool:
    return any(map(INKED.fullmatch, word.readings))


def _line_above(page: PageText, line: Line) -> Line:
    place = page.lines.index(line)
    return page.lines[place - 1] if place else line


def is_doubtful(page: PageText, line: Line, start: int) -> bool:
    """Whether a code opens a line of a list to tick on a page where no tick at all could be read."""
    if page.source == "ocr" and not _has_ticks(page) and line in _listed(page):
        return True
    if page.source == "ocr" and (_lost_its_box(line, start) or _lost_in_a_list(page, line, start)):
        return True
    return (
        not _has_ticks(page)
        and _lists(page)
        and _opens_cell(line, start)
        and not re.match(r"\s*[,;]", line.text[start + 5 : start + 8])
    )


def ticked_part(text: str, choice: bool = False) -> str:
    """Of a value printed as a choice ("[ ] 12 months [X] lifetime") the part that is ticked; all of it if no boxes stand in it.

    What stands before the first mark is the value, unless all of it is a `choice` whose first box a reader dropped.
    """
    marks = list(MARK.finditer(text))
    if marks and re.search(r"\w", text[: marks[0].start()]) and not (choice and TICKED.search(marks[0][0])):
        return text[: marks[0].start()].strip()
    if not marks or len(marks) < 2 and not TICKED.search(marks[0][0]):
        return text
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    ticked = [
        text[mark.end() : end].strip(" ,;") for mark, end in zip(marks, ends, strict=True) if TICKED.search(mark[0])
    ]
    return ticked[0] if len(ticked) == 1 else ""


def _lost_its_box(line: Line, start: int) -> bool:
    """Whether an item stands unmarked in a row of marked ones: readers drop empty brackets."""
    before = line.text[:start]
    marks = list(MARK.finditer(before))
    if not marks or not MARK.search(line.text[start:]):
        return False
    between = list(CODE.finditer(before, marks[-1].end()))
    return bool(between) and not JOINS.search(before[between[-1].end() :])


def _lost_in_a_list(page: PageText, line: Line, start: int) -> bool:
    """Whether an item stands without a mark where the lines next to it begin with one in its column."""
    if not _has_marks(page) or MARK.search(line.text[:start]):
        return False
    item = line.words_in(start, start + 1)[0]
    place = page.lines.index(line)
    near = [other for other in page.lines[max(0, place - 2) : place + 3] if other is not line]
    edges = [edge for other in near if abs(other.box[1] - line.box[1]) < NEXT_LINES for edge in _marked_at(other)]
    own = [word.box[0] for word in line.words if word.box[0] <= item.box[0]]
    return (
        any(abs(left - edge) < SAME_EDGE and left >= max(own) - 0.3 for edge in edges for left in own)
        and len(edges) > 1
    )


@once
def _has_marks(page: PageText) -> bool:
    return any(MARK.fullmatch(word.text) for word in page.words)


def _marked_at(line: Line) -> list[float]:
    """Where the words behind a line's marks begin."""
    return [after.box[0] for mark, after in zip(line.words, line.words[1:], strict=False) if MARK.fullmatch(mark.text)]


@once
def _listed(page: PageText) -> tuple[Line, ...]:
    """The lines between the words that ask to tick and the next label; readers drop empty boxes there."""
    found: list[Line] = []
    asked = False
    for line in page.lines:
        if ASKS.search(line.text[:200]) or ASKS.search(other_text(line)[:200]):
            asked = True
        elif asked and (NEXT.match(line.text[:60]) or len(found) >= LONGEST_LIST):
            break
        elif asked:
            found.append(line)
    return tuple(found)


def _opens_cell(line: Line, start: int) -> bool:
    """Whether the word at this place begins a cell; readers drop an empty box or make a short word of it."""
    words = line.words_in(start, start + 1)
    place = line.words.index(words[0])
    while (
        place
        and line.words[place].box[0] - line.words[place - 1].box[2] <= CELL
        and JUNK_BOX.fullmatch(line.words[place - 1].text)
    ):
        place -= 1
    return place == 0 or line.words[place].box[0] - line.words[place - 1].box[2] > CELL


@once
def _has_ticks(page: PageText) -> bool:
    """Whether any box on the page is ticked."""
    text = " ".join(word.text for word in page.words[:3000])
    if any(TICKED.search(match[0]) for match in MARK.finditer(text)):
        return True
    return any(
        any(map(_is_inked, line.words)) or any(TICKED.search(m[0]) for m in SMUDGED.finditer(line.text[:200]))
        for line in _listed(page)
    )


@once
def _lists(page: PageText) -> bool:
    """Whether the page asks to tick, by either reading."""
    words = page.words[:3000]
    texts = ([w.text for w in words], [w.other.split(" ")[0] or w.text for w in words])
    return any(ASKS.search(" ".join(text)) for text in texts)
