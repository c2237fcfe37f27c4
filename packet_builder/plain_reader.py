"""The objects of a file that `pdf_writer` wrote, read back from the disk by its cross-reference; in little memory.

It knows no other PDFs. The tests read the same files with qpdf and pdfium.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO

from packet_builder.pdf_writer import ROW

START = re.compile(rb"startxref\n(\d+)\n%%EOF\n$")
HEAD = re.compile(rb"(\d+) 0 obj\n<<(.*?)>>stream\n", re.DOTALL)
KEPT = 24
"""Object streams kept unpacked."""


class BadFile(Exception):
    """The file's structure is not what was written."""


class PlainReader:
    """Objects as text, by number."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file.fileno(), size
        self._unpacked: OrderedDict[int, list[bytes]] = OrderedDict()
        found = START.search(self._at(max(0, size - 64), 64))
        if not found:
            raise BadFile("the file's end is missing")
        entries, data = self._stream(int(found[1]))
        self._rows = zlib.decompress(data)
        root = re.search(rb"/Root (\d+) 0 R", entries)
        if not root or len(self._rows) % ROW.size:
            raise BadFile("the cross-reference is damaged")
        self.root = int(root[1])

    @property
    def count(self) -> int:
        """How many object numbers there are."""
        return len(self._rows) // ROW.size

    def object(self, number: int) -> bytes:
        """The text of an object that has no stream."""
        kind, where, slot = self._row(number)
        if kind != 2:
            raise BadFile(f"object {number} is not where it should be")
        if where not in self._unpacked:
            self._unpacked[where] = self._unpack(where)
            if len(self._unpacked) > KEPT:
                self._unpacked.popitem(last=False)
        head, _, body = self._unpacked[where][slot].partition(b" ")
        if int(head) != number:
            raise BadFile(f"object {number} is not where it should be")
        return body

    def require_all(self) -> None:
        """Every number leads to the object that bears it.

        Raises:
            BadFile: One does not.
        """
        for number, (kind, high, low, _) in enumerate(ROW.iter_unpack(self._rows)):
            mark = b"%d 0 obj\n" % number
            if number and (kind == 1 and self._at(high << 32 | low, len(mark)) != mark or kind not in {1, 2}):
                raise BadFile(f"object {number} is not where it should be")

    def _row(self, number: int) -> tuple[int, int, int]:
        if not 0 <= number < self.count:
            raise BadFile(f"there is no object {number}")
        kind, high, low, slot = ROW.unpack_from(self._rows, number * ROW.size)
        return kind, high << 32 | low, slot

    def _unpack(self, number: int) -> list[bytes]:
        """An object stream as "number body" rows."""
        kind, where, _ = self._row(number)
        if kind != 1:
            raise BadFile(f"object {number} is not where it should be")
        entries, data = self._stream(where)
        first = re.search(rb"/First (\d+)", entries)
        if not first:
            raise BadFile(f"object {number} is no object stream")
        data = zlib.decompress(data)
        heads = [int(part) for part in data[: int(first[1])].split()]
        ends = [*heads[3::2], len(data) - int(first[1])]
        return [
            b"%d %b" % (inner, data[int(first[1]) + start : int(first[1]) + end])
            for inner, start, end in zip(heads[::2], heads[1::2], ends, strict=True)
        ]

    def _stream(self, where: int) -> tuple[bytes, bytes]:
        """Entries and raw data of the stream at an offset."""
        head = HEAD.match(self._at(where, 400))
        length = re.search(rb"/Length (\d+)$", head[2]) if head else None
        if not head or not length:
            raise BadFile(f"there is no stream at {where}")
        return head[2], self._at(where + head.end(), int(length[1]))

    def _at(self, where: int, length: int) -> bytes:
        return os.pread(self._file, length, where)


def opened(path: Path) -> BinaryIO:
    """A file to read from here and there."""
    return path.open("rb", buffering=0)
