"""A case's documents and what people recorded → verdicts, clocks, timeline, status, copies and facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from casefile.best_copy import copies
from casefile.case_clocks import House, case_clocks
from casefile.completeness import check_all, situation_of
from casefile.reads import Read
from casefile.records import Clock, Event, Finding, Verdict
from casefile.statuses import derived, in_force
from casefile.timeline import events

FACTS = {
    "provider_name": "ordering_provider_name", "provider_npi": "ordering_provider_npi", "claim_number": "claim_number",
    "denial_date": "denial_date", "denial_reason": "denial_reason", "service": "hcpcs",
}  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What a person decided of one requirement, and why."""

    answer: str
    by: str
    why: str
    at: str


@dataclass(frozen=True)
class Recorded:
    """What people did in a case: decisions by requirement, logged events and promises, a status, a request out."""

    decisions: Mapping[str, Decision]
    logged: tuple[Event, ...] = ()
    promises: tuple[Clock, ...] = ()
    asked: bool = False
    status: str = ""
    status_at: str = ""


NOTHING = Recorded({})


@dataclass(frozen=True)
class Checked:
    """What a check of a case found."""

    verdicts: tuple[Verdict, ...]
    clocks: tuple[Clock, ...]
    events: tuple[Event, ...]
    status: str
    payer_name: str
    facts: dict[str, str]
    copies: list[dict[str, Any]]


def check_documents(
    filed: Sequence[tuple[Read, str]], recorded: Recorded = NOTHING, house: House | None = None
) -> Checked:
    """Check a case's documents, each with the time its fax arrived; the same input gives the same answer."""
    house = house or House()
    filed = [(_with_arrival(read, at), at) for read, at in filed]
    reads = [read for read, _ in filed]
    arrived = min((at for read, at in filed if read.is_order and at), default="")
    day = date.fromisoformat(arrived[:10]) if arrived else None
    verdicts = tuple(_decided(v, recorded.decisions.get(v.requirement)) for v in check_all(reads, day))
    clocks = (*case_clocks(filed, situation_of(reads, day), house, recorded.logged), *recorded.promises)
    denied_at = max((at for read, at in filed if read.document.kind == "denial_letter"), default="")
    status = in_force(derived(reads, verdicts, recorded.asked), recorded.status, recorded.status_at, denied_at)
    facts = {name: best_value(reads, field) for name, field in FACTS.items()}
    shown = events(filed, recorded.logged, house.zone)
    return Checked(verdicts, clocks, shown, status, best_value(reads, "payer_name"), facts, copies(reads))


def best_value(reads: Sequence[Read], field: str) -> str:
    """The surest value of a field over all documents."""
    found = [f for read in reads if (f := read.first(field))]
    return max(found, key=lambda f: f.confidence).value if found else ""


def _with_arrival(read: Read, at: str) -> Read:
    """An order knows when it came in, which the rules about orders before delivery ask for."""
    if not read.is_order or not at or not read.document.pages:
        return read
    came = Finding(
        "order_received", at[:10], at, read.document.pages[0], (0, 0, 1, 1), 1.0, "valid", None, "the fax's arrival"
    )
    return replace(read, findings=(*read.findings, came))


def _decided(verdict: Verdict, decision: Decision | None) -> Verdict:
    """A person's decision wins; what the rules said stays beside it."""
    if decision is None:
        return verdict
    said = f"The rules said {verdict.answer.replace('_', ' ')}: {verdict.reason}"
    reason = f"{decision.by} decided on {decision.at[:10]}: {decision.why} ({said})"
    return replace(verdict, answer=decision.answer, reason=reason)  # type: ignore[arg-type]
