"""A plain folder → the same packet, with no store."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from casefile.errors import CasebinderError
from casefile.records import PageText
from casefile.settings import Settings
from flows import steps
from intake.read import read_file
from packet_builder.folder import case_from_folder
from packet_builder.render import PacketResult, build_packet

SUFFIXES = {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"}


def bind_folder(
    folder: Path, out: Path, *, settings: Settings, case_toml: Path | None = None, ocr: bool = True,
    letter_date: date, kind: str = "appeal", on_file: Callable[[str], None] | None = None,
) -> PacketResult:  # fmt: skip
    """Bind every PDF, TIFF and image of a folder, in name order.

    Raises:
        CasebinderError: A file cannot be read; nothing is left out in silence.
    """
    facts = tomllib.loads(case_toml.read_text()) if case_toml else {}
    limits = replace(steps.limits_from(settings), ocr=ocr)
    files: list[tuple[Path, str, str, tuple[PageText, ...]]] = []
    by_hash: dict[str, Path] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
        if on_file:
            on_file(path.name)
        text = read_file(path, limits, None)
        if text.set_aside:
            raise CasebinderError(f"{path.name}: {text.problems[0].message}")
        by_hash[text.sha256] = path
        files.append((path, text.sha256, text.media_type, text.pages))
    if not files:
        raise CasebinderError(f"{folder}: no PDF, TIFF, JPEG or PNG in this folder. Put the exhibits there.")
    return build_packet(
        case_from_folder(files, facts), kind=kind, source_path=lambda sha256: by_hash[sha256], out=out,
        prefix=settings.bates_prefix, organisation=settings.organisation, contact=settings.contact,
        letter_date=letter_date,
    )  # fmt: skip
