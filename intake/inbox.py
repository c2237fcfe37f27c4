"""What has been dropped: a folder or an S3 bucket behind one small interface. Nothing is ever deleted or altered."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Drop:
    """One file in the inbox. The same key with another fingerprint is another fax."""

    key: str
    fingerprint: str
    name: str
    size: int


class Inbox(Protocol):
    """Where faxes are dropped."""

    def ready(self) -> Iterator[Drop]:
        """Files that are wholly written, in name order."""
        ...

    def fetch(self, drop: Drop, to: Path) -> None:
        """Copy the file's bytes to a local path."""
        ...


class FolderInbox:
    """A watched folder. A file counts only once its size and time have stood still."""

    def __init__(self, folder: Path, stable_seconds: float) -> None:
        self.folder, self.stable_seconds = folder, stable_seconds
        self._looked: dict[str, str] = {}

    def ready(self) -> Iterator[Drop]:
        """Regular files that did not change since the last look and are old enough."""
        drops = [drop for path in sorted(self.folder.rglob("*")) if (drop := self._drop(path))]
        before, self._looked = self._looked, {drop.key: drop.fingerprint for drop in drops}
        for drop in drops:
            age = time.time() - int(drop.fingerprint.rsplit("-", 1)[1]) / 1e9
            unchanged = before.get(drop.key) == drop.fingerprint or age >= 2 * self.stable_seconds
            if self.stable_seconds == 0 or (unchanged and age >= self.stable_seconds):
                yield drop

    def fetch(self, drop: Drop, to: Path) -> None:
        """Copy the file; a symbolic link put in its place meanwhile is refused."""
        source = self.folder / drop.key
        if not stat.S_ISREG(source.lstat().st_mode):
            raise OSError(f"{drop.name} is no longer a regular file")
        shutil.copyfile(source, to, follow_symlinks=False)

    def _drop(self, path: Path) -> Drop | None:
        """The file as a drop, or None for folders, links, special, hidden and half-written files."""
        relative = path.relative_to(self.folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or path.name.lower().endswith(UNFINISHED):
            return None
        try:
            info = path.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(info.st_mode) or any(p.is_symlink() for p in path.parents if p != self.folder):
            return None
        return Drop(str(relative), f"{info.st_size}-{info.st_mtime_ns}", path.name, info.st_size)


class S3Inbox:
    """A bucket and prefix, AWS or compatible. An object appears only when wholly written."""

    def __init__(self, bucket: str, prefix: str, endpoint_url: str = "") -> None:
        import boto3
        from botocore.config import Config

        self.bucket, self.prefix = bucket, prefix
        config = Config(
            connect_timeout=5, read_timeout=30, retries={"max_attempts": 5, "mode": "standard"},
            s3={"addressing_style": "path" if endpoint_url else "auto"},
        )  # fmt: skip
        self._client: Any = boto3.client("s3", endpoint_url=endpoint_url or None, config=config)

    def ready(self) -> Iterator[Drop]:
        """Objects below the prefix, page by page; the ETag is the fingerprint."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        for page in pages:
            for row in page.get("Contents", []):
                if not row["Key"].endswith("/"):
                    name = row["Key"].rsplit("/", 1)[-1]
                    yield Drop(row["Key"], row["ETag"].strip('"'), name, row["Size"])

    def fetch(self, drop: Drop, to: Path) -> None:
        """Download the object as it was when listed (IfMatch), in pieces."""
        body = self._client.get_object(Bucket=self.bucket, Key=drop.key, IfMatch=drop.fingerprint)["Body"]
        with to.open("wb") as stream:
            for piece in body.iter_chunks(1 << 20):
                stream.write(piece)


def open_inbox(location: str, *, stable_seconds: float, endpoint_url: str = "") -> Inbox:
    """The inbox at a folder path or `s3://bucket/prefix`."""
    if location.startswith("s3://"):
        parts = urlsplit(location)
        return S3Inbox(parts.netloc, parts.path.lstrip("/"), endpoint_url)
    return FolderInbox(Path(location), stable_seconds)
