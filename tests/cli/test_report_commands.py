"""`casebinder report` through the front door."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from casefile.reports import NAMES
from tests.cli.test_work_commands import run


@pytest.mark.parametrize("name", NAMES)
def test_every_report_prints_as_table_csv_and_json(tmp_path: Path, name: str) -> None:
    period = ("--from", "2026-11-01", "--to", "2026-11-30")
    row = json.loads(run(tmp_path, "report", name, *period, "--format", "json"))
    assert (row["schema"], row["report"], row["from"], row["to"]) == (
        "casebinder.report/1",
        name,
        "2026-11-01",
        "2026-11-30",
    )
    assert NAMES[name] in run(tmp_path, "report", name)
    lines = list(csv.reader(io.StringIO(run(tmp_path, "report", name, *period, "--format", "csv"))))
    assert [table["title"] for table in row["tables"] if [table["title"]] not in lines] == []


@pytest.mark.parametrize(("arguments", "words"), [
    (("profits",), "profits: a report is one of daily-referrals, open-referrals, denial-audit, metrics"),
    (("metrics", "--from", "1.11.2026"), "1.11.2026: --from takes a day like 2026-11-30"),
    (("metrics", "--from", "2026-11-30", "--to", "2026-11-01"), "ends on 2026-11-01, before it begins"),
])  # fmt: skip
def test_what_cannot_be_reported_is_said_plainly(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(tmp_path, "report", *arguments, code=2)
