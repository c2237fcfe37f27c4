"""The part of HTML that letters may use, as blocks of styled words. Anything else is named and refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from packet_builder.errors import PacketError

INLINE = {"strong", "b", "em", "i", "a", "span"}
BLOCKS = {"p", "h1", "h2", "li", "td", "th", "blockquote"}
SILENT = {
    "html",
    "body",
    "ul",
    "ol",
    "table",
    "tbody",
    "thead",
    "tr",
    "div",
    "section",
    "header",
    "main",
    "footer",
    "meta",
}
UNSEEN = {"head", "style", "title"}


@dataclass(frozen=True)
class Run:
    """Words in one style; `href` is `#` and a Bates number."""

    words: str
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass
class Block:
    """A paragraph, heading, list item or table cell. A run of one newline breaks the line."""

    kind: str
    runs: list[Run] = field(default_factory=list)
    style: str = ""
    marker: str = ""


@dataclass
class TableBlock:
    """Rows of cells; `style` is the table's class: `re` (facts) or `list`."""

    rows: list[list[Block]] = field(default_factory=list)
    style: str = ""
    kind: str = "table"


@dataclass
class Rule:
    """A level line, or with `style` `page` a page break."""

    style: str = ""
    kind: str = "hr"


class _Reader(HTMLParser):
    def __init__(self, where: str) -> None:
        super().__init__(convert_charrefs=True)
        self.where = where
        self.blocks: list[Block | TableBlock | Rule] = []
        self.block: Block | None = None
        self.table: TableBlock | None = None
        self.unseen = 0
        self.bold = self.italic = 0
        self.href = ""
        self.lists: list[int] = []
        self.header = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        style = values.get("class", "")
        if tag in UNSEEN:
            self.unseen += tag != "meta"
        elif tag == "br":
            self._add("\n")
        elif tag == "hr":
            self._close()
            self.blocks.append(Rule(style))
        elif tag in BLOCKS:
            self._begin(tag, style)
        elif tag in INLINE:
            self._inline(tag, 1, values.get("href", ""))
        elif tag in SILENT:
            self._group(tag, style)
        else:
            raise PacketError(
                f"the {self.where} letter uses <{tag}>, which letters cannot hold. docs/packets.md lists what they can."
            )

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen -= 1
        elif tag in BLOCKS:
            self._close()
        elif tag in INLINE:
            self._inline(tag, -1, "")
        elif tag == "header":
            self._close()
            self.header = False
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "table":
            self._close()
            self.table = None

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        words = " ".join(data.split())
        if words:
            self._add((" " if data[0].isspace() else "") + words + (" " if data[-1].isspace() else ""))
        elif data and self.block is not None and self.block.runs:
            self._add(" ")

    def _begin(self, tag: str, style: str) -> None:
        self._close()
        self.block = Block("letterhead" if self.header else tag, style=style)
        if tag == "li" and self.lists:
            self.lists[-1] += 1 if self.lists[-1] >= 0 else 0
            self.block.marker = "•" if self.lists[-1] < 0 else f"{self.lists[-1]}."
        if tag in {"td", "th"} and self.table is not None:
            self.block.kind = tag
            if not self.table.rows:
                self.table.rows.append([])
            self.table.rows[-1].append(self.block)

    def _group(self, tag: str, style: str) -> None:
        self._close()
        if tag == "table":
            self.table = TableBlock(style=style)
            self.blocks.append(self.table)
        elif tag == "tr" and self.table is not None:
            self.table.rows.append([])
        elif tag in {"ul", "ol"}:
            self.lists.append(-1 if tag == "ul" else 0)
        elif tag == "header":
            self.header = True

    def _inline(self, tag: str, step: int, href: str) -> None:
        if tag in {"strong", "b"}:
            self.bold += step
        elif tag in {"em", "i"}:
            self.italic += step
        elif tag == "a":
            self.href = href if href.startswith("#") else ""

    def _add(self, words: str) -> None:
        if self.block is None:
            if not words.strip():
                return
            self.block = Block("letterhead" if self.header else "p")
        self.block.runs.append(Run(words, self.bold > 0, self.italic > 0, self.href))

    def _close(self) -> None:
        if self.block is not None and self.block.kind not in {"td", "th"} and self.block.runs:
            self.blocks.append(self.block)
        self.block = None


def blocks_of(html: str, where: str) -> list[Block | TableBlock | Rule]:
    """A letter's HTML as blocks, in order.

    Raises:
        PacketError: It uses a tag that letters cannot hold.
    """
    reader = _Reader(where)
    reader.feed(html)
    reader.close()
    reader._close()
    return reader.blocks
