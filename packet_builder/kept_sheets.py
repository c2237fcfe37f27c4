"""Our own sheets, drawn once and kept by all that goes into them: a later build of the same needs no layout library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from casefile.records import CaseFile, Exhibit
from packet_builder.drawn import FACES, LIBERATION, Drawing, Drawn, Goal, Link, Tag
from packet_builder.made_with import code_digest, made_with
from packet_builder.manifest import template_hashes
from packet_builder.page_cache import PageCache
from packet_builder.plan import NAMED_BY_WORDS, PacketPlan, plan_packet
from packet_builder.prepared import Prepared, packed, unpacked
from packet_builder.request import Request

SHEETS, DRAWN = "sheets/1", "drawn/1"
QUOTED = {"denial_letter"}
"""Kinds of documents whose sentences are quoted."""


def plan_and_sheets(
    case: CaseFile, request: Request, notes: Mapping[str, Sequence[str]], cuts: Sequence[int], cache: PageCache
) -> tuple[PacketPlan, Drawing]:
    """The plan and the drawn sheets, which agree; drawn now, or kept from a build of the very same.

    The sheets are drawn from what `bare` leaves of the case, and from nothing else: so its text is a name for them.
    """
    asked = bare(case)
    key = _key(asked, request, notes, cuts, cache)
    if kept := _kept(key, cache):
        lengths, drawing = kept
    else:
        from packet_builder.sheets import draw

        settled, drawing = draw(asked, request, notes, cuts)
        lengths = {part.name: part.pages for part in settled.parts if part.exhibit is None}
        _keep(key, lengths, drawing, cache)
    plan = plan_packet(
        case, request.prefix, lengths, cuts=cuts, filed=request.filed or None, next_number=request.next_number
    )
    return plan, drawing


def bare(case: CaseFile) -> CaseFile:
    """The case without the words and ink that no sheet shows: most of what a stored case holds."""
    return replace(case, exhibits=tuple(_bare(exhibit) for exhibit in case.exhibits))


def _bare(exhibit: Exhibit) -> Exhibit:
    if exhibit.kind in QUOTED:
        return exhibit
    shown = 1 if exhibit.kind in NAMED_BY_WORDS else 0
    if not any(page.words or page.ink for page in exhibit.pages[shown:]):
        return exhibit
    pages = (*exhibit.pages[:shown], *(replace(page, words=(), ink=()) for page in exhibit.pages[shown:]))
    return replace(exhibit, pages=pages)


def _key(
    case: CaseFile, request: Request, notes: Mapping[str, Sequence[str]], cuts: Sequence[int], cache: PageCache
) -> str:  # fmt: skip
    """A hash of everything the sheets depend on: inputs, templates, fonts, libraries, our own code."""
    fonts = [(path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else None
             for path in (LIBERATION / file for file, _ in FACES.values())]  # fmt: skip
    known = (case, request, sorted(notes.items()), tuple(cuts), template_hashes(), fonts,
             sorted(made_with(cache).items()), code_digest())  # fmt: skip
    return hashlib.sha256(repr(known).encode("utf-8", "surrogatepass")).hexdigest()


def _keep(key: str, lengths: Mapping[str, int], drawing: Drawing, cache: PageCache) -> None:
    if data := packed(drawing.sheets):
        row = {
            "lengths": lengths, "fonts": [[number, digest.hex()] for number, digest in drawing.fonts],
            "parts": {name: _row(drawn) for name, drawn in drawing.parts.items()},
            "slips": {name: _row(drawn) for name, drawn in drawing.slips.items()},
        }  # fmt: skip
        cache.put(key, 0, SHEETS, data)
        cache.put(key, 0, DRAWN, json.dumps(row, separators=(",", ":")).encode())


def _kept(key: str, cache: PageCache) -> tuple[dict[str, int], Drawing] | None:
    data, row = cache.get(key, 0, SHEETS), cache.get(key, 0, DRAWN)
    sheets = unpacked(data) if data else None
    if sheets is None or row is None:
        return None
    with suppress(ValueError, KeyError, TypeError, IndexError):
        return _drawing(sheets, json.loads(row))
    return None


def _drawing(sheets: Prepared, row: dict[str, Any]) -> tuple[dict[str, int], Drawing]:
    (stamped, one), (plain, two) = row["fonts"]
    parts, slips = ({name: _drawn(*kept) for name, kept in row[kind].items()} for kind in ("parts", "slips"))
    fonts = (stamped, bytes.fromhex(one)), (plain, bytes.fromhex(two))
    return row["lengths"], Drawing(sheets, parts, slips, fonts)


def _row(drawn: Drawn) -> list[Any]:
    places = {id(link): number for number, link in enumerate(drawn.links)}
    links = [[ln.page, ln.rect, ln.goal.page, ln.goal.down, ln.says, ln.mark] for ln in drawn.links]
    return [drawn.first, drawn.pages, links, _tag_row(drawn.tag, places)]


def _tag_row(tag: Tag, links: Mapping[int, int]) -> list[Any]:
    """An element as [kind, title, kids, scope, span]; a kid is an element, [page, mark], or a link's place among the links."""
    kids = [_tag_row(kid, links) if isinstance(kid, Tag) else links[id(kid)] if isinstance(kid, Link) else list(kid)
            for kid in tag.kids]  # fmt: skip
    return [tag.kind, tag.title, kids, tag.scope, tag.span]


def _drawn(first: int, pages: int, rows: list[Any], tag: list[Any]) -> Drawn:
    links = [Link(page, tuple(rect), Goal(goal, down), says, mark) for page, rect, goal, down, says, mark in rows]
    return Drawn(first, pages, links, _tag(tag, links))


def _tag(row: list[Any], links: Sequence[Link]) -> Tag:
    kind, title, rows, scope, span = row
    kids = [links[kid] if isinstance(kid, int) else (kid[0], kid[1]) if len(kid) == 2 else _tag(kid, links)
            for kid in rows]  # fmt: skip
    return Tag(kind, kids, title, scope, span)
