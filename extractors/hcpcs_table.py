"""HCPCS Level II numbers common in home care, their modifiers, and the blocks that CMS has assigned. Numbers only."""

from __future__ import annotations

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def home_care_codes() -> frozenset[str]:
    """Codes common in home care."""
    return frozenset(
        row for row in (DATA / "hcpcs_home_care.txt").read_text().split("\n") if row and not row.startswith("#")
    )


@cache
def modifiers() -> frozenset[str]:
    """Two-character modifiers."""
    return frozenset(_rows("modifiers.txt"))


@cache
def _blocks() -> tuple[tuple[str, str], ...]:
    return tuple((row[:5], row[6:]) for row in _rows("hcpcs_blocks.txt"))


def _rows(name: str) -> list[str]:
    return [word for line in (DATA / name).read_text().split("\n") if not line.startswith("#") for word in line.split()]


def in_a_block(code: str) -> bool:
    """Whether CMS has assigned numbers around this one."""
    return any(first <= code <= last for first, last in _blocks())
