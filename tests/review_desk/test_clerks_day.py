"""The intake clerk's day, in a real browser: a fax comes, is reviewed by keys, asked about, answered, and its gaps close."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from flows.watch import drain
from samples import degrade
from tests.flows.test_reply import NPI, order, written_on
from tests.review_desk.browser import Person, chromium, new_desk, person
from tests.servers import served


def drop(clerk: Person, path: Path) -> None:
    """Hand a file in on the inbox screen."""
    clerk.open("/inbox")
    clerk.page.locator("#files").set_input_files(path)
    clerk.page.locator("#files").press("Tab")
    clerk.press("Enter")
    clerk.page.wait_for_url("**/inbox?*said=*")


def tab_to(page: Page, words: str) -> None:
    """Reach a link or button with the Tab key, as people without a mouse do."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"{words} cannot be reached by Tab")


def review_all(clerk: Person, most: int = 30) -> list[str]:
    """Confirm with Enter whatever is asked; returns what was asked."""
    titles: list[str] = []
    current = clerk.page.locator(".question[aria-current]")
    finished = clerk.page.get_by_text("Nothing left to check here")
    expect(current.or_(finished).first).to_be_visible()
    while not finished.is_visible() and len(titles) < most:
        item = current.get_attribute("data-item")
        titles.append(current.locator(".title").inner_text())
        clerk.press("Enter")
        expect(clerk.page.locator(f"#q-{item}")).to_have_count(0)
    expect(finished).to_be_visible()
    return titles


def test_a_fax_is_reviewed_asked_about_and_its_gaps_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBINDER_HOME", str(tmp_path))
    desk = new_desk(tmp_path)
    made = tmp_path / "made"
    made.mkdir()
    order(made)
    with served(desk) as address, chromium() as browser:
        clerk = person(browser, address, "ines")
        page = clerk.page
        drop(clerk, made / "order.tif")
        assert drain(desk.settings) == 1

        clerk.open("/inbox")
        assert clerk.violations() == []
        tab_to(page, "Work through them")
        clerk.press("Enter")
        titles = review_all(clerk)
        assert {"Not signed", "No NPI found"} <= set(titles)
        assert len(set(titles)) == len(titles), "nothing is asked twice"
        assert clerk.violations() == []
        expect(page.locator(".gaps .open")).to_have_count(2)

        tab_to(page, "C-0001")
        clerk.press("Enter")
        expect(page.get_by_role("heading", name="Gaps (2)")).to_be_visible()
        assert clerk.violations() == []
        tab_to(page, "Ask the office")
        clerk.press("Enter")
        page.wait_for_url("**/cases/C-0001?said=asked*")
        link = page.get_by_role("link", name="PDF to fax").first.get_attribute("href")
        letter = made / "letter.pdf"
        letter.write_bytes(page.request.get(f"{address}{link}").body())

        filled = written_on(letter, NPI, sign=True)
        degrade.fax(filled, made / "reply.tif", Random(2), standard=True, banner="11/04/2026 10:00 FROM:5557655194")
        drop(clerk, made / "reply.tif")
        assert drain(desk.settings) == 1
        clerk.open(f"/faxes/{desk.store.case('C-0001')['faxes'][-1]['fax']}")
        review_all(clerk)
        expect(page.locator(".gaps .closed")).to_have_count(2)
        expect(page.locator(".gaps .open")).to_have_count(0)
        clerk.press("Enter")
        page.wait_for_url("**/inbox?said=nothing-left")
        clerk.open("/cases/C-0001")
        expect(page.get_by_role("heading", name="Gaps (0)")).to_be_visible()
        assert clerk.complaints == []
        assert clerk.strangers == []
    desk.store.close()
