"""Faxes dropped in a real browser: reviewed by keyboard, kept once, set aside and tried again, found by their words."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from flows.steps import Desk
from flows.watch import drain
from tests.flows.test_reply import order
from tests.review_desk.browser import Person, chromium, new_desk, person
from tests.servers import served


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An empty desk; the watcher's steps find the same home in the environment."""
    home = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CASEBINDER_DATABASE_URL", raising=False)
        patch.setenv("CASEBINDER_HOME", str(home))
        patch.setenv("CASEBINDER_INBOX", str(home / "inbox"))
        patch.setenv("CASEBINDER_STABLE_SECONDS", "0")
        patch.setenv("CASEBINDER_USE_PREFECT", "false")
        made = new_desk(home)
        yield made
        made.store.close()


@dataclass(frozen=True)
class Seat:
    """Somebody at the desk."""

    desk: Desk
    who: Person

    @property
    def page(self) -> Page:
        return self.who.page


@pytest.fixture(scope="module")
def seat(desk: Desk) -> Iterator[Seat]:
    """The intake clerk's seat."""
    with served(desk) as address, chromium() as browser:
        yield Seat(desk, person(browser, address, "ines"))


@pytest.fixture(autouse=True)
def quiet(seat: Seat) -> Iterator[None]:
    """Whatever a test does, nothing is complained of and no other machine is asked."""
    yield
    assert seat.who.complaints == []
    assert seat.who.strangers == []


def read_all(seat: Seat) -> None:
    """What the watcher does, in a thread of its own: the browser's has an event loop already."""
    with ThreadPoolExecutor(1) as watcher:
        watcher.submit(drain, seat.desk.settings).result()
    assert seat.desk.store.status()["faxes"]["waiting"] == 0


def drop(seat: Seat, *files: Path) -> None:
    seat.who.open("/inbox")
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


def test_an_order_dropped_at_the_desk_becomes_a_case_that_says_what_it_lacks(seat: Seat, tmp_path: Path) -> None:
    order(tmp_path)
    drop(seat, tmp_path / "order.tif")
    seat.who.open("/inbox?show=needs")
    seat.page.click("text=Work through them")
    seat.page.wait_for_selector(".question[aria-current]")
    confirm_all(seat)
    case_id = lacking(seat)
    seat.who.open(f"/cases/{case_id}")
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
    seat.who.open("/inbox?show=aside")
    row = seat.page.locator("tbody tr")
    assert "cut<b>off.pdf" in row.inner_text()
    assert "Ask for a resend" in row.inner_text()
    row.locator("button").click()
    seat.page.wait_for_selector("text=It waits to be read again")
    read_all(seat)
    seat.who.open("/inbox?show=aside")
    assert seat.page.locator("tbody tr").count() == 1


def test_words_of_a_page_are_found_and_lit_on_it(seat: Seat) -> None:
    seat.who.open("/inbox")
    seat.page.fill("#find", "hathorne")
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_selector("mark")
    seat.page.locator("tbody th a[href^='/faxes']").first.click()
    seat.page.wait_for_selector("#marks .lit", state="attached")


def lacking(seat: Seat) -> str:
    """The case of the dropped order."""
    (case_id,) = [row["id"] for row in seat.desk.store.cases() if open_gaps(seat, row["id"])]
    return case_id
