"""Recipient profiles: what a payer's portal, a regulator or a fax line takes, kept as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from packet_builder.errors import PacketError

DATA = Path(__file__).parent / "data" / "profiles.toml"


@dataclass(frozen=True)
class Profile:
    """One recipient's limits and wants. Zero means no limit."""

    name: str
    title: str
    max_pages: int = 0
    max_megabytes: float = 0.0
    links: bool = True
    fax: bool = False
    pdfa: str = ""
    first_sheet: str = ""
    leave_out: tuple[str, ...] = ()
    """Kinds of documents this recipient has no need of (minimum necessary)."""
    redact: tuple[str, ...] = ()
    """What is removed from every page: `ssn`, `bank`, `card`."""
    source: str = ""
    verified_at: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether a person has checked the limits at their source."""
        return bool(self.verified_at)


@cache
def profiles() -> dict[str, Profile]:
    """All profiles by name."""
    rows = tomllib.loads(DATA.read_text())
    known = {field.name for field in fields(Profile)}

    def values(row: dict[str, Any]) -> dict[str, Any]:
        return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in known}

    return {name: Profile(name=name, **values(row)) for name, row in rows.items() if isinstance(row, dict)}


def default_profile() -> Profile:
    """The profile used where none is asked for."""
    return profiles()["default"]


def profile(name: str) -> Profile:
    """A profile by name.

    Raises:
        PacketError: There is none of that name; the message lists them.
    """
    if name not in profiles():
        raise PacketError(f"no recipient profile '{name}'. There are: {', '.join(sorted(profiles()))}.")
    return profiles()[name]
