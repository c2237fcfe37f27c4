"""A case's documents → verdicts, clocks, timeline, status and best-known facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casefile.clocks import appeal_clock
from casefile.completeness import check
from casefile.reads import Read
from casefile.records import Clock, Event, Finding, Verdict
from casefile.timeline import events

FACTS = {
    "provider_name": "ordering_provider_name", "provider_npi": "ordering_provider_npi", "claim_number": "claim_number",
    "denial_date": "denial_date", "denial_reason": "denial_reason", "service": "hcpcs",
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What a check of a case found."""

    verdicts: tuple[Verdict, ...]
    clocks: tuple[Clock, ...]
    events: tuple[Event, ...]
    status: str
    payer_name: str
    facts: dict[str, str]


def check_documents(filed: Sequence[tuple[Read, str]]) -> Checked:
    """Check a case's documents, each with the time its fax arrived; the same input gives the same answer."""
    reads = [read for read, _ in filed]
    verdicts = check(reads)
    denials = [read for read in reads if read.document.kind == "denial_letter"]
    clocks = tuple(_clock(read) for read in denials[-1:])
    facts = {name: _best(reads, field) for name, field in FACTS.items()}
    return Checked(verdicts, clocks, events(filed), _status(reads, verdicts), _best(reads, "payer_name"), facts)


def _best(reads: Sequence[Read], field: str) -> str:
    """The surest value of a field over all documents."""
    found = [f for read in reads if (f := read.first(field))]
    return max(found, key=lambda f: f.confidence).value if found else ""


def _status(reads: Sequence[Read], verdicts: Sequence[Verdict]) -> str:
    answers = {verdict.answer for verdict in verdicts}
    if any(read.document.kind == "denial_letter" for read in reads):
        return "denied"
    if "missing" in answers:
        return "incomplete"
    if "needs_person" in answers:
        return "needs a person"
    return "ready" if verdicts else "new"


def _clock(read: Read) -> Clock:
    """The appeal clock of a denial letter; the plan type is not read from letters yet, so only the letter counts."""
    notice, last = read.first("denial_date"), read.first("appeal_deadline")
    evidence = read.evidence(last or notice) if last or notice else None  # type: ignore[arg-type]
    rule = f"the letter: {last.reason}" if last else ""
    return appeal_clock(_day(notice), _day(last), evidence=evidence, letter_rule=rule)


def _day(finding: Finding | None) -> date | None:
    return date.fromisoformat(finding.value) if finding else None
