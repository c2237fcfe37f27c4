"""Which case a document belongs to: scored and explained, never guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from casefile.reads import Read

ENOUGH = 0.8
NUMBERS = ("authorization_number", "claim_number", "reference_number")
UNLIKE = 0.6
MBI = re.compile(r"[1-9][A-Z][0-9A-Z]\d[A-Z][0-9A-Z]\d[A-Z]{2}\d{2}")


@dataclass(frozen=True)
class Identity:
    """Who a document or a case is about, as far as is known; empty where it is not.

    `numbers` are authorization, claim and reference numbers; `tokens` the reply codes of our own letters.
    """

    name: str = ""
    dob: str = ""
    member_id: str = ""
    numbers: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()

    @property
    def is_enough(self) -> bool:
        """Whether a new case may be opened for it: an id, or a name with a birth date."""
        return bool(self.member_id or (self.name and self.dob))


def identity_of(read: Read) -> Identity:
    """What a document says of its patient; doubtful names are left out."""
    tokens = frozenset(f.value for f in read.findings if f.field == "case_token")
    if tokens:
        return Identity(tokens=tokens)
    name = read.first("member_name")
    numbers = frozenset(
        f.value for f in read.findings if f.field in NUMBERS and f.status != "suspect" and f.confidence >= 0.8
    )
    return Identity(
        name.value if name and name.confidence >= 0.7 else "", read.value("member_dob"),
        read.value("member_id") or read.value("mbi"), numbers,
    )  # fmt: skip


def score(document: Identity, case: Identity) -> tuple[float, str]:
    """How sure we are that both are one person (0 to 1), and why."""
    if document.tokens & case.tokens:
        return 1.0, "the reply code of our own letter"
    same_id = bool(document.member_id) and document.member_id == case.member_id
    same_dob = bool(document.dob) and document.dob == case.dob
    likeness = (
        fuzz.token_sort_ratio(document.name.lower(), case.name.lower()) / 100 if document.name and case.name else 0.0
    )
    if document.dob and case.dob and not same_dob and (likeness < 0.9 or not same_id):
        return 0.0, "another birth date"
    if same_id and (likeness >= 0.8 or same_dob):
        return 0.99, "same member id, and name or birth date agrees"
    if same_id and not document.name and not document.dob:
        return 0.9, "same member id"
    if same_dob and likeness >= 0.85:
        clash = _clash(document.member_id, case.member_id)
        return (0.6, "name and birth date agree, but the ids differ") if clash else (0.92, "name and birth date agree")
    return _by_number(document, case, likeness)


def _clash(one: str, other: str) -> bool:
    """Whether two ids of one kind differ by a letter or two; a Medicare number and a plan's id never clash."""
    if not one or not other or bool(MBI.fullmatch(one)) != bool(MBI.fullmatch(other)):
        return False
    return fuzz.ratio(one, other) < 75


def _by_number(document: Identity, case: Identity, likeness: float) -> tuple[float, str]:
    """A shared authorization, claim or reference number counts unless the names say otherwise."""
    shared = document.numbers & case.numbers
    if not shared:
        return 0.0, "nothing agrees"
    if document.name and case.name and likeness < UNLIKE:
        return 0.5, "same authorization, claim or reference number, but another name"
    return 0.88, "same authorization, claim or reference number"


def match(document: Identity, cases: Sequence[tuple[str, Identity]]) -> tuple[str | None, str]:
    """The one case that fits, or None: no case, or more than one, is a person's decision."""
    ranked = [(*score(document, identity), case_id) for case_id, identity in cases]
    fits = [(points, why, case_id) for points, why, case_id in ranked if points >= ENOUGH]
    certain = [row for row in fits if row[0] == 1.0]
    if len(certain) == 1 or len(fits) == 1:
        _, why, case_id = (certain or fits)[0]
        return case_id, why
    if len(fits) > 1:
        return None, "more than one case fits; a person decides"
    doubtful = max(ranked, default=(0.0, "", ""))
    if doubtful[0] >= 0.5:
        return None, f"{doubtful[1]}; a person decides"
    return None, "no case fits"
