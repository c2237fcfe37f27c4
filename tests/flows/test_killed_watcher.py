"""Killing the watcher between any two steps loses no page and doubles none."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from casefile.settings import Settings
from flows.steps import Desk
from flows.watch import drain

WATCHER = Path(__file__).parent.parent / "fakes" / "killed_watcher.py"
STEPS = ["put", "record_arrival", "save_reading", "file_documents", "check_case"]


@pytest.fixture
def inbox(home: Path, story: list[Path]) -> Path:
    """An inbox that holds the born-digital progress note, twice, and a damaged file."""
    folder = home / "inbox"
    folder.mkdir()
    for path in story:
        if path.name[:2] in {"02", "08", "09"}:
            shutil.copy(path, folder / path.name)
    return folder


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_watcher_loses_and_doubles_nothing(step: str, moment: str, inbox: Path) -> None:
    killed = subprocess.run([sys.executable, str(WATCHER), step, moment], capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    drain(Settings())
    assert drain(Settings()) == 0
    desk = Desk(Settings())
    status = desk.store.status()
    assert status["faxes"] == {"total": 2, "read": 1, "set_aside": 1, "waiting": 0}
    assert sum(status["pages"].values()) == 2
    assert status["pages"].get("exhibit") == 2
    (row,) = desk.store.cases()
    titles = [(event["kind"], event["title"], event["on"]) for event in desk.store.case(row["id"])["timeline"]]
    assert len(titles) == len(set(titles))
    assert desk.store.arrival_count() == 3
