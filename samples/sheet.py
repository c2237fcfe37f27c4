"""A Letter page to draw on, which notes the truth of what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path("/usr/share/fonts/truetype")
FACES = {
    "sans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf", "Helvetica"),
    "serif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf", "Times-Roman"),
    "mono": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf", "Courier"),
    "wide": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", "Helvetica"),
    "narrow": ("liberation/LiberationSansNarrow-Regular.ttf", "liberation/LiberationSansNarrow-Bold.ttf", "Helvetica"),
    "office": ("crosextra/Carlito-Regular.ttf", "crosextra/Carlito-Bold.ttf", "Helvetica"),
    "book": ("crosextra/Caladea-Regular.ttf", "crosextra/Caladea-Bold.ttf", "Times-Roman"),
}
HANDS = ("breip/Breip.ttf", "kristi/Kristi.ttf", "rufscript/Rufscript010.ttf", "fifthhorseman/dkg.ttf")
"""Faces like handwriting, for signatures and what is filled in by pen; without the files the print face stands in."""
BUILT_IN_BOLD = {"Helvetica": "Helvetica-Bold", "Times-Roman": "Times-Bold", "Courier": "Courier-Bold"}
Truth = dict[str, str | int]


@dataclass
class Sheets:
    """The pages of one fax and their truth."""

    rng: Random
    face: str = "sans"
    size: float = 11
    ruled: bool = False
    """Whether values stand on a rule that touches their glyphs."""
    pen: bool = False
    """Whether signatures are names in a face like handwriting, and what is filled in beside them too."""
    truth: list[Truth] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the canvas in the chosen face."""
        self._bytes = BytesIO()
        self.canvas = Canvas(self._bytes, pagesize=letter, invariant=1)
        self.regular, self.bold = _fonts(self.face)
        self.hand = _hand(self.rng) if self.pen else ""
        self.page = 1

    def pdf(self) -> bytes:
        """The finished pages."""
        self.canvas.save()
        return self._bytes.getvalue()

    def end_page(self, kind: str) -> None:
        """Finish a page of this kind."""
        self.kinds.append(kind)
        self.canvas.showPage()
        self.page += 1

    def know(self, name: str, value: str) -> None:
        """Note what the page shows, in the contract's field names and normal form."""
        self.truth.append({"field": name, "value": value, "page": self.page})

    def text(self, x: float, y: float, words: str, bold: bool = False, size: float = 0) -> None:
        """Words at x, y in points from the top left."""
        self.canvas.setFont(self.bold if bold else self.regular, size or self.size)
        self.canvas.drawString(x, 792 - y, words)

    def penned(self, x: float, y: float, words: str, size: float = 0) -> None:
        """Words as a person writes them in: in a face like handwriting on every other sheet, else in print."""
        self.canvas.setFont(self.hand or self.regular, size or (self.size + 7 if self.hand else self.size))
        self.canvas.drawString(x, 792 - y, words)

    def title(self, words: str, y: float = 70) -> None:
        """A centred heading."""
        self.canvas.setFont(self.bold, self.size + 4)
        self.canvas.drawCentredString(306, 792 - y, words)

    def pair(self, x: float, y: float, label: str, value: str, gap: float = 120) -> None:
        """A label with its value beside it."""
        self.text(x, y, label, bold=True)
        self.text(x + gap, y, value)
        if self.ruled:
            self.rule(x + gap - 4, y + 1.5, 150)

    def above(self, x: float, y: float, label: str, value: str) -> None:
        """A small label with its value below it."""
        self.text(x, y, label, size=self.size - 2.5)
        self.text(x, y + 14, value, bold=True)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """A ruled box."""
        self.canvas.rect(x, 792 - y - height, width, height)

    def rule(self, x: float, y: float, width: float) -> None:
        """A ruled line."""
        self.canvas.line(x, 792 - y, x + width, 792 - y)

    def prose(self, y: float, paragraphs: list[str], width: int = 88) -> float:
        """Wrapped paragraphs; returns where they end."""
        from textwrap import wrap

        for paragraph in paragraphs:
            for line in wrap(paragraph, width):
                self.text(60, y, line)
                y += self.size * 1.45
            y += self.size * 0.7
        return y

    def stamp(self) -> None:
        """An office's rubber stamp, askew, over whatever stands there."""
        canvas, rng = self.canvas, self.rng
        canvas.saveState()
        canvas.translate(rng.uniform(330, 420), rng.uniform(120, 560))
        canvas.rotate(rng.uniform(-14, 14))
        canvas.setLineWidth(2)
        canvas.rect(0, 0, 130, 34)
        canvas.setFont(self.bold, 13)
        canvas.drawString(10, 12, rng.choice(("RECEIVED", "FAXED", "SCANNED", "COPY")))
        canvas.restoreState()

    def scrawl(self, x: float, y: float, width: float = 150) -> None:
        """A pen's signature: a name in handwriting, or loops that no reader takes for letters."""
        canvas, rng = self.canvas, self.rng
        if self.hand:
            self.penned(x + 8, y - 2, rng.choice(("R. Marsh", "J Okonedo", "A. Whitlow", "L. Ferreby")), 24)
            return
        canvas.saveState()
        canvas.setLineWidth(1.6)
        path = canvas.beginPath()
        path.moveTo(x, 792 - y)
        steps = 9
        for step in range(steps):
            left = x + width * step / steps
            path.curveTo(left + 4, 792 - y + rng.uniform(8, 24), left + width / steps * 1.3,
                         792 - y + rng.uniform(6, 20), left + width / steps, 792 - y + rng.uniform(-7, 5))  # fmt: skip
        canvas.drawPath(path)
        canvas.restoreState()


def _hand(rng: Random) -> str:
    """A registered face like handwriting, or none where its file is missing."""
    file = FONTS / rng.choice(HANDS)
    if not file.exists():
        return ""
    if file.stem not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(file.stem, str(file)))
    return file.stem


def us(day: date) -> str:
    """A date as offices write it."""
    return day.strftime("%m/%d/%Y")


def long(day: date) -> str:
    """A date as letters write it."""
    return f"{day:%B} {day.day}, {day.year}"


def _fonts(face: str) -> tuple[str, str]:
    """Register a face; the PDF standard fonts stand in where the files are missing."""
    regular, bold, standard = FACES[face]
    if not (FONTS / regular).exists():
        return standard, BUILT_IN_BOLD[standard]
    for name, file in ((face, regular), (f"{face}-bold", bold)):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))
    return face, f"{face}-bold"
