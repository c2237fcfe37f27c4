"""The clerk at the review screen, in a real browser: few keys, nothing lost, nobody overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, expect

from casefile.records import Reading
from flows import steps
from flows.steps import Desk
from intake.limits import Limits
from samples import degrade, orders, papers
from samples.people import make_case
from samples.sheet import Sheets
from tests.review_desk.browser import Person, chromium, new_desk, person
from tests.servers import served

DOUBTED = ("member_name", "payer_name", "ordering_provider_name", "order_date")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reading]:
    """A clean order of three pages, faxed in fine mode and really read; exactly four fields are in doubt."""
    sheets, case = Sheets(Random("clerk")), make_case(Random("clerk"))
    orders.letterhead_order(sheets, case)
    papers.progress_note(sheets, case, 2)
    path = tmp_path_factory.mktemp("order") / "order.tif"
    degrade.fax(sheets.pdf(), path, Random(4), banner="09/14/2026 17:47 FROM:5557655194")
    reading = steps.read_path(path, path.name, Limits())
    sure = [replace(f, confidence=0.97, status="valid") for f in reading.findings]
    doubted = [replace(f, confidence=0.8) if f.field in DOUBTED and f.page == 1 else f for f in sure]
    kept = [f for f in doubted if f.page == 1 or f.field not in DOUBTED]
    return path, replace(reading, findings=tuple(kept), problems=())


@pytest.fixture
def desk(tmp_path: Path, order: tuple[Path, Reading]) -> Iterator[Desk]:
    """A desk at which the order was read."""
    made, (path, reading) = new_desk(tmp_path), order
    sha256 = made.vault.put(path)
    made.store.record_arrival(location="inbox", key="order.tif", fingerprint="1", name="order.tif", sha256=sha256,
                              size=1, media_type="image/tiff", at=datetime.now(UTC))  # fmt: skip
    made.store.save_reading(reading)
    for case_id in steps.file_fax(made, sha256):
        steps.check(made, case_id)
    yield made
    made.store.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as at:
        yield at


def is_clean(clerk: Person) -> bool:
    """Whether the browser had nothing to complain of and nothing left this machine."""
    assert clerk.complaints == []
    assert clerk.strangers == []
    return True


def test_four_doubtful_fields_of_a_clean_order_take_at_most_six_keys(
    desk: Desk, address: str, browser: Browser, order: tuple[Path, Reading]
) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    expect(clerk.page.locator(".left")).to_have_text("4")
    assert clerk.violations() == []
    clerk.keys = 0
    for left in ("3", "2", "1", ""):
        clerk.press("Enter")
        if left:
            expect(clerk.page.locator(".left")).to_have_text(left)
    expect(clerk.page.get_by_text("Nothing left to check here")).to_be_visible()
    assert clerk.keys <= 6
    review = desk.store.review(order[1].sha256)
    assert sorted(fix.field for fix in review.corrections) == sorted(DOUBTED)
    assert {fix.by for fix in review.corrections} == {"ines"}
    assert clerk.violations() == []
    assert is_clean(clerk)


def test_a_hasty_clerk_may_press_enter_faster_than_the_desk_answers(desk: Desk, address: str, browser: Browser) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    expect(clerk.page.locator(".question[aria-current]")).to_be_focused()
    clerk.press("Enter", "Enter", "Enter", "Enter")
    expect(clerk.page.get_by_text("Nothing left to check here")).to_be_visible()
    assert len(desk.store.corrections()) == 4
    assert is_clean(clerk)


def test_the_place_in_question_is_lit_and_magnified(address: str, browser: Browser) -> None:
    clerk = person(browser, address, "ines", 820, 1100)
    clerk.open("/next-fax")
    lit = clerk.page.locator("#marks rect.current")
    expect(lit).to_have_count(1)
    before = lit.bounding_box()
    ink = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 700, 150).data].filter((v, n) => n % 4 === 0 && v < 90).length"
    clerk.page.wait_for_function(f"({ink})(document.querySelector('[aria-current] .lens')) > 300")
    clerk.page.get_by_role("button", name="Larger").click()
    clerk.page.get_by_role("button", name="Fit").click()
    clerk.press("ArrowDown")
    after = lit.bounding_box()
    assert before and after and before["y"] != after["y"]
    wide = clerk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 820
    assert clerk.violations() == []
    assert is_clean(clerk)


def test_a_value_is_changed_checked_and_taken_back_by_keys(desk: Desk, address: str, browser: Browser) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    page = clerk.page
    for _ in range(4):
        if "Order date" in page.locator(".question[aria-current]").inner_text():
            break
        clerk.press("ArrowDown")
    clerk.press("e")
    page.keyboard.type("13/45/2026")
    clerk.press("Enter")
    expect(page.locator(".question[aria-current] .wrong")).to_contain_text("No such day")
    expect(page.locator(".question[aria-current] .edit input")).to_have_value("13/45/2026")
    page.keyboard.press("Control+a")
    page.keyboard.type("9/3/2026")
    clerk.press("Enter")
    expect(page.locator("#review-said")).to_contain_text("09/03/2026")
    assert [row["true"] for row in desk.store.corrections()] == ["2026-09-03"]
    clerk.press("u")
    expect(page.locator("#review-said")).to_contain_text("Taken back")
    expect(page.locator(".left")).to_have_text("4")
    assert desk.store.corrections() == []
    page.wait_for_timeout(100)
    assert [c for c in clerk.complaints if "422" not in c] == []


def test_a_box_drawn_on_the_page_adds_what_nobody_read(desk: Desk, address: str, browser: Browser) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    page = clerk.page
    expect(page.locator("#marks rect.current")).to_have_count(1)
    frame = page.locator("#page-image").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + 0.2 * frame["width"], frame["y"] + 0.1 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.13 * frame["height"], steps=4)
    page.mouse.up()
    page.get_by_label("What is it?").select_option(label="Authorization number")
    page.get_by_label("What stands there").fill("ZX 4471-2")
    clerk.press("Enter")
    expect(page.locator("#review-said")).to_contain_text("Authorization number added")
    (row,) = desk.store.corrections()
    assert (row["true"], row["read"]) == ("ZX44712", None)
    assert row["box"] == pytest.approx([0.2, 0.1, 0.5, 0.13], abs=0.01)
    assert is_clean(clerk)


def test_a_second_person_is_told_who_has_it_and_may_take_it_over(address: str, browser: Browser) -> None:
    ines, tom = person(browser, address, "ines"), person(browser, address, "tom")
    ines.open("/next-fax")
    at = ines.page.url.removeprefix(address)
    tom.open(at)
    expect(tom.page.locator(".held")).to_contain_text("ines")
    expect(tom.page.locator("[data-do=confirm]")).to_have_count(0)
    assert tom.violations() == []
    tom.page.get_by_role("button", name="Take it over").click()
    expect(tom.page.locator("[data-do=confirm]")).to_have_count(4)
    ines.press("Enter")
    expect(ines.page.locator("#review-said")).to_contain_text("tom has this fax open")
    assert is_clean(tom)


def test_who_only_looks_changes_nothing(
    desk: Desk, address: str, browser: Browser, order: tuple[Path, Reading]
) -> None:
    cora = person(browser, address, "cora")
    cora.open(f"/faxes/{order[1].sha256}")
    expect(cora.page.locator(".question")).to_have_count(4)
    cora.press("Enter", "d", "1", "a", "p", "u")
    expect(cora.page.locator("dialog[open]")).to_have_count(0)
    assert desk.store.corrections() == []
    assert is_clean(cora)


def test_a_fax_is_cut_into_other_documents_by_keys(
    desk: Desk, address: str, browser: Browser, order: tuple[Path, Reading]
) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    expect(clerk.page.locator(".question[aria-current]")).to_be_focused()
    clerk.press("s")
    clerk.page.get_by_label("Page 3 is").select_option("test_result")
    assert clerk.violations() == []
    clerk.page.get_by_label("Page 3 is").press("Enter")
    clerk.page.get_by_role("button", name="Keep").press("Enter")
    expect(clerk.page.locator("dialog[open]")).to_have_count(0)
    documents = desk.store.review(order[1].sha256).reading.documents
    assert [(d.kind, d.pages) for d in documents] == [("order", (1,)), ("progress_note", (2,)), ("test_result", (3,))]
    desk.store.save_reading(order[1])
    assert desk.store.arrangement(order[1].sha256) == documents
    assert is_clean(clerk)


def test_the_other_readers_reading_is_taken_with_one_key(
    desk: Desk, address: str, browser: Browser, order: tuple[Path, Reading]
) -> None:
    reading = order[1]
    (name,) = (f for f in reading.findings if f.field == "member_name" and f.confidence == 0.8)
    last = name.value.split()[-1]
    first = reading.pages[0]
    words = tuple(replace(w, other=f"{last}e") if w.text == last else w for w in first.words)
    desk.store.save_reading(replace(reading, pages=(replace(first, words=words), *reading.pages[1:])))
    steps.file_fax(desk, reading.sha256)
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    expect(clerk.page.locator(".question[aria-current] .offer")).to_contain_text(f"{last}e")
    clerk.press("1")
    expect(clerk.page.locator("#review-said")).to_contain_text(f"{last}e")
    assert [row["true"] for row in desk.store.corrections()] == [f"{name.value}e"]
    expect(clerk.page.locator(".cases-box")).to_contain_text(f"{name.value}e")
    assert is_clean(clerk)


def test_a_page_is_left_out_by_keys_and_put_back(
    desk: Desk, address: str, browser: Browser, order: tuple[Path, Reading]
) -> None:
    clerk = person(browser, address, "ines")
    clerk.open("/next-fax")
    expect(clerk.page.locator(".question[aria-current]")).to_be_focused()
    clerk.press("]", "]", "p")
    expect(clerk.page.locator("#placing-page")).to_have_text("3")
    clerk.page.get_by_label("Another patient's page").press("Space")
    clerk.page.get_by_label("Reason, or how you know").press("Enter")
    expect(clerk.page.locator('[data-state-of="3"]')).to_have_text("other patient")
    states = [row.state for row in desk.store.review(order[1].sha256).ledger]
    assert states == ["exhibit", "exhibit", "other_patient"]
    clerk.press("u")
    expect(clerk.page.locator('[data-state-of="3"]')).to_have_text("in a case")
    assert is_clean(clerk)
