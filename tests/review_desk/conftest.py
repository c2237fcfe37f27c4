"""A desk over an empty store, and people signed in at it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from casefile import accounts_store
from casefile.settings import Settings
from casefile.store import Store
from flows.steps import Desk
from review_desk.app import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another HTTP library
    from starlette.testclient import TestClient


PEOPLE = {"ines": "intake", "arlo": "appeals", "cora": "compliance", "adam": "admin"}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real hashing with the least work."""
    monkeypatch.setattr(accounts_store, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    settings = Settings(home=tmp_path, inbox=str(tmp_path / "inbox"), stable_seconds=0, use_prefect=False)
    opened = Desk(settings)
    hire(opened.store)
    return opened


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk.settings, desk, hosts=("testserver",))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def signed_in(app: FastAPI) -> Callable[[str], TestClient]:
    """Signs somebody in through the form; the client then sends the form code by itself."""

    def sign_in(name: str = "adam") -> TestClient:
        client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        form = client.get("/sign-in")
        csrf = code_in(form.text)
        done = client.post("/sign-in", data={"csrf": csrf, "name": name, "password": password_of(name), "next": "/"})
        assert done.status_code == 303, done.text
        client.headers["x-csrf"] = csrf_of_page(client)
        return client

    return sign_in


def hire(store: Store) -> None:
    """One account for each role."""
    for name, role in PEOPLE.items():
        store.add_account(name, role, password_of(name), by="test", at=datetime.now(UTC))


def password_of(name: str) -> str:
    """What somebody signs in with."""
    return f"{name}-{name[::-1]}-desk"


def code_in(html: str) -> str:
    """The form code on a page."""
    found = re.search(r'name="csrf" (?:value|content)="([0-9a-f]{64})"', html)
    assert found, html
    return found[1]


def csrf_of_page(client: TestClient) -> str:
    return code_in(client.get("/inbox").text)
