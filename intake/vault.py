"""Originals, byte for byte, named by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol


class Originals(Protocol):
    """Where originals are kept: a folder, or a bucket with a folder of working copies."""

    def path(self, sha256: str) -> Path:
        """A local file with the original's bytes."""
        ...

    def put(self, path: Path) -> str:
        """Keep a copy of the file for good; returns its SHA-256."""
        ...


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class Vault:
    """A folder of originals that are written once and never altered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the original with this hash lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, path: Path) -> str:
        """Keep a copy of the file; the same bytes again change nothing.

        Returns:
            The SHA-256 of the bytes that were kept.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".incoming-", delete=False) as kept:
            try:
                with path.open("rb") as stream:
                    while piece := stream.read(1 << 20):
                        digest.update(piece)
                        kept.write(piece)
                kept.flush()
                os.fsync(kept.fileno())
            except BaseException:
                Path(kept.name).unlink()
                raise
        return self._settle(Path(kept.name), digest.hexdigest())

    def _settle(self, incoming: Path, sha256: str) -> str:
        """Give a wholly written copy its name, unless it is there already."""
        target = self.path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        if target.exists():
            incoming.unlink()
            return sha256
        incoming.chmod(0o400)
        incoming.replace(target)
        directory = os.open(target.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        return sha256
