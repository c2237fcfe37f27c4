"""Where a complaint goes: coverage type and state → agency, with what is known and what must be checked. Pure over data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "directory.toml"
CHECK_FIRST = "Not verified at the agency itself: check address and phone before sending."


@dataclass(frozen=True)
class Agency:
    """One office that takes complaints."""

    name: str
    phone: str
    site: str = ""
    source: str = ""
    verified_at: str = ""


@dataclass(frozen=True)
class Route:
    """The agencies for a case, its traps, and what a person must check."""

    coverage: str
    state: str
    agencies: tuple[Agency, ...]
    traps: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def first(self) -> Agency | None:
        """The agency the packet is addressed to."""
        return self.agencies[0] if self.agencies else None


@cache
def directory() -> Mapping[str, Any]:
    """The directory: `coverage` and `state` tables."""
    return tomllib.loads(DATA.read_text())


def coverages() -> list[str]:
    """Coverage types that can be routed."""
    return sorted(directory()["coverage"])


def states() -> list[str]:
    """States and territories in the directory."""
    return sorted(directory()["state"])


def route(coverage: str, state: str, *, hmo: bool = False) -> Route:
    """Where a complaint goes.

    Args:
        coverage: A coverage type of the directory, or empty where it is not known.
        state: Two letters of the state where the policy was written, or empty.
        hmo: Whether the plan is an HMO or other managed-care plan, which some states supervise elsewhere.

    Returns:
        The agencies, first the one to address; none where coverage or state is not known, with what to find out.
    """
    data = directory()
    coverage, state = coverage.lower(), state.upper()
    known = data["coverage"].get(coverage)
    if known is None:
        named = f"'{coverage}' is not a coverage type" if coverage else "The coverage type is not known"
        return Route(coverage, state, (), (), (f"{named}: find out which it is ({', '.join(coverages())}), "
                                               "since that decides which agency may act.",))  # fmt: skip
    checks = list(known.get("checks", ()))
    agencies = [_agency(row) for row in known.get("agencies", ())]
    row = data["state"].get(state)
    traps = list(data["all_states"]["traps"])
    if known["by_state"]:
        if row is None:
            checks.append(
                "The state where the policy was written is not known, or not in the directory: find out which it is."
            )
        else:
            agencies = [*_of_state(row, known["by_state"], hmo, checks), *agencies]
            traps += row.get("traps", ())
    if any(not agency.verified_at for agency in agencies[:1]):
        checks.append(CHECK_FIRST)
    return Route(coverage, state, tuple(agencies), tuple(traps), tuple(checks))


def _of_state(row: Mapping[str, Any], wanted: str, hmo: bool, checks: list[str]) -> list[Agency]:
    """A state's offices for this kind of coverage, the one to address first."""
    offices = row["agencies"]
    if wanted == "medicaid":
        checks.append(
            "The state Medicaid agency and its beneficiary support system (42 CFR 438.71) are not in the directory: look them up."
        )
        return []
    first = [office for office in offices if office.get("for", "all") == ("hmo" if hmo else "insurance")]
    general = [office for office in offices if office.get("for", "all") == "all"]
    rest = [office for office in offices if office not in first and office not in general]
    if any(office.get("for") == "hmo" for office in offices):
        checks.append(
            "This state supervises HMOs and insurers through different offices: check which one the plan belongs to."
        )
    return [_agency(office) for office in [*first, *general, *rest]]


def _agency(row: Mapping[str, Any]) -> Agency:
    return Agency(
        row["name"], row.get("phone", ""), row.get("site", ""), row.get("source", ""), row.get("verified_at", "")
    )
