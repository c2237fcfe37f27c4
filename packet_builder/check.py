"""The written file, reopened: every object, page, label, bookmark and link is where the plan says."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packet_builder.drawn import Drawing
from packet_builder.pdf_writer import text_string
from packet_builder.plain_reader import BadFile, PlainReader, opened
from packet_builder.plan import PacketPlan, Part

KIDS = re.compile(rb"/Kids\[([^\]]*)\]")
NOTES = re.compile(rb"/Annots\[([^\]]*)\]")
DEST = re.compile(rb"/Dest\[(\d+) 0 R")
TITLE = re.compile(rb"/Title(\((?:[^()\\]|\\.)*\)|<[0-9a-f]*>)")
LABEL = re.compile(rb"(\d+)<</P(\((?:[^()\\]|\\.)*\)|<[0-9a-f]*>)/S/D/St (\d+)>>")


def check_file(path: Path, plan: PacketPlan, parts: Sequence[Part], drawing: Drawing | None) -> list[str]:
    """What is not as planned; an empty list when all is. Without a drawing no links are expected."""
    try:
        with opened(path) as file:
            return list(_problems(PlainReader(file, path.stat().st_size), plan, parts, drawing))
    except (BadFile, zlib.error, ValueError, IndexError) as error:
        return [f"the file cannot be read again: {error}"]


def _problems(pdf: PlainReader, plan: PacketPlan, parts: Sequence[Part], drawing: Drawing | None) -> Iterator[str]:
    start, end = parts[0].first, parts[-1].last + 1
    pdf.require_all()
    catalog = pdf.object(pdf.root)
    nodes = _references(KIDS, pdf.object(_reference(b"Pages", catalog)))
    pages = [page for node in nodes for page in _references(KIDS, pdf.object(node))]
    if len(pages) != end - start or len(set(pages)) != len(pages):
        yield f"{len(pages)} pages were written; {end - start} were planned"
        return
    places = {number: start + index for index, number in enumerate(pages)}
    yield from _labels(catalog, plan, start, end)
    yield from _links(pdf, pages, plan, parts, drawing, places)
    yield from _bookmarks(pdf, _reference(b"Outlines", catalog), plan, places)


def _labels(catalog: bytes, plan: PacketPlan, start: int, end: int) -> Iterator[str]:
    """The label rows, unrolled."""
    ranges = [(int(first), prefix, int(number)) for first, prefix, number in LABEL.findall(catalog)]
    ends = [first for first, _, _ in ranges[1:]] + [end - start]
    labels = [
        (prefix, number + offset - first)
        for (first, prefix, number), last in zip(ranges, ends, strict=True)
        for offset in range(first, last)
    ]
    if len(labels) != end - start:
        yield "not every page has a label"
    for offset, (prefix, number) in enumerate(labels):
        bates = plan.bates(start + offset)
        if prefix != text_string(bates[: -len(str(number))]) or not bates.endswith(str(number)):
            yield f"page {bates} is labelled {number}"


def _bookmarks(pdf: PlainReader, outline: int, plan: PacketPlan, places: Mapping[int, int]) -> Iterator[str]:
    for body in _items(pdf, outline):
        title, goal = TITLE.search(body), DEST.search(body)
        index = places.get(int(goal[1])) if goal else None
        if title is None or index is None or not _ends_in(title[1], f"({plan.bates(index)})"):
            yield "a bookmark leads elsewhere"


def _ends_in(written: bytes, words: str) -> bool:
    """Whether a written string ends in some words, in either of the writer's two ways."""
    plain = text_string(words)[1:]
    wide = words.encode("utf-16-be").hex().encode() + b">"
    return written.endswith(plain if written.startswith(b"(") else wide)


def _items(pdf: PlainReader, parent: int) -> Iterator[bytes]:
    """All bookmarks below one, in order."""
    above = pdf.object(parent)
    number, last = _reference(b"First", above), _reference(b"Last", above)
    while True:
        body = pdf.object(number)
        yield body
        if b"/First " in body:
            yield from _items(pdf, number)
        if number == last:
            return
        number = _reference(b"Next", body)


def _links(
    pdf: PlainReader, pages: Sequence[int], plan: PacketPlan, parts: Sequence[Part], drawing: Drawing | None,
    places: Mapping[int, int],
) -> Iterator[str]:  # fmt: skip
    """Every page is a page; our own sheets' links land where they should."""
    start, end = parts[0].first, parts[-1].last + 1
    bodies = iter(pdf.object(number) for number in pages)
    for part in parts:
        landed: list[int | None] = []
        for offset, body in zip(range(part.pages), bodies, strict=False):
            if not body.startswith(b"<</Type/Page/Parent "):
                yield f"{plan.bates(part.first + offset)} is no page"
            if part.exhibit is None:
                notes = [DEST.search(pdf.object(note)) for note in _references(NOTES, body)]
                landed += [places.get(int(goal[1])) if goal else None for goal in notes]
        wanted = [] if part.exhibit is not None or not drawing else drawing.parts[part.name].links
        goals = [link.goal.page for link in sorted(wanted, key=lambda link: link.page) if start <= link.goal.page < end]
        if landed != goals:
            yield f"links of the part '{part.name}' do not land where they should"


def _reference(name: bytes, body: bytes) -> int:
    found = re.search(rb"/%b (\d+) 0 R" % name, body)
    if not found:
        raise BadFile(f"/{name.decode()} is missing")
    return int(found[1])


def _references(pattern: re.Pattern[bytes], body: bytes) -> list[int]:
    found = pattern.search(body)
    return [int(number) for number in found[1].split()[::3]] if found else []
