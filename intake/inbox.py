"""What has been dropped, behind one small interface. Nothing is altered unless told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

URGENT = {"urgent", "stat", "expedited"}


@dataclass(frozen=True)
class Drop:
    """One file in the inbox. The same key with another fingerprint is another fax."""

    key: str
    fingerprint: str
    name: str
    size: int
    urgent: bool = False
    facts: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Position:
    """How far a listing got. `after`: last key of the sweep under way; `highest`: highest key ever seen."""

    after: str = ""
    highest: str = ""


class Changed(Exception):
    """The drop is gone or was replaced since it was listed; the next look shows what is there now."""


class Inbox(Protocol):
    """Where faxes are dropped."""

    def look(self, position: Position) -> Iterator[tuple[list[Drop], Position]]:
        """Batches of files that are wholly written; with each, the position once it is recorded."""
        ...

    def ready(self) -> Iterator[Drop]:
        """Every file that is wholly written, in name order."""
        ...

    def fetch(self, drop: Drop, to: Path) -> dict[str, str]:
        """Copy the file's bytes to a local path; returns what came with it (sender, urgency and such).

        Raises:
            Changed: The drop is no longer what was listed.
        """
        ...

    def mark(self, key: str, fingerprint: str) -> str:
        """Mark a drop whose fax is done, as the settings say; returns how."""
        ...


def is_urgent(key: str, facts: dict[str, str] | None = None) -> bool:
    """Dropped in a folder called urgent, stat or expedited, or said to be by what came with it."""
    told = (facts or {}).get("urgent", (facts or {}).get("priority", "")).strip().lower()
    folders = key.lower().split("/")[:-1]
    return bool(URGENT & set(folders)) or told in {"1", "true", "yes", "high"} | URGENT
