"""health, retry and status through the front door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from casefile.settings import Settings
from flows import steps, troubles
from tests.faults.stage import one_page


def run(home: Path, *arguments: str, code: int = 0, **settings: str) -> str:
    environment = os.environ | {
        "CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox"), "CASEBINDER_STABLE_SECONDS": "0",
        "CASEBINDER_DATABASE_URL": "", "CASEBINDER_USE_PREFECT": "false", **settings,
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "1.pdf").write_bytes(one_page(1))
    run(folder, "watch", "--once")
    return folder


def test_status_tells_queue_rates_failures_and_clocks(home: Path) -> None:
    row = json.loads(run(home, "status", "--json"))
    assert row["faxes"] == {"total": 1, "read": 1, "set_aside": 0, "waiting": 0}
    assert row["queue"]["waiting"] == row["queue"]["oldest_seconds"] == 0
    assert row["rates"]["done_last_hour"] == 1
    assert row["failures"] == []
    for clock in row["clocks_at_risk"]:
        assert clock["due"] <= (date.today() + timedelta(days=14)).isoformat()
    assert "done last hour 1" in run(home, "status")


def test_health_is_well_and_says_what_is_not(home: Path) -> None:
    row = json.loads(run(home, "health", "--json"))
    assert (row["ok"], row["troubles"]) == (True, [])
    away = {"CASEBINDER_INBOX": "s3://faxes/in/", "CASEBINDER_S3_ENDPOINT_URL": "http://127.0.0.1:9",
            "CASEBINDER_S3_RETRIES": "1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}  # fmt: skip
    told = run(home, "health", code=1, **away)
    assert "bucket: The bucket cannot be reached." in told
    assert told.splitlines()[-1] == "not well"


def test_a_database_that_is_away_is_one_plain_line(home: Path) -> None:
    told = run(home, "status", code=1, CASEBINDER_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert told == f"casebinder: {troubles.DATABASE.message}\n"


def test_a_fax_set_aside_is_tried_again_by_hand(home: Path) -> None:
    assert "nothing is set aside" in run(home, "retry")
    desk = steps.Desk(Settings(home=home, database_url=""))
    leases = desk.leases()
    (sha256,) = {arrival["fax"] for arrival in desk.store.case("C-0001")["faxes"]}
    lease = leases.claim("fax", sha256)
    assert lease
    leases.rules = type(leases.rules)(max_failures=1)
    assert leases.fail(lease, "ValueError at extractors/x.py:1")
    assert "set aside; 1 failures" in " ".join(run(home, "status").split())
    assert run(home, "retry", sha256[:12]) == f"waiting  {sha256[:12]}\n"
    assert "no fax ffff is set aside" in run(home, "retry", "ffff", code=2)
    assert f"done     {sha256[:12]}" in run(home, "watch", "--once")


@pytest.mark.parametrize("command", ["work", "health", "retry"])
def test_help_has_an_example(home: Path, command: str) -> None:
    assert "Example" in run(home, command, "--help")
