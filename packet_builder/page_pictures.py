"""Pages of a written packet as small images, for people to look at before they send it."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path

from packet_builder.helper import Helper, HelperDied, serve

WIDEST = 1600


class Pictures:
    """Draws pages in a process of its own, one at a time; a file that crashes it costs one image."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._helper: Helper | None = None

    def png(self, path: Path, index: int, width: int) -> bytes | None:
        """A page (index from 0) as a PNG `width` pixels wide; None where it cannot be drawn."""
        with self._lock:
            self._helper = self._helper or Helper("packet_builder.page_pictures")
            try:
                answer: bytes | None = self._helper.ask((path, index, max(40, min(width, WIDEST))))
            except HelperDied:
                self._helper.close()
                self._helper = None
                return None
            return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._helper:
                self._helper.close()
            self._helper = None


def _draw(message: tuple[Path, int, int]) -> bytes | None:
    import pypdfium2 as pdfium

    path, index, width = message
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return None
    try:
        page = document[index]
        image = page.render(scale=width / page.get_width()).to_pil().convert("RGB")
    except (pdfium.PdfiumError, IndexError, ValueError, MemoryError):
        return None
    finally:
        document.close()
    out = BytesIO()
    image.quantize(64).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    serve(_draw)
