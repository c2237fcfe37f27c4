"""Sheets we draw ourselves: one typography, wrapped text, tags for screen readers, links recorded as they are laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from packet_builder.drawn import FACES, LIBERATION, Drawn, Goal, Link, Tag
from packet_builder.geometry import Rect

rl_config.useA85 = 0
"""Drawn sheets are read again at once: no need for seven-bit streams."""
WIDTH, HEIGHT = letter
LEFT, RIGHT, TOP, BOTTOM = 66.0, 546.0, 722.0, 66.0
INK, SOFT, RULE, LINK = (0.08, 0.08, 0.1), (0.36, 0.36, 0.4), (0.72, 0.72, 0.75), (0.07, 0.2, 0.45)
BLACK = (0.0, 0.0, 0.0)
Colour = tuple[float, float, float]


@lru_cache(maxsize=16)
def face(name: str) -> str:
    """A registered font's name: Liberation where it is installed, so that it is embedded, else the standard face."""
    file, standard = FACES[name]
    if not (LIBERATION / file).exists():
        return standard
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(LIBERATION / file)))
    return name


def clean(words: str) -> str:
    """Printable characters only; what was read may hold anything."""
    if words.isprintable():
        return words
    return "".join(ch if ch.isprintable() else " " for ch in words)


@lru_cache(maxsize=20000)
def width_of(words: str, font: str, size: float) -> float:
    """Width of words in points."""
    return float(pdfmetrics.stringWidth(words, face(font), size))


@lru_cache(maxsize=20000)
def wrapped(words: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Lines no wider than `width`; a word that is wider is broken, nothing is cut off."""
    lines: list[str] = []
    line = ""
    for word in clean(words).split():
        for piece in _pieces(word, font, size, width):
            longer = f"{line} {piece}" if line else piece
            if width_of(longer, font, size) <= width:
                line = longer
                continue
            lines.append(line)
            line = piece
    return (*lines, line)


def _pieces(word: str, font: str, size: float, width: float) -> Iterator[str]:
    while len(word) > 1 and width_of(word, font, size) > width:
        cut = len(word) - 1
        while cut > 1 and width_of(word[:cut], font, size) > width:
            cut -= 1
        yield word[:cut]
        word = word[cut:]
    yield word


class Sheets:
    """A run of drawn pages in one PDF. Texts are tagged; rules and grounds are artifacts.

    With `measuring` nothing is drawn: only the length of each part is found out. With `black` nothing is drawn in colour
    or grey, which a fax machine would scatter into dots.
    """

    def __init__(self, measuring: bool = False, black: bool = False) -> None:
        self.measuring, self._black = measuring, black
        self._bytes = BytesIO()
        self.canvas = Canvas(self._bytes, pagesize=letter, invariant=1, pageCompression=0)
        self.parts: dict[str, Drawn] = {}
        self._part: Drawn | None = None
        self._sheet = 0
        self._marks = 0
        self._used = False
        self.y = TOP

    @property
    def part(self) -> Drawn:
        """The part being drawn."""
        assert self._part is not None
        return self._part

    @contextmanager
    def drawing(self, name: str, title: str = "") -> Iterator[Drawn]:
        """Draw a part; it begins on a sheet of its own."""
        self._part = self.parts[name] = Drawn(self._sheet, tag=Tag("Sect", title=title))
        self.y = TOP
        yield self._part
        if self._used or not self._part.pages:
            self.turn()

    def turn(self) -> None:
        """End the sheet."""
        if self.measuring:
            self.canvas._code.clear()
        else:
            self.canvas.showPage()
        self._sheet += 1
        self.part.pages += 1
        self._marks = 0
        self._used = False
        self.y = TOP

    def text(
        self, x: float, y: float, words: str, font: str = "serif", size: float = 10.5, colour: Colour = INK, align: str = "left"
    ) -> None:  # fmt: skip
        """One line of words, within whatever element is open."""
        self._used = True
        if self.measuring:
            return
        words = clean(words)
        if align != "left":
            x -= width_of(words, font, size) * (1.0 if align == "right" else 0.5)
        red, green, blue = BLACK if self._black else colour
        code = self.canvas._code
        code.append(f"BT {red:.2f} {green:.2f} {blue:.2f} rg 1 0 0 1 {x:.2f} {y:.2f} Tm")
        for name, data in self._glyphs(words, face(font)):
            code.append(f"{name} {size:g} Tf ({data}) Tj")
        code.append("ET")

    def _glyphs(self, words: str, font: str) -> Iterator[tuple[str, str]]:
        """Words as (the file's name of a font subset, its codes escaped); quicker than the canvas, which formats slowly."""
        canvas, made = self.canvas, pdfmetrics.getFont(font)
        if not getattr(made, "_dynamicFont", False):
            yield canvas._doc.getInternalFontName(font), canvas._escape(words.encode("cp1252", "replace"))
            return
        for subset, codes in made.splitString(words, canvas._doc):
            yield made.getSubsetInternalName(subset, canvas._doc), canvas._escape(codes)

    @contextmanager
    def tagged(self, kind: str, parent: Tag | None = None, *, scope: str = "", span: int = 1) -> Iterator[Tag]:
        """Everything drawn within is one element of the structure tree."""
        tag = Tag(kind, [(self.part.pages, self._marks)], scope=scope, span=span)
        (parent or self.part.tag).kids.append(tag)
        self.canvas._code.append(f"/{kind} <</MCID {self._marks}>> BDC")
        self._marks += 1
        yield tag
        self.canvas._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[Canvas]:
        """Lines and grounds, which are no content."""
        self.canvas._code.append("/Artifact BMC")
        yield self.canvas
        self.canvas._code.append("EMC")
        self._used = True

    def rule(self, x0: float, x1: float, y: float, colour: Colour = RULE, width: float = 0.6) -> None:
        """A level line."""
        with self.artifact() as canvas:
            canvas.setStrokeColorRGB(*(BLACK if self._black else colour))
            canvas.setLineWidth(width)
            canvas.line(x0, y, x1, y)

    def link(self, rect: Rect, goal: Goal, says: str, tag: Tag | None = None) -> None:
        """A rectangle that leads to a packet page."""
        link = Link(self.part.pages, rect, goal, clean(says))
        self.part.links.append(link)
        if tag is not None:
            tag.kids.append(link)

    def heading(self, words: str, under: str = "") -> None:
        """A part's title, with a line of explanation."""
        with self.tagged("H1"):
            self.text(LEFT, self.y - 14, words, "serif-bold", 17)
        self.y -= 22
        self.rule(LEFT, RIGHT, self.y, INK, 0.9)
        self.y -= 6
        if under:
            self.paragraph(under, "serif-italic", 10, SOFT)
        self.y -= 8

    def subheading(self, words: str) -> None:
        """A title within a part; turns the sheet where too little room is left below it."""
        if self.y < BOTTOM + 80:
            self.turn()
        self.y -= 10
        with self.tagged("H2"):
            self.text(LEFT, self.y - 12, words, "serif-bold", 12.5)
        self.y -= 20

    def paragraph(
        self, words: str, font: str = "serif", size: float = 10.5, colour: Colour = INK, left: float = LEFT, right: float = RIGHT
    ) -> None:  # fmt: skip
        """Wrapped words, over as many sheets as they need."""
        lines = wrapped(words, font, size, right - left)
        step = size * 1.32
        for start in range(0, len(lines), 200):
            self._lines(lines[start : start + 200], left, font, size, colour, step)
        self.y -= step * 0.35

    def _lines(self, lines: Sequence[str], left: float, font: str, size: float, colour: Colour, step: float) -> None:
        while lines:
            room = int((self.y - BOTTOM) / step)
            if room < 1:
                self.turn()
                continue
            with self.tagged("P"):
                for line in lines[:room]:
                    self.y -= step
                    self.text(left, self.y + 0.25 * size, line, font, size, colour)
            lines = lines[room:]

    def pdf(self) -> bytes:
        """All sheets."""
        self.canvas.save()
        return self._bytes.getvalue()
