"""What is asked of a build: for whom, by whom, on which day, and what was filed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from packet_builder.plan import Key
from packet_builder.profiles import Profile, default_profile
from packet_builder.routes import Route


@dataclass(frozen=True)
class Override:
    """A block that a person lifted, with the reason."""

    code: str
    reason: str
    by: str


@dataclass(frozen=True)
class Request:
    """A packet to build. The same request and the same case give the same bytes."""

    kind: str
    prefix: str
    organisation: str
    contact: str
    letter_date: date
    level: str = "first"
    profile: Profile = field(default_factory=default_profile)
    route: Route | None = None
    overrides: tuple[Override, ...] = ()
    filed: Mapping[Key, int] = field(default_factory=dict)
    """Bates numbers that source pages got in earlier packets and keep."""
    next_number: int = 1
    filed_on: str = ""
    """When the last packet was filed, ISO, where there was one."""
    only_new: bool = False
    """Bind only what was not filed before: a delta packet."""
    names: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 → file name, where a folder is bound; shown on slip sheets and in messages."""
    excluded: tuple[tuple[str, str], ...] = ()
    """Files that were found but not bound, with the reason."""
    checks: tuple[str, ...] = ()
    """What a person should check before sending; printed, and kept in the manifest."""

    rewritten: Mapping[str, str] = field(default_factory=dict)
    """The letter's paragraphs as they were → as a person wrote them."""
    argument: str = ""
    """The clinical statement, written by a person; the case's own where empty."""
    by: str = ""
    """Who chose and wrote this, where a person did."""

    def name_of(self, sha256: str) -> str:
        """What a source is called in messages."""
        return self.names.get(sha256, f"source {sha256[:12]}")
