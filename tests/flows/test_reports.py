"""Reports on a schedule, as plain functions: files, exports compared once, one that cannot be used."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from casefile.settings import Settings
from flows import policies, report_files, reports, steps
from flows.steps import Desk

AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(Settings(home=tmp_path, database_url=""))
    (tmp_path / "portal").mkdir()
    monkeypatch.setattr(steps, "desk", lambda: made)
    return made


def test_a_report_is_written_twice_over_and_only_for_its_owner(desk: Desk) -> None:
    for _ in range(2):
        files = report_files.write_report(desk, "metrics", AT)
    assert sorted(path.name for path in files) == ["metrics-2026-11-24.csv", "metrics-2026-11-24.json"]
    assert sorted(files) == sorted((desk.settings.home / "reports").iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert json.loads((desk.settings.home / "reports" / "metrics-2026-11-24.json").read_text())["report"] == "metrics"


def test_exports_are_compared_once_and_the_newest_again(desk: Desk) -> None:
    portal = desk.settings.portal_folder
    (portal / "a.csv").write_text("Patient,DOB\nAna Espinal,1951-03-04\n")
    (portal / "b.CSV").write_text("Patient,DOB\n=Ana Espinal,1951-03-05\n")
    (portal / "c.csv").write_bytes(b"\0\0")
    for when, name in enumerate(("a.csv", "c.csv", "b.CSV")):
        os.utime(portal / name, (when, when))
    assert report_files.compare_exports(desk) == (3, 1)
    assert report_files.compare_exports(desk) == (1, 0)
    written = [list(csv.DictReader(path.open())) for path in (desk.settings.home / "reports").glob("*.csv")]
    names = {row["member_name"] for rows in written for row in rows}
    assert names == {"Ana Espinal", "'=Ana Espinal", ""}
    assert any("no text file" in row["reason"] for rows in written for row in rows)


def test_last_month_is_whole() -> None:
    assert report_files.last_month(date(2027, 1, 15)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_an_export_that_cannot_be_used_gives_a_named_end_without_its_text(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run by Prefect; what its server then knows of the run names no patient."""
    (home / "portal").mkdir()
    (home / "portal" / "Ana Espinal.csv").write_text("Patient,DOB\nAna Espinal,soon\n")
    with policies.without_heartbeat():
        state = reports.daily_referrals(return_state=True)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert "1 of 1 exports" in str(state.message)
    api = os.environ["PREFECT_API_URL"]
    told = [
        httpx.post(f"{api}/{what}/filter", json={}).text for what in ("flow_runs", "task_runs", "logs", "artifacts")
    ]
    assert "compare-exports" in told[1]
    assert "Espinal" not in "".join(told)
    assert len(list((home / "reports").iterdir())) == 4
