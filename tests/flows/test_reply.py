"""The round trip: an order that lacks things, the letter, the letter filled in and faxed back, through the front door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pdfplumber
import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from samples import degrade
from samples.people import make_case
from samples.sheet import Sheets, us

CASE = make_case(Random("reply"))
NPI = "1245319599"


def run(home: Path, *arguments: str, code: int = 0) -> str:
    environment = os.environ | {"CASEBINDER_HOME": str(home), "CASEBINDER_INBOX": str(home / "inbox"),
                                "CASEBINDER_STABLE_SECONDS": "0", "CASEBINDER_DATABASE_URL": ""}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def order(folder: Path) -> None:
    """A whole order of a commercial plan, but for NPI and signature, faxed in fine mode."""
    s = Sheets(Random(7), "serif", 12)
    s.title("PRESCRIPTION AND WRITTEN ORDER")
    rows = [("Patient Name:", "Corinne Hathorne"), ("Date of Birth:", "03/14/1951"), ("Insurance:", "Lakeshore Mutual"),
            ("Member ID:", "U284872097"), ("Order Date:", us(CASE.ordered)), ("HCPCS:", "E1390"), ("Quantity:", "1"),
            ("Equipment:", "Stationary oxygen concentrator"), ("ICD-10 code:", "J44.9"),
            ("Ordering Physician:", "Leland Espinal, MD")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.pair(70, 130 + 30 * number, label, value, 160)
    s.text(70, 480, "Physician Signature:", bold=True)
    s.rule(210, 483, 210)
    s.end_page("order")
    degrade.fax(s.pdf(), folder / "order.tif", Random(3), banner="11/02/2026 09:14 FROM:5557655194")


def written_on(letter: Path, npi: str = "", sign: bool = False) -> bytes:
    """The letter with the blanks filled in by typewriter and pen, where its own labels stand."""
    with pdfplumber.open(letter) as pdf:
        words = pdf.pages[0].extract_words()
    ink = BytesIO()
    canvas = Canvas(ink, pagesize=(612, 792))
    for word in words:
        if word["text"] == "NPI:" and npi:
            canvas.setFont("Courier-Bold", 14)
            canvas.drawString(word["x1"] + 20, 792 - word["bottom"] + 4, npi)
        if word["text"] == "Signature:" and sign:
            sheets = Sheets(Random(11))
            sheets.canvas = canvas
            sheets.scrawl(word["x1"] + 30, word["bottom"] - 2, 140)
    canvas.save()
    with pikepdf.open(letter) as pdf, pikepdf.open(BytesIO(ink.getvalue())) as over:
        pdf.pages[0].add_overlay(over.pages[0])
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def shown(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(home, "case", "C-0001", "--json"))
    return found


def open_gaps(home: Path) -> set[str]:
    return {gap["requirement"] for gap in shown(home)["gaps"] if not gap["closed_at"]}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home whose one case lacks NPI and signature, and the letter that asks for them."""
    home = tmp_path_factory.mktemp("home")
    (home / "inbox").mkdir()
    order(home / "inbox")
    run(home, "watch", "--once")
    assert open_gaps(home) == {"swo.signature", "intake.npi"}
    assert shown(home)["status_in_words"] == "incomplete (2 gaps)"
    said = run(home, "request", "C-0001", "--out", str(home / "letter.pdf"))
    assert "2 things" in said
    return home, home / "letter.pdf"


def test_the_letter_is_one_page_and_asks_for_just_the_two(asked: tuple[Path, Path]) -> None:
    home, letter = asked
    with pdfplumber.open(letter) as pdf:
        assert len(pdf.pages) == 1
        text = pdf.pages[0].extract_text()
    assert "1. NPI of the ordering practitioner" in text
    assert "2. Signature of the ordering practitioner" in text
    assert "3." not in text
    assert "555-010-0142" in text
    assert shown(home)["status"] == "requested"


def test_the_same_request_again_is_the_same_letter(asked: tuple[Path, Path], tmp_path: Path) -> None:
    home, letter = asked
    run(home, "request", "C-0001", "--out", str(tmp_path / "again.pdf"))
    assert (tmp_path / "again.pdf").read_bytes() == letter.read_bytes()


def test_a_reply_closes_only_what_it_answers_and_the_next_one_the_rest(asked: tuple[Path, Path]) -> None:
    home, letter = asked
    inbox = home / "inbox"
    degrade.fax(
        letter.read_bytes(), inbox / "a-blank.tif", Random(1), standard=True, banner="11/03/2026 10:00 FROM:5557655194"
    )
    run(home, "watch", "--once")
    assert open_gaps(home) == {"swo.signature", "intake.npi"}, "a letter sent back empty closes nothing"
    run(home, "request", "C-0001", "--out", str(home / "second.pdf"))
    filled = written_on(home / "second.pdf", NPI, sign=True)
    degrade.fax(filled, inbox / "b-reply.tif", Random(2), standard=True, banner="11/04/2026 10:00 FROM:5557655194")
    run(home, "watch", "--once")
    case = shown(home)
    closed = {gap["requirement"] for gap in case["gaps"] if gap["closed_at"]}
    assert closed == {"swo.signature", "intake.npi"}
    assert open_gaps(home) == set()
    assert case["status"] == "ready"
    assert len(case["faxes"]) == 3
    assert {page["state"] for page in case["ledger"]} == {"exhibit"}
    assert [r["state"] for r in case["requests"]] == ["answered", "answered"]
    titles = [event["title"] for event in case["timeline"]]
    assert any(title.startswith("Asked ") for title in titles)
    assert any(title.startswith("Received: reply") for title in titles)


def test_offices_are_counted(asked: tuple[Path, Path]) -> None:
    home, _ = asked
    (office,) = json.loads(run(home, "requests", "--offices", "--json"))
    assert office["office"].startswith("Leland Espinal")
    assert office["letters"] >= 1
