"""Where each document of a fax goes, and what becomes of each page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from casefile.matching import Identity, identity_of, match
from casefile.reads import Read
from casefile.records import LedgerState, Problem

NO_ONE = "names no patient; a person decides"


@dataclass
class Plan:
    """Document id → (case id or None, why), and the cases to open."""

    homes: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    new_cases: list[tuple[str, Identity]] = field(default_factory=list)


def plan(reads: Sequence[tuple[int, Read]], known: Sequence[tuple[str, Identity]]) -> Plan:
    """Match every document; open a case for a patient nobody knows; let nameless pages follow the fax's one case."""
    made = Plan()
    cases = list(known)
    for number, read in reads:
        identity = identity_of(read)
        if read.document.kind == "cover_sheet" or identity == Identity():
            continue
        case_id, why = match(identity, cases)
        if case_id is None and why == "no case fits" and identity.is_enough:
            case_id, why = f"C-{len(cases) + 1:04d}", "first document of a new case"
            cases.append((case_id, identity))
            made.new_cases.append((case_id, identity))
        made.homes[number] = (case_id, why)
    chosen = {home for home, _ in made.homes.values()}
    only = chosen.pop() if len(chosen) == 1 else None
    for number, _ in reads:
        if number not in made.homes:
            made.homes[number] = (only, "came with the one case of its fax" if only else NO_ONE)
    return made


def ledger(
    reads: Sequence[tuple[int, Read]], made: Plan, problems: Sequence[Problem], blank: Sequence[int]
) -> dict[int, tuple[LedgerState, str, int | None]]:
    """Page number → state, reason, and the page it repeats; every page of the fax has exactly one."""
    states: dict[int, tuple[LedgerState, str, int | None]] = {
        page: ("blank", "nothing on the page", None) for page in blank
    }
    for number, read in reads:
        case_id, why = made.homes[number]
        for page in read.document.pages:
            if read.document.kind == "cover_sheet":
                states[page] = ("excluded", "fax cover sheet", None)
            else:
                states[page] = ("exhibit", why, None) if case_id else ("unassigned", why, None)
    whole = {page for _, read in reads if len(read.document.pages) == 1 for page in read.document.pages}
    for problem in problems:
        if problem.page not in states:
            continue
        if problem.code == "duplicate_page":
            states[problem.page] = ("duplicate", problem.message, problem.of)
        elif problem.code == "foreign_page" and problem.page not in whole:
            states[problem.page] = ("other_patient", problem.message, None)
    return states
