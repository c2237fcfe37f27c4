"""A scan's words as an invisible layer, each over its place in the image, so that a search finds them."""

from __future__ import annotations

from functools import cache

from casefile.records import PageText
from packet_builder.geometry import Shape

FONT = "CbText"


@cache
def _widths() -> tuple[int, ...]:
    """Helvetica's character widths, in thousandths of the size, by Windows character code."""
    from reportlab.pdfbase import pdfmetrics

    return tuple(pdfmetrics.getFont("Helvetica").widths)


def word_layer(text: PageText, shape: Shape) -> bytes:
    """The words in rendering mode 3 (invisible), each stretched to the width of its box.

    Nothing here depends on the page's number in a packet, so the layer can be kept by source hash.
    """
    width, height = shape.size
    matrix = " ".join(f"{n:.4f}" for n in shape.matrix)
    widths = _widths()
    rows = [f"q {matrix} cm BT 3 Tr".encode()]
    for word in text.words:
        left, top, right, bottom = word.box
        plain = _plain(word.text)
        natural = sum(widths[ch] for ch in plain) / 1000
        if not natural:
            continue
        size = max(1.0, (bottom - top) * height)
        stretch = max(5.0, min(900.0, 100 * (right - left) * width / (natural * size)))
        head = f"/{FONT} {size:.1f} Tf {stretch:.0f} Tz 1 0 0 1 {left * width:.1f} {height * (1 - bottom) + 0.2 * size:.1f} Tm ("
        rows.append(head.encode() + _escaped(plain) + b" ) Tj")
    return b"\n".join([*rows, b"ET Q\n"])


def _plain(words: str) -> bytes:
    """Windows-1252 bytes without control characters; what it lacks becomes a question mark."""
    return bytes(ch for ch in words.encode("cp1252", "replace") if ch >= 32)


def _escaped(plain: bytes) -> bytes:
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
