"""Somebody walks over every screen in a real browser: nothing bars anybody, nothing fails, nothing leaves the machine."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from review_desk.rights import RIGHTS
from tests.review_desk.browser import OpenDesk, Seat

FILES = (".png", ".pdf", ".csv", "/next-fax", "/faxes/{sha256}/cases")
"""Addresses that are no screens: pictures, files, parts of a screen."""
WITH_QUESTION = ("/search?q=Rosalind", "/search?q=oxygen", "/cases?status=incomplete", "/inbox?show=aside")


def screens(desk: OpenDesk) -> list[str]:
    """Every screen's address, its blanks filled with what is in the store."""
    blanks = {"sha256": desk.sha256, "case_id": desk.case_id, "page": "1", "name": "metrics"}
    paths = [entry.split(" ")[1] for entry in RIGHTS if entry.startswith("GET ")]
    known = {path.split("?")[0] for path in WITH_QUESTION} & set(paths)
    found = [path for path in paths if not path.endswith(FILES)]
    filled = [re.sub(r"\{(\w+)\}", lambda blank: quote(blanks[blank[1]]), path) for path in found]
    return [*filled, *(path for path in WITH_QUESTION if path.split("?")[0] in known)]


def test_every_screen_is_open_to_everybody(open_desk: OpenDesk, seat: Seat) -> None:
    seat.sign_in("adam")
    assert seat.barriers() == []
    for path in screens(open_desk):
        answer = seat.go(path)
        assert answer.status == 200, path
        assert seat.barriers() == [], path
        assert seat.page.locator("h1").count() == 1 and "casebinder" in seat.page.title(), path
        assert seat.page.locator("html").get_attribute("lang") == "en", path
        assert seat.troubles == [], (path, seat.troubles)


@pytest.mark.parametrize("width", [1280, 820])
def test_no_screen_is_wider_than_the_window(open_desk: OpenDesk, seat: Seat, width: int) -> None:
    seat.page.set_viewport_size({"width": width, "height": 900})
    seat.sign_in("adam")
    for path in screens(open_desk):
        seat.go(path)
        assert seat.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_keyboard_alone_gets_past_the_menu_and_through_a_form(open_desk: OpenDesk, seat: Seat) -> None:
    seat.sign_in("ines")
    seat.go(f"/cases/{open_desk.case_id}")
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("document.activeElement.textContent") == "Skip to content"
    seat.page.keyboard.press("Enter")
    assert seat.page.evaluate("document.activeElement.id") == "main"
    seat.page.focus("#log summary")
    seat.page.keyboard.press("Enter")
    seat.page.focus("#log [name=note]")
    seat.page.keyboard.type("office says it comes tomorrow")
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url("**said=logged*")
    assert "tomorrow" in str(seat.page.locator(".timeline").text_content())
    assert seat.page.locator("#said").inner_text() == "Logged." and seat.troubles == []


def test_an_idle_desk_locks_and_its_session_is_over(open_desk: OpenDesk, seat: Seat) -> None:
    seat.page.clock.install()
    seat.sign_in("ines")
    seat.go(f"/cases/{open_desk.case_id}")
    seat.page.clock.run_for("16:00")
    seat.page.wait_for_url("**/sign-in?idle=1*")
    assert "locked itself" in seat.page.content()
    seat.go(f"/cases/{open_desk.case_id}")
    assert "/sign-in" in seat.page.url, "the session outlived the lock"


def test_the_walk_knows_every_blank(app: FastAPI) -> None:
    """A new address with a blank that the walk cannot fill is named here."""
    blanks = {blank for entry in RIGHTS for blank in re.findall(r"\{(\w+)", entry)}
    assert blanks <= {"sha256", "case_id", "page", "name", "token"}
