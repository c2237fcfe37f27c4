"""The other commands through the front door: watch, cases, packet, verify, bind, status, doctor."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from samples.story import write_demo


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose inbox holds the story's born-digital note and its denial."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "inbox").mkdir()
    for path in write_demo(tmp_path_factory.mktemp("story")):
        if path.name[:2] in {"02", "07"}:
            shutil.copy(path, folder / "inbox" / path.name)
    run(folder, "watch", "--once")
    return folder


def run(home: Path, *arguments: str, code: int = 0) -> str:
    environment = os.environ | {"CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox"),
                                "CASEBINDER_STABLE_SECONDS": "0", "CASEBINDER_DATABASE_URL": ""}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_what_was_dropped_is_one_case(home: Path) -> None:
    (row,) = json.loads(run(home, "cases", "--json"))
    assert row["status"] == "denied"
    case: dict[str, Any] = json.loads(run(home, "case", row["id"], "--json"))
    assert {page["state"] for page in case["ledger"]} == {"exhibit"}
    assert case["clocks"][0]["due"] == "2027-01-01"
    assert row["member_name"] in run(home, "case", row["id"])


def test_status_has_the_contracts_shape(home: Path) -> None:
    status = json.loads(run(home, "status", "--json"))
    assert status["faxes"] == {"total": 2, "read": 2, "set_aside": 0, "waiting": 0}
    assert status["pages"] == {"exhibit": 3}
    assert status["cases"] == {"denied": 1}


def test_the_same_packet_twice_is_the_same_bytes_and_verifies(home: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for out in outs:
        run(home, "packet", "C-0001", "--kind", "appeal", "--out", str(out), "--letter-date", "2026-11-24")
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert "as it was bound" in run(home, "verify", str(outs[0]))


def test_a_file_that_is_no_packet_does_not_verify(home: Path) -> None:
    assert "no manifest" in run(home, "verify", str(home / "inbox" / "02-note.pdf"), code=3)


def test_an_unknown_case_is_plain_wrong_usage(home: Path, tmp_path: Path) -> None:
    assert "casebinder: no case C-0099" in run(home, "case", "C-0099", code=2)


def test_a_folder_is_bound_with_and_without_ocr(home: Path, tmp_path: Path) -> None:
    toml = tmp_path / "case.toml"
    toml.write_text('member_name = "Rosalind Kestrelman"\npayer_name = "Northfield Health Plan"\n')
    for flag, found in (("--ocr", True), ("--no-ocr", False)):
        out = tmp_path / f"{flag}.pdf"
        flags = [flag] if flag == "--no-ocr" else []
        run(home, "bind", str(home / "inbox"), "--out", str(out), "--case", str(toml), *flags)
        document = pdfium.PdfDocument(out)
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        assert ("expedited" in text) is found
        assert "Kestrelman" in text


def test_an_unreadable_file_stops_the_binding_by_name(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7")
    assert "bad.pdf" in run(home, "bind", str(tmp_path), "--out", str(tmp_path / "out.pdf"), code=1)


def test_doctor_finds_everything_here(home: Path) -> None:
    assert "MISSING" not in run(home, "doctor")


@pytest.mark.parametrize("command", ["demo", "watch", "extract", "cases", "case", "packet", "bind", "verify", "status"])
def test_every_command_has_help_with_an_example(home: Path, command: str) -> None:
    assert "Example" in run(home, command, "--help")
