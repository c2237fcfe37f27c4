"""What kind of plan a payer's name stands for; a name that does not say is left open. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from casefile.reads import Read

NAMES = (
    ("medicare_advantage", re.compile(r"medicare.{0,20}advantage|part\s?c\b", re.IGNORECASE)),
    ("medicaid", re.compile(r"medicaid", re.IGNORECASE)),
    ("medicare", re.compile(r"\bmedicare\b", re.IGNORECASE)),
)
COMMERCIAL = "commercial"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class PayerProfile:
    """What the organisation knows of one payer: its plan type for appeals and its contract's filing limit."""

    plan_type: str = ""
    filing_days: int | None = None


def load_profiles(path: Path) -> dict[str, PayerProfile]:
    """Payer name (lower case) → profile, from the organisation's own file; empty when there is none.

    Each table is a payer: `["Northfield Health Plan"]`, `plan_type = "erisa"`, `filing_days = 90`.
    """
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text())
    return {name.lower(): PayerProfile(row.get("plan_type", ""), row.get("filing_days")) for name, row in table.items()}


def payer_kind(reads: Sequence[Read]) -> str:
    """medicare, medicare_advantage, medicaid, commercial or unknown, as the documents name the payer.

    A plan called "Advantage" is not thereby a Medicare plan. A Medicare number without any payer's name is Medicare.
    """
    names = [f for read in reads if (f := read.first("payer_name"))]
    if not names:
        return "medicare" if any(read.value("mbi") for read in reads) else UNKNOWN
    name = max(names, key=lambda f: f.confidence).value
    return next((kind for kind, pattern in NAMES if pattern.search(name)), COMMERCIAL)


def plan_type(reads: Sequence[Read], kind: str, profile: PayerProfile | None) -> str:
    """The row of the appeal rules that applies, or "" where a person must say which."""
    told = next((value for read in reads if (value := read.value("plan_type"))), "")
    if told or (profile and profile.plan_type):
        return told or (profile.plan_type if profile else "")
    return {"medicare_advantage": "medicare_advantage", "medicare": "part_b"}.get(kind, "")


def profile_of(name: str, profiles: Mapping[str, PayerProfile]) -> PayerProfile | None:
    """The profile of a payer by its name, whatever the case of its letters."""
    return profiles.get(name.strip().lower())
