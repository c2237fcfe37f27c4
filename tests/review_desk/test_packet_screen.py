"""The appeals writer's day and a complaint, in a real browser: denial → packet → download → verify → sent → next level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from casefile.packets_store import PacketStore
from cli.main import app
from flows import steps
from flows.steps import Desk
from intake.limits import Limits
from packet_builder.verify import read_manifest
from samples import orders, papers
from samples.faxes import emit
from samples.sheet import Sheets
from samples.story import NOTICED, story_case
from tests.review_desk.browser import PASSWORD, Person, chromium, new_desk, person
from tests.servers import served

MINE = "She cannot walk to the mailbox without oxygen."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with one denied case, whose papers arrived as text and were really read."""
    folder = tmp_path_factory.mktemp("packet-desk")
    made, case = new_desk(folder), story_case()
    made.store.add_account("arlo", "appeals", PASSWORD, by="tests", at=datetime.now(UTC))
    for number, draw in enumerate((
        lambda s: orders.letterhead_order(s, case, signed=True), lambda s: papers.progress_note(s, case, 1),
        lambda s: papers.oximetry_log(s, case), lambda s: papers.call_log(s, case),
        lambda s: papers.denial_letter(s, case, NOTICED),
    )):  # fmt: skip
        sheets = Sheets(Random(f"desk-{number}"))
        draw(sheets)
        path = folder / f"{number}.pdf"
        emit(sheets.pdf(), path, "digital", Random(number), "")
        sha256 = made.vault.put(path)
        made.store.record_arrival(location="inbox", key=path.name, fingerprint="1", name=path.name, sha256=sha256, size=1,
                                  media_type="application/pdf", at=datetime.now(UTC))  # fmt: skip
        made.store.save_reading(steps.read_path(path, path.name, Limits()))
        for case_id in steps.file_fax(made, sha256):
            steps.check(made, case_id)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as at:
        yield at


@pytest.fixture(scope="module")
def case_id(desk: Desk) -> str:
    (row,) = desk.store.cases()
    return str(row["id"])


def shot(writer: Person, name: str) -> None:
    """A picture for people who look at the screens."""
    folder = Path("/tmp/packet/shots")
    if folder.is_dir():
        writer.page.screenshot(path=folder / f"{name}.png", full_page=True)


def lift_all(writer: Person) -> None:
    for box in writer.page.locator(".block input").all():
        box.fill("the plan confirmed it by phone")


def test_an_appeal_is_chosen_rewritten_built_downloaded_verified_and_sent(
    desk: Desk, address: str, case_id: str, browser: Browser, tmp_path: Path
) -> None:
    writer = person(browser, address, "arlo")
    page = writer.page
    writer.open(f"/cases/{case_id}/packet")
    assert writer.violations() == []
    shot(writer, "packet")

    rows = page.locator(".exhibits li")
    assert rows.count() == 5
    page.get_by_label("Call log", exact=False).first.uncheck()
    clinical = page.locator(".exhibits").filter(has_text="Progress note")
    before = clinical.locator("li").all_text_contents()
    clinical.locator("li").nth(1).get_by_role("button", name="up").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("number 1 of its section")
    assert clinical.locator("li").all_text_contents() == before[::-1]

    page.locator("#argument").fill(MINE)
    page.get_by_label("Paragraph", exact=False).filter(has_text="We ask you to reverse").fill(
        "Please reverse the denial."
    )
    lift_all(writer)
    page.get_by_role("button", name="Build the packet").click()
    expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=30_000)
    expect(page.locator(".pages img").first).to_be_visible()
    for image in page.locator(".pages img").all()[:4]:
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("picture => picture.naturalWidth") > 200
    assert writer.violations() == []
    shot(writer, "built")

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the PDF").click()
    kept = tmp_path / "packet.pdf"
    downloading.value.save_as(kept)
    assert story_case().last.lower() not in downloading.value.suggested_filename.lower()
    answer = CliRunner().invoke(app, ["verify", str(kept)])
    assert answer.exit_code == 0, answer.output
    letter = pdfium.PdfDocument(kept)[0].get_textpage().get_text_bounded()
    assert MINE in letter
    assert "Please reverse the denial." in letter
    assert "We ask you to reverse" not in letter
    manifest = read_manifest(kept) or {}
    assert manifest["letter"] == {"by": "arlo", "rewritten": 1}
    left_out = [row for row in manifest["ledger"] if row["state"] == "excluded"]
    assert [row["reason"] for row in left_out] == ["left out of this packet by arlo"]

    writer.open(f"/cases/{case_id}/packet")
    page.get_by_role("link", name="Record as sent").click()
    assert writer.violations() == []
    page.get_by_label("To whom").fill("Northfield Health Plan, Appeals")
    page.get_by_label("Confirmation number").fill("FX-20931")
    page.get_by_role("button", name="Record as sent").click()
    expect(page.locator(".said").first).to_contain_text("Recorded as sent")
    (sent,) = PacketStore(desk.store.engine).disclosures(case_id)
    assert (sent["recipient"], sent["disclosed_by"]) == ("Northfield Health Plan, Appeals", "arlo")
    assert "confirmation FX-20931" in sent["purpose"]
    assert desk.store.case(case_id)["status"] == "under appeal"
    shot(writer, "sent")

    page.get_by_role("link", name="Go on to: second level").click()
    expect(page.locator("#level")).to_have_value("second")
    expect(page.locator("#letter ~ textarea").filter(has_text="The first appeal was not granted")).to_have_count(1)
    assert writer.complaints == []
    assert writer.strangers == []


def test_a_packet_that_is_held_back_says_why_and_can_still_be_looked_at(
    address: str, case_id: str, browser: Browser
) -> None:
    writer = person(browser, address, "arlo")
    page = writer.page
    writer.open(f"/cases/{case_id}/packet?on=2031-01-02")
    page.get_by_role("button", name="Build the packet").click()
    expect(page.get_by_role("alert")).to_contain_text("held back")
    expect(page.locator(".block")).to_contain_text(["the last day to appeal was"])
    assert writer.violations() == []
    shot(writer, "held")
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Preview").click()
    seen = opening.value
    expect(seen.get_by_text("This is a preview")).to_be_visible(timeout=30_000)
    expect(seen.get_by_role("link", name="Download")).to_have_count(0)
    writer.complaints[:] = [said for said in writer.complaints if "409" not in said]
    assert writer.complaints == []


def test_a_complaint_shows_the_states_trap_and_goes_to_its_office(
    desk: Desk, address: str, case_id: str, browser: Browser, tmp_path: Path
) -> None:
    writer = person(browser, address, "cora", width=1024, height=1366)
    page = writer.page
    writer.open(f"/cases/{case_id}/packet")
    page.get_by_label("Complaint to a regulator").check()
    page.get_by_label("Coverage").select_option("insured")
    page.get_by_label("State of the policy").select_option("TX")
    page.get_by_label("Recipient profile").select_option("tdi")
    page.get_by_role("button", name="Update letter and checks").click()
    expect(page.locator("section", has=page.locator("#where"))).to_contain_text("Texas")
    expect(page.locator(".traps").first).to_contain_text("PDF or JPEG only, no links")
    assert writer.violations() == []
    shot(writer, "complaint")
    lift_all(writer)
    page.get_by_role("button", name="Build the packet").click()
    expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=30_000)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the PDF").click()
    kept = tmp_path / "complaint.pdf"
    downloading.value.save_as(kept)
    assert CliRunner().invoke(app, ["verify", str(kept)]).exit_code == 0
    document = pdfium.PdfDocument(kept)
    assert "Texas" in document[1].get_textpage().get_text_bounded()
    assert (read_manifest(kept) or {})["recipient"] == "tdi"
    assert writer.complaints == []
    assert writer.strangers == []


def test_exhibits_are_dragged_within_their_section(address: str, case_id: str, browser: Browser) -> None:
    writer = person(browser, address, "arlo")
    writer.open(f"/cases/{case_id}/packet")
    clinical = writer.page.locator(".exhibits").filter(has_text="Progress note").locator("li")
    before = [row.get_attribute("data-id") for row in clinical.all()]
    clinical.nth(0).locator(".grip").drag_to(clinical.nth(1), target_position={"x": 100, "y": 30})
    assert [row.get_attribute("data-id") for row in clinical.all()] == before[::-1]
    order = writer.page.locator("#order").input_value().split(",")
    assert [name for name in order if name in before] == before[::-1]


def test_intake_neither_builds_nor_sees_packets(desk: Desk, address: str, case_id: str, browser: Browser) -> None:
    clerk = person(browser, address, "ines")
    assert clerk.page.request.get(f"{address}/cases/{case_id}/packet").status == 403


def test_packets_are_had_by_their_own_case_alone(desk: Desk, address: str, case_id: str, browser: Browser) -> None:
    writer = person(browser, address, "arlo")
    sha256 = desk.store.case(case_id)["packets"][0]["sha256"]
    asked = {
        f"/cases/C-9999/packets/{sha256}/1": 404, f"/cases/{case_id}/packets/{'0' * 64}/1": 404,
        f"/cases/{case_id}/packets/{sha256}/99": 404, f"/cases/{case_id}/packets/..%2f..%2fetc/1": 404,
        f"/cases/{case_id}/packet/jobs/ffff": 404, f"/cases/{case_id}/packet/jobs/ffff/pages/1.png": 404,
        f"/cases/{case_id}/packet?recipient=nobody": 400, f"/cases/{case_id}/packet?on=yesterday": 400, "/cases/C-9999/packet": 404,
        f"/cases/{case_id}/packets/{sha256}/1": 200,
    }  # fmt: skip
    assert {path: writer.page.request.get(address + path).status for path in asked} == asked
