"""The words that answer a label, by geometry: beside it, below it in its column, or above a caption. Pure."""

from __future__ import annotations

from casefile.records import Word
from extractors.expected import DATES, FITS, IDS, NAMES, fits
from extractors.label_hits import PARTS, SHAPED, WIDE, Hit, has_shape
from extractors.tokens import CELL, NUMBERED, Token, opens
from extractors.wordings import fold, section_wordings

BELOW = 0.036
"""How far below its label a value may begin, as a share of the page's height."""
EDGE = 0.7
"""A line of prose ends right of this share of the page's width."""
APART = 0.12
"""A value this far from a label without a colon belongs to another cell if something fitting stands below the label."""
SPANS = frozenset({"from", "to"})
"""Words that are part of a span of dates, not labels of their own."""


def value_at(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, place: int
) -> tuple[Word, ...]:
    """The words beside or below, whichever fits what the field holds; above only for captions under a rule."""
    row, hit = tokens[number], hits[number][place]
    following = hits[number][place + 1] if place + 1 < len(hits[number]) else None
    beside = _beside(row, hit, following)
    below = _below(tokens, hits, number, hit)
    near = bool(beside) and beside[0].box[0] - hit.box[2] < APART
    if beside and (
        hit.field in NAMES
        and not fits(hit.field, _joined(beside))
        or beside[-1].text.endswith("-")
        and hit.field in IDS
    ):
        wrapped = (*beside, *_wrapped(tokens, hits, number, hit))
        if fits(hit.field, _joined(wrapped)):
            return wrapped
    if row and not following and (not beside or hit.field in NAMES and not fits(hit.field, _joined(beside))):
        run_on = (*beside, *_run_on(tokens, hits, number, hit))
        if hit.colon and run_on and fits(hit.field, _joined(run_on)):
            return run_on
    near = near or bool(beside) and not hit.colon and _row_answers_beside(row, hits[number], place)
    if hit.colon and beside and near and hit.field in NAMES and not fits(hit.field, _joined(beside)):
        below = ()
    order = (beside, below) if hit.colon or near and not _set_smaller(hit, below, beside) else (below, beside)
    for words in order:
        if words and fits(hit.field, _joined(words)):
            return words
    if (
        hit.field in FITS
        and not hit.colon
        and fold(_joined(tuple(t.word for t in row[hit.start : hit.end]))) not in section_wordings()
    ):
        above = _above(tokens, hits, number, hit)
        if above and fits(hit.field, _joined(above)):
            return above
    if hit.field in FITS:
        return beside if hit.colon or near else ()
    return next((words for words in order if words), ())


def _row_answers_beside(row: tuple[Token, ...], hits: tuple[Hit, ...], place: int) -> bool:
    """Whether another label of the same line has just such a value beside it as its field takes: a table of labels and values."""
    others = [(hit, hits[n + 1] if n + 1 < len(hits) else None) for n, hit in enumerate(hits) if n != place]
    return any(has_shape(hit.field, _joined(_beside(row, hit, after))) for hit, after in others if hit.field in SHAPED)


def _joined(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def _set_smaller(hit: Hit, below: tuple[Word, ...], beside: tuple[Word, ...]) -> bool:
    """Whether the label is set smaller than what stands below it, and like what stands beside it: a grid of captions."""
    if not below:
        return False
    height = hit.box[3] - hit.box[1]
    return height < 0.93 * (below[0].box[3] - below[0].box[1]) and beside[0].box[0] - hit.box[2] > CELL


def _beside(row: tuple[Token, ...], hit: Hit, following: Hit | None) -> tuple[Word, ...]:
    """The words to the right, up to the next label, a bar, or a wide gap after the value began."""
    value: list[Word] = []
    for place in range(hit.end, following.start if following else len(row)):
        token = row[place]
        if value and (token.gap > WIDE or token.barred):
            break
        if not value and not token.word.text.strip(":#.-_–—"):
            continue
        if (
            following
            and place == following.start - 1
            and NUMBERED.fullmatch(token.word.text)
            and not token.word.text.isdigit()
            and not row[following.start].apart
        ):
            break
        value.append(token.word)
    return tuple(value)


def column_of(row: tuple[Token, ...], hit: Hit) -> tuple[float, float]:
    """Left and right edge of a label's column: from its cell's left to where the next cell begins."""
    start = hit.start
    while start and not row[start].apart and _leads_in(row[start - 1]):
        start -= 1
    nexts = [row[place].word.box[0] for place in range(hit.end, len(row)) if opens(row, place) or row[place - 1].colon]
    right = nexts[0] - 0.01 if nexts and not (hit.colon and len(nexts) == 1 and nexts[0] - hit.box[2] < CELL) else 1.0
    return row[start].word.box[0] - 0.02, right


def _leads_in(token: Token) -> bool:
    """Whether a token before a label belongs to its cell: a box number, or words such as "Patient's" that end no label."""
    return not token.colon


def _below(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """The words just below in the label's column; none if a label stands there."""
    left, right = column_of(tokens[number], hit)
    for row, labels in zip(tokens[number + 1 : number + 4], hits[number + 1 : number + 4], strict=True):
        cell = [place for place, token in enumerate(row) if left <= token.word.box[0] < right]
        if not cell:
            continue
        first = row[cell[0]].word
        if first.box[1] - hit.box[3] > BELOW or first.box[0] > hit.box[0] + 0.12:
            return ()
        if _goes_on_as_caption(row, cell, hit):
            continue
        labels = tuple(label for label in labels if hit.field not in DATES or label.label not in SPANS)
        if any(label.start <= place < label.end for label in labels for place in cell[:1]):
            return ()
        value = [first]
        for place in cell[1:]:
            if row[place].gap > WIDE or row[place].barred or any(label.start == place for label in labels):
                break
            value.append(row[place].word)
        return tuple(value)
    return ()


def _wrapped(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """What a narrow cell's value goes on with: the words in the next line that begin where the label begins."""
    left, right = column_of(tokens[number], hit)
    for row, labels in zip(tokens[number + 1 : number + 2], hits[number + 1 : number + 2], strict=True):
        cell = [place for place, token in enumerate(row) if left <= token.word.box[0] < min(right, hit.box[2] + 0.2)]
        if (
            not cell
            or any(label.start <= cell[0] < label.end for label in labels)
            or abs(row[cell[0]].word.box[0] - hit.box[0]) > 0.02
        ):
            return ()
        end = next((place for place in cell[1:] if row[place].gap > WIDE or row[place].barred), cell[-1] + 1)
        return tuple(row[place].word for place in cell if place < end)
    return ()


def _run_on(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """The first words of the next line, where a line of prose breaks between a label and its value or within the value."""
    if number + 1 >= len(tokens) or not tokens[number + 1] or tokens[number][-1].word.box[2] < EDGE:
        return ()
    row, labels = tokens[number + 1], hits[number + 1]
    if row[0].word.box[0] > hit.box[0] or labels and labels[0].start == 0:
        return ()
    value: list[Word] = []
    for place, token in enumerate(row[:5]):
        if place and (token.gap > WIDE or token.barred or any(label.start == place for label in labels)):
            break
        value.append(token.word)
        if token.word.text.endswith((".", ";", ",")):
            break
    return tuple(value)


def _goes_on_as_caption(row: tuple[Token, ...], cell: list[int], hit: Hit) -> bool:
    """Whether a line below a caption is the caption's second line: just below it, as small, of a caption's words."""
    words = [row[place] for place in cell if row[place].word.box[0] < hit.box[2] + 0.1]
    height, own = hit.box[3] - hit.box[1], words[0].word.box[3] - words[0].word.box[1] if words else 0.0
    close = bool(words) and words[0].word.box[1] - hit.box[3] < 0.5 * height and abs(own - height) < 0.2 * height
    return close and not hit.colon and all(token.folded in PARTS for token in words)


def _above(
    tokens: tuple[tuple[Token, ...], ...], hits: tuple[tuple[Hit, ...], ...], number: int, hit: Hit
) -> tuple[Word, ...]:
    """The words just above a caption, in its column."""
    left, right = column_of(tokens[number], hit)
    for above in range(number - 1, max(-1, number - 3), -1):
        row, labels = tokens[above], hits[above]
        cell = [place for place, token in enumerate(row) if left <= token.word.box[0] < right]
        if not cell:
            continue
        word = row[cell[0]].word
        if (
            hit.box[1] - word.box[3] > BELOW / 2
            or hit.box[3] - hit.box[1] > 0.97 * (word.box[3] - word.box[1])
            or any(label.start <= place < label.end for label in labels for place in cell)
            or above
            and _is_taken(word, hits[above - 1])
        ):
            return ()
        value = [word]
        for place in cell[1:]:
            if row[place].gap > WIDE or row[place].barred:
                break
            value.append(row[place].word)
        return tuple(value)
    return ()


def _is_taken(word: Word, labels: tuple[Hit, ...]) -> bool:
    """Whether a label stands right above a value, which is then that label's own."""
    return any(
        abs(label.box[0] - word.box[0]) < CELL and not label.colon and word.box[1] - label.box[3] < BELOW / 2
        for label in labels
    )
