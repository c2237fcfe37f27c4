"""A photographed page: cut out of its surroundings, straightened, evenly lit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from intake.pages import DPI, LETTER_HEIGHT, Gray, PageImage, refuse_huge

Corners = NDArray[np.float32]
"""Four points (x, y): top left, top right, bottom right, bottom left."""
PAGE_SHARE = 0.35
"""A page fills at least this share of its picture."""
TRIM = 0.012
"""Corners are drawn in by this share of the way to the middle, so that no sliver of table stays."""
LEVELS = range(60, 221, 20)
"""Grey values tried as the border between table and paper."""
EDGE, CONTRAST = 7, 25
"""So many pixels (of a picture 640 pixels long) inside and beyond its edge, paper is lighter by this much."""
LONGEST = 3400
"""Pixels along the longer side that are kept; more adds time and no legibility."""


def photo_page(path: Path, max_megapixels: int) -> PageImage:
    """A JPEG or PNG: turned as its camera says, its page cut out and squared, evened out if lit unevenly."""
    with Image.open(path) as image:
        refuse_huge(image, max_megapixels)
        gray = np.asarray(ImageOps.exif_transpose(image).convert("L"))
    corners = find_page(gray)
    if corners is not None:
        gray = straightened(gray, corners)
    height = gray.shape[0]
    scale = DPI * LETTER_HEIGHT / height
    if not 0.8 < scale < 1.25:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        gray = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)
    dpi = round(height / LETTER_HEIGHT)
    return PageImage(1, even_light(gray), (dpi, dpi))


def find_page(gray: Gray) -> Corners | None:
    """The corners of a light page on a darker ground; None when the page fills the picture or no such shape is seen."""
    scale = 640 / max(gray.shape)
    reduced = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small: Gray = np.asarray(cv2.GaussianBlur(reduced, (0, 0), 2), dtype=np.uint8)
    shapes = [corners for level in LEVELS if (corners := _outline(small, level)) is not None]
    best = max(shapes, key=lambda corners: _contrast(small, corners), default=None)
    if best is None or _contrast(small, best) < CONTRAST:
        return None
    inwards = best + (best.mean(axis=0) - best) * np.float32(TRIM)
    return np.asarray(inwards / scale, dtype=np.float32)


def _outline(small: Gray, level: int) -> Corners | None:
    """The corners of all that is lighter than `level`, if that is large and has four sides."""
    padded = cv2.copyMakeBorder((small > level).astype(np.uint8), 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=0)
    light = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))[30:-30, 30:-30]
    contours, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < PAGE_SHARE * light.size:
        return None
    outline = cv2.convexHull(largest)
    shape = cv2.approxPolyDP(outline, 0.03 * cv2.arcLength(outline, True), True)
    if len(shape) != 4:
        return None
    return _fitted(_ordered(shape.reshape(4, 2).astype(np.float32)), largest.reshape(-1, 2).astype(np.float32))


def _fitted(corners: Corners, outline: Corners) -> Corners:
    """The corners where straight lines through the outline's four sides meet."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        way = (outline - start) @ along / max(1.0, float(np.linalg.norm(end - start)))
        away = np.abs((outline - start) @ np.array([-along[1], along[0]], dtype=np.float32))
        side = outline[(way > 0.08) & (way < 0.92) & (away < 14)]
        lines.append(
            cv2.fitLine(side, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel() if len(side) > 10 else np.r_[along, start]
        )
    met = [_meeting(lines[n - 1], lines[n]) for n in range(4)]
    return np.array([new if new is not None else old for new, old in zip(met, corners, strict=True)], dtype=np.float32)


def _meeting(one: NDArray[Any], two: NDArray[Any]) -> NDArray[Any] | None:
    """Where two lines (direction, point) meet; None when they hardly do."""
    matrix = np.array([[one[0], -two[0]], [one[1], -two[1]]])
    if abs(float(np.linalg.det(matrix))) < 0.2:
        return None
    way = np.linalg.solve(matrix, np.array([two[2] - one[2], two[3] - one[3]]))[0]
    return np.asarray(one[2:] + way * one[:2])


def _contrast(small: Gray, corners: Corners) -> float:
    """By how much paper is lighter than what lies beyond its edges, at the weakest edge that the picture shows.

    0 unless three edges are shown; low where the border is that of a shadow on the paper.
    """
    middle, steps = corners.mean(axis=0), []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        outwards = np.array([along[1], -along[0]]) / max(1.0, float(np.linalg.norm(along)))
        if float(np.dot(outwards, start - middle)) < 0:
            outwards = -outwards
        points = start + np.linspace(0.1, 0.9, 25)[:, None] * along
        inside, beyond = (_values(small, points + outwards * step) for step in (-EDGE, EDGE))
        if beyond.size >= 8:
            steps.append(float(np.median(inside)) - float(np.median(beyond)))
    return min(steps) if len(steps) >= 3 else 0.0


def _values(gray: Gray, points: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The pixels at those points that lie inside the picture."""
    across, down = points.round().astype(int).T
    inside = (across >= 0) & (down >= 0) & (across < gray.shape[1]) & (down < gray.shape[0])
    return np.asarray(gray[down[inside], across[inside]], dtype=np.uint8)


def straightened(gray: Gray, corners: Corners) -> Gray:
    """The page between four corners as a rectangle of its own proportions."""
    sides = [
        float(np.linalg.norm(end - start)) for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    wide, tall = max(sides[0], sides[2]), max(sides[1], sides[3])
    fit = min(1.0, LONGEST / max(wide, tall))
    width, height = max(1, round(wide * fit)), max(1, round(tall * fit))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(gray, matrix, (width, height), borderValue=(255,)), dtype=np.uint8)


def even_light(gray: Gray) -> Gray:
    """Divide by the blurred background, which takes shadows off a photographed page."""
    small = cv2.resize(gray, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    background = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    light = cv2.resize(background, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, np.maximum(light, 1), scale=255), dtype=np.uint8)


def _ordered(points: Corners) -> Corners:
    """Top left, top right, bottom right, bottom left."""
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    order = [total.argmin(), difference.argmax(), total.argmax(), difference.argmin()]
    return np.asarray(points[order], dtype=np.float32)
