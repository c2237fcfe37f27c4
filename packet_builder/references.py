"""References between objects in their text, and where copied objects go."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from packet_builder.pdf_writer import Data

REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|(\d+) (\d+) R", re.DOTALL)


class Sink(Protocol):
    """Where copied objects go: the packet itself, or a record of them."""

    def take(self) -> int:
        """A fresh object number."""

    def put(self, body: bytes, number: int | None = None) -> int:
        """Write an object that has no stream; returns its number."""

    def stream(self, entries: bytes, data: Data, number: int | None = None) -> int:
        """Write a stream; returns its number."""


@dataclass
class Shared:
    """Numbers of objects already written, by content hash: a font or image of two sources is kept once."""

    numbers: dict[bytes, int] = field(default_factory=dict)


def renumbered(body: bytes, number: Callable[[int], int]) -> bytes:
    """An object's text with other numbers in its references."""
    if b" R" not in body:
        return body
    return REFERENCE.sub(lambda match: b"%d 0 R" % number(int(match[1])) if match[1] else match[0], body)


def referred(body: bytes) -> list[int]:
    """The numbers of the objects that an object's text refers to."""
    return [int(match[1]) for match in REFERENCE.finditer(body) if match[1]]
