"""One condition of a rule, asked of a case: yes, no, or only a person can tell. Pure.

A term is a small table in a checklist file; `docs/checklists.md` lists what it may say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from casefile.calendar import add_months
from casefile.code_lists import code_list, expand
from casefile.reads import CONFIRMED, SURE, VOID, Read
from casefile.records import Evidence, Finding
from casefile.timeline import document_date

NO, UNSURE, YES = 0, 1, 2
READABLE = frozenset({
    "member_name", "member_dob", "member_id", "mbi", "payer_name", "group_number", "ordering_provider_name",
    "ordering_provider_npi", "other_npi", "icd10", "hcpcs", "cpt", "modifier", "ndc", "order_date", "service_start",
    "service_end", "signature", "signature_date", "phone", "shipping_address", "access_barrier", "authorization_number",
    "reference_number", "claim_number", "denial_reason", "denial_code", "denial_date", "appeal_deadline", "tax_id",
    "spo2", "wound_size", "mobility_score", "quantity", "length_of_need", "liters_per_minute", "frequency",
    "discharge_at",
})  # fmt: skip
"""What the readers give (the contract's fields). Anything else only a person can enter."""
Term = Mapping[str, Any]


@dataclass(frozen=True)
class Situation:
    """A case as the rules see it; nothing here depends on today's date."""

    reads: tuple[Read, ...]
    order_day: date | None = None
    payer: str = "unknown"
    state: str = ""
    codes: tuple[str, ...] = ()
    anchors: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A term's answer, why, and where that is seen."""

    answer: int
    reason: str
    evidence: Evidence | None = None
    kind: str = ""
    """The kind of document that the evidence stands on, in words."""


def ask(term: Term | str, case: Situation, on: Sequence[str] = ()) -> Said:
    """Ask one term of a case; `on` names the kinds of document that may answer (none: all but cover sheets)."""
    term = {"field": term} if isinstance(term, str) else term
    reads = _among(case.reads, term.get("on", on))
    if "payers" in term and case.payer not in term["payers"]:
        return Said(NO, f"not for a plan of this kind ({case.payer.replace('_', ' ')})")
    for key, question in QUESTIONS.items():
        if key in term:
            said = question(term, case, reads)
            return Said(YES - said.answer, said.reason, said.evidence, said.kind) if term.get("not") else said
    return Said(YES, "it applies to this plan")


def _among(reads: Iterable[Read], kinds: Sequence[str]) -> list[Read]:
    wanted = {*kinds, "request_reply"} if "order" in kinds else set(kinds)
    return [r for r in reads if (r.document.kind in wanted if wanted else r.document.kind != "cover_sheet")]


def _field(term: Term, case: Situation, reads: list[Read]) -> Said:
    """The best answer any finding of the field gives."""
    names = [term["field"]] if isinstance(term["field"], str) else term["field"]
    said = [
        _judge_finding(term, case, read, finding)
        for read in reads
        for finding in read.findings
        if finding.field in names and finding.role not in VOID
    ]
    if said:
        return max(said, key=lambda s: (s[0].answer, s[1]))[0]
    if any(name in READABLE for name in names):
        return Said(NO, f"no {_words(names)} could be read")
    return _pointer(term, reads, f"{_words(names)} is not read by the program")


def _judge_finding(term: Term, case: Situation, read: Read, finding: Finding) -> tuple[Said, float]:
    """What one finding says to a term, and how sure it is."""
    where, shown = read.evidence(finding), f"{finding.value} on page {finding.page} of the {read.name}"

    def made(answer: int, reason: str) -> tuple[Said, float]:
        return Said(answer, reason, where, read.name), finding.confidence

    if "role" in term and not finding.role and finding.confidence < CONFIRMED:
        return made(UNSURE, f"{shown}, but the page does not say that it was {term['role']}")
    if "role" in term and not all(word in (finding.role or "") for word in term["role"].split(", ")):
        return made(NO, f"{shown} was not {term['role']}")
    fits, near, why = _fits(term, case, finding)
    sure = finding.status != "suspect" and finding.confidence >= SURE
    if near and finding.confidence < CONFIRMED:
        return made(UNSURE, f"{shown} is so near the limit that a misread digit would change the answer; look at it")
    if fits and sure:
        told = f": {finding.reason}" if finding.confidence >= CONFIRMED and finding.reason else ""
        return made(YES, f"{shown}{told}{why}")
    return made(UNSURE, f"page {finding.page} may show it, but {finding.reason}") if fits else made(NO, shown + why)


def _fits(term: Term, case: Situation, finding: Finding) -> tuple[bool, bool, str]:
    """Whether a value passes, whether it is near a limit, and what to add to the reason."""
    value = finding.value
    if "value" in term and value != term["value"]:
        return False, False, f" is not {term['value']}"
    if "starts" in term and not value.startswith(tuple(term["starts"])):
        return False, False, " is not one of the diagnoses asked for"
    if term.get("three_sided") and len(re.findall(r"\d+(?:\.\d+)?", value)) < 3:
        return False, False, " is not length, width and depth"
    limits = [(key, float(term[key])) for key in ("at_least", "at_most", "above", "below") if key in term]
    if limits:
        number = re.search(r"-?\d+(\.\d+)?", value)
        if not number:
            return False, False, " is no number"
        read = float(number[0])
        passed = {"at_least": float.__ge__, "at_most": float.__le__, "above": float.__gt__, "below": float.__lt__}
        failed = [f"{key.replace('_', ' ')} {limit:g}" for key, limit in limits if not passed[key](read, limit)]
        near = any(abs(read - limit) <= term.get("near", -1) for _, limit in limits)
        return not failed, near, f" is not {' and '.join(failed)}" if failed else ""
    if "of" in term:
        inside, why = _in_window(term, case, _day(value))
        return inside is True, inside is None, why
    return True, False, ""


def _document(term: Term, case: Situation, reads: list[Read]) -> Said:
    """Whether a document of these kinds is on file, and in the window if one is asked for."""
    kinds = _words([kind.replace("_", " ") for kind in term["document"]])
    said = []
    for read in _among(reads, term["document"]):
        page = Evidence(read.sha256, read.document.pages[0] if read.document.pages else 1)
        if "of" not in term:
            return Said(YES, f"a {read.name} is on file, page {page.page}", page, read.name)
        day = document_date(read)
        inside, why = _in_window(term, case, day)
        answer = {True: YES, False: NO, None: UNSURE}[inside]
        dated = f"dated {day}" if day else "without a date"
        said.append(Said(answer, f"the {read.name} on page {page.page} is {dated}{why}", page, read.name))
    return max(said, key=lambda s: s.answer, default=Said(NO, f"no {kinds} is on file"))


def _in_window(term: Term, case: Situation, day: date | None) -> tuple[bool | None, str]:
    """Whether a day lies in the window round an anchor date; None where one of the two is unknown."""
    name = term["of"].replace("_", " ")
    anchor = case.anchors.get(term["of"])
    if day is None or anchor is None:
        return None, f"; the {name} is unknown" if anchor is None else ""
    first = add_months(anchor, -term.get("before_months", 0), roll_over=False) - timedelta(term.get("before_days", 0))
    last = add_months(anchor, term.get("after_months", 0)) + timedelta(term.get("after_days", 0))
    inside = (first <= day or bool(term.get("any_before"))) and (day <= last or bool(term.get("any_after")))
    return inside, "" if inside else f", outside {first} to {last} (counted from the {name}, {anchor})"


def _pointer(term: Term, reads: list[Read], otherwise: str) -> Said:
    """Where the pages speak of it: software points, a person judges."""
    if "look_for" in term:
        pattern = re.compile(term["look_for"], re.IGNORECASE)
        for read in reads:
            for page in read.pages:
                if line := next((line for line in page.lines if pattern.search(line.text[:2000])), None):
                    seen = pattern.search(line.text[:2000])
                    where = Evidence(read.sha256, page.page_number, line.box, line.text[:200])
                    words = f"page {page.page_number} of the {read.name} speaks of '{seen[0] if seen else ''}'"
                    return Said(UNSURE, f"{words}; a person judges whether that is enough", where, read.name)
        if term.get("must_find"):
            return Said(NO, "none of the usual words for it stands on any page")
    if not reads:
        return Said(NO, "no document on file could show it")
    return Said(UNSURE, f"{otherwise}; a person must look")


def _judgement(term: Term, _case: Situation, reads: list[Read]) -> Said:
    """A clinical judgement: what a person recorded as a fact decides; else the page to look at."""
    fact = term.get("fact", "")
    for read in reads:
        for finding in read.findings:
            if fact and finding.field == fact and finding.confidence >= CONFIRMED:
                answer = NO if finding.value.lower() in {"no", "none", "absent"} else YES
                return Said(answer, finding.reason or "as a person recorded", read.evidence(finding), read.name)
    if term.get("not") and not reads:
        return Said(UNSURE, f"{term['judge']}: no document on file could show it")
    said = _pointer(term, reads, "this is a clinical judgement")
    return Said(said.answer, f"{term['judge']}: {said.reason}", said.evidence, said.kind)


def _codes(term: Term, case: Situation, _reads: list[Read]) -> Said:
    """Whether the order is for one of these codes."""
    found = sorted(set(case.codes) & set(expand(term["codes"])))
    return Said(YES, f"the order is for {_words(found)}") if found else Said(NO, "the order is for none of these codes")


def _listed(term: Term, case: Situation, _reads: list[Read]) -> Said:
    """Whether an ordered code is on a published list on the order date."""
    table = code_list(term["list"])
    answers = [table.member(code, case.order_day, case.state) for code in case.codes]
    for wanted, answer in ((True, YES), (None, UNSURE)):
        if why := next((why for known, why in answers if known is wanted), ""):
            return Said(answer, why)
    return Said(NO, answers[0][1] if answers else "no code could be read on the order")


def _agrees(term: Term, case: Situation, reads: list[Read]) -> Said:
    """Whether two kinds of document show the same value of a field."""
    name = term["same"]
    ours = [(r, f) for r in reads if (f := r.first(name))]
    theirs = [(r, f) for r in _among(case.reads, term["with"]) if (f := r.first(name))]
    if not ours or not theirs:
        return Said(UNSURE, f"the {_words([name])} could not be read on both documents; a person must compare them")
    for read, finding in ours:
        if any(finding.value.lower() == other.value.lower() for _, other in theirs):
            return Said(YES, f"the {_words([name])} is the same on both", read.evidence(finding), read.name)
    read, finding = theirs[0]
    return Said(
        NO, f"the {read.name} names {finding.value}, the order {ours[0][1].value}", read.evidence(finding), read.name
    )


QUESTIONS = {
    "judge": _judgement, "field": _field, "document": _document, "codes": _codes, "list": _listed, "same": _agrees,
}  # fmt: skip


def _words(names: Sequence[str]) -> str:
    return " or ".join(name.replace("_", " ") for name in names)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
