"""A plain folder → the same packet, with no store."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from casefile.errors import CasebinderError
from casefile.records import Finding, PageText
from casefile.rows import finding_of, page_of, page_row
from casefile.settings import Settings
from flows import steps
from flows.packet_readings import read_with_kept_pages
from flows.packet_request import Ask, open_cache, request_for
from intake.sniff import media_type
from packet_builder.exhibit_pages import keep_layers
from packet_builder.folder import FolderFile, case_from_folder
from packet_builder.kept_exhibits import layers_name
from packet_builder.page_cache import PageCache
from packet_builder.plan import section_of
from packet_builder.profiles import profile
from packet_builder.render import PacketResult, build_packet
from packet_builder.source_files import SourceFile, sha256_of

READING = f"reading/1/{version('casebinder')}"
OURS = {"case.toml"}
SUFFIXES = {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"}
DOCUMENTS = {".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".rtf", ".heic", ".gif", ".bmp", ".webp",
             ".zip", ".eml", ".msg", ".htm", ".html"}  # fmt: skip
"""Suffixes of files that hold evidence as likely as not: they stop the binding rather than be left out."""
FOLLOWED = 8
"""Levels of subfolders that are looked into."""


def bind_folder(
    folder: Path, out: Path, *, settings: Settings, case_toml: Path | None = None, ocr: bool = True,
    letter_date: date, kind: str = "appeal", on_file: Callable[[str], None] | None = None, ask: Ask | None = None,
    on_excluded: Callable[[str, str], None] | None = None, progress: Callable[[int, int], None] | None = None,
) -> PacketResult:  # fmt: skip
    """Bind every PDF, TIFF and image of a folder, in name order, subfolders too.

    Files that are no document (hidden ones, the packet itself) are listed as excluded, with the reason. Words and
    layers of scanned pages are kept by file hash, and each page by what is on it: a second binding redoes no OCR, and
    one after a page changed reads that page alone.

    Raises:
        CasebinderError: A file cannot be read; nothing is left out in silence.
    """
    found = case_toml or (folder / "case.toml" if (folder / "case.toml").is_file() else None)
    facts = _facts(found)
    wanted, excluded = _sorted_out(folder, out)
    if not wanted:
        raise CasebinderError(f"{folder}: no PDF, TIFF, JPEG or PNG in this folder. Put the exhibits there.")
    for name, reason in excluded:
        if on_excluded:
            on_excluded(name, reason)
    cache = open_cache(settings)
    try:
        redacts = bool(profile(ask.recipient).redact) if ask else False
        files = [_read(folder, path, settings, ocr, cache, on_file, redacts) for path in wanted]
        by_hash: dict[str, Path] = {}
        for file in files:
            if file.sha256 in by_hash:
                excluded.append((_name(folder, file.path), f"the same bytes as {_name(folder, by_hash[file.sha256])}"))
            by_hash.setdefault(file.sha256, file.path)
        case = case_from_folder(files, facts)
        request = request_for(case, kind, ask or Ask(), letter_date, settings, asked_for="bind")
        request = replace(
            request, names={sha256: _name(folder, path) for sha256, path in by_hash.items()}, excluded=tuple(excluded)
        )
        return build_packet(
            case, kind=kind, source_path=lambda sha256: by_hash[sha256], out=out, prefix=settings.bates_prefix,
            organisation=settings.organisation, contact=settings.contact, letter_date=letter_date, request=request,
            cache=cache, progress=progress,
        )  # fmt: skip
    finally:
        cache.close()


def _facts(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise CasebinderError(f"{path.name} cannot be read: {error}. Mend it, or bind without it.") from None


def _sorted_out(folder: Path, out: Path) -> tuple[list[Path], list[tuple[str, str]]]:
    """Files to bind, and those left out with the reason."""
    wanted: list[Path] = []
    excluded: list[tuple[str, str]] = []
    for path in _files(folder, 0):
        name = _name(folder, path)
        if path.name.startswith("."):
            excluded.append((name, "hidden file"))
        elif path.name in OURS:
            continue
        elif path.resolve() == out.resolve():
            excluded.append((name, "the packet itself, which is written here"))
        elif path.is_symlink() and not path.exists():
            excluded.append((name, "a link that leads nowhere"))
        elif path.suffix.lower() not in SUFFIXES | DOCUMENTS and media_type(path) is None:
            excluded.append((name, "not a PDF, TIFF, JPEG or PNG"))
        else:
            wanted.append(path)
    return wanted, excluded


def _files(folder: Path, depth: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if depth >= FOLLOWED:
                raise CasebinderError(f"{path}: too many levels of subfolders. Bring the exhibits nearer to the top.")
            yield from _files(path, depth + 1)
        else:
            yield path


def _name(folder: Path, path: Path) -> str:
    return os.fspath(path.relative_to(folder))


def _read(
    folder: Path, path: Path, settings: Settings, ocr: bool, cache: PageCache, on_file: Callable[[str], None] | None,
    all_words: bool,
) -> FolderFile:  # fmt: skip
    """A file as it was kept: read before, or read and kept now, so that both ways give the same packet."""
    name = _name(folder, path)
    sha256 = sha256_of(SourceFile(path, name))
    kind = f"{READING}/{ocr}"
    if cache.get(sha256, 0, kind) is None:
        if on_file:
            on_file(name)
        _keep(_read_now(path, name, sha256, settings, ocr, cache, kind), kind, cache)
    if cache.get(sha256, 0, f"{layers_name()}/{ocr}") is None:
        _keep_layers(_kept(path, sha256, f"{kind}/words", cache), cache)
        cache.put(sha256, 0, f"{layers_name()}/{ocr}", b"made")
    return _kept(path, sha256, f"{kind}/words" if all_words else kind, cache)


def _kept(path: Path, sha256: str, kind: str, cache: PageCache) -> FolderFile:
    row = json.loads(cache.get(sha256, 0, kind) or b"")
    pages = tuple(page_of(number, page) for number, page in enumerate(row["pages"], 1))
    on = date.fromisoformat(row["on"]) if row["on"] else None
    findings = tuple(finding_of(finding) for finding in row["findings"])
    return FolderFile(path, sha256, row["media_type"], pages, row["kind"], on, findings)


def _keep_layers(file: FolderFile, cache: PageCache) -> None:
    """Keep the layers of a file's scanned pages, which need its words once."""
    for exhibit in case_from_folder([file], {}).exhibits:
        keep_layers(file.path, exhibit, cache)


def _keep(file: FolderFile, kind: str, cache: PageCache) -> None:
    """Keep a reading twice, with all words and without."""
    case = case_from_folder([file], {})
    role = "authority" if any(section_of(exhibit) == "authority" for exhibit in case.exhibits) else file.kind
    row: dict[str, Any] = {
        "media_type": file.media_type, "kind": role, "on": file.on.isoformat() if file.on else "",
        "findings": [finding.to_json() for finding in file.findings],
    }  # fmt: skip
    for name, pages in ((kind, [_light(page, role) for page in file.pages]), (f"{kind}/words", list(file.pages))):
        data = json.dumps({**row, "pages": [page_row(page) for page in pages]}).encode()
        cache.put(file.sha256, 0, name, data)


def _light(page: PageText, kind: str) -> PageText:
    """A page as it is kept: its words stay only where sentences are quoted from it; its layer is kept by itself."""
    return page if kind == "denial_letter" else replace(page, words=(), ink=())


def _read_now(
    path: Path, name: str, sha256: str, settings: Settings, ocr: bool, cache: PageCache, kind: str
) -> FolderFile:  # fmt: skip
    from casefile.completeness import Read
    from casefile.timeline import document_date

    limits = replace(steps.limits_from(settings), ocr=ocr)
    reading = read_with_kept_pages(path, name, sha256, limits, cache, f"page of {kind}")
    if reading.set_aside:
        raise CasebinderError(f"{name}: {reading.problems[0].message}")
    kinds = [document for document in reading.documents if document.kind != "cover_sheet"]
    main = max(kinds, key=lambda document: len(document.pages), default=None)
    findings: tuple[Finding, ...] = reading.findings
    on = document_date(Read(reading.sha256, main, findings)) if main else None
    return FolderFile(
        path, reading.sha256, reading.media_type, reading.pages, main.kind if main else "other", on, findings
    )
