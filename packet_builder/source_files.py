"""Source files on disk: where they lie, that they are still what was read, their bytes."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casefile.records import Exhibit
from packet_builder.errors import PacketError

CHUNK = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """Where a source lies and what to call it in messages."""

    path: Path
    name: str


Locate = Callable[[str], SourceFile]


def sha256_of(file: SourceFile) -> str:
    """The SHA-256 of a source's bytes."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(CHUNK))
    try:
        with file.path.open("rb", buffering=0) as stream:
            while count := stream.readinto(buffer):
                digest.update(buffer[:count])
    except OSError as error:
        raise _unreadable(file, error) from None
    return digest.hexdigest()


@contextmanager
def mapped(file: SourceFile) -> Iterator[mmap.mmap]:
    """A source's bytes, read as they are asked for."""
    try:
        with file.path.open("rb") as stream:
            view = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise _unreadable(file, error) from None
    except ValueError:
        raise PacketError(f"{file.name} is empty. Ask for a resend of it.") from None
    with view:
        yield view


def _unreadable(file: SourceFile, error: OSError) -> PacketError:
    return PacketError(f"{file.name} cannot be read ({type(error).__name__}). Put it back and build again.")


class SourceHashes:
    """Hashes every source once, on another thread, while the sheets are drawn and earlier pages written."""

    def __init__(self, exhibits: Sequence[Exhibit], locate: Locate) -> None:
        self._outside = ThreadPoolExecutor(1)
        self._found: dict[str, Future[str]] = {}
        for sha256 in dict.fromkeys(exhibit.fax_sha256 for exhibit in exhibits):
            self._found[sha256] = self._outside.submit(lambda key: sha256_of(locate(key)), sha256)

    def require_same(self, exhibit: Exhibit, file: SourceFile) -> None:
        """Wait for a source's hash.

        Raises:
            PacketError: The source is not what was read, or cannot be read.
        """
        if self._found[exhibit.fax_sha256].result() != exhibit.fax_sha256:
            raise PacketError(
                f"{file.name} is not the file that was read: its SHA-256 differs. "
                "Put the original back, or read it anew."
            )

    def close(self) -> None:
        """Stop; what was not begun is not hashed."""
        self._outside.shutdown(cancel_futures=True)
