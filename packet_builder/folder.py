"""A plain folder as a case: every file an exhibit, in name order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from casefile.records import CaseFile, Exhibit, LedgerRow, PageText

Source = tuple[Path, str, str, tuple[PageText, ...]]
"""Path, SHA-256, media type, pages."""


def case_from_folder(files: Sequence[Source], facts: Mapping[str, str]) -> CaseFile:
    """Exhibits and ledger from files; names and numbers from `case.toml` where there is one.

    The same bytes twice are bound once; the ledger says which file repeats which.
    """
    exhibits: list[Exhibit] = []
    ledger: list[LedgerRow] = []
    for path, sha256, media_type, pages in files:
        if any(exhibit.fax_sha256 == sha256 for exhibit in exhibits):
            continue
        kept = tuple(page for page in pages if not page.blank)
        ledger += [LedgerRow(sha256, p.page_number, "blank" if p.blank else "exhibit", "") for p in pages]
        if kept:
            exhibits.append(Exhibit(path.stem.replace("_", " "), "other", sha256, media_type, kept))
    known = {field.name for field in fields(CaseFile)} - {
        "facts",
        "exhibits",
        "events",
        "verdicts",
        "clocks",
        "ledger",
    }
    values = {"case_id": "", "member_name": "Not stated", "payer_name": "To whom it may concern"}
    values |= {name: str(value) for name, value in facts.items() if name in known}
    return CaseFile(exhibits=tuple(exhibits), ledger=tuple(ledger), **values)  # type: ignore[arg-type]
