"""What has been dropped: a folder or an S3 bucket behind one small interface. Nothing is altered unless told."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from intake.s3 import S3Options
from intake.sidecar import Sidecars

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
URGENT = {"urgent", "stat", "expedited"}
BATCH = 500


@dataclass(frozen=True)
class Drop:
    """One file in the inbox. The same key with another fingerprint is another fax."""

    key: str
    fingerprint: str
    name: str
    size: int
    urgent: bool = False
    facts: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Position:
    """How far a listing got. `after`: last key of the sweep under way; `highest`: highest key ever seen."""

    after: str = ""
    highest: str = ""


class Changed(Exception):
    """The drop is gone or was replaced since it was listed; the next look shows what is there now."""


class Inbox(Protocol):
    """Where faxes are dropped."""

    def look(self, position: Position) -> Iterator[tuple[list[Drop], Position]]:
        """Batches of files that are wholly written; with each, the position once it is recorded."""
        ...

    def ready(self) -> Iterator[Drop]:
        """Every file that is wholly written, in name order."""
        ...

    def fetch(self, drop: Drop, to: Path) -> dict[str, str]:
        """Copy the file's bytes to a local path; returns what came with it (sender, urgency and such).

        Raises:
            Changed: The drop is no longer what was listed.
        """
        ...

    def mark(self, key: str, fingerprint: str) -> str:
        """Mark a drop whose fax is done, as the settings say; returns how."""
        ...


def is_urgent(key: str, facts: dict[str, str] | None = None) -> bool:
    """Dropped in a folder called urgent, stat or expedited, or said to be by what came with it."""
    told = (facts or {}).get("urgent", (facts or {}).get("priority", "")).strip().lower()
    folders = key.lower().split("/")[:-1]
    return bool(URGENT & set(folders)) or told in {"1", "true", "yes", "high"} | URGENT


class FolderInbox:
    """A watched folder. A file counts only once its size and time have stood still."""

    def __init__(self, folder: Path, stable_seconds: float, sidecars: Sidecars | None = None) -> None:
        self.folder, self.stable_seconds = folder, stable_seconds
        self.sidecars = sidecars or Sidecars()
        self._since: dict[str, tuple[str, float]] = {}
        self._odd: dict[str, str] = {}
        self.unsettled = False
        """True if the last look saw files that were still too young."""

    def look(self, position: Position) -> Iterator[tuple[list[Drop], Position]]:
        """All that is ready, in batches; a folder is always looked at as a whole."""
        drops = list(self.ready())
        for start in range(0, len(drops), BATCH):
            yield drops[start : start + BATCH], position

    def ready(self) -> Iterator[Drop]:
        """Regular files that stood still long enough, in name order.

        A file is old enough by its own time, or by ours when its server's clock runs ahead.
        """
        now, before = time.monotonic(), self._since
        files = sorted(self._files(self.folder, ""))
        drops = [drop for path in files if (drop := self._drop(path))]
        self._since = {
            d.key: before[d.key] if before.get(d.key, ("",))[0] == d.fingerprint else (d.fingerprint, now)
            for d in drops
        }
        young = False
        for drop in drops:
            known_for = now - self._since[drop.key][1]
            age = time.time() - int(drop.fingerprint.rsplit("-", 1)[1]) / 1e9
            settled = self._stands_still(known_for, age)
            if settled and not self.sidecars.waits_for(self.folder / self._odd.get(drop.key, drop.key), known_for, age):
                yield drop
            else:
                young = True
        self.unsettled = young

    def _stands_still(self, known_for: float, age: float) -> bool:
        """Old enough, and the same at two looks unless it is twice as old as need be."""
        enough = self.stable_seconds
        seen_twice = known_for > 0 and max(age, known_for) >= enough
        return not enough or seen_twice or age >= 2 * enough

    def fetch(self, drop: Drop, to: Path) -> dict[str, str]:
        """Copy the file; a link put in its place, or a change while it is copied, is refused."""
        source = self.folder / self._odd.get(drop.key, drop.key)
        try:
            number = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise Changed(f"a drop cannot be opened ({type(error).__name__})") from None
        with os.fdopen(number, "rb") as stream, to.open("wb") as copy:
            if _fingerprint(os.fstat(number)) != drop.fingerprint:
                raise Changed("a drop was replaced after it was listed")
            while piece := stream.read(1 << 20):
                copy.write(piece)
            if _fingerprint(os.fstat(number)) != drop.fingerprint:
                raise Changed("a drop changed while it was copied")
        return self.sidecars.read(source)

    def mark(self, key: str, fingerprint: str) -> str:
        """A folder's files stay where they are."""
        return "left"

    def _files(self, folder: Path, inside: str) -> Iterator[str]:
        """Keys of the regular files below a folder; hidden ones, links and special files are passed over."""
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._files(Path(entry.path), f"{inside}{entry.name}/")
            elif entry.is_file(follow_symlinks=False) and not entry.name.lower().endswith(UNFINISHED):
                yield self._key(inside + entry.name)

    def _key(self, path: str) -> str:
        """The path as text that a database can keep; names that are no UTF-8 are written with escapes."""
        key = os.fsencode(path).decode("utf-8", "backslashreplace")
        if key != path:
            self._odd[key] = path
        return key

    def _drop(self, key: str) -> Drop | None:
        """The file as a drop; None if it has gone, or is another file's metadata."""
        path = self.folder / self._odd.get(key, key)
        if self.sidecars.is_sidecar(path):
            return None
        try:
            info = path.lstat()
        except OSError:
            return None
        return Drop(key, _fingerprint(info), key.rsplit("/", 1)[-1][:255], info.st_size, is_urgent(key))


def _fingerprint(info: os.stat_result) -> str:
    return f"{info.st_size}-{info.st_mtime_ns}" if stat.S_ISREG(info.st_mode) else "not a file"


def open_inbox(
    location: str, *, stable_seconds: float, options: S3Options | None = None, processed: str = "leave",
    processed_prefix: str = "processed/", queue_url: str = "", queue_endpoint: str = "",
    sidecars: Sidecars | None = None,
) -> Inbox:  # fmt: skip
    """The inbox at a folder path or `s3://bucket/prefix`."""
    if location.startswith("s3://"):
        from intake.s3 import place
        from intake.s3_inbox import S3Inbox
        from intake.sqs import Notices

        options = options or S3Options()
        notices = Notices(queue_url, queue_endpoint, options) if queue_url else None
        bucket, prefix = place(location)
        return S3Inbox(bucket, prefix, options, processed, processed_prefix, notices)
    return FolderInbox(Path(location), stable_seconds, sidecars)
