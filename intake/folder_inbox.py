"""A local folder as inbox: only files that stand still count; links and special files are refused."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from intake.inbox import Changed, Drop, Position, is_urgent
from intake.sidecar import Sidecars

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
BATCH = 500


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
