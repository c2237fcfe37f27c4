"""From the page as a person sees it to the page as the file stores it. Pure but for reading boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
Rect = tuple[float, float, float, float]
LETTER: Rect = (0.0, 0.0, 612.0, 792.0)
MAX_DEPTH = 64


@dataclass(frozen=True)
class Shape:
    """A page's visible box in its own space (left, bottom, right, top), its turn, and points a unit."""

    box: Rect
    turn: int = 0
    unit: float = 1.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in page units as a person sees them."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (height, width) if self.turn in {90, 270} else (width, height)

    @property
    def matrix(self) -> Matrix:
        """From the upright page (origin bottom left) to the page's own space."""
        left, bottom, right, top = self.box
        turns: dict[int, Matrix] = {
            90: (0, 1, -1, 0, right, bottom), 180: (-1, 0, 0, -1, right, top), 270: (0, -1, 1, 0, left, top),
        }  # fmt: skip
        return turns.get(self.turn, (1, 0, 0, 1, left, bottom))

    def point(self, across: float, up: float) -> tuple[float, float]:
        """A point of the upright page in the page's own space."""
        a, b, c, d, e, f = self.matrix
        return a * across + c * up + e, b * across + d * up + f

    def grown(self, below: float, wide: float = 0.0) -> Shape:
        """The same page with a band added at the edge that a person sees below, and at least so wide."""
        left, bottom, right, top = self.box
        more = max(0.0, wide - self.size[0])
        grown: dict[int, Rect] = {
            0: (left, bottom - below, right + more, top), 90: (left, bottom, right + below, top + more),
            180: (left - more, bottom, right, top + below), 270: (left - below, bottom - more, right, top),
        }  # fmt: skip
        return Shape(grown[self.turn], self.turn, self.unit)


def inherited(page: pikepdf.Object, key: str) -> Any:
    """A page's entry or the one it inherits; None where there is none."""
    node: Any = page
    for _ in range(MAX_DEPTH):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None


def shape_of(page: pikepdf.Object, turn: int = 0) -> Shape:
    """What a viewer shows: CropBox within MediaBox, put the right way round; `turn` is added to the page's own."""
    media = _box(inherited(page, "/MediaBox")) or LETTER
    crop = _box(inherited(page, "/CropBox")) or media
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        box = media
    own = inherited(page, "/Rotate")
    unit = page.get("/UserUnit")
    return Shape(box, (_quarter(own) + turn) % 360, _unit(unit))


def _quarter(turn: Any) -> int:
    try:
        return round(float(turn) / 90) * 90 % 360 if turn is not None else 0
    except (TypeError, ValueError):
        return 0


def _unit(unit: Any) -> float:
    try:
        return float(unit) if unit is not None and 0.01 <= float(unit) <= 1000 else 1.0
    except (TypeError, ValueError):
        return 1.0


def _box(box: Any) -> Rect | None:
    """A rectangle with its corners in order; None if it is none."""
    try:
        x0, y0, x1, y1 = (float(edge) for edge in box)
    except (TypeError, ValueError):
        return None
    made = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return made if made[2] - made[0] >= 1 and made[3] - made[1] >= 1 else None
