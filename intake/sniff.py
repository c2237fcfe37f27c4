"""What a file is, by its first bytes; names and extensions are not believed."""

from __future__ import annotations

from pathlib import Path

from casefile.records import Problem

MAGIC = (
    (b"II*\x00", "image/tiff"), (b"MM\x00*", "image/tiff"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)  # fmt: skip


def media_type(path: Path) -> str | None:
    """`application/pdf`, an image type, or None for everything else."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" in head:
        return "application/pdf"
    return next((kind for magic, kind in MAGIC if head.startswith(magic)), None)


def refusal(path: Path, max_bytes: int) -> Problem | None:
    """Why a file cannot be read at all, before it is opened; None if nothing speaks against it."""
    size = path.stat().st_size
    if size == 0:
        return Problem("damaged_file", "The file is empty (0 bytes). Ask the sender to send it again.")
    if size > max_bytes:
        limit = max_bytes >> 20
        return Problem("too_large", f"The file has {size >> 20} MB; at most {limit} MB are read. Split it.")
    if media_type(path) is None:
        what = "an Office or ZIP file" if path.read_bytes()[:2] == b"PK" else "not a PDF, TIFF, JPEG or PNG"
        return Problem("unsupported_type", f"The file is {what}. Ask for a PDF, or print it to PDF and drop that.")
    return None
