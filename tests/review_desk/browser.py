"""The desk as people meet it: a server on a free port over a real fax, and Debian's Chromium in front of it.

Fixtures `open_desk` (one for the whole run) and `seat` (a fresh browser window that notes every trouble).
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

from casefile.settings import Settings
from flows.steps import Desk, receive
from review_desk.app import create_app
from samples.story import write_demo
from tests.servers import free_port

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PASSWORD = "copper lamp 42 harbour"
PEOPLE = {"ines": "intake", "arlo": "appeals", "cora": "compliance", "adam": "admin"}
FIRST_FAX = "01-order.tif"
BAD = {"serious", "critical"}


@dataclass(frozen=True)
class OpenDesk:
    """A running desk: its address, its store, the fax it has read and the case that came of it."""

    url: str
    desk: Desk
    sha256: str
    case_id: str


@dataclass
class Seat:
    """A browser window at the desk. `troubles` fills with console errors, failed scripts, calls to other hosts."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    def watch(self) -> Seat:
        self.page.on("console", lambda m: self.troubles.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._local_only)
        return self

    def _local_only(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"asks another host: {request.url}")

    def sign_in(self, name: str = "adam") -> None:
        self.page.goto(f"{self.url}/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def go(self, path: str) -> Any:
        return self.page.goto(self.url + path)

    def barriers(self) -> list[str]:
        """What axe-core finds that keeps people out."""
        found = Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in BAD]


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The app on a free port; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < end, "the desk did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    """A desk that has read one sample order with the real readers."""
    home = tmp_path_factory.mktemp("desk")
    settings = Settings(home=home, inbox=str(home / "inbox"), stable_seconds=0, use_prefect=False)
    desk = Desk(settings)
    sha256, case_id = read_sample(desk, home / "samples")
    for name, role in PEOPLE.items():
        desk.store.add_account(name, role, PASSWORD, by="test", at=datetime.now(UTC))
    with served(create_app(settings, desk)) as url:
        yield OpenDesk(url, desk, sha256, case_id)


def read_sample(desk: Desk, folder: Path, name: str = FIRST_FAX) -> tuple[str, str]:
    """Take in one fax of the demo and read it; (SHA-256, the case it is in)."""
    folder.mkdir()
    [path] = [path for path in write_demo(folder) if path.name == name]
    sha256 = desk.vault.put(path)
    desk.store.record_arrival(location="in", key=name, fingerprint="1", name=name, sha256=sha256,
                              size=path.stat().st_size, media_type="", at=datetime.now(UTC))  # fmt: skip
    [case_id] = receive(desk, sha256)
    return sha256, case_id


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def seat(chromium: Browser, open_desk: OpenDesk) -> Iterator[Seat]:
    """A fresh window, nobody signed in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield Seat(context.new_page(), open_desk.url).watch()
    context.close()
