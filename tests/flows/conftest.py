"""A home folder of its own for every test, and the demo story's files made once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import policies
from samples.story import write_demo


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo story's files, in drop order."""
    return sorted(write_demo(tmp_path_factory.mktemp("story")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_home: Path) -> Iterator[Path]:
    """An empty casebinder home that flows find through the environment."""
    monkeypatch.setenv("CASEBINDER_HOME", str(tmp_path))
    monkeypatch.setenv("CASEBINDER_INBOX", str(tmp_path / "inbox"))
    monkeypatch.setenv("CASEBINDER_STABLE_SECONDS", "0")
    monkeypatch.delenv("CASEBINDER_DATABASE_URL", raising=False)
    yield tmp_path


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One Prefect server for the whole run, in a home prepared as the program does it; children find it too."""
    folder = tmp_path_factory.mktemp("prefect-home")
    policies.prepare_prefect(folder)
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()
    server.start(timeout=90)
    os.environ["PREFECT_API_URL"] = server.api_url
    yield folder
    server.stop()
