"""The status of a case, in words people understand. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from casefile.reads import Read
from casefile.records import Verdict

STATUSES = (
    "new", "reading", "needs a person", "incomplete", "ready", "requested", "authorized", "scheduled", "delivered",
    "denied", "under appeal", "filed with regulator", "closed",
)  # fmt: skip


def derived(reads: Sequence[Read], verdicts: Sequence[Verdict], asked: bool) -> str:
    """What documents and verdicts say; `asked` when a request for what is missing is out."""
    answers = {verdict.answer for verdict in verdicts if verdict.blocks}
    kinds = {read.document.kind for read in reads}
    if "denial_letter" in kinds:
        return "denied"
    if "missing" in answers:
        return "requested" if asked else "incomplete"
    if "needs_person" in answers:
        return "needs a person"
    if verdicts:
        return "delivered" if "delivery_proof" in kinds else "ready"
    return "new"


def in_force(from_papers: str, set_by_person: str, set_at: str, denied_at: str) -> str:
    """A status a person set stays, until a denial arrives after it."""
    if set_by_person and not (from_papers == "denied" and denied_at > set_at):
        return set_by_person
    return from_papers


def in_words(status: str, open_gaps: int) -> str:
    """A status with its open gaps, "incomplete (2 gaps)"; other statuses as they are."""
    if status not in {"incomplete", "requested"} or not open_gaps:
        return status
    return f"{status} ({open_gaps} gap{'s' if open_gaps != 1 else ''})"
