"""A real browser at a real desk: what it asks of other hosts and what it complains of is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from casefile.settings import Settings
from flows.steps import Desk

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PASSWORD = "correct-horse-battery"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def new_desk(home: Path) -> Desk:
    """A desk with people at it."""
    desk = Desk(Settings(home=home, inbox=str(home / "inbox"), stable_seconds=0, use_prefect=False))
    for name, role in (("ines", "intake"), ("tom", "intake"), ("cora", "compliance")):
        desk.store.add_account(name, role, PASSWORD, by="tests", at=datetime.now(UTC))
    return desk


@dataclass
class Person:
    """Somebody at the desk in a window of their own."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    keys: int = 0

    def press(self, *keys: str) -> None:
        """Press keys, counted."""
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.address + path)

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical on the page."""
        found = Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in {"serious", "critical"}]


def person(browser: Browser, address: str, name: str, width: int = 1280, height: int = 800) -> Person:
    """Sign somebody in."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(15_000)
    made = Person(page, address)
    page.on("console", lambda said: made.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("request", lambda asked: made.strangers.append(asked.url) if not asked.url.startswith(address) else None)
    made.open("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return made
