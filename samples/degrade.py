"""What a fax machine, a scanner and a phone do to a page."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Gray = NDArray[np.uint8]
WIDTH = 1728


def render(pdf: bytes, width: int = WIDTH) -> list[Gray]:
    """The pages in grey, `width` pixels across."""
    document = pdfium.PdfDocument(pdf)
    pages = []
    for page in document:
        scale = width / page.get_width()
        pages.append(np.array(page.render(scale=scale, grayscale=True).to_numpy().squeeze(), dtype=np.uint8))
        page.close()
    document.close()
    return pages


def fax(
    pdf: bytes,
    path: Path,
    rng: Random,
    *,
    standard: bool = False,
    banner: str = "",
    upside_down: frozenset[int] = frozenset(),
    worn: bool = False,
) -> None:
    """A bilevel TIFF as fax servers store it: 204x196, or 204x98 with half the rows; `worn` adds an office's damage."""
    noise = np.random.default_rng(rng.randrange(2**32))
    down = 98 if standard else 196
    frames = []
    pages = render(pdf)
    for number, gray in enumerate(pages, 1):
        if number in upside_down:
            gray = np.ascontiguousarray(gray[::-1, ::-1])
        if worn:
            gray = wear(gray, rng)
        gray = _skew(gray, rng.uniform(-1.0, 1.0))
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 0.8), dtype=np.uint8)
        gray = np.asarray(cv2.resize(gray, (WIDTH, 11 * down), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        gray = _speckle(gray, noise, 0.0006)
        bits = Image.fromarray(np.where(gray < (rng.randrange(138, 172) if worn else 150), 0, 255).astype(np.uint8))
        if banner:
            _banner(bits, f"{banner} PAGE {number:03d}/{len(pages):03d}", standard)
        frames.append(bits.convert("1", dither=Image.Dither.NONE))
    _save(frames, path, down, rng if worn else None)


def _save(frames: list[Image.Image], path: Path, down: int, rng: Random | None) -> None:
    """As a fax server stores it; with `rng`, in one of the dialects that servers speak."""
    dialect: dict[str, Any] = {"compression": "group4", "dpi": (204, down)}
    if rng and rng.random() < 0.2:
        dialect["compression"] = "group3"
    if rng and rng.random() < 0.15:
        del dialect["dpi"]
    frames[0].save(path, save_all=True, append_images=frames[1:], **dialect)


def wear(gray: Gray, rng: Random) -> Gray:
    """What office machines add: pale toner, a punched margin, a dark edge, lines that dropped out, a streak."""
    worn = gray.copy()
    height, width = worn.shape
    if rng.random() < 0.25:
        pale = rng.uniform(0.72, 0.9)
        worn = (255 - (255 - worn.astype(np.float32)) * pale).astype(np.uint8)
    if rng.random() < 0.2:
        for down in (0.12, 0.5, 0.88):
            cv2.circle(worn, (round(0.035 * width), round(down * height)), round(0.012 * width), (0,), -1)
    if rng.random() < 0.2:
        worn[:, width - rng.randrange(8, 26) :] = 20
    if rng.random() < 0.2:
        for _ in range(rng.randrange(1, 4)):
            worn[rng.randrange(height - 2) :][:1] = 255
    if rng.random() < 0.15:
        worn[:, rng.randrange(20, width - 20)] = rng.choice((0, 255))
    return worn


def third_generation(pdf: bytes, path: Path, rng: Random, *, banner: str = "") -> None:
    """A fax of a fax of a fax, fine mode: worn edges, specks, a streak, stacked banners."""
    noise = np.random.default_rng(rng.randrange(2**32))
    frames = []
    pages = render(pdf)
    for number, first in enumerate(pages, 1):
        gray = first
        for generation in range(3):
            gray = _skew(gray, rng.uniform(-0.6, 0.6))
            gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 0.9), dtype=np.uint8)
            gray = np.asarray(cv2.resize(gray, (WIDTH, 2156), interpolation=cv2.INTER_AREA), dtype=np.uint8)
            gray = _speckle(gray, noise, 0.0005)
            bits = Image.fromarray(np.where(gray < rng.randrange(140, 165), 0, 255).astype(np.uint8))
            if banner:
                _banner(bits, f"{banner} PAGE {number:03d}/{len(pages):03d}", False, 8 + 34 * generation)
            gray = np.asarray(bits)
        worn = gray.copy()
        worn[:, rng.randrange(20, WIDTH - 20)] = 0
        frames.append(Image.fromarray(worn).convert("1", dither=Image.Dither.NONE))
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(204, 196))


def scan(pdf: bytes, path: Path, rng: Random, dpi: int = 200, *, worn: bool = False) -> None:
    """An image-only PDF as an office scanner makes it: grey, a little crooked; `worn` adds an office's damage."""
    noise = np.random.default_rng(rng.randrange(2**32))
    frames = []
    for gray in render(pdf, round(8.5 * dpi)):
        gray = _skew(wear(gray, rng) if worn else gray, rng.uniform(-0.6, 0.6))
        gray = np.clip(gray + noise.normal(0, 6, gray.shape), 0, 255).astype(np.uint8)
        frames.append(Image.fromarray(gray))
    frames[0].save(path, "PDF", save_all=True, append_images=frames[1:], resolution=dpi, **_undated())


def photo(pdf: bytes, path: Path, rng: Random, *, desk: bool = False) -> None:
    """A phone's picture of the first page: perspective, a shadow, noise; with `desk`, the table shows around it."""
    noise = np.random.default_rng(rng.randrange(2**32))
    gray = render(pdf, 1900)[0]
    height, width = gray.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], dtype=np.float32)
    reach = 0.07 * width if desk else 14
    shifts = np.array([[rng.uniform(0.15 * reach, reach), rng.uniform(0.15 * reach, reach)] for _ in range(4)])
    moved = (corners + (inwards * shifts if desk else shifts)).astype(np.float32)
    around = rng.randrange(40, 130) if desk else 235
    bent = cv2.warpPerspective(
        gray, cv2.getPerspectiveTransform(corners, moved), (width, height), borderValue=(around,)
    )
    shade = np.linspace(1.0, rng.uniform(0.62, 0.75), width)[None, :] * np.linspace(1.0, 0.9, height)[:, None]
    lit = np.clip(bent * shade + noise.normal(0, 4, bent.shape), 0, 255).astype(np.uint8)
    Image.fromarray(lit).convert("RGB").save(path, quality=80)


def _undated() -> dict[str, object]:
    """PDF information that does not change from run to run."""
    from time import gmtime

    return {"creationDate": gmtime(0), "modDate": gmtime(0)}


def _skew(gray: Gray, degrees: float) -> Gray:
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(gray, matrix, (width, height), borderValue=(255,)), dtype=np.uint8)


def _speckle(gray: Gray, noise: np.random.Generator, share: float) -> Gray:
    dirty = gray.copy()
    dirty[noise.random(gray.shape) < share] = 0
    dirty[noise.random(gray.shape) < share] = 255
    return dirty


def _banner(image: Image.Image, words: str, standard: bool, top: int = 16) -> None:
    """The sending machine's line, drawn after the page so that it stays straight."""
    line = Image.new("L", (WIDTH, 44), 255)
    try:
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont = ImageFont.truetype("DejaVuSansMono.ttf", 26)
    except OSError:
        font = ImageFont.load_default()
    ImageDraw.Draw(line).text((60, 8), words, fill=0, font=font)
    if standard:
        line = line.resize((WIDTH, 22), Image.Resampling.BOX).point(lambda value: 0 if value < 170 else 255)
    image.paste(line, (0, 8 if standard else top))
