"""Is a packet still what was bound?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf

from packet_builder import manifest
from packet_builder.pdf_objects import ObjectGraph


def verify_packet(path: Path) -> list[str]:
    """What does not agree with the embedded manifest; an empty list when all does."""
    try:
        with pikepdf.open(path) as pdf:
            return _compare(pdf, path)
    except pikepdf.PasswordError:
        return ["asks for a password now; a casebinder packet never does, so it was locked afterwards"]
    except (pikepdf.PdfError, OSError, ValueError, KeyError, TypeError) as error:
        return [f"cannot be opened as a PDF ({type(error).__name__})"]


def read_manifest(path: Path) -> dict[str, Any] | None:
    """A packet's manifest, or None."""
    with pikepdf.open(path) as pdf:
        return manifest.read(pdf, path)


def _compare(pdf: pikepdf.Pdf, path: Path) -> list[str]:
    kept = manifest.read(pdf, path)
    if kept is None:
        return ["holds no manifest; it is not a casebinder packet, or the manifest was removed"]
    rows = kept["pages"]
    hashes = _hashes(pdf)
    problems = _moved(rows, hashes)
    for page, row, found in zip(pdf.pages, rows, hashes, strict=False) if len(hashes) == len(rows) else ():
        if page.label != row["bates"]:
            problems.append(f"{row['bates']}: the page label says {page.label}")
        if found != row["content_sha256"] and found not in {other["content_sha256"] for other in rows}:
            problems.append(f"{row['bates']}: the page's content was changed")
    return problems


def _hashes(pdf: pikepdf.Pdf) -> list[str]:
    graph = ObjectGraph(pdf)
    return [manifest.page_hash(graph, page.obj) for page in pdf.pages]


def _moved(rows: list[dict[str, Any]], hashes: list[str]) -> list[str]:
    """Pages that are gone, added, or stand elsewhere than they were bound, by name."""
    problems = []
    if len(hashes) != len(rows):
        problems.append(f"has {len(hashes)} pages; the manifest names {len(rows)}")
    present = set(hashes)
    known = {row["content_sha256"]: row["bates"] for row in rows}
    if len(hashes) < len(rows):
        problems += [
            f"{row['bates']}: this page is missing, or was changed"
            for row in rows
            if row["content_sha256"] not in present
        ]
    elif len(hashes) > len(rows):
        problems += [
            f"page {n} of the file was not bound by casebinder"
            for n, found in enumerate(hashes, 1)
            if found not in known
        ]
    else:
        problems += [
            f"{row['bates']}: here stands the page that was bound as {known[found]}"
            for row, found in zip(rows, hashes, strict=True) if found != row["content_sha256"] and found in known
        ]  # fmt: skip
    return problems
