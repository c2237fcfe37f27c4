"""Is a packet still what was bound?"""

from __future__ import annotations

from pathlib import Path

import pikepdf

from packet_builder import manifest


def verify_packet(path: Path) -> list[str]:
    """What does not agree with the embedded manifest; an empty list when all does."""
    try:
        with pikepdf.open(path) as pdf:
            return _compare(pdf)
    except (pikepdf.PdfError, OSError) as error:
        return [f"cannot be opened as a PDF ({type(error).__name__})"]


def _compare(pdf: pikepdf.Pdf) -> list[str]:
    kept = manifest.read(pdf)
    if kept is None:
        return ["holds no manifest; it is not a casebinder packet, or the manifest was removed"]
    problems = []
    if len(pdf.pages) != len(kept["pages"]):
        problems.append(f"has {len(pdf.pages)} pages; the manifest names {len(kept['pages'])}")
    for page, row in zip(pdf.pages, kept["pages"], strict=False):
        if page.label != row["bates"]:
            problems.append(f"{row['bates']}: the page label says {page.label}")
        if manifest.page_hash(page) != row["content_sha256"]:
            problems.append(f"{row['bates']}: the page's content was changed")
    return problems
