"""Case → plan → drawn sheets → written file → reopened and checked."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from casefile.records import CaseFile
from packet_builder import manifest
from packet_builder.bound_file import BoundFile, Sources, Written
from packet_builder.catalog import Description
from packet_builder.check import check_file
from packet_builder.drawn import Drawing
from packet_builder.errors import PacketError
from packet_builder.kept_exhibits import is_prepared
from packet_builder.kept_sheets import plan_and_sheets
from packet_builder.made_with import made_with
from packet_builder.page_cache import PageCache
from packet_builder.pictured import Pictured
from packet_builder.plan import PacketPlan, Part
from packet_builder.preflight import balance
from packet_builder.redaction import redacted
from packet_builder.request import Request
from packet_builder.source_files import SourceFile, SourceHashes
from packet_builder.survey import survey
from packet_builder.volumes import narrowed, settle_volumes

Progress = Callable[[int, int], None]
SELDOM = 100_000
"""New objects between two searches for circular garbage while a packet is built: it makes many objects and few circles."""


@dataclass(frozen=True)
class PacketResult:
    """A written and checked packet; `files` holds all volumes, `path` the first."""

    path: Path
    sha256: str
    pages: int
    bates_first: str
    bates_last: str
    files: tuple[Path, ...] = ()
    plan: PacketPlan | None = None
    notes: tuple[str, ...] = ()


def build_packet(
    case: CaseFile, *, kind: str, source_path: Callable[[str], Path], out: Path, prefix: str, organisation: str,
    contact: str, letter_date: date, progress: Progress | None = None, request: Request | None = None,
    cache: PageCache | None = None,
) -> PacketResult:  # fmt: skip
    """Bind a case into one PDF, or into as many volumes as the recipient's limits ask for.

    Args:
        case: The case; its ledger must balance.
        kind: `appeal` or `complaint`.
        source_path: Where the original with a given SHA-256 lies.
        out: The PDF to write; an older one is replaced only by a checked one.
        prefix: Letters before every Bates number.
        organisation: Our name on the letter.
        contact: Our contact line.
        letter_date: The day printed on the letter. The clock is never read: same inputs, same bytes.
        progress: Called with (exhibits done, exhibits in all).
        request: Everything beyond that: recipient, level, earlier filings; takes the place of the five before it.
        cache: Where costly findings about source pages are kept.

    Raises:
        PacketError: A source cannot be bound, a letter value is missing, or the written file is not what was planned.
    """
    request = request or Request(kind, prefix, organisation, contact, letter_date)
    balance(case)
    case, burned = redacted(narrowed(case, request), request.profile.redact)
    own_cache = cache or PageCache(None)

    def locate(sha256: str) -> SourceFile:
        return SourceFile(source_path(sha256), request.name_of(sha256))

    hashes = SourceHashes(case.exhibits, locate)
    collected = gc.get_threshold()
    gc.set_threshold(SELDOM)
    try:
        notes = survey(case, locate, own_cache)
        plan, drawing = settle_volumes(
            case, request, locate, lambda cuts: plan_and_sheets(case, request, notes, cuts, own_cache)
        )
        pictured = Pictured(burned, request.profile.fax, bool(request.profile.pdfa))
        rows = [(exhibit, locate(exhibit.fax_sha256)) for exhibit in case.exhibits if not pictured.may_touch(exhibit)]
        if wanted := [row for row in rows if not is_prepared(row[0], own_cache, plan.bates(0))]:
            from packet_builder.ahead import prepare_ahead

            prepare_ahead(wanted, hashes, own_cache, plan.bates(0))
        binding = _Binding(case, request, plan, drawing, Sources(locate, hashes, own_cache), notes, pictured, progress)
        files, sha256 = binding.write(out)
    finally:
        gc.set_threshold(*collected)
        hashes.close()
        if cache is None:
            own_cache.close()
    return PacketResult(
        files[0], sha256, plan.pages, plan.bates(0), plan.bates(plan.pages - 1), tuple(files), plan, request.checks
    )


@dataclass(frozen=True)
class _Binding:
    """Everything that is settled before the first byte is written."""

    case: CaseFile
    request: Request
    plan: PacketPlan
    drawing: Drawing
    sources: Sources
    notes: dict[str, list[str]]
    pictured: Pictured
    progress: Progress | None

    def write(self, out: Path) -> tuple[list[Path], str]:
        """Write every volume beside its final place, check it, and only then put it there; returns the first's SHA-256 too."""
        out.parent.mkdir(parents=True, exist_ok=True)
        made: list[tuple[Path, Path]] = []
        hashes: list[str] = []
        volumes = self.plan.volumes
        try:
            for number in range(1, volumes + 1):
                final = out if volumes == 1 else out.with_name(f"{out.stem}-{number}-of-{volumes}{out.suffix}")
                part = final.with_name(f".{final.name}.part")
                made.append((part, final))
                hashes.append(self._volume(number, part, final))
                self._require_light(number, part)
        except BaseException:
            for part, _ in made:
                part.unlink(missing_ok=True)
            raise
        for part, final in made:
            part.replace(final)
        return [final for _, final in made], hashes[0]

    def _volume(self, number: int, part: Path, final: Path) -> str:
        """Write one volume and check it; returns its SHA-256."""
        case, request, plan = self.case, self.request, self.plan
        parts = [part for part in plan.parts if part.volume == number]
        day = request.letter_date.isoformat()
        described = Description(_title(case, request, plan, parts), day, pdfa=request.profile.pdfa)

        def made(written: Written) -> dict[str, object]:
            return manifest.manifest(case, request, plan, parts, written, self.notes, made_with(self.sources.cache))

        with part.open("wb", buffering=0) as stream:
            sha256, kept = _written(stream, plan, parts, self, described, made)
        problems = check_file(part, plan, parts, self.drawing if request.profile.links else None)
        if problems:
            raise PacketError(f"the written packet is not what was planned: {problems[0]}")
        if described.pdfa.startswith("2"):
            manifest.beside(final).write_bytes(kept)
        return sha256

    def _require_light(self, number: int, part: Path) -> None:
        size, most = part.stat().st_size / 1e6, self.request.profile.max_megabytes
        if most and size > most:
            raise PacketError(f"volume {number} has {size:.1f} MB, over the recipient's {most:g} MB.")


def _written(
    stream: BinaryIO, plan: PacketPlan, parts: Sequence[Part], binding: _Binding, described: Description,
    made: Callable[[Written], dict[str, object]],
) -> tuple[str, bytes]:  # fmt: skip
    """Write one file; returns its hash and its manifest. All else that writing it took is given back before it is checked."""
    bound = BoundFile(
        stream, plan, parts, binding.drawing, binding.sources, links=binding.request.profile.links,
        progress=binding.progress, pictured=binding.pictured,
    )  # fmt: skip
    written = bound.write(described, made)
    return written.sha256, written.manifest


def _title(case: CaseFile, request: Request, plan: PacketPlan, parts: Sequence[Part]) -> str:
    """The file's title, which shows in window bars: no patient data."""
    words = f"{request.kind.capitalize()} packet {case.case_id}".strip()
    return words if plan.volumes == 1 else f"{words}, volume {parts[0].volume} of {plan.volumes}"
