"""A case against the checklists that apply to it: met, missing, needs a person, not applicable. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from casefile.code_lists import expand
from casefile.payers import payer_kind
from casefile.reads import SURE, VOID, Read
from casefile.records import Verdict
from casefile.terms import NO, UNSURE, YES, Said, Situation, Term, ask

CHECKLISTS = Path(__file__).parent / "checklists"
ADDRESS_STATE = re.compile(r"\b([A-Z]{2})\s+\d{5}\b")
__all__ = ["SURE", "VOID", "Checklist", "Read", "check", "check_all", "checklists", "situation_of"]


@dataclass(frozen=True)
class Checklist:
    """One version of a checklist: what it asks, of whom, where that is written, and from which day on."""

    id: str
    title: str
    version: str
    source: str
    verified_at: str
    effective_from: date
    effective_to: date | None
    applies: Mapping[str, Any]
    requirements: tuple[Mapping[str, Any], ...]

    def in_force(self, day: date | None) -> bool:
        """Whether this version counts for an order of that day; an unknown day takes the version still open."""
        if day is None:
            return self.effective_to is None
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@cache
def checklists() -> tuple[Checklist, ...]:
    """Every version of every checklist in `casefile/checklists`, by file name."""
    return tuple(_load(path) for path in sorted(CHECKLISTS.glob("*.toml")))


def _load(path: Path) -> Checklist:
    table = tomllib.loads(path.read_text())
    return Checklist(
        table["id"], table["title"], table["version"], table["source"], str(table["verified_at"]),
        table["effective_from"], table.get("effective_to"), table["applies"], tuple(table["requirement"]),
    )  # fmt: skip


def situation_of(reads: Sequence[Read], arrived: date | None = None) -> Situation:
    """What the rules need to know of a case: order date (else the day the order came), payer, state, codes."""
    orders = [read for read in reads if read.is_order]
    plans = [read for read in reads if read.document.kind == "plan_of_care"]
    dates = {name: _first_day(reads, name, kinds) for name, kinds in ANCHORS.items()}
    order_day = dates["order_date"] or arrived
    rows = [
        f for read in (*orders, *plans) for f in read.findings if f.field in {"hcpcs", "cpt"} and f.role not in VOID
    ]
    address = next((v for read in reads if (v := read.value("shipping_address"))), "")
    state = ADDRESS_STATE.search(address)
    anchors = {name: day for name, day in dates.items() if day}
    return Situation(
        tuple(reads), order_day, payer_kind(reads), state[1] if state else "",
        tuple(dict.fromkeys(f.value for f in rows if f.status != "suspect")), anchors,
    )  # fmt: skip


ANCHORS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "order_date": ("order_date", ("order",)),
    "start_of_care": ("service_start", ("plan_of_care",)),
    "delivered": ("service_start", ("delivery_proof",)),
    "test_date": ("service_start", ("test_result",)),
    "order_received": ("order_received", ()),
}
"""Name of a date the rules count from → the field and the kinds of document it is read from."""


def _first_day(reads: Sequence[Read], _name: str, where: tuple[str, tuple[str, ...]]) -> date | None:
    """The surest reading of an anchor date."""
    name, kinds = where
    found = [f for read in reads if read.document.kind in kinds and (f := read.first(name))]
    for finding in sorted(found, key=lambda f: -f.confidence):
        try:
            return date.fromisoformat(finding.value)
        except ValueError:
            continue
    return None


def chosen(case: Situation) -> list[Checklist]:
    """The checklists for this payer, these codes and documents, each in the version of the order date."""
    return [rules for rules in checklists() if rules.in_force(case.order_day) and _is_about(rules.applies, case)]


def _is_about(applies: Mapping[str, Any], case: Situation) -> bool:
    kinds = {read.document.kind for read in case.reads}
    if "documents" in applies and not kinds & set(applies["documents"]):
        return False
    if "payers" in applies and case.payer not in applies["payers"]:
        return False
    if "list" in applies and ask({"list": applies["list"]}, case).answer == NO:
        return False
    if "codes" not in applies:
        return True
    if case.codes:
        return bool(set(expand(applies["codes"])) & set(case.codes))
    return "words" in applies and _ordered_in_words(applies["words"], case)


def _ordered_in_words(words: str, case: Situation) -> bool:
    """Whether an order without a code says in words what is ordered."""
    pattern = re.compile(words, re.IGNORECASE)
    return any(
        pattern.search(f.value) for r in case.reads if r.is_order for f in r.findings if f.field == "description"
    )


def check_all(reads: Sequence[Read], arrived: date | None = None) -> tuple[Verdict, ...]:
    """One verdict a requirement of every checklist that applies; the same input gives the same answer next year.

    Args:
        reads: The case's documents.
        arrived: The day the first order came in; stands in for an order date nobody could read.

    Returns:
        The verdicts, checklist by checklist; none when no document brings a checklist into play.
    """
    case = situation_of(reads, arrived)
    return tuple(verdict for rules in chosen(case) for verdict in _verdicts(rules, case))


def check(reads: Sequence[Read], name: str = "swo") -> tuple[Verdict, ...]:
    """The verdicts of one checklist, in the version of the order date; none when nothing is ordered."""
    case = situation_of(reads)
    versions = [rules for rules in checklists() if rules.id == name and rules.in_force(case.order_day)]
    kinds = {read.document.kind for read in reads}
    return tuple(
        v for rules in versions if kinds & set(rules.applies.get("documents", kinds)) for v in _verdicts(rules, case)
    )


def _verdicts(rules: Checklist, case: Situation) -> list[Verdict]:
    return [_verdict(rules, row, case) for row in rules.requirements]


Answer = Literal["met", "missing", "needs_person", "not_applicable"]


def _verdict(rules: Checklist, row: Mapping[str, Any], case: Situation) -> Verdict:
    """Answer one requirement."""
    blocks = row.get("blocks", True) and not row.get("unverified", False)

    def made(answer: Answer, reason: str, said: Said | None = None, elsewhere: bool = False) -> Verdict:
        if row.get("unverified"):
            reason += " (This rests on a rule not checked against its source; it blocks nothing.)"
        return Verdict(
            f"{rules.id}.{row['id']}", row["title"], answer, reason, f"{rules.id}/{row['id']} {rules.version}",
            said.evidence if said else None, elsewhere, blocks,
        )  # fmt: skip

    asked = _all(row["when"], case, ()) if "when" in row else Said(YES, "")
    if asked.answer == NO:
        return made("not_applicable", f"{row.get('otherwise', 'Does not apply')}: {asked.reason}.")
    on = row.get("on", [])
    said = _best(row, case, on)
    if said.answer == NO and asked.answer == UNSURE:
        return made(
            "needs_person", f"Whether this applies is unclear ({asked.reason}). If it does: {row['missing']}", said
        )
    if said.answer == YES:
        return made("met", _sentence(f"{_on(said)}{said.reason}"), said)
    if said.answer == UNSURE:
        return made("needs_person", _sentence(said.reason), said)
    if row.get("if_applicable"):
        return made("not_applicable", row["missing"])
    if on and row.get("elsewhere", True) and "order" in on:
        other = _best(row, case, _other_kinds(case, on))
        if other.answer and other.evidence:
            where = f"missing on the order, found on page {other.evidence.page} of the {other.kind}"
            return made("missing", f"{row['missing']} It is {where}.", other, elsewhere=True)
    because = f" ({said.reason}.)" if row.get("because") else ""
    return made("missing", row["missing"] + because, said)


def _on(said: Said) -> str:
    return (
        "" if " page " in f" {said.reason}" or not said.evidence else f"page {said.evidence.page} of the {said.kind}: "
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _other_kinds(case: Situation, on: Sequence[str]) -> list[str]:
    """Every kind of document in the case that the requirement does not look at, so "elsewhere" can be said."""
    kinds = {read.document.kind for read in case.reads} - {*on, "cover_sheet", "request_reply"}
    return sorted(kinds) or ["none"]


def _best(row: Mapping[str, Any], case: Situation, on: Sequence[str]) -> Said:
    """The best of the ways in which a requirement can be met; each way needs all of its terms."""
    ways: list[Sequence[Term | str]] = [[term] for term in row.get("any", [])]
    ways += [way["all"] for way in row.get("way", [])]
    if "all" in row:
        ways.append(row["all"])
    names = [""] * len(row.get("any", [])) + [way.get("name", "") for way in row.get("way", [])] + [""]
    said = [(_all(way, case, on), name) for way, name in zip(ways, names, strict=False)]
    best, name = max(said, key=lambda pair: pair[0].answer)
    failed = [one for one, _ in said if one.evidence]
    if best.answer == NO and failed:
        return failed[0]
    return Said(best.answer, f"{name}: {best.reason}", best.evidence, best.kind) if name and best.answer else best


def _all(terms: Sequence[Term | str], case: Situation, on: Sequence[str]) -> Said:
    """The weakest answer of several terms; of equal answers the first that shows a page."""
    said = [ask(term, case, on) for term in terms]
    worst = min(said, key=lambda s: (s.answer, s.evidence is None))
    if worst.answer == YES and len(said) > 1:
        shown = next((s for s in said if s.evidence), worst)
        return Said(YES, "; ".join(s.reason for s in said), shown.evidence, shown.kind)
    return worst
