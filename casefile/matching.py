"""Which case a document belongs to: scored and explained, never guessed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from casefile.reads import Read

ENOUGH = 0.8


@dataclass(frozen=True)
class Identity:
    """Who a document or a case is about, as far as is known; empty strings where it is not."""

    name: str = ""
    dob: str = ""
    member_id: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether a new case may be opened for it: an id, or a name with a birth date."""
        return bool(self.member_id or (self.name and self.dob))


def identity_of(read: Read) -> Identity:
    """What a document says of its patient; doubtful names are left out."""
    name = read.first("member_name")
    return Identity(
        name.value if name and name.confidence >= 0.7 else "", read.value("member_dob"),
        read.value("member_id") or read.value("mbi"),
    )  # fmt: skip


def score(document: Identity, case: Identity) -> tuple[float, str]:
    """How sure we are that both are one person (0 to 1), and why."""
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
        clash = document.member_id and case.member_id and fuzz.ratio(document.member_id, case.member_id) < 75
        return (0.6, "name and birth date agree, but the ids differ") if clash else (0.92, "name and birth date agree")
    return 0.0, "nothing agrees"


def match(document: Identity, cases: Sequence[tuple[str, Identity]]) -> tuple[str | None, str]:
    """The one case that fits, or None: no case, or more than one, is a person's decision."""
    ranked = [(*score(document, identity), case_id) for case_id, identity in cases]
    fits = [(why, case_id) for points, why, case_id in ranked if points >= ENOUGH]
    if len(fits) == 1:
        return fits[0][1], fits[0][0]
    if len(fits) > 1:
        return None, "more than one case fits; a person decides"
    return None, "no case fits"
