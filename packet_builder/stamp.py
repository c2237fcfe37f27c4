"""The Bates number: where it fits without covering anything, and how it is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from packet_builder.geometry import Shape

if TYPE_CHECKING:
    import pypdfium2 as pdfium

Place = Literal["right", "middle", "left", "top", "band"]
PLACES: tuple[Place, ...] = ("right", "middle", "left", "top")
FONT = "CbStamp"
SIZE, EDGE = 9.0, 14.0
DARK = 200
DIGIT = 0.556
"""Width of a digit in ems, in the stamp's face; capitals are at most 0.83."""


def text_width(bates: str, size: float) -> float:
    """Width of a Bates number, a little generous."""
    return size * sum(DIGIT if ch.isdigit() else 0.34 if ch == "-" else 0.76 for ch in bates)


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
    matrix = " ".join(f"{n:.4f}".rstrip("0").rstrip(".") for n in shape.matrix)
    return f"q {matrix} cm 0 g BT /{FONT} {size:.2f} Tf {x:.2f} {y:.2f} Td ({bates}) Tj ET Q\n".encode()


def free_place(page: pdfium.PdfPage, shape: Shape, bates: str) -> Place:
    """The first corner where nothing is printed; `band` where every one is taken or the page is small."""
    width, height = shape.size
    if min(width, height) * shape.unit < 250:
        return "band"
    scale = min(1.5, 1200 / max(page.get_size()))
    gray = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    per_unit = gray.width / width
    for place in PLACES:
        x, y, size = position(shape, place, bates)
        pad = 0.45 * size
        left, right = (x - pad) * per_unit, (x + text_width(bates, size) + pad) * per_unit
        top, bottom = gray.height - (y + size + pad) * per_unit, gray.height - (y - pad) * per_unit
        patch = gray.crop(
            (max(0, int(left)), max(0, int(top)), min(gray.width, int(right) + 1), min(gray.height, int(bottom) + 1))
        )
        counts = patch.histogram()
        if sum(counts) and sum(counts[:DARK]) < 0.003 * sum(counts):
            return place
    return "band"
