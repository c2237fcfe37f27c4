"""The manifest inside every packet: which page came from where, and what each page's content was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

from casefile.records import CaseFile
from packet_builder import stamp, words
from packet_builder.bound_file import Written
from packet_builder.geometry import inherited, shape_of
from packet_builder.made_with import made_with
from packet_builder.page_writer import content_streams, looks_digest, page_digest, split_resources
from packet_builder.pdf_objects import ObjectGraph
from packet_builder.plan import PacketPlan, Part
from packet_builder.request import Request

NAME = "manifest.json"
TEMPLATES = Path(__file__).parent.parent / "templates" / "letters"


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


def manifest(
    case: CaseFile, request: Request, plan: PacketPlan, parts: Sequence[Part], written: Written,
    notes: Mapping[str, Sequence[str]],
) -> dict[str, Any]:  # fmt: skip
    """Everything needed to show, months later, what was sent and from which pages."""
    pages = []
    for index in range(parts[0].first, parts[-1].last + 1):
        sha256, number = plan.sources.get(index, (None, None))
        pages.append(
            {
                "bates": plan.bates(index),
                "content_sha256": written.hashes[index],
                "source_sha256": sha256,
                "source_page": number,
            }
        )
    return {
        "schema": "casebinder.manifest/1", "case": case.case_id, "kind": request.kind, "level": request.level,
        "recipient": request.profile.name, "volume": parts[0].volume, "volumes": plan.volumes, "pages": pages,
        "sources": sorted({row["source_sha256"] for row in pages if row["source_sha256"]}),
        "names": dict(sorted(request.names.items())),
        "ledger": [{"fax": r.fax_sha256, "page": r.page, "state": r.state, "reason": r.reason} for r in case.ledger],
        "excluded": [{"name": name, "reason": reason} for name, reason in request.excluded],
        "notes": {sha256: list(rows) for sha256, rows in sorted(notes.items())},
        "rules": sorted({verdict.rule for verdict in case.verdicts} | {clock.rule for clock in case.clocks if clock.rule}),
        "templates": template_hashes(), "tables": table_hashes(),
        "overrides": [{"code": o.code, "reason": o.reason, "by": o.by} for o in request.overrides],
        "pictures": {plan.bates(index): why for index, why in sorted(written.pictures.items())},
        "letter": {"by": request.by, "rewritten": sum(old != new for old, new in request.rewritten.items())},
        "checks": list(request.checks), "made_with": made_with(),
    }  # fmt: skip


def template_hashes() -> dict[str, str]:
    """SHA-256 of every letter template."""
    return _hashes(TEMPLATES, "*.j2")


@cache
def table_hashes() -> dict[str, str]:
    """SHA-256 of the directory, the profiles and the topics."""
    return _hashes(Path(__file__).parent / "data", "*.toml")


def _hashes(folder: Path, pattern: str) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob(pattern))}


def beside(path: Path) -> Path:
    """Where the manifest lies when the packet itself may hold none (PDF/A-2)."""
    return path.with_suffix(".manifest.json")


def read(pdf: pikepdf.Pdf, path: Path) -> dict[str, Any] | None:
    """The manifest of a packet, or None."""
    if NAME in pdf.attachments:
        return json.loads(pdf.attachments[NAME].get_file().read_bytes())  # type: ignore[no-any-return]
    return json.loads(beside(path).read_bytes()) if beside(path).is_file() else None
