"""The written file, reopened: pages, labels, bookmarks and links are where the plan says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf

from packet_builder.bound_file import Drawing
from packet_builder.plan import PacketPlan, Part


def check_file(path: Path, plan: PacketPlan, parts: Sequence[Part], drawing: Drawing | None) -> list[str]:
    """What is not as planned; an empty list when all is. Without a drawing no links are expected."""
    start, end = parts[0].first, parts[-1].last + 1
    with pikepdf.open(path) as pdf:
        pages = list(pdf.pages)
        if len(pages) != end - start:
            return [f"{len(pages)} pages were written; {end - start} were planned"]
        places = {page.obj.objgen: start + index for index, page in enumerate(pages)}
        return [
            *_labels(pdf, plan, start, end),
            *_bookmarks(pdf, plan, places),
            *_links(pages, plan, parts, drawing, places),
        ]


def _labels(pdf: pikepdf.Pdf, plan: PacketPlan, start: int, end: int) -> Iterator[str]:
    """The label rows, unrolled."""
    rows = list(pdf.Root.PageLabels.Nums)
    ranges = [(int(rows[n]), str(rows[n + 1].P), int(rows[n + 1].St)) for n in range(0, len(rows), 2)]
    ends = [first for first, _, _ in ranges[1:]] + [end - start]
    for (first, prefix, number), last in zip(ranges, ends, strict=True):
        for offset in range(first, last):
            label = f"{prefix}{number + offset - first}"
            if label != plan.bates(start + offset):
                yield f"page {plan.bates(start + offset)} is labelled {label}"


def _bookmarks(pdf: pikepdf.Pdf, plan: PacketPlan, places: dict[tuple[int, int], int]) -> Iterator[str]:
    for item in _items(pdf.Root.Outlines):
        title, goal = str(item.Title), item.Dest[0]
        index = places.get(goal.objgen)
        if index is None or not title.endswith(f"({plan.bates(index)})"):
            yield f"the bookmark {title.rsplit(' ', 1)[-1]} leads elsewhere"


def _items(parent: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """All bookmarks below one, in order."""
    item, last = parent.First, parent.Last.objgen
    while True:
        yield item
        if "/First" in item:
            yield from _items(item)
        if item.objgen == last:
            return
        item = item.Next


def _links(
    pages: Sequence[pikepdf.Page], plan: PacketPlan, parts: Sequence[Part], drawing: Drawing | None, places: dict[tuple[int, int], int]
) -> Iterator[str]:  # fmt: skip
    start, end = parts[0].first, parts[-1].last + 1
    for part in parts:
        if part.exhibit is not None:
            continue
        wanted = [link for link in drawing.parts[part.name].links if start <= link.goal.page < end] if drawing else []
        landed = [
            places.get(note.Dest[0].objgen)
            for offset in range(part.pages)
            for note in pages[part.first - start + offset].obj.get("/Annots", [])
        ]
        if landed != [link.goal.page for link in sorted(wanted, key=lambda link: link.page)]:
            yield f"links of the part '{part.name}' do not land where they should"
