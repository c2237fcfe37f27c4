"""Names for the pages of a source by what is on them: a page that stands in another file unchanged has the same name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf
from PIL import Image

from packet_builder.page_shape import inherited
from packet_builder.pdf_objects import ObjectGraph

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
OF_THE_FILE = ("/OCProperties", "/AcroForm")
"""What a file says once, and what its pages look like depends on."""
FRAME_TAGS = {256, 257, 258, 259, 262, 266, 274, 277, 282, 283, 293, 296}
"""What a TIFF says of a frame's pixels and their size."""


def page_names(path: Path, media_type: str, max_megapixels: int) -> list[str] | None:
    """A SHA-256 for each page, in order; None where pages cannot be told apart surely: damaged or locked files, photographs."""
    try:
        if media_type == "application/pdf":
            return _pdf_names(path)
        return _frame_names(path, max_megapixels) if media_type == "image/tiff" else None
    except (pikepdf.PdfError, OSError, EOFError, ValueError, SyntaxError, RuntimeError, Image.DecompressionBombError):
        return None


def _pdf_names(path: Path) -> list[str] | None:
    with pikepdf.open(path, suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            return None
        graph = ObjectGraph(pdf)
        common = b"".join(graph.digest(_text(pdf.Root.get(key))) for key in OF_THE_FILE)
        names = [hashlib.sha256(common + _page_digest(graph, page.obj)).hexdigest() for page in pdf.pages]
        return None if pdf.get_warnings() else names


def _page_digest(graph: ObjectGraph, page: pikepdf.Object) -> bytes:
    own = graph.digest(page.unparse(resolved=True))
    return own + b"".join(graph.digest(_text(inherited(page, key))) for key in INHERITED)


def _text(entry: object) -> bytes:
    return bytes(entry.unparse()) if isinstance(entry, pikepdf.Object) else repr(entry).encode()


def _frame_names(path: Path, max_megapixels: int) -> list[str] | None:
    names = []
    with Image.open(path) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            if image.width * image.height > max_megapixels * 1e6:
                return None
            tags = sorted((tag, str(value)) for tag, value in image.tag_v2.items() if tag in FRAME_TAGS)  # type: ignore[attr-defined]
            shown = repr((image.mode, image.size, image.info.get("dpi"), tags)).encode()
            names.append(hashlib.sha256(shown + image.tobytes()).hexdigest())
    return names
