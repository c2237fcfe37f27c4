"""A desk over an empty store, and people signed in at it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from casefile.settings import Settings
from flows.steps import Desk
from review_desk.app import create_app
from tests.review_desk.stand_in import Book

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another HTTP library
    from starlette.testclient import TestClient


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    settings = Settings(home=tmp_path, inbox=str(tmp_path / "inbox"), stable_seconds=0, use_prefect=False)
    return Desk(settings)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk.settings, desk, Book(), hosts=("testserver",))  # type: ignore[arg-type]


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
        done = client.post("/sign-in", data={"csrf": csrf, "name": name, "password": name[::-1], "next": "/"})
        assert done.status_code == 303, done.text
        client.headers["x-csrf"] = csrf_of_page(client)
        return client

    return sign_in


def code_in(html: str) -> str:
    """The form code on a page."""
    found = re.search(r'name="csrf" (?:value|content)="([0-9a-f]{64})"', html)
    assert found, html
    return found[1]


def csrf_of_page(client: TestClient) -> str:
    return code_in(client.get("/").text)
