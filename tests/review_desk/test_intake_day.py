"""The intake clerk's day in a real browser: drop a fax, review it by keyboard, ask for what is missing, get the reply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from axe_playwright_python.sync_playwright import Axe

from casefile.desk_store import INBOX
from flows.watch import drain
from review_desk.rights import RIGHTS
from samples import degrade
from tests.flows.test_reply import NPI, order, written_on
from tests.review_desk.browser import Seat, seated
from tests.review_desk.papers import keep_order

MOST_KEYS = 6


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    home = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CASEBINDER_DATABASE_URL", raising=False)
        patch.setenv("CASEBINDER_HOME", str(home))  # the steps read their settings there
        patch.setenv("CASEBINDER_INBOX", str(home / "inbox"))
        patch.setenv("CASEBINDER_STABLE_SECONDS", "0")
        patch.setenv("CASEBINDER_USE_PREFECT", "false")
        with seated(home) as taken:
            taken.sign_in("ines")
            yield taken


@pytest.fixture(autouse=True)
def quiet(seat: Seat) -> Iterator[None]:
    """Whatever a test does, nothing is complained of and no other machine is asked."""
    yield
    assert seat.complaints == []
    assert seat.strangers == []


def read_all(seat: Seat) -> None:
    """What the watcher does, in a thread of its own: the browser's has an event loop already."""
    with ThreadPoolExecutor(1) as watcher:
        watcher.submit(drain, seat.desk.settings).result()
    assert seat.desk.store.status()["faxes"]["waiting"] == 0


def drop(seat: Seat, *files: Path) -> None:
    seat.open("/inbox")
    seat.page.set_input_files("#files", [str(file) for file in files])
    seat.page.click("text=Take in")
    seat.page.wait_for_selector("#said.said")
    read_all(seat)


def open_gaps(seat: Seat, case_id: str) -> set[str]:
    gaps = seat.desk.store.case(case_id)["gaps"]
    return {gap["requirement"] for gap in gaps if not gap["closed_at"]}


def confirm_all(seat: Seat) -> int:
    """Press Enter until nothing is left to check; returns how often."""
    keys, open_ = 0, seat.page.locator(".question:not(.done)")
    while left := open_.count():
        seat.page.keyboard.press("Enter")
        keys += 1
        seat.page.wait_for_function(
            "left => document.querySelectorAll('.question:not(.done)').length < left", arg=left, timeout=10_000
        )
        assert keys < 40
    seat.page.wait_for_selector("[data-finished]")
    return keys


def test_a_clean_order_with_four_doubtful_fields_takes_at_most_six_keys(seat: Seat, tmp_path: Path) -> None:
    sha256 = keep_order(seat.desk, tmp_path)
    seat.open("/next-fax")
    seat.page.wait_for_selector(".question[aria-current]")
    assert sha256 in seat.page.url
    assert seat.page.locator(".question").count() == 4
    keys = confirm_all(seat)
    assert 4 <= keys <= MOST_KEYS
    assert seat.page.locator("[data-finished]").is_visible()
    said = {(c["field"], c["true"], c["by"]) for c in seat.desk.store.corrections()}
    assert said == {
        ("member_id", "U771930254", "ines"), ("icd10", "J44.9", "ines"), ("order_date", "2026-11-02", "ines"),
        ("ordering_provider_npi", "1245319599", "ines"),
    }  # fmt: skip
    seat.open("/inbox")
    assert seat.page.locator("text=Nothing needs you").is_visible()


def test_what_was_confirmed_can_be_undone_and_done_again(seat: Seat) -> None:
    sha256 = seat.desk.store.inbox("done")[0]["sha256"]
    seat.open(f"/faxes/{sha256}")
    seat.page.keyboard.press("u")
    seat.page.wait_for_selector(".question[aria-current]")
    assert len(seat.desk.store.corrections()) == 3
    assert confirm_all(seat) == 1
    assert len(seat.desk.store.corrections()) == 4


def test_an_order_dropped_at_the_desk_becomes_a_case_that_says_what_it_lacks(seat: Seat, tmp_path: Path) -> None:
    order(tmp_path)
    drop(seat, tmp_path / "order.tif")
    seat.open("/inbox?show=needs")
    seat.page.click("text=Work through them")
    seat.page.wait_for_selector(".question[aria-current]")
    confirm_all(seat)
    case_id = lacking(seat)
    seat.open(f"/cases/{case_id}")
    assert seat.page.locator("text=Corinne Hathorne").count()


def test_the_same_file_again_is_kept_once(seat: Seat, tmp_path: Path) -> None:
    order(tmp_path)
    before = seat.desk.store.status()["faxes"]["total"]
    drop(seat, tmp_path / "order.tif")
    assert "was here before" in seat.page.locator("#said").inner_text()
    assert seat.desk.store.status()["faxes"]["total"] == before


def test_a_damaged_file_is_set_aside_with_its_reason_and_can_be_tried_again(seat: Seat, tmp_path: Path) -> None:
    (tmp_path / "cut<b>off.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<<")
    drop(seat, tmp_path / "cut<b>off.pdf")
    seat.open("/inbox?show=aside")
    row = seat.page.locator("tbody tr")
    assert "cut<b>off.pdf" in row.inner_text()
    assert "Ask for a resend" in row.inner_text()
    row.locator("button").click()
    seat.page.wait_for_selector("text=It waits to be read again")
    read_all(seat)
    seat.open("/inbox?show=aside")
    assert seat.page.locator("tbody tr").count() == 1


def screens(seat: Seat) -> list[str]:
    """Every page that the table of rights knows, with real names in its blanks; files and parts of pages left out."""
    store = seat.desk.store
    names = {"{sha256}": store.inbox("done")[0]["sha256"], "{case_id}": lacking(seat), "{page}": "1"}
    found = [f"/inbox?show={show}" for show in INBOX]
    for entry in RIGHTS:
        method, path = entry.split(" ")
        for blank, name in names.items():
            path = path.replace(blank, name)
        if (
            method == "GET"
            and "{" not in path
            and not path.endswith(("/live", "/", "/next-fax", ".png", ".pdf", ".csv"))
        ):
            answer = seat.page.request.get(seat.base + path)
            if answer.headers["content-type"].startswith("text/html"):
                found.append(path)
    return found


def test_every_screen_passes_axe_and_fits_screen_and_tablet(seat: Seat) -> None:
    seat.sign_in("adam")
    paths = screens(seat)
    assert len(paths) >= 10
    for path in [*paths, "/search?q=hathorne"]:
        seat.open(path)
        seat.page.wait_for_load_state("networkidle")
        found = Axe().run(seat.page).response["violations"]
        bad = [
            (v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found if v["impact"] in {"serious", "critical"}
        ]
        assert bad == [], (path, json.dumps(bad, indent=1))
        for width in (820, 1280):
            seat.page.set_viewport_size({"width": width, "height": 800})
            assert seat.page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert seat.page.title().endswith("casebinder")
        assert seat.page.evaluate("document.documentElement.lang") == "en"
    seat.sign_in("ines")


def test_words_of_a_page_are_found_and_lit_on_it(seat: Seat) -> None:
    seat.open("/inbox")
    seat.page.fill("#find", "hathorne")
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_selector("mark")
    seat.page.locator("tbody th a[href^='/faxes']").first.click()
    seat.page.wait_for_selector("#marks .lit", state="attached")


def test_the_letter_the_reply_and_the_closed_gaps(seat: Seat, tmp_path: Path) -> None:
    case_id = lacking(seat)
    seat.open(f"/cases/{case_id}")
    assert open_gaps(seat, case_id) == {"swo.signature", "intake.npi"}
    seat.page.click("text=Ask the office for what is missing")
    seat.page.wait_for_selector("a[download]")
    with seat.page.expect_download() as taken:
        seat.page.click("a[download]")
    letter = tmp_path / "letter.pdf"
    taken.value.save_as(letter)
    assert letter.read_bytes().startswith(b"%PDF")
    filled = written_on(letter, NPI, sign=True)
    degrade.fax(filled, tmp_path / "reply.tif", Random(2), standard=True, banner="11/04/2026 10:00 FROM:5557655194")
    drop(seat, tmp_path / "reply.tif")
    assert open_gaps(seat, case_id) == set()
    seat.open(f"/cases/{case_id}")
    assert seat.page.locator(".pill", has_text="ready").count()


def lacking(seat: Seat) -> str:
    """The case of the dropped order."""
    (case_id,) = [row["id"] for row in seat.desk.store.cases() if open_gaps(seat, row["id"])]
    return case_id
