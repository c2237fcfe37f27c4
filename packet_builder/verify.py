"""Is a packet still what was bound?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pikepdf

from packet_builder import stamp, words
from packet_builder.manifest import NAME, beside
from packet_builder.page_parts import content_streams, split_resources
from packet_builder.page_shape import inherited, shape_of
from packet_builder.page_writer import looks_digest, page_digest
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
        return _kept(pdf, path)


def _compare(pdf: pikepdf.Pdf, path: Path) -> list[str]:
    kept = _kept(pdf, path)
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
    return [page_hash(graph, page.obj) for page in pdf.pages]


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


def _kept(pdf: pikepdf.Pdf, path: Path) -> dict[str, Any] | None:
    """The manifest of a packet, or None."""
    if NAME in pdf.attachments:
        return json.loads(pdf.attachments[NAME].get_file().read_bytes())  # type: ignore[no-any-return]
    return json.loads(beside(path).read_bytes()) if beside(path).is_file() else None


def page_hash(graph: ObjectGraph, page: pikepdf.Object) -> str:
    """SHA-256 over a bound page's box, turn, resources and content, whatever its objects' numbers."""
    resources = inherited(page, "/Resources")
    rest, fonts = split_resources(resources)
    given = []
    held = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    for name in (stamp.FONT, words.FONT):
        font = held.get(f"/{name}") if isinstance(held, pikepdf.Dictionary) else None
        given.append(graph.digest_of(font) if font is not None else b"")
    group = page.get("/Group")
    body = group.unparse(resolved=True) if isinstance(group, pikepdf.Dictionary) else b""
    hashes = (graph.digest(rest), graph.digest(fonts), graph.digest(body) if body else b"", *given)
    looks = looks_digest(shape_of(page), hashes)
    return page_digest(looks, [graph.digest_of(stream) for stream in content_streams(page)])
