"""A PDF file written once from front to back: offsets are known as it grows, memory is not needed for what is done.

Objects without a stream go into compressed object streams; the cross-reference is a stream too (PDF 1.7).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import BinaryIO

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
BATCH = 1 << 20
"""Bytes handed to the writing thread at once."""
AHEAD = 8 << 20
"""Bytes in memory that may wait for it; what lies in a source waits there."""
PIECE = 1 << 20
"""Bytes written and hashed at once."""
LEVEL = 3
"""How hard structure is deflated: twice as fast as the usual 6, and a packet is its pages."""
ROW = Struct(">BHIH")
"""A cross-reference row: kind, where (six bytes), slot."""
EMPTY = bytes(ROW.size)
PACK = 120
"""Objects in one object stream."""


@dataclass(frozen=True)
class Slice:
    """Bytes that lie in a file; read when they are written."""

    path: Path
    start: int
    length: int

    def __len__(self) -> int:
        return self.length


Data = bytes | memoryview | Slice


class PdfWriter:
    """Writes numbered objects as they come; numbers may be taken before their objects exist."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rows = bytearray(EMPTY[:-2] + b"\xff\xff")
        self._count = 1
        self._packed: list[tuple[int, bytes]] = []
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._waiting: list[Data] = []
        self._begun = self._held = self._ahead = 0
        self._outside = ThreadPoolExecutor(1)
        self._handed: deque[tuple[Future[None], int]] = deque()
        self._read_from: tuple[Path, BinaryIO] | None = None
        self._buffer, self._filled = memoryview(bytearray(PIECE)), 0
        self._emit(HEADER)

    def take(self) -> int:
        """A fresh object number."""
        self._rows += EMPTY
        self._count += 1
        return self._count - 1

    def put(self, body: bytes, number: int | None = None) -> int:
        """Write an object that has no stream; returns its number."""
        number = number or self.take()
        self._packed.append((number, body))
        if len(self._packed) >= PACK:
            self._flush()
        return number

    def stream(self, entries: bytes, data: Data, number: int | None = None) -> int:
        """Write a stream; `entries` are its dictionary's entries without /Length and brackets."""
        number = number or self.take()
        self._place(number, 1, self.size, 0)
        self._emit(b"%d 0 obj\n<<%b/Length %d>>stream\n" % (number, entries, len(data)))
        self._emit(data)
        self._emit(b"\r\nendstream\nendobj\n")
        return number

    def deflated(self, entries: bytes, data: bytes) -> int:
        """Write a stream compressed."""
        return self.stream(entries + b"/Filter/FlateDecode", zlib.compress(data, LEVEL))

    def finish(self, root: int, info: int, mark: bytes) -> None:
        """Write what is left and the cross-reference.

        Args:
            root: The catalog's number.
            info: The information dictionary's number.
            mark: Bytes that identify the file's content; the file's /ID is their hash.
        """
        self._flush()
        number, start = self.take(), self.size
        self._place(number, 1, start, 0)
        name = hashlib.sha256(mark).hexdigest()[:32].encode()
        entries = b"/Type/XRef/W[1 6 2]/Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]" % (
            self._count, root, info, name, name,
        )  # fmt: skip
        data = zlib.compress(bytes(self._rows), LEVEL)
        self._emit(b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>stream\n" % (number, entries, len(data)))
        self._emit(data + b"\r\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)

    def _flush(self) -> None:
        """Write the waiting objects as one object stream."""
        if not self._packed:
            return
        number = self.take()
        heads, position = [], 0
        for slot, (inner, body) in enumerate(self._packed):
            heads.append(b"%d %d" % (inner, position))
            position += len(body) + 1
            self._place(inner, 2, number, slot)
        head = b" ".join(heads) + b"\n"
        data = head + b"\n".join(body for _, body in self._packed) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(self._packed), len(head))
        self._packed = []
        self.stream(entries, zlib.compress(data, LEVEL), number)

    def _place(self, number: int, kind: int, where: int, slot: int) -> None:
        if self._rows[number * len(EMPTY)]:
            raise AssertionError(f"object {number} was written twice")
        ROW.pack_into(self._rows, number * len(EMPTY), kind, where >> 32, where & 0xFFFFFFFF, slot)

    def _emit(self, data: Data) -> None:
        self._waiting.append(data)
        if not isinstance(data, Slice):
            self._held += len(data)
        self.size += len(data)
        if self.size - self._begun >= BATCH:
            self._hand_over()

    def _hand_over(self) -> None:
        """Let the other thread write and hash what is waiting, while the next objects are made."""
        self._handed.append((self._outside.submit(self._write_out, self._waiting), self._held))
        self._ahead += self._held
        self._waiting, self._held, self._begun = [], 0, self.size
        while self._ahead > AHEAD:
            self._await_one()

    def _await_one(self) -> None:
        done, held = self._handed.popleft()
        done.result()
        self._ahead -= held

    def _write_out(self, batch: Sequence[Data]) -> None:
        """Gather what is written in one piece of memory, which is written and hashed when it is full."""
        for part in batch:
            if isinstance(part, Slice):
                self._gather_from(part)
            elif len(part) <= PIECE - self._filled:
                self._buffer[self._filled : self._filled + len(part)] = part
                self._filled += len(part)
            else:
                for start in range(0, len(part), PIECE):
                    self._spill()
                    piece = part[start : start + PIECE]
                    self._buffer[: len(piece)] = piece
                    self._filled = len(piece)

    def _gather_from(self, part: Slice) -> None:
        if self._read_from is None or self._read_from[0] != part.path:
            self._stop_reading()
            self._read_from = part.path, part.path.open("rb", buffering=0)
        source, done = self._read_from[1].fileno(), 0
        while done < part.length:
            if self._filled == PIECE:
                self._spill()
            room = self._buffer[self._filled : self._filled + part.length - done]
            count = os.preadv(source, [room], part.start + done)
            if count == 0:
                raise OSError(f"{part.path} was cut short while it was bound")
            self._filled += count
            done += count

    def _spill(self) -> None:
        """Write and hash what was gathered."""
        data, self._filled = self._buffer[: self._filled], 0
        self._sha256.update(data)
        while data:
            data = data[self._file.write(data) :]

    def _stop_reading(self) -> None:
        if self._read_from is not None:
            self._read_from[1].close()
            self._read_from = None

    def close(self) -> str:
        """Write what is still waiting; returns the SHA-256 of the whole file."""
        self._hand_over()
        while self._handed:
            self._await_one()
        self._spill()
        self.give_up()
        return self._sha256.hexdigest()

    def give_up(self) -> None:
        """Stop the other thread; what it has not begun is not written."""
        self._outside.shutdown(cancel_futures=True)
        self._stop_reading()


def text_string(words: str) -> bytes:
    """Text as a PDF string in UTF-16, which every reader takes."""
    if words.isascii() and words.isprintable():
        plain = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return b"(" + plain.encode() + b")"
    return b"<feff" + words.encode("utf-16-be", "replace").hex().encode() + b">"
