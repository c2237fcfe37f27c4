"""Reports as files in HOME/reports, CSV and JSON, and the portal's exports compared; plain functions."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casefile.csv_text import csv_text
from casefile.errors import Refused
from casefile.referral_file import MOST_BYTES
from casefile.report_store import make_report
from flows.reconcile import reconcile_file
from flows.steps import Desk

BY = "schedule"
LISTS = ("bad", "only_in_export", "unsure", "only_with_us")
COLUMNS = ("list", "line", "case", "member_name", "member_dob", "member_id", "order_date", "payer_name", "reference",
           "created_at", "status", "reason")  # fmt: skip


def write_report(
    desk: Desk, name: str, at: datetime, first: date | None = None, last: date | None = None
) -> list[Path]:
    """Write a report over a period as CSV and JSON; the same day's are replaced. Returns the files."""
    zone = ZoneInfo(desk.settings.timezone)
    made = make_report(desk.store, name, zone=zone, at=at, first=first, last=last)
    stem = f"{name}-{made.period.last.isoformat()}"
    return _write(desk, stem, made.to_json(), made.to_csv())


def last_month(today: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = today.replace(day=1) - timedelta(1)
    return last.replace(day=1), last


def compare_exports(desk: Desk) -> tuple[int, int]:
    """Compare the exports in the portal's folder with our cases: each once, the newest every time.

    Returns:
        How many were compared, and how many of them cannot be used (their rows are named in the written file, or
        the file is no export). What comes out lies in HOME/reports, named by the export's hash.
    """
    files = sorted(desk.settings.portal_folder.glob("*.[cC][sS][vV]"), key=lambda path: path.stat().st_mtime)
    compared = unusable = 0
    for path in files:
        stem = f"reconciliation-{_hash(path)[:12]}"
        if path != files[-1] and (_folder(desk) / f"{stem}.json").exists():
            continue
        compared += 1
        try:
            found = reconcile_file(desk, path, BY)
        except Refused as refusal:
            found = {"file": path.name, "imported": False, "bad": [{"line": None, "reason": str(refusal)}]}
        unusable += not found["imported"]
        rows = [[key, *(row.get(name) for name in COLUMNS[1:])] for key in LISTS for row in found.get(key, ())]
        _write(desk, stem, found, csv_text(COLUMNS, rows))
    return compared, unusable


def _hash(path: Path) -> str:
    """A file's hash; of one that is too large to be an export, its beginning's."""
    with path.open("rb") as file:
        return hashlib.sha256(file.read(MOST_BYTES + 1)).hexdigest()


def _folder(desk: Desk) -> Path:
    folder = desk.settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _write(desk: Desk, stem: str, row: dict[str, Any], text: str) -> list[Path]:
    """Both files, whole or not at all; only their owner may read them."""
    written = []
    contents = ((".json", json.dumps(row, indent=2, ensure_ascii=False) + "\n"), (".csv", text))
    for suffix, content in contents:
        path = _folder(desk) / f"{stem}{suffix}"
        part = path.with_name(f"{path.name}.part")
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as out:
            out.write(content)
        part.replace(path)
        written.append(path)
    return written
