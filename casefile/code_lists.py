"""Lists of codes as data, with the day and the state from which each code is on the list. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class ListRow:
    """One code on a list: from which day, until which day, and in which states (none named: in all)."""

    code: str
    state: str
    since: date
    until: date | None
    phased: bool
    """On the list in some states only, which our copy does not name."""


@dataclass(frozen=True)
class CodeList:
    """A published list of codes."""

    id: str
    title: str
    version: str
    source: str
    verified_at: str
    known_from: date
    """Our copy says nothing of earlier days."""
    rows: tuple[ListRow, ...]

    def member(self, code: str, day: date | None, state: str) -> tuple[bool | None, str]:
        """Whether a code is on the list on a day in a state (None: cannot be told), and why."""
        rows = [row for row in self.rows if row.code == code]
        if not rows:
            return False, f"{code} is not on the {self.title}"
        if day is None:
            return None, f"{code} is on the {self.title}, but the order date is unknown"
        if day < self.known_from:
            return None, f"our copy of the {self.title} begins on {self.known_from}; the order is older"
        current = [row for row in rows if row.since <= day and (row.until is None or day <= row.until)]
        if any(not row.state and not row.phased for row in current):
            return True, f"{code} is on the {self.title} ({self.version})"
        if any(row.phased for row in current) or (any(row.state for row in current) and not state):
            return None, f"{code} is on the {self.title} in some states only; look up the patient's state"
        if any(row.state == state for row in current):
            return True, f"{code} is on the {self.title} in {state} ({self.version})"
        since = min(row.since for row in rows)
        return False, f"{code} is on the {self.title} from {since} only"


def expand(ranges: Iterable[str]) -> tuple[str, ...]:
    """Codes with their ranges written out: "K0800-K0802" is three codes."""
    return _expanded(tuple(ranges))


@cache
def _expanded(ranges: tuple[str, ...]) -> tuple[str, ...]:
    codes: list[str] = []
    for item in ranges:
        first, _, last = item.partition("-")
        if not last:
            codes.append(first)
            continue
        letter, width = first[0], len(first) - 1
        codes += [f"{letter}{number:0{width}}" for number in range(int(first[1:]), int(last[1:]) + 1)]
    return tuple(codes)


@cache
def code_list(name: str) -> CodeList:
    """A list by its file's name in `casefile/data`."""
    table = tomllib.loads((DATA / f"{name}.toml").read_text())
    rows = [
        ListRow(code, state, row["from"], row.get("until"), row.get("phased", False))
        for row in table["row"]
        for code in expand(row["codes"])
        for state in row.get("states") or [""]
    ]
    return CodeList(
        table["id"], table["title"], table["version"], table["source"], str(table["verified_at"]),
        table["known_from"], tuple(rows),
    )  # fmt: skip
