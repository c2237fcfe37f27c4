"""A page's boxes and turn, read from an open PDF."""

from __future__ import annotations

from typing import Any

import pikepdf

from packet_builder.geometry import Rect, Shape

LETTER: Rect = (0.0, 0.0, 612.0, 792.0)
MAX_DEPTH = 64


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
