"""From the page as a person sees it to the page as the file stores it. Pure but for reading boxes."""

from __future__ import annotations

from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]


def visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Left, bottom, width, height of what a viewer shows: CropBox within MediaBox, put the right way round."""
    media, crop = _ordered(page.mediabox), _ordered(page.cropbox)
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    return left, bottom, right - left, top - bottom


def upright(page: pikepdf.Page) -> tuple[Matrix, float, float]:
    """The matrix from upright page points (origin bottom left) to the file's space, and the upright size."""
    left, bottom, width, height = visible_box(page)
    turn = int(page.obj.get("/Rotate", 0)) % 360
    if turn == 90:
        return (0, 1, -1, 0, left + width, bottom), height, width
    if turn == 180:
        return (-1, 0, 0, -1, left + width, bottom + height), width, height
    if turn == 270:
        return (0, -1, 1, 0, left, bottom + height), height, width
    return (1, 0, 0, 1, left, bottom), width, height


def _ordered(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
