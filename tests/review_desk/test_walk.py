"""Somebody walks over every screen in a real browser: nothing bars anybody, nothing fails, nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from flows.steps import receive
from review_desk.rights import RIGHTS
from samples.story import write_demo
from tests.review_desk.browser import PASSWORD, Person, chromium, new_desk, person
from tests.servers import served

FILES = (
    ".png", ".pdf", ".csv", "/next-fax", "/inbox/live", "/faxes/{sha256}/cases", "/packets/{sha256}", "/sign-in/single",
    "/sign-in/back",
)  # fmt: skip
"""Addresses that are no screens, or whose thing a fresh store has not: pictures, files, parts, built packets."""
FILLED, NOT_THERE = {"sha256", "case_id", "page", "name"}, {"token", "job_id", "number", "volume", "table"}
"""Blanks of addresses that the walk fills, and those of things that a fresh store has none of."""
WITH_QUESTION = ("/search?q=Rosalind", "/search?q=oxygen", "/cases?status=incomplete", "/inbox?show=aside")


@dataclass(frozen=True)
class Opened:
    """A desk in a browser's reach: its address, the fax it has read and the case that came of it."""

    address: str
    sha256: str
    case_id: str


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A desk that has read one sample order with the real readers."""
    home = tmp_path_factory.mktemp("walk")
    desk, (path, *_) = new_desk(home), sorted(write_demo(home / "samples"))
    now = datetime.now(UTC)
    desk.store.add_account("adam", "admin", PASSWORD, by="tests", at=now)
    sha256 = desk.vault.put(path)
    desk.store.record_arrival(location="in", key=path.name, fingerprint="1", name=path.name, sha256=sha256,
                              size=path.stat().st_size, media_type="", at=now)  # fmt: skip
    [case_id] = receive(desk, sha256)
    with served(desk) as address:
        yield Opened(address, sha256, case_id)
    desk.store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def adam(browser: Browser, opened: Opened) -> Iterator[Person]:
    """The administrator, who may see every screen."""
    made = person(browser, opened.address, "adam")
    yield made
    made.page.context.close()


def screens(desk: Opened) -> list[str]:
    """Every screen's address, its blanks filled with what is in the store."""
    blanks = {"sha256": desk.sha256, "case_id": desk.case_id, "page": "1", "name": "metrics"}
    paths = [entry.split(" ")[1] for entry in RIGHTS if entry.startswith("GET ")]
    known = {path.split("?")[0] for path in WITH_QUESTION} & set(paths)
    blank = re.compile(r"\{(\w+)")
    found = [path for path in paths if not path.endswith(FILES) and not NOT_THERE & set(blank.findall(path))]
    filled = [re.sub(r"\{(\w+)\}", lambda blank: quote(blanks[blank[1]]), path) for path in found]
    return [*filled, *(path for path in WITH_QUESTION if path.split("?")[0] in known)]


def test_every_screen_is_open_to_everybody(opened: Opened, adam: Person) -> None:
    for path in screens(opened):
        answer = adam.page.goto(opened.address + path)
        assert answer is not None and answer.status == 200, path
        assert adam.violations() == [], path
        assert adam.page.locator("h1").count() == 1 and "casebinder" in adam.page.title(), path
        assert adam.page.locator("html").get_attribute("lang") == "en", path
        for width in (820, 1280):
            adam.page.set_viewport_size({"width": width, "height": 900})
            assert adam.page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert not adam.complaints and not adam.strangers, (path, adam.complaints, adam.strangers)


def test_the_keyboard_alone_gets_past_the_menu_and_through_a_form(opened: Opened, adam: Person) -> None:
    adam.open(f"/cases/{opened.case_id}")
    adam.press("Tab")
    assert adam.page.evaluate("document.activeElement.textContent") == "Skip to content"
    adam.press("Enter")
    assert adam.page.evaluate("document.activeElement.id") == "main"
    adam.page.focus("#log summary")
    adam.press("Enter")
    adam.page.focus("#log [name=note]")
    adam.page.keyboard.type("office says it comes tomorrow")
    adam.press("Enter")
    adam.page.wait_for_url("**said=logged*")
    assert "tomorrow" in str(adam.page.locator(".timeline").text_content())
    assert adam.page.locator("#said").inner_text() == "Logged." and not adam.complaints


def test_an_idle_desk_locks_and_its_session_is_over(opened: Opened, adam: Person) -> None:
    adam.page.clock.install()
    adam.open(f"/cases/{opened.case_id}")
    adam.page.clock.run_for("16:00")
    adam.page.wait_for_url("**/sign-in?idle=1*")
    assert "locked itself" in adam.page.content()
    adam.open(f"/cases/{opened.case_id}")
    assert "/sign-in" in adam.page.url, "the session outlived the lock"


def test_the_walk_knows_every_blank() -> None:
    """A new address with a blank that the walk cannot fill is named here."""
    blanks = {blank for entry in RIGHTS for blank in re.findall(r"\{(\w+)", entry)}
    assert blanks <= FILLED | NOT_THERE
