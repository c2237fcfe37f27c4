"""From the page as a person sees it to the page as the file stores it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

Matrix = tuple[float, float, float, float, float, float]
Rect = tuple[float, float, float, float]


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
