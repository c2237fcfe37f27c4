"""Where each document of a fax goes, and what becomes of each page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from casefile.matching import Identity, identity_of, match
from casefile.reads import Read
from casefile.records import LedgerState, Problem

NO_ONE = "names no patient; a person decides"
OTHER_PATIENT, REPEATED = "another patient's page", "repeats another page"
"""What a person's reason begins with when a page is left out for that."""


@dataclass
class Plan:
    """Document id → (case id or None, why), and the cases to open."""

    homes: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    new_cases: list[tuple[str, Identity]] = field(default_factory=list)


def plan(
    reads: Sequence[tuple[int, Read]], known: Sequence[tuple[str, Identity]], first_free: int = 0,
    placed: Mapping[int, tuple[str | None, str]] | None = None,
) -> Plan:  # fmt: skip
    """Match every document; open a case for a patient nobody knows; let nameless pages follow the fax's one case.

    Args:
        reads: The fax's documents by their number.
        known: The cases that may fit, with what is known of their patients.
        first_free: Number of the next new case; 0: one more than the known ones.
        placed: Page number → case (or None: left out) and why, where a person decided.
    """
    made = Plan()
    cases, free, placed = list(known), first_free or len(known) + 1, placed or {}
    for number, read in reads:
        if decided := _decided(read.document.pages, placed):
            made.homes[number] = decided
            continue
        identity = identity_of(read)
        if read.document.kind == "cover_sheet" or identity == Identity():
            continue
        case_id, why = match(identity, cases)
        if case_id is None and why == "no case fits" and identity.is_enough:
            case_id, why = f"C-{free:04d}", "first document of a new case"
            free += 1
            cases.append((case_id, identity))
            made.new_cases.append((case_id, identity))
        made.homes[number] = (case_id, why)
    chosen = {home for home, _ in made.homes.values()}
    only = chosen.pop() if len(chosen) == 1 else None
    replied = next((made.homes[n][0] for n, read in reads if n in made.homes and identity_of(read).tokens), None)
    for number, read in reads:
        if replied and made.homes.get(number, ("", ""))[0] is None and _named_like(read, replied, cases):
            made.homes[number] = replied, "came with the reply to our letter, and the name agrees"
        if number not in made.homes:
            made.homes[number] = (only, "came with the one case of its fax" if only else NO_ONE)
    return made


def _decided(pages: Sequence[int], placed: Mapping[int, tuple[str | None, str]]) -> tuple[str | None, str] | None:
    """Where a person put a document: one page put in a case takes the others along; left out is each for itself."""
    own = [placed[page] for page in pages if page in placed]
    return next((place for place in own if place[0]), own[0] if own and len(own) == len(pages) else None)


def _left_out_as(why: str) -> LedgerState:
    """The state of a page that a person left out, by the words they chose."""
    words = why.partition(" decided: ")[2]
    if words.startswith(OTHER_PATIENT):
        return "other_patient"
    return "duplicate" if words.startswith(REPEATED) else "excluded"


def _named_like(read: Read, case_id: str, cases: Sequence[tuple[str, Identity]]) -> bool:
    """Whether a page that came with a reply, and shows no more than a name, names that case's patient."""
    identity, known = identity_of(read), dict(cases).get(case_id, Identity())
    if not identity.name or identity.dob or identity.member_id:
        return False
    return fuzz.token_sort_ratio(identity.name.lower(), known.name.lower()) >= 85


def ledger(
    reads: Sequence[tuple[int, Read]],
    made: Plan,
    problems: Sequence[Problem],
    blank: Sequence[int],
    left_out: Mapping[int, str] | None = None,
) -> dict[int, tuple[LedgerState, str, int | None]]:
    """Page number → state, reason, and the page it repeats; every page of the fax has exactly one."""
    states: dict[int, tuple[LedgerState, str, int | None]] = {
        page: ("blank", "nothing on the page", None) for page in blank
    }
    left_out = left_out or {}
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
    states.update({page: (_left_out_as(why), why, None) for page, why in left_out.items()})
    return states
