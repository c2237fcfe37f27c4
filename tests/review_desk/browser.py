"""A real Chromium at a desk that serves on a free port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, Route, sync_playwright

from casefile.settings import Settings
from flows.steps import Desk
from review_desk.app import create_app
from tests.review_desk.conftest import hire, password_of

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Seat:
    """Somebody's browser at the desk, with everything it complained of or asked other machines for."""

    page: Page
    base: str
    desk: Desk
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the desk."""
        self.page.goto(self.base + path)

    def sign_in(self, name: str) -> None:
        """Through the form, as people do."""
        self.open("/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", password_of(name))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/inbox*")


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """The desk's address while it serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create_app(desk.settings, desk), host="127.0.0.1", port=port, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started and time.monotonic() < end:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@contextmanager
def seated(home: Path, width: int = 1280, height: int = 800) -> Iterator[Seat]:
    """A browser at a desk of its own, in `home`."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    settings = Settings(home=home, inbox=str(home / "inbox"), stable_seconds=0, use_prefect=False, database_url="")
    desk = Desk(settings)
    hire(desk.store)
    with serving(desk) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        context.set_default_timeout(15_000)
        seat = Seat(context.new_page(), base, desk)

        def at_home(route: Route) -> None:
            if route.request.url.startswith(base):
                route.continue_()
            else:
                seat.strangers.append(route.request.url)
                route.abort()

        context.route("**/*", at_home)
        seat.page.on("console", lambda m: seat.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        seat.page.on("pageerror", lambda error: seat.complaints.append(str(error)))
        yield seat
        browser.close()
    desk.store.close()
