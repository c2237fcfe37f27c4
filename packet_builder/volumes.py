"""What a recipient takes: documents left out, volumes cut at exhibit borders so that each keeps within the caps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from casefile.records import CaseFile, Exhibit
from packet_builder.drawn import Drawing
from packet_builder.errors import PacketError
from packet_builder.plan import PacketPlan, in_order
from packet_builder.request import Request
from packet_builder.source_files import Locate

PAGE_BYTES = 7000
"""What a bound page weighs beyond its own content: stamp, words, structure, manifest row."""
SHEET_BYTES = 6000
FIXED_BYTES = 150_000
SLACK = 0.97


def narrowed(case: CaseFile, request: Request) -> CaseFile:
    """The case as this recipient gets it: without kinds it has no need of, and, for a delta, without what was filed."""
    kept, ledger = [], list(case.ledger)
    for exhibit in case.exhibits:
        reason = ""
        if exhibit.kind in request.profile.leave_out:
            reason = f"not needed by this recipient ({exhibit.kind.replace('_', ' ')})"
        pages = exhibit.pages
        if request.only_new:
            pages = tuple(page for page in pages if (exhibit.fax_sha256, page.page_number) not in request.filed)
        dropped = (
            {page.page_number for page in exhibit.pages}
            if reason
            else {p.page_number for p in exhibit.pages} - {p.page_number for p in pages}
        )
        if dropped:
            why = reason or f"filed before{f' on {request.filed_on}' if request.filed_on else ''}"
            ledger = [replace(row, state="excluded", reason=why) if row.fax_sha256 == exhibit.fax_sha256 and row.page in dropped
                      and row.state == "exhibit" else row for row in ledger]  # fmt: skip
        if not reason and pages:
            kept.append(exhibit if pages == exhibit.pages else replace(exhibit, pages=pages))
    if not kept:
        raise PacketError("nothing is left to bind: every exhibit was filed before, or is not for this recipient.")
    return replace(case, exhibits=tuple(kept), ledger=tuple(ledger))


def weights(exhibits: Sequence[Exhibit], locate: Locate) -> list[float]:
    """An estimate of each exhibit's bytes: its share of its source, and what each page adds."""
    pages_of: dict[str, int] = {}
    for exhibit in exhibits:
        pages_of[exhibit.fax_sha256] = max(
            pages_of.get(exhibit.fax_sha256, 1), max(p.page_number for p in exhibit.pages)
        )
    return [
        locate(e.fax_sha256).path.stat().st_size * min(1.0, len(e.pages) / pages_of[e.fax_sha256])
        + len(e.pages) * PAGE_BYTES + SHEET_BYTES for e in exhibits
    ]  # fmt: skip


def cut(sizes: Sequence[tuple[int, float]], first: tuple[int, float], cover: tuple[int, float], last: tuple[int, float],
        max_pages: int, max_bytes: float) -> list[int]:  # fmt: skip
    """Where volumes begin, so that each keeps within the caps if any exhibit alone does.

    Args:
        sizes: (pages, bytes) of each exhibit with its slip sheet, in order.
        first: (pages, bytes) of the sheets before the first exhibit.
        cover: (pages, bytes) of a further volume's cover.
        last: (pages, bytes) of the annex, which follows the last exhibit.
        max_pages: Cap on pages; 0 for none.
        max_bytes: Cap on bytes; 0 for none.

    Returns:
        Indices of the exhibits that begin a volume.
    """

    def fits(pages: int, weight: float) -> bool:
        return (not max_pages or pages <= max_pages) and (not max_bytes or weight <= max_bytes)

    cuts: list[int] = []
    pages, weight = first
    for number, (more, bytes_more) in enumerate(sizes):
        tail = last if number == len(sizes) - 1 else (0, 0.0)
        if number and not fits(pages + more + tail[0], weight + bytes_more + tail[1]):
            cuts.append(number)
            pages, weight = cover
        elif not number and not fits(pages + more + tail[0], weight + bytes_more + tail[1]):
            cuts.append(0)
            pages, weight = cover
        pages, weight = pages + more, weight + bytes_more
    return cuts


def settle_volumes(
    case: CaseFile, request: Request, locate: Locate, draw: Callable[[Sequence[int]], tuple[PacketPlan, Drawing]]
) -> tuple[PacketPlan, Drawing]:
    """Plan and sheets for as few volumes as the caps allow.

    Raises:
        PacketError: One exhibit alone is over a cap; the message names it.
    """
    plan, drawing = draw(())
    profile = request.profile
    max_bytes = profile.max_megabytes * 1e6 * SLACK
    if not profile.max_pages and not max_bytes:
        return plan, drawing
    exhibits = [exhibit for _, exhibit in in_order(case.exhibits)]
    estimate = weights(exhibits, locate)
    for _ in range(4):
        sizes = [(1 + len(e.pages), weight) for e, weight in zip(exhibits, estimate, strict=True)]
        pages = {part.name: part.pages for part in plan.parts if part.exhibit is None}
        front = sum(count for name, count in pages.items() if name != "annex" and not name.startswith("volume "))
        covers = max((count for name, count in pages.items() if name.startswith("volume ")), default=1)
        cuts = cut(sizes, (front, FIXED_BYTES + front * SHEET_BYTES), (covers, FIXED_BYTES), (pages["annex"], pages["annex"] * SHEET_BYTES),
                   profile.max_pages, max_bytes)  # fmt: skip
        if cuts == [] and plan.volumes == 1:
            break
        again, drawing = draw(cuts)
        settled = _same(plan, again)
        plan = again
        if settled:
            break
    _within(plan, profile.max_pages)
    return plan, drawing


def _same(plan: PacketPlan, again: PacketPlan) -> bool:
    return [(part.name, part.pages, part.volume) for part in plan.parts] == [
        (part.name, part.pages, part.volume) for part in again.parts
    ]


def _within(plan: PacketPlan, max_pages: int) -> None:
    for number in range(1, plan.volumes + 1):
        parts = [part for part in plan.parts if part.volume == number]
        if max_pages and sum(part.pages for part in parts) > max_pages:
            largest = max(parts, key=lambda part: part.pages)
            raise PacketError(f"{largest.name} ({largest.title}) has {largest.pages} pages and does not fit into a volume of {max_pages}. "
                              "Split it, or choose another recipient profile.")  # fmt: skip
