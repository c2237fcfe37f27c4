"""The manifest inside every packet: which page came from where, and what each page's content was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from casefile.records import CaseFile
from packet_builder.bound_file import Written
from packet_builder.plan import PacketPlan, Part
from packet_builder.request import Request

NAME = "manifest.json"
TEMPLATES = Path(__file__).parent.parent / "templates" / "letters"


def manifest(
    case: CaseFile, request: Request, plan: PacketPlan, parts: Sequence[Part], written: Written,
    notes: Mapping[str, Sequence[str]], versions: Mapping[str, str],
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
        "checks": list(request.checks), "made_with": dict(versions),
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
