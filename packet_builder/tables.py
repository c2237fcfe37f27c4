"""Tables that flow over sheets: rows as high as their tallest cell, the head repeated, each row or cell a link if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packet_builder.drawing import BOTTOM, INK, LEFT, LINK, RIGHT, RULE, SOFT, Sheets, wrapped
from packet_builder.drawn import Goal, Tag

SIZE, STEP, PAD = 9.2, 11.6, 4.0


@dataclass(frozen=True)
class Column:
    """A column's title and its share of the table's width."""

    title: str
    share: float
    bold: bool = False


class Table:
    """A table begun on the current sheet."""

    def __init__(self, sheets: Sheets, columns: Sequence[Column], goal_column: int | None = None) -> None:
        whole = sum(column.share for column in columns)
        self._sheets, self._columns, self._goal_column = sheets, columns, goal_column
        self._widths = [(RIGHT - LEFT) * column.share / whole for column in columns]
        self._tag = Tag("Table")
        sheets.part.tag.kids.append(self._tag)
        if sheets.y < BOTTOM + 60:
            sheets.turn()
        self._head()

    def row(self, cells: Sequence[str], goal: Goal | None = None) -> None:
        """One row; its goal's column (or all of it) leads to the packet page."""
        linked = range(len(cells)) if self._goal_column is None else (self._goal_column,)
        texts = [
            wrapped(cell, self._font(number), SIZE, width - 8)
            for number, (cell, width) in enumerate(zip(cells, self._widths, strict=True))
        ]
        start = 0
        lines = max(len(text) for text in texts)
        while start < lines:
            room = int((self._sheets.y - BOTTOM - 2 * PAD) / STEP)
            if room < min(lines - start, 4):
                self._sheets.turn()
                self._head()
                continue
            self._band([text[start : start + room] for text in texts], goal, linked, min(room, lines - start))
            start += room

    def band(self, words: str) -> None:
        """A line over the whole width that names the rows below it."""
        sheets = self._sheets
        if sheets.y - 3 * STEP < BOTTOM:
            sheets.turn()
            self._head()
        row = Tag("TR")
        self._tag.kids.append(row)
        sheets.y -= 4
        with sheets.tagged("TH", row, scope="Column", span=len(self._columns)):
            sheets.text(LEFT, sheets.y - 11, words, "serif-italic", 10, SOFT)
        sheets.y -= 16
        sheets.rule(LEFT, RIGHT, sheets.y, RULE, 0.4)

    def _band(self, texts: Sequence[Sequence[str]], goal: Goal | None, linked: Sequence[int], lines: int) -> None:
        sheets, x = self._sheets, LEFT
        height = lines * STEP + 2 * PAD
        row = Tag("TR")
        self._tag.kids.append(row)
        for number, (text, width) in enumerate(zip(texts, self._widths, strict=True)):
            colour = LINK if goal is not None and number in linked else INK
            with sheets.tagged("TD", row) as cell:
                for line, words in enumerate(text):
                    sheets.text(x, sheets.y - PAD - SIZE - STEP * line + 1, words, self._font(number), SIZE, colour)
            if goal is not None and number in linked and any(text):
                rect = (x - 2, sheets.y - height + 1, x + width - 4, sheets.y - 1)
                sheets.link(rect, goal, f"Go to {' '.join(text)}", cell)
            x += width
        sheets.y -= height
        sheets.rule(LEFT, RIGHT, sheets.y, RULE, 0.4)

    def _font(self, number: int) -> str:
        return "sans-bold" if self._columns[number].bold else "sans"

    def _head(self) -> None:
        """The head; on further sheets it is no content, for it was told already."""
        sheets, x = self._sheets, LEFT
        row = Tag("TR")
        if not self._tag.kids:
            self._tag.kids.append(row)
        for column, width in zip(self._columns, self._widths, strict=True):
            with sheets.tagged("TH", row, scope="Column") if self._tag.kids == [row] else sheets.artifact():
                sheets.text(x, sheets.y - 10, column.title, "sans-bold", 8.2, SOFT)
            x += width
        sheets.y -= 15
        sheets.rule(LEFT, RIGHT, sheets.y, INK, 0.7)
