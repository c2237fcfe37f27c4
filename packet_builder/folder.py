"""A plain folder as a case: every file an exhibit, in name order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from casefile.records import CaseFile, Cited, Clock, Exhibit, Finding, LedgerRow, PageText

NOT_FACTS = {"facts", "exhibits", "events", "verdicts", "clocks", "ledger", "findings"}


@dataclass(frozen=True)
class FolderFile:
    """One file of the folder as it was read. `kind` is its document kind, `on` its day."""

    path: Path
    sha256: str
    media_type: str
    pages: tuple[PageText, ...]
    kind: str = "other"
    on: date | None = None
    findings: tuple[Finding, ...] = ()


def case_from_folder(files: Sequence[FolderFile], toml: Mapping[str, Any]) -> CaseFile:
    """Exhibits and ledger from files; names and numbers from `case.toml` where there is one.

    The same bytes twice are bound once; the ledger says which file repeats which. `[exhibits."name.pdf"]` in case.toml sets
    a file's `title`, `kind` and `date`. Top-level text values that are no field of a case go to the letter as they are.
    """
    exhibits: list[Exhibit] = []
    ledger: list[LedgerRow] = []
    seen: set[str] = set()
    named = toml.get("exhibits", {})
    for file in files:
        if file.sha256 in seen:
            continue
        seen.add(file.sha256)
        kept = tuple(page for page in file.pages if not page.blank)
        ledger += [LedgerRow(file.sha256, p.page_number, "blank" if p.blank else "exhibit", "nothing on the page" if p.blank else "")
                   for p in file.pages]  # fmt: skip
        if kept:
            row = named.get(file.path.name, {})
            on = row.get("date", file.on)
            exhibits.append(Exhibit(str(row.get("title", _title(file.path))), str(row.get("kind", file.kind)), file.sha256, file.media_type,
                                    kept, date.fromisoformat(on) if isinstance(on, str) else on))  # fmt: skip
    known = {field.name for field in fields(CaseFile)} - NOT_FACTS
    texts = {name: str(value) for name, value in toml.items() if isinstance(value, (str, int, date))}
    values = {"case_id": "", "member_name": "Not stated", "payer_name": "To whom it may concern"}
    values |= {name: value for name, value in texts.items() if name in known}
    findings = tuple(Cited(file.sha256, finding) for file in files for finding in file.findings)
    return CaseFile(
        exhibits=tuple(exhibits), ledger=tuple(ledger), clocks=_clocks(texts), findings=findings,
        facts={name: value for name, value in texts.items() if name not in known}, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ").strip() or path.name


def _clocks(texts: Mapping[str, str]) -> tuple[Clock, ...]:
    """The deadline that case.toml states, if it does."""
    if "deadline" not in texts:
        return ()
    return (
        Clock(
            "appeal deadline",
            date.fromisoformat(texts["deadline"]),
            texts.get("deadline_rule", "case.toml"),
            "case.toml",
        ),
    )
