"""The folder as inbox: clocks that differ, replaced files, metadata beside faxes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from intake.folder_inbox import FolderInbox
from intake.inbox import Changed
from intake.sidecar import Sidecars, parse


def test_a_file_from_a_server_whose_clock_runs_ahead_is_not_stuck(tmp_path: Path) -> None:
    path = tmp_path / "fax.pdf"
    path.write_bytes(b"x")
    os.utime(path, (time.time() + 3600, time.time() + 3600))
    inbox = FolderInbox(tmp_path, stable_seconds=0.2)
    assert list(inbox.ready()) == []
    assert inbox.unsettled
    time.sleep(0.25)
    assert [drop.name for drop in inbox.ready()] == ["fax.pdf"]
    assert not inbox.unsettled


def test_a_file_replaced_or_linked_after_it_was_listed_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (folder / name).write_bytes(b"listed")
    inbox = FolderInbox(folder, 0)
    a, b, c = inbox.ready()
    (folder / "a.pdf").write_bytes(b"longer than before")
    (tmp_path / "secret").write_bytes(b"listed")
    (folder / "b.pdf").unlink()
    (folder / "b.pdf").symlink_to(tmp_path / "secret")
    (folder / "c.pdf").unlink()
    os.mkfifo(folder / "c.pdf")
    for drop in (a, b, c):
        with pytest.raises(Changed):
            inbox.fetch(drop, tmp_path / "out")


def test_a_name_that_is_no_text_is_taken_under_a_key_that_can_be_kept(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/fax \xff\n.pdf"
    os.close(os.open(path, os.O_CREAT))
    inbox = FolderInbox(tmp_path, 0)
    (drop,) = inbox.ready()
    assert drop.key == "fax \\xff\n.pdf"
    inbox.fetch(drop, tmp_path / "out.part")


def test_linked_folders_are_not_entered(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.pdf").write_bytes(b"x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    assert list(FolderInbox(tmp_path / "in", 0).ready()) == []


@pytest.mark.parametrize("name, text", [
    ("fax.json", '{"Remote-ID": "5550100199", "Priority": "high", "Pages": 3, "nested": {"from": "x"}}'),
    ("fax.tif.json", '{"sender": "5550100199", "priority": "high", "pageCount": 3}'),
    ("fax.xml", "<fax><CallerId>5550100199</CallerId><Priority>high</Priority><Pages>3</Pages></fax>"),
    ("fax.txt", "From: 5550100199\nPriority = high\nPages: 3\n"),
])  # fmt: skip
def test_metadata_beside_a_fax_comes_with_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "fax.tif").write_bytes(b"x")
    (tmp_path / name).write_text(text)
    inbox = FolderInbox(tmp_path, 0, Sidecars(Path(name).suffix))
    (drop,) = inbox.ready()
    assert inbox.fetch(drop, tmp_path / "out.part") == {"from": "5550100199", "priority": "high", "pages": "3"}


def test_a_fax_waits_a_while_for_its_metadata_and_no_longer(tmp_path: Path) -> None:
    (tmp_path / "fax.tif").write_bytes(b"x")
    inbox = FolderInbox(tmp_path, 0, Sidecars(".json", wait_seconds=0.2))
    assert list(inbox.ready()) == []
    time.sleep(0.25)
    assert [drop.name for drop in inbox.ready()] == ["fax.tif"]


@pytest.mark.parametrize("text", ["", "[" * 100_000, "\x00", "<a><a><a>", '{"pages": null}', "no colon here"])
def test_metadata_that_makes_no_sense_says_nothing(text: str) -> None:
    assert parse(text) == {}
