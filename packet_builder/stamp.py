"""The Bates number: where it fits without covering anything, and how it is written there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from packet_builder.geometry import Shape

if TYPE_CHECKING:
    import pypdfium2 as pdfium
    from PIL import Image

Place = Literal["right", "middle", "left", "top", "band"]
BELOW: tuple[Place, ...] = ("right", "middle", "left")
ABOVE: tuple[Place, ...] = ("top",)
FONT = "CbStamp"
SIZE, EDGE = 9.0, 14.0
DARK = 200
DIGIT = 0.556
"""Width of a digit in ems, in the stamp's face; capitals are at most 0.83."""


def text_width(bates: str, size: float) -> float:
    """Width of a Bates number, a little generous."""
    digits, dashes = sum(map(str.isdigit, bates)), bates.count("-")
    return size * (DIGIT * digits + 0.34 * dashes + 0.76 * (len(bates) - digits - dashes))


@lru_cache(maxsize=256)
def size_for(shape: Shape) -> float:
    """Size of the stamp in page units: nine points, more on very large sheets."""
    width, height = shape.size
    return max(SIZE / shape.unit, SIZE * min(width, height) / 1100)


def with_band(shape: Shape, bates: str) -> Shape:
    """The page with a white band below for the number, wide enough for it."""
    size = size_for(shape)
    return shape.grown(2.1 * size, text_width(bates, size) + 2 * size)


def position(shape: Shape, place: Place, bates: str) -> tuple[float, float, float]:
    """Left, baseline and size of the number on the upright page."""
    size = size_for(shape)
    width, height = shape.size
    across, edge = text_width(bates, size), EDGE / SIZE * size
    if place == "band":
        return width - across - size, 0.75 * size, size
    left = {"right": width - across - edge, "middle": (width - across) / 2, "left": edge, "top": width - across - edge}
    return left[place], height - edge - size if place == "top" else edge, size


def content(shape: Shape, place: Place, bates: str) -> bytes:
    """The number's operators, upright whatever the page's turn."""
    shape = with_band(shape, bates) if place == "band" else shape
    x, y, size = position(shape, place, bates)
    return f"q {_matrix(shape)} cm 0 g BT /{FONT} {size:.2f} Tf {x:.2f} {y:.2f} Td ({bates}) Tj ET Q\n".encode()


@lru_cache(maxsize=256)
def _matrix(shape: Shape) -> str:
    return " ".join(f"{n:.4f}".rstrip("0").rstrip(".") for n in shape.matrix)


def free_place(page: pdfium.PdfPage, shape: Shape, bates: str) -> Place:
    """The first corner where nothing is printed; `band` where every one is taken or the page is small.

    Only the strips where numbers may stand are drawn: the one below, and the one above where nothing is free below.
    """
    width, height = shape.size
    if min(width, height) * shape.unit < 250:
        return "band"
    scale = min(1.5, 1200 / max(page.get_size()))
    for is_top, places in ((False, BELOW), (True, ABOVE)):
        strip = _strip(page, shape, scale, is_top)
        for place in places:
            if _is_free(strip, shape, place, bates, is_top):
                return place
    return "band"


def _strip(page: pdfium.PdfPage, shape: Shape, scale: float, is_top: bool) -> Image.Image:
    """The lower or upper edge of a page, as high as a number there may reach."""
    size = size_for(shape)
    cut = page.get_height() * (1 - 1.1 * (EDGE / SIZE + 1.5) * size / shape.size[1])
    crop = (0, cut, 0, 0) if is_top else (0, 0, 0, cut)
    drawn: Image.Image = page.render(scale=scale, grayscale=True, crop=crop).to_pil()
    return drawn.convert("L")


def _is_free(strip: Image.Image, shape: Shape, place: Place, bates: str, is_top: bool) -> bool:
    """Whether nothing is printed where the number would stand."""
    width, height = shape.size
    per_unit = strip.width / width
    x, y, size = position(shape, place, bates)
    pad = 0.45 * size
    below = height * per_unit if is_top else strip.height
    left, right = int((x - pad) * per_unit), int((x + text_width(bates, size) + pad) * per_unit) + 1
    top, bottom = int(below - (y + size + pad) * per_unit), int(below - (y - pad) * per_unit) + 1
    patch = strip.crop((max(0, left), max(0, top), min(strip.width, right), min(strip.height, bottom)))
    counts = patch.histogram()
    return bool(sum(counts)) and sum(counts[:DARK]) < 0.003 * sum(counts)
