"""The demo story through the real door: inbox → Prefect flows → store → packet."""

import json
import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pikepdf
import pypdfium2 as pdfium
import pytest
from typer.testing import CliRunner

from casefile.settings import Settings
from cli.main import app
from flows import steps
from flows.build_packet import build_packet_as_asked
from flows.packet_request import Ask, full_case
from flows.steps import Desk
from flows.watch import drain
from intake import read
from packet_builder import exhibit_pages, kept_exhibits
from packet_builder.render import build_packet
from packet_builder.verify import read_manifest, verify_packet
from samples import papers
from samples.faxes import emit
from samples.sheet import Sheets
from samples.story import story_case
from tests.servers import until


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, story: list[Path], prefect_home: Path) -> Any:
    """The whole story, dropped file by file."""
    folder = tmp_path_factory.mktemp("told")
    inbox = folder / "inbox"
    inbox.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEBINDER_HOME", str(folder))
        patch.setenv("CASEBINDER_INBOX", str(inbox))
        patch.setenv("CASEBINDER_STABLE_SECONDS", "0")
        settings = Settings()
        for path in story:
            shutil.copy(path, inbox / path.name)
            drain(settings)
        yield Desk(settings), folder


def test_every_file_ends_read_or_set_aside(told: Any) -> None:
    desk, _ = told
    faxes = desk.store.status()["faxes"]
    assert faxes["waiting"] == 0
    assert faxes["set_aside"] == 1
    assert faxes["read"] + faxes["set_aside"] == faxes["total"]


def test_prefect_shows_a_run_of_faxes_with_one_task_for_each(told: Any) -> None:
    desk, _ = told
    api = os.environ["PREFECT_API_URL"]

    def shown(what: str) -> list[str]:
        """Names of the completed runs; those of tasks arrive a moment after the work."""
        ended = {"state": {"type": {"any_": ["COMPLETED"]}}}
        rows = httpx.post(f"{api}/{what}s/filter", json={"limit": 200, f"{what}s": ended}).json()
        return [row["name"] for row in rows]

    hashes = {f"fax-{path.name}" for path in desk.settings.vault_folder.rglob("*") if len(path.name) == 64}
    assert hashes
    until(lambda: hashes <= set(shown("task_run")), 30)
    assert any(name.startswith("faxes from ") for name in shown("flow_run"))


def test_the_story_is_one_case_with_a_denial_and_a_deadline(told: Any) -> None:
    desk, _ = told
    (row,) = desk.store.cases()
    assert row["status"] == "denied"
    clocks = desk.store.case(row["id"])["clocks"]
    assert any(clock["due"] and clock["due"] > "2026-11-24" for clock in clocks)


def test_the_unsigned_order_is_a_gap_that_the_signed_one_cures(told: Any) -> None:
    desk, _ = told
    (row,) = desk.store.cases()
    gaps = desk.store.case(row["id"])["gaps"]
    assert [gap for gap in gaps if "sign" in gap["title"].lower() and gap["closed_at"]]


def test_every_page_has_an_end_state(told: Any) -> None:
    desk, _ = told
    assert desk.store.status()["pages"].get("received", 0) == 0


def test_the_letter_states_what_the_papers_say(told: Any) -> None:
    desk, _ = told
    (row,) = desk.store.cases()
    file, truth = desk.store.case_file(row["id"]), story_case()
    stated = file.claim_number, file.member_id, file.provider_npi, file.service
    assert stated == (truth.claim, truth.member_id, truth.npi, truth.item[0])


def test_every_saturation_of_the_walk_test_is_found_with_its_condition(told: Any) -> None:
    desk, _ = told
    (row,) = desk.store.cases()
    file = full_case(desk, row["id"], Ask())
    tests = {exhibit.fax_sha256 for exhibit in file.exhibits if exhibit.kind == "test_result"}
    found = [cited.finding for cited in file.findings if cited.finding.field == "spo2" and cited.fax_sha256 in tests]
    assert {(f.value, f.role) for f in found} == {
        ("86", "rest, room air"), ("83", "exertion, room air"), ("93", "exertion, 2 L/min"), ("92", "2 L/min"),
    }  # fmt: skip


def test_two_packets_of_one_case_are_the_same_bytes_and_verify(told: Any, tmp_path: Path) -> None:
    desk, _ = told
    (row,) = desk.store.cases()
    outs = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for out in outs:
        build_packet(
            desk.store.case_file(row["id"]), kind="appeal", source_path=desk.vault.path, out=out, prefix="CB",
            organisation="Harbor Home Care", contact="555-010-0199", letter_date=date(2026, 11, 24),
        )  # fmt: skip
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert verify_packet(outs[0]) == []
    with pikepdf.open(outs[0]) as pdf:
        assert len(pdf.pages) > 10


PARAMETERS = {"sha256", "already_read", "case_id", "kind", "out", "letter_date"}
"""All that any flow is given; other tests of the same process may have run packet flows."""


def test_prefect_keeps_no_patient_text(told: Any, prefect_home: Path) -> None:
    """Prefect's own database and logs hold none of the sample patient's names or ids."""
    desk, folder = told
    (row,) = desk.store.cases()
    secrets = [text.encode() for text in (row["member_name"], row["member_name"].split()[-1], row["member_id"])]
    assert all(len(secret) > 3 for secret in secrets)
    kept = [path for path in Path(os.environ["PREFECT_HOME"]).rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    for path in kept:
        content = path.read_bytes().lower()
        assert not [secret for secret in secrets if secret.lower() in content], path
    (database,) = [path for path in kept if path.name == "prefect.db"]
    with sqlite3.connect(database) as connection:
        rows = connection.execute("select parameters from flow_run").fetchall()
    assert rows
    names = {name for (parameters,) in rows for name in json.loads(parameters)}
    assert names <= PARAMETERS, "a flow's parameters are kept by Prefect: ids, hashes and choices only"


def test_a_packet_is_built_without_ocr_and_built_again_from_what_is_kept(
    told: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a case's scans come from the store; a second build makes neither their layers nor anything else anew."""
    desk, _ = told
    (row,) = desk.store.cases()
    for place, name in ((read, "read_pages"), (read, "pool"), (steps, "read_file"), (steps, "read_path")):
        monkeypatch.setattr(place, name, lambda *_, **__: pytest.fail("a page was read to build a packet"))
    first = build(row["id"], tmp_path / "first.pdf", Ask())
    scans = [page for e in desk.store.case_file(row["id"]).exhibits for page in e.pages if page.source == "ocr"]
    assert scans
    for place, name in ((kept_exhibits, "made_layer"), (exhibit_pages, "prepared_now")):
        monkeypatch.setattr(place, name, lambda *_, **__: pytest.fail("made again"))
    assert build(row["id"], tmp_path / "second.pdf", Ask()).path.read_bytes() == first.path.read_bytes()


def test_pages_handed_out_keep_their_numbers_at_the_next_level(told: Any, tmp_path: Path) -> None:
    """First level, handed out; a new paper arrives; second level and delta: old numbers stay, new ones follow, nothing is lost."""
    desk, folder = told
    (row,) = desk.store.cases()
    first = build(row["id"], tmp_path / "first.pdf", Ask())
    answer = CliRunner().invoke(app, ["disclose", str(first.path), "--to", "Northfield, Appeals", "--by", "J. Ruiz"])
    assert answer.exit_code == 0, answer.output
    note = Sheets(Random("later"))
    papers.face_sheet(note, story_case())
    emit(note.pdf(), folder / "inbox" / "10-face-sheet.pdf", "digital", Random("later"), "")
    drain(desk.settings)
    second = build(row["id"], tmp_path / "second.pdf", Ask(level="second"))
    delta = build(row["id"], tmp_path / "delta.pdf", Ask(level="second", only_new=True))
    old, whole, new = (numbers_in(result.path) for result in (first, second, delta))
    assert len(new) == 1
    assert not set(old) & set(new)
    assert set(old) | set(new) == set(whole)
    assert {key: whole[key] for key in old} == old
    assert min(new.values()) > first.pages
    text = pdfium.PdfDocument(second.path)[1 + second.plan.parts[0].pages].get_textpage().get_text_bounded()
    assert "New since the last filing" in text
    assert f"CB-{whole[next(iter(new))]:06d}" in text


def build(case_id: str, out: Path, ask: Ask) -> Any:
    """A packet through the flow, with the checks that stand against the story lifted by a person."""
    result = build_packet_as_asked(case_id, "appeal", str(out), "2026-11-24", ask)
    assert verify_packet(out) == []
    return result


def numbers_in(path: Path) -> dict[tuple[str, int], int]:
    """Bates numbers by source page, as the packet's own labels have them."""
    document = pdfium.PdfDocument(path)
    rows = (read_manifest(path) or {})["pages"]
    assert [row["bates"] for row in rows] == [document.get_page_label(n) for n in range(len(document))]
    return {(row["source_sha256"], row["source_page"]): int(row["bates"][3:]) for row in rows if row["source_sha256"]}
