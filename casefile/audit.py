"""The audit log's chain: every entry carries the hash of the entry before it and its own. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = "0" * 64
"""What the first entry carries as the hash before it."""
CHAINED = ("at", "by", "kind", "what", "why", "case_id", "sha256", "previous")
"""The columns that an entry's hash covers."""


@dataclass(frozen=True)
class Verified:
    """What a check of the chain found; `broken` is the first entry that is wrong (0: none) and `why` says how."""

    entries: int
    head: str
    broken: int = 0
    why: str = ""


def entry_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over an entry's canonical JSON: keys sorted, no spaces, ASCII only."""
    content = {name: row[name] for name in CHAINED}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def chained(row: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """The entry with its two hashes."""
    linked = {**row, "previous": previous}
    return {**linked, "hash": entry_hash(linked)}


def verify(rows: Iterable[Mapping[str, Any]], ends_with: str = "", contains: str = "") -> Verified:
    """Walk the chain, oldest first, to the first entry that is wrong.

    Args:
        rows: Entries with `id`, `hash` and the chained columns.
        ends_with: The hash that the last entry must have.
        contains: A hash kept elsewhere that some entry must still have; shows that nothing up to it was taken away.
    """
    count, head, last, found = 0, START, 0, not contains
    for row in rows:
        last = row["id"]
        if row["previous"] != head:
            return Verified(count, head, last, "it does not follow the entry before it; one was removed or put between")
        if row["hash"] != entry_hash(row):
            return Verified(count, head, last, "its content does not agree with its hash; it was changed")
        count, head = count + 1, row["hash"]
        found = found or head == contains
    if ends_with and head != ends_with:
        return Verified(count, head, last, "the log does not end with the hash given")
    if not found:
        return Verified(count, head, last, "no entry has the hash given; the log was cut off or written anew")
    return Verified(count, head)
