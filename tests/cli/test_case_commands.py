"""log-call, correct, decide, place, set-status, corrections, search: through the front door, with one born-digital fax."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samples.story import write_demo


def run(home: Path, *arguments: str, code: int = 0) -> str:
    environment = os.environ | {"CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox"),
                                "CASEBINDER_STABLE_SECONDS": "0", "CASEBINDER_DATABASE_URL": ""}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "inbox").mkdir()
    for path in write_demo(tmp_path_factory.mktemp("story")):
        if path.name[:2] == "02":
            shutil.copy(path, folder / "inbox" / path.name)
    run(folder, "watch", "--once")
    return folder


def case(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(home, "case", "C-0001", "--json"))
    return found


def test_a_logged_call_shows_in_the_timeline_and_its_promise_as_a_clock(home: Path) -> None:
    call = ("log-call", "C-0001", "--note", "in review", "--person", "Lee M.", "--number", "555-219-0100", "--reference", "R12",
            "--promise", "decision", "--promised-by", "2026-11-30T17:00", "--at", "2026-11-24T09:15", "--by", "Dana")  # fmt: skip
    assert "logged" in run(home, *call)
    assert "logged before" in run(home, *call)
    found = case(home)
    assert [e["on"] for e in found["timeline"] if e["kind"] == "called"] == ["2026-11-24"]
    assert [c["due"] for c in found["clocks"] if c["name"].startswith("promised")] == ["2026-11-30"]
    assert "promised: decision" in run(home, "case", "C-0001")
    assert "not a time" in run(home, "log-call", "C-0001", "--note", "x", "--at", "noon", code=2)
    assert "an event is one of" in run(home, "log-call", "C-0001", "--note", "x", "--kind", "shouted", code=2)


def test_a_correction_and_a_status_leave_their_trace(home: Path, tmp_path: Path) -> None:
    fax = case(home)["faxes"][0]["fax"]
    run(home, "correct", fax[:8], "1", "patient_weight", "164", "--why", "stands in the note", "--by", "Dana")
    run(home, "set-status", "C-0001", "under appeal", "--why", "appeal faxed", "--by", "Dana")
    found = case(home)
    assert found["status"] == "under appeal"
    assert {h["by"] for h in found["history"]} >= {"Dana", "casebinder"}
    run(home, "corrections", "--out", str(tmp_path / "c.jsonl"))
    (row,) = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    assert (row["field"], row["true"], row["read"]) == ("patient_weight", "164", None)


def test_cases_are_found_and_listed_by_pages(home: Path) -> None:
    assert [row["id"] for row in json.loads(run(home, "cases", "--search", "kestrel", "--json"))] == ["C-0001"]
    assert json.loads(run(home, "cases", "--search", "nobody", "--json")) == []
    assert [row["id"] for row in json.loads(run(home, "cases", "--limit", "1", "--json"))] == ["C-0001"]


def test_what_cannot_be_done_is_said_plainly(home: Path) -> None:
    assert "lacks nothing" in run(home, "request", "C-0001", "--out", "x.pdf", code=2)
    assert "no case C-9" in run(home, "decide", "C-9", "swo.signature", "met", "--why", "x", code=2)
    assert "no one fax" in run(home, "correct", "zzzzzzzz", "1", "icd10", "J44.9", "--why", "x", code=2)
