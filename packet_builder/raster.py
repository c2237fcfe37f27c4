"""Pages as pictures: for what must be removed for good, for fax lines, for archives that a source's fonts do not suit."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from casefile.records import Box
from packet_builder.geometry import Shape
from packet_builder.source_image import add_group4, add_jpeg

if TYPE_CHECKING:
    import pypdfium2 as pdfium

DPI = 200
MOST_PIXELS = 20_000_000
BETWEEN = 0.02
"""Share of pixels that are neither ink nor paper, above which a page is a picture rather than print."""


def picture_of(page: pdfium.PdfPage, shape: Shape, boxes: Sequence[Box], one_bit: bool) -> tuple[pikepdf.Pdf, Shape]:
    """A page drawn upright as one image, with `boxes` burned in black: nothing of the source is left but what is seen.

    Args:
        page: The page as the renderer has it.
        shape: The page's visible box and turn.
        boxes: What to remove, as fractions of the upright page.
        one_bit: Whether the recipient's line knows only black and white.

    Returns:
        A PDF of the one page, and its shape.
    """
    page.set_mediabox(*shape.box)
    page.set_cropbox(*shape.box)
    page.set_rotation(shape.turn)
    width, height = (edge * shape.unit for edge in shape.size)
    scale = min(DPI / 72, (MOST_PIXELS / (width * height)) ** 0.5) * shape.unit
    image = page.render(scale=scale).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        draw.rectangle(
            (left * image.width, top * image.height, right * image.width, bottom * image.height), fill="black"
        )
    pdf = pikepdf.new()
    gray = image.convert("L")
    between = sum(gray.histogram()[70:200]) / (gray.width * gray.height)
    if one_bit or between < BETWEEN and _is_gray(image):
        dithered = between >= 0.15
        stream = add_group4(
            pdf, gray.convert("1") if dithered else gray.point(lambda value: 255 * (value > 150)).convert("1")
        )
    else:
        stream = add_jpeg(pdf, image)
    content = pikepdf.Stream(pdf, f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(Dictionary(
        Type=Name.Page, MediaBox=Array([0, 0, round(width, 3), round(height, 3)]), Contents=pdf.make_indirect(content),
        Resources=Dictionary(XObject=Dictionary(Im0=stream)),
    ))))  # fmt: skip
    return pdf, Shape((0.0, 0.0, round(width, 3), round(height, 3)))


def _is_gray(image: Image.Image) -> bool:
    """Whether a page has no colour to lose."""
    _, blue, red = image.resize((100, 100)).convert("YCbCr").split()
    return not any(sum(chroma.histogram()[:116]) + sum(chroma.histogram()[141:]) for chroma in (blue, red))


def document_of(pdf: pikepdf.Pdf) -> pdfium.PdfDocument:
    """A harmless source as the renderer sees it."""
    import pypdfium2 as pdfium

    buffer = BytesIO()
    pdf.save(buffer, encryption=False)
    return pdfium.PdfDocument(buffer.getvalue())
