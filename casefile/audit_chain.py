"""The audit log as a chain: every entry carries the hash of the one before it, so a change anywhere shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = "0" * 64
"""What the first entry has before it."""
SEALED = ("id", "case_id", "sha256", "at", "by", "what", "why", "previous")


@dataclass(frozen=True)
class Verdict:
    """What a check of the log found: how many entries hold, the last hash, and the first break in words ("": none)."""

    entries: int
    end: str
    broken: str = ""


def seal(entry: Mapping[str, Any]) -> str:
    """An entry's hash: SHA-256 over its canonical JSON, the hash of the entry before it included."""
    text = json.dumps({key: entry[key] for key in SEALED}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def chained(entry: Mapping[str, Any], last: tuple[int, str]) -> dict[str, Any]:
    """The entry as it follows the last one, given as (id, hash)."""
    row = {**entry, "id": last[0] + 1, "previous": last[1]}
    return {**row, "hash": seal(row)}


def verify(rows: Iterable[Mapping[str, Any]], ends_with: str = "") -> Verdict:
    """Check a whole log, given in the order of its ids.

    Args:
        rows: Every entry, with its hash.
        ends_with: An end hash noted earlier; an entry must still carry it, or something was cut off.
    """
    count, end, seen = 0, START, not ends_with
    for row in rows:
        if row["id"] != count + 1:
            return Verdict(count, end, f"entry {count + 1} is missing: the next one is {row['id']}")
        if row["previous"] != end:
            return Verdict(count, end, f"entry {row['id']} does not follow the one before it")
        if row["hash"] != seal(row):
            return Verdict(count, end, f"entry {row['id']} was changed: its contents do not give its hash")
        count, end = row["id"], row["hash"]
        seen = seen or end == ends_with
    return Verdict(count, end, "" if seen else f"no entry has the hash {ends_with[:64]}: entries were cut off")


def storable(text: str) -> str:
    """Text that every database takes: no NUL, no half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
