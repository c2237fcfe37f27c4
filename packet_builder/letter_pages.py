"""A letter's blocks on sheets: letterhead, paragraphs, facts, lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from packet_builder.drawing import BOTTOM, INK, LEFT, LINK, RIGHT, RULE, SOFT, TOP, Sheets, clean, width_of
from packet_builder.drawn import Goal, Tag
from packet_builder.html_blocks import Block, Rule, Run, TableBlock

SIZE, STEP = 10.8, 14.4
SIZES = {"list": 9.6}
"""The print of tables by their style; 10.4 points where none is named."""
Word = tuple[str, str, str]
"""Text, font, href."""
Find = Callable[[str], Goal | None]


def draw_letter(sheets: Sheets, blocks: Sequence[Block | TableBlock | Rule], find: Find) -> None:
    """Draw a letter as the current part; `find` gives the page of a Bates number."""
    head = [block for block in blocks if block.kind == "letterhead"]
    _letterhead(sheets, [block for block in head if isinstance(block, Block)])
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Rule):
            _rule(sheets, block)
        elif isinstance(block, TableBlock):
            _table(sheets, block, find)
        elif block.kind in {"h1", "h2"}:
            if isinstance(after, TableBlock):
                _keep_together(sheets, after)
            _flow(sheets, block.runs, LEFT, RIGHT, 12.2 if block.kind == "h1" else 11, "H2", find, bold=True, before=7)
        elif block.kind == "li":
            _item(sheets, block, find)
            sheets.y -= 0 if isinstance(after, Block) and after.kind == "li" else 5
        elif block.kind != "letterhead":
            inset = 18 if block.kind == "blockquote" else 0
            tall = {"signature": 34, "date": 2}.get(block.style, 0)
            _flow(sheets, block.runs, LEFT + inset, RIGHT - inset, SIZE, "P", find, before=tall)


def _letterhead(sheets: Sheets, blocks: Sequence[Block]) -> None:
    if not blocks:
        return
    texts = ["".join(run.words for run in block.runs).strip() for block in blocks]
    size = 17.0
    while size > 10 and width_of(clean(texts[0]), "serif-bold", size) > RIGHT - LEFT:
        size -= 0.5
    with sheets.tagged("H1"):
        sheets.text(LEFT, sheets.y - 12, texts[0], "serif-bold", size)
    sheets.y -= 20
    for words in texts[1:]:
        sheets.paragraph(words, "sans", 8.6, SOFT)
    sheets.rule(LEFT, RIGHT, sheets.y, INK, 0.9)
    sheets.y -= 16


def _rule(sheets: Sheets, block: Rule) -> None:
    if block.style == "page":
        sheets.turn()
        return
    sheets.y -= 6
    sheets.rule(LEFT, RIGHT, sheets.y, RULE)
    sheets.y -= 8


def _item(sheets: Sheets, block: Block, find: Find) -> None:
    if sheets.y - STEP < BOTTOM:
        sheets.turn()
    kids, item = sheets.part.tag.kids, Tag("LI")
    if not (kids and isinstance(kids[-1], Tag) and kids[-1].kind == "L"):
        kids.append(Tag("L"))
    above = kids[-1]
    assert isinstance(above, Tag)
    above.kids.append(item)
    with sheets.tagged("Lbl", item):
        sheets.text(LEFT + 8, sheets.y - STEP + 0.26 * SIZE, block.marker, "serif", SIZE)
    _flow(sheets, block.runs, LEFT + 26, RIGHT, SIZE, "LBody", find, after=1.5, parent=item)


def _table(sheets: Sheets, table: TableBlock, find: Find) -> None:
    """Facts beside their names, or a list with rules between its rows."""
    widths = _widths(table)
    if not widths:
        return
    tag = Tag("Table")
    sheets.part.tag.kids.append(tag)
    for row in table.rows:
        _row(sheets, row, widths, table.style, tag, find)
    sheets.y -= 8


def _widths(table: TableBlock) -> list[float]:
    columns = max((len(row) for row in table.rows), default=0)
    width = RIGHT - LEFT
    shares = {"re": (0.27, 0.73), "list": (0.15, 0.43, 0.14, 0.28)}.get(table.style, ())
    return [width * share for share in shares] if len(shares) == columns else [width / max(1, columns)] * columns


def _cells(row: Sequence[Block], widths: Sequence[float], style: str) -> list[list[list[Word]]]:
    """Each cell's lines of words."""
    size = SIZES.get(style, 10.4)
    return [_lines(cell.runs, width - 10, size, cell.kind == "th") for cell, width in zip(row, widths, strict=False)]


def _row_height(cells: Sequence[Sequence[Sequence[Word]]], style: str) -> float:
    tall = max((len(cell) for cell in cells), default=0)
    return tall * SIZES.get(style, 10.4) * 1.32 + (5 if style == "list" else 2)


def _keep_together(sheets: Sheets, table: TableBlock) -> None:
    """A heading and the table under it begin a new sheet when they would be torn and need not be."""
    height = 36 + sum(_row_height(_cells(row, _widths(table), table.style), table.style) for row in table.rows)
    if sheets.y - height < BOTTOM and height < TOP - BOTTOM:
        sheets.turn()


def _row(sheets: Sheets, row: Sequence[Block], widths: Sequence[float], style: str, tag: Tag, find: Find) -> None:
    size = SIZES.get(style, 10.4)
    step = size * 1.32
    cells = _cells(row, widths, style)
    height = _row_height(cells, style)
    if sheets.y - height < BOTTOM and height < 500:
        sheets.turn()
    if style == "list":
        sheets.rule(LEFT, RIGHT, sheets.y, RULE, 0.4)
    made = Tag("TR")
    tag.kids.append(made)
    x = LEFT
    for number, (cell, width) in enumerate(zip(cells, widths, strict=False)):
        is_name = style == "re" and number == 0
        kind, scope = ("TH", "Row" if is_name else "Column") if is_name or row[number].kind == "th" else ("TD", "")
        with sheets.tagged(kind, made, scope=scope) as box:
            colour = SOFT if is_name else INK
            for line, words in enumerate(cell):
                _draw_line(sheets, x, sheets.y - step * (line + 1) + 0.1 * size, words, size, box, find, colour)
        x += width
    sheets.y -= height


def _flow(
    sheets: Sheets, runs: Sequence[Run], left: float, right: float, size: float, kind: str, find: Find, *, bold: bool = False,
    before: float = 0.0, after: float = 6.0, parent: Tag | None = None,
) -> None:  # fmt: skip
    step = size * STEP / SIZE
    lines = _lines(runs, right - left, size, bold)
    if sheets.y - before - step * min(len(lines), 3 if bold else 2) < BOTTOM:
        sheets.turn()
        before = 0
    sheets.y -= before
    while lines:
        room = int((sheets.y - BOTTOM) / step)
        if room < 1:
            sheets.turn()
            continue
        with sheets.tagged(kind, parent) as tag:
            for words in lines[:room]:
                sheets.y -= step
                _draw_line(sheets, left, sheets.y + 0.26 * size, words, size, tag, find, INK)
        lines = lines[room:]
    sheets.y -= after


def _draw_line(
    sheets: Sheets, x: float, y: float, words: Sequence[Word], size: float, tag: Tag, find: Find, colour: tuple[float, float, float]
) -> None:  # fmt: skip
    """Words of one line, joined where their style is the same."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and words[end][1:] == words[start][1:]:
            end += 1
        text = " ".join(word for word, _, _ in words[start:end])
        _, font, href = words[start]
        goal = find(href[1:]) if href else None
        sheets.text(x, y, text, font, size, LINK if goal else colour)
        long = width_of(clean(text), font, size)
        if goal:
            sheets.link((x - 1, y - 3, x + long + 1, y + size), goal, f"Go to {text}", tag)
        x += long + width_of(" ", font, size)
        start = end


def _lines(runs: Sequence[Run], width: float, size: float, bold: bool) -> list[list[Word]]:
    """Runs broken into lines no wider than `width`."""
    lines: list[list[Word]] = [[]]
    used = 0.0
    for word, font, href in _words(runs, bold):
        if word == "\n":
            lines.append([])
            used = 0.0
            continue
        for piece in _broken(word, font, size, width):
            long = width_of(piece, font, size)
            gap = width_of(" ", font, size) if lines[-1] else 0.0
            if lines[-1] and used + gap + long > width:
                lines.append([])
                used = gap = 0.0
            lines[-1].append((piece, font, href))
            used += gap + long
    return lines


def _words(runs: Sequence[Run], bold: bool) -> list[Word]:
    """Words with their font; words of two runs without a space between them stay apart only in style."""
    made: list[Word] = []
    glued = False
    for run in runs:
        font = "serif-bold" if run.bold or bold else "serif-italic" if run.italic else "serif"
        if run.words == "\n":
            made.append(("\n", font, ""))
            glued = False
            continue
        pieces = clean(run.words).split()
        if glued and pieces and not run.words[0].isspace() and made and made[-1][0] != "\n":
            last, old, href = made.pop()
            made.append((last + pieces[0], old, href))
            pieces = pieces[1:]
        made += [(piece, font, run.href) for piece in pieces]
        glued = bool(run.words) and not run.words[-1].isspace()
    return made


def _broken(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = []
    while width_of(word, font, size) > width and len(word) > 1:
        cut = len(word) - 1
        while cut > 1 and width_of(word[:cut], font, size) > width:
            cut -= 1
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
