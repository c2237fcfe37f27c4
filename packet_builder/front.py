"""Pages we draw ourselves: contents, timeline, slip sheets, annex. Links are recorded as they are laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from casefile.records import CaseFile
from packet_builder.plan import PacketPlan, Part

LIBERATION = Path("/usr/share/fonts/truetype/liberation")
LEFT, RIGHT, TOP, BOTTOM = 60.0, 552.0, 720.0, 72.0
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Link:
    """A rectangle on a drawn page (index from 0 within its part) that leads to a packet page."""

    page: int
    rect: Rect
    target: int


@dataclass
class Drawn:
    """A drawn part: its PDF, page count and links."""

    pdf: bytes = b""
    pages: int = 0
    links: list[Link] = field(default_factory=list)


class Table:
    """Rows of cells that flow over pages, each row as high as its tallest cell."""

    def __init__(self, title: str, columns: tuple[tuple[str, float], ...]) -> None:
        self._bytes = BytesIO()
        self._canvas = Canvas(self._bytes, pagesize=letter, invariant=1)
        self._regular, self._bold = _fonts()
        self.drawn = Drawn()
        self._y = TOP
        self._begin(title, columns)

    def section(self, title: str, columns: tuple[tuple[str, float], ...]) -> None:
        """Start another table below, or on a new page when little room is left."""
        self._y -= 26
        if self._y < BOTTOM + 90:
            self._turn()
            self._y = TOP
        self._head(title, columns)

    def row(self, cells: tuple[str, ...], target: int | None = None) -> None:
        """One row; the whole row links to the packet page `target`."""
        lines = [
            _wrapped(cell, self._regular, 9.5, width - 8) for cell, (_, width) in zip(cells, self._columns, strict=True)
        ]
        height = max(len(cell) for cell in lines) * 12 + 6
        if self._y - height < BOTTOM:
            self._turn()
            self._head(self._title, self._columns)
        x = LEFT
        self._canvas.setFont(self._regular, 9.5)
        self._canvas.setFillColorRGB(*((0.05, 0.2, 0.5) if target is not None else (0, 0, 0)))
        for cell, (_, width) in zip(lines, self._columns, strict=True):
            for number, words in enumerate(cell):
                self._canvas.drawString(x, self._y - 12 - 12 * number, words)
            x += width
        self._canvas.setFillColorRGB(0, 0, 0)
        self._canvas.setStrokeColorRGB(0.8, 0.8, 0.8)
        self._canvas.line(LEFT, self._y - height, RIGHT, self._y - height)
        if target is not None:
            self.drawn.links.append(Link(self.drawn.pages, (LEFT, self._y - height, RIGHT, self._y), target))
        self._y -= height

    def done(self) -> Drawn:
        """Finish the last page."""
        self._turn()
        self._canvas.save()
        self.drawn.pdf = self._bytes.getvalue()
        return self.drawn

    def _begin(self, title: str, columns: tuple[tuple[str, float], ...]) -> None:
        self._y = TOP
        self._head(title, columns)

    def _head(self, title: str, columns: tuple[tuple[str, float], ...]) -> None:
        self._title, self._columns = title, columns
        self._canvas.setFillColorRGB(0, 0, 0)
        self._canvas.setFont(self._bold, 15)
        self._canvas.drawString(LEFT, self._y, title)
        self._y -= 26
        self._canvas.setFont(self._bold, 9)
        x = LEFT
        for name, width in columns:
            self._canvas.drawString(x, self._y, name)
            x += width
        self._canvas.setStrokeColorRGB(0.2, 0.2, 0.2)
        self._y -= 6
        self._canvas.line(LEFT, self._y, RIGHT, self._y)

    def _turn(self) -> None:
        self._canvas.showPage()
        self.drawn.pages += 1
        self._y = TOP


def contents(case: CaseFile, plan: PacketPlan) -> Drawn:
    """Every part with its Bates range, linked."""
    table = Table("Contents", (("Part", 80), ("Document", 210), ("Date", 72), ("Pages", 130)))
    for part in plan.parts:
        name = part.name if part.exhibit else ""
        on = part.exhibit.on.isoformat() if part.exhibit and part.exhibit.on else ""
        table.row((name, part.title, on, bates_range(plan, part)), part.first)
    return table.done()


def timeline(case: CaseFile, plan: PacketPlan) -> Drawn:
    """What happened, by day, each event linked to the page that shows it."""
    table = Table("Timeline", (("Date", 72), ("Lane", 72), ("Event", 208), ("Shown on", 140)))
    for event in case.events:
        proof = event.evidence
        index = plan.index_of(proof.fax_sha256, proof.page) if proof else None
        where = plan.bates(index) if index is not None else "not bound here"
        table.row((event.on.isoformat() if event.on else "undated", event.lane, event.title, where), index)
    if not case.events:
        table.row(("", "", "No dated event was found.", ""))
    return table.done()


def annex(case: CaseFile, plan: PacketPlan) -> Drawn:
    """Checklist verdicts with rule versions, clocks, and what became of every page received."""
    table = Table("Annex: checklist", (("Requirement", 120), ("Answer", 76), ("Why", 186), ("Rule", 110)))
    for verdict in case.verdicts:
        proof = verdict.evidence
        index = plan.index_of(proof.fax_sha256, proof.page) if proof else None
        table.row((verdict.title, verdict.answer.replace("_", " "), verdict.reason, verdict.rule), index)
    for clock in case.clocks:
        table.row((clock.name, clock.due.isoformat() if clock.due else "cannot be told", clock.note, clock.rule))
    table.section("Page ledger", (("Fax (SHA-256)", 120), ("Page", 50), ("State", 90), ("Reason or place", 232)))
    for row in case.ledger:
        index = plan.index_of(row.fax_sha256, row.page) if row.state == "exhibit" else None
        place = plan.bates(index) if index is not None else row.reason
        table.row((row.fax_sha256[:16], str(row.page), row.state.replace("_", " "), place), index)
    return table.done()


def slip_sheet(part: Part, plan: PacketPlan) -> bytes:
    """The sheet before an exhibit: its letter, what it is, where it came from."""
    assert part.exhibit
    regular, bold = _fonts()
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=letter, invariant=1)
    canvas.setFont(bold, 34)
    canvas.drawCentredString(306, 470, part.name)
    canvas.setFont(regular, 17)
    canvas.drawCentredString(306, 432, part.title)
    canvas.line(206, 416, 406, 416)
    canvas.setFont(regular, 11)
    on = f"Dated {part.exhibit.on.isoformat()}" if part.exhibit.on else "Undated"
    count = len(part.exhibit.pages)
    lines = (on, f"{count} page{'s' if count != 1 else ''}, {plan.bates(part.first + 1)} to {plan.bates(part.last)}",
             f"Source SHA-256 {part.exhibit.fax_sha256[:32]}")  # fmt: skip
    for number, words in enumerate(lines):
        canvas.drawCentredString(306, 392 - 19 * number, words)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def bates_range(plan: PacketPlan, part: Part) -> str:
    """First and last Bates number of a part."""
    first, last = plan.bates(part.first), plan.bates(part.last)
    return first if first == last else f"{first} to {last}"


def _fonts() -> tuple[str, str]:
    """Liberation Sans where it is installed, so that the fonts are embedded; else the standard face."""
    if not (LIBERATION / "LiberationSans-Regular.ttf").exists():
        return "Helvetica", "Helvetica-Bold"
    for name, file in (("packet", "LiberationSans-Regular.ttf"), ("packet-bold", "LiberationSans-Bold.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(LIBERATION / file)))
    return "packet", "packet-bold"


def _wrapped(words: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width`; control characters are dropped, over-long words are cut."""
    lines, line = [], ""
    for word in "".join(ch if ch.isprintable() else " " for ch in words[:400]).split():
        while pdfmetrics.stringWidth(word, font, size) > width:
            word = word[:-2]
        longer = f"{line} {word}".strip()
        if pdfmetrics.stringWidth(longer, font, size) <= width:
            line = longer
        else:
            lines.append(line)
            line = word
    return [*lines, line]
