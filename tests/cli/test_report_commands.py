"""`casebinder report` and `import-referrals` through the front door."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casefile.reports import NAMES
from cli.main import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASEBINDER_HOME", str(tmp_path))
    monkeypatch.setenv("CASEBINDER_DATABASE_URL", "")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("name", NAMES)
def test_every_report_prints_in_every_format(name: str) -> None:
    made = json.loads(run("report", name, "--format", "json").output)
    assert made["report"] == name
    assert run("report", name).exit_code == 0
    for block in made["tables"]:
        rows = list(csv.reader(io.StringIO(run("report", name, "--format", "csv", "--table", block["id"]).output)))
        assert rows[0] == block["columns"]


def test_what_cannot_be_reported_is_said() -> None:
    assert run("report", "weather").exit_code != 0
    assert "YYYY-MM-DD" in run("report", "metrics", "--from", "1 Nov").output
    assert "figures" in run("report", "metrics", "--format", "csv", "--table", "x").output


def test_an_export_is_compared_and_a_bad_one_ends_with_3(home: Path) -> None:
    good = home / "portal.csv"
    good.write_text("Patient,DOB\n[red]Ana Espinal,1951-03-04\n")
    shown = run("import-referrals", str(good))
    assert shown.exit_code == 0
    assert "kept: 1 new" in shown.output
    assert "[red]Ana" in shown.output
    good.write_text("Patient,DOB\nAna Espinal,yesterday\n")
    bad = run("import-referrals", str(good), "--json")
    assert bad.exit_code == 3
    assert json.loads(bad.output)["bad"][0]["line"] == 2
    assert run("import-referrals", str(home / "none.csv")).exit_code == 2
