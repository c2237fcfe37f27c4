"""Pages of a caption and a photo: shades of skin with a wound, no two seeds alike."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont


def photo_page(seed: int, caption: str) -> bytes:
    """A letter page as PDF, the photo always in the same frame."""
    page = Image.new("L", (1700, 2200), 255)
    page.paste(Image.fromarray(wound(seed)).resize((1300, 1000)), (200, 330))
    ImageDraw.Draw(page).text((200, 220), caption, font=ImageFont.truetype("DejaVuSans.ttf", 38), fill=0)
    out = io.BytesIO()
    page.save(out, "PDF", resolution=200)
    return out.getvalue()


def wound(seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A grey picture of 900 by 700 pixels."""
    noise = np.random.default_rng(seed)
    shades = np.full((700, 900), 165, np.float32)
    for side in (4, 8, 16, 32, 64):
        shades += cv2.resize(noise.normal(0, 24 / side**0.5, (side, side)).astype(np.float32), (900, 700))
    dark = np.zeros_like(shades)
    middle = round(900 * noise.uniform(0.35, 0.65)), round(700 * noise.uniform(0.35, 0.65))
    radii = round(noise.uniform(60, 220)), round(noise.uniform(60, 180))
    cv2.ellipse(dark, middle, radii, noise.uniform(0, 180), 0, 360, (1.0,), -1)
    shades -= cv2.GaussianBlur(dark, (0, 0), 12) * noise.uniform(60, 110)
    return np.clip(shades, 0, 255).astype(np.uint8)
