"""`casebinder explain`: one page as an image, with every finding's box, value, confidence and reason."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import Annotated

import typer
from PIL import Image, ImageDraw, ImageFont

from casefile.records import Finding, Reading
from casefile.settings import Settings

WIDTH = 1100
"""Pixels of the page across; the legend stands to its right."""
LEGEND = 900
SURE, UNSURE, SUSPECT = (0, 120, 60), (190, 120, 0), (200, 30, 30)
CONFIDENT = 0.9
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(explain)


def explain(
    file: Annotated[Path, typer.Argument(help="PDF, TIFF, JPEG or PNG file.")],
    page: Annotated[int, typer.Option(help="Page to show, from 1.")] = 1,
    out: Annotated[Path, typer.Option(help="Image to write.")] = Path("explained.png"),
) -> None:
    """Draw one page with every finding's box, value, confidence and reason.

    Green boxes are sure, amber ones are not, red ones are suspect. The image shows patient data: keep it safe.

    Example: casebinder explain order.tif --page 2 --out page.png
    """
    from flows.steps import limits_from, read_path

    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file")
    limits = limits_from(Settings())
    reading = read_path(file, file.name, limits)
    if reading.set_aside:
        typer.echo(f"{file.name}: {reading.problems[0].message}", err=True)
        raise typer.Exit(3)
    if not 1 <= page <= len(reading.pages):
        raise typer.BadParameter(f"{file.name} has {len(reading.pages)} pages; there is no page {page}")
    image = page_image(file, page, reading.pages[page - 1].rotation, limits.max_megapixels)
    draw_findings(image, reading, page).save(out)
    typer.echo(f"{out}: {sum(f.page == page for f in reading.findings)} findings on page {page} of {file.name}")


def page_image(path: Path, number: int, rotation: int, max_megapixels: int) -> Image.Image:
    """A page upright, `WIDTH` pixels across, with its true shape whatever the fax's resolution."""
    import pypdfium2 as pdfium

    from intake import pages
    from intake.photo import photo_page
    from intake.sniff import media_type

    kind = media_type(path)
    if kind == "application/pdf":
        document = pdfium.PdfDocument(path)
        try:
            image = Image.fromarray(pages.render_pdf_page(document, number - 1, max_megapixels, 150))
        finally:
            document.close()
    elif kind == "image/tiff":
        found = next((p for p in pages.tiff_pages(path, max_megapixels) if p.page_number == number), None)
        if found is None or found.pixels is None:
            raise typer.BadParameter(f"page {number} of {path.name} cannot be decoded")
        image = Image.fromarray(found.pixels)
    else:
        found = photo_page(path, max_megapixels)
        if found.pixels is None:
            raise typer.BadParameter(f"{path.name} cannot be decoded")
        image = Image.fromarray(found.pixels)
    image = image.rotate(-rotation, expand=True)
    return image.convert("RGB").resize((WIDTH, max(1, round(image.height * WIDTH / image.width))))


def draw_findings(image: Image.Image, reading: Reading, page: int) -> Image.Image:
    """The page with numbered boxes, and a legend beside it."""
    findings = sorted((f for f in reading.findings if f.page == page), key=lambda f: (f.box[1], f.box[0]))
    lines = _legend(reading, page, findings)
    height = max(image.height, 30 + 17 * len(lines))
    sheet = Image.new("RGB", (WIDTH + LEGEND, height), "white")
    sheet.paste(image, (0, 0))
    draw, font = ImageDraw.Draw(sheet), _font(13)
    for number, finding in enumerate(findings, 1):
        left, top, right, bottom = (
            edge * size for edge, size in zip(finding.box, (image.width, image.height) * 2, strict=True)
        )
        draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=_colour(finding), width=2)
        draw.text((left - 2, top - 16), str(number), fill=_colour(finding), font=font)
    for place, (words, colour) in enumerate(lines):
        draw.text((WIDTH + 16, 16 + 17 * place), words, fill=colour, font=font)
    return sheet


def _legend(reading: Reading, page: int, findings: list[Finding]) -> list[tuple[str, tuple[int, int, int]]]:
    """What the page is, what was found, and what is wrong, line by line."""
    kind = next((d.kind for d in reading.documents if page in d.pages), "no document")
    lines: list[tuple[str, tuple[int, int, int]]] = [(f"page {page}: {kind}", (0, 0, 0)), ("", (0, 0, 0))]
    for number, finding in enumerate(findings, 1):
        role = f" [{finding.role}]" if finding.role else ""
        words = f"{number}. {finding.field}{role} = {finding.value}  ({finding.confidence:.2f}, {finding.status})"
        lines += [(part, _colour(finding)) for part in wrap(words, 110)]
        lines += [("      " + part, (90, 90, 90)) for part in wrap(finding.reason, 104)]
    for problem in reading.problems:
        if problem.page in {page, None}:
            lines += [(part, SUSPECT) for part in wrap(f"! {problem.code}: {problem.message}", 110)]
    return lines


def _colour(finding: Finding) -> tuple[int, int, int]:
    if finding.status == "suspect":
        return SUSPECT
    return SURE if finding.confidence >= CONFIDENT else UNSURE


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = next((path for path in FONTS if Path(path).exists()), None)
    return ImageFont.truetype(path, size) if path else ImageFont.load_default()
