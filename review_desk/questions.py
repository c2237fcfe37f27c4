"""A fax as stored → the counted list of what needs a person, as the eye goes down its pages. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from casefile.reads import CONFIRMED, VOID
from casefile.records import Box, Document, Finding, LedgerRow, Problem, Reading
from casefile.review_store import is_doubtful
from review_desk.fields import NotValid, checked, name_of
from review_desk.offers import Offer, offers

WHO = ("member_name", "member_dob", "member_id", "mbi")
ORDERED = (*WHO, "payer_name", "ordering_provider_name", "ordering_provider_npi", "icd10", "hcpcs", "cpt", "ndc",
           "order_date", "service_start", "signature", "signature_date", "quantity", "length_of_need",
           "liters_per_minute", "frequency")  # fmt: skip
NOTED = (*WHO, "service_start", "icd10", "signature", "signature_date", "spo2", "wound_size", "ahi", "mobility_score",
         "liters_per_minute")  # fmt: skip
ASKED: Mapping[str, frozenset[str]] = {
    kind: frozenset(fields)
    for kind, fields in {
        "order": ORDERED, "plan_of_care": ORDERED, "cmn": ORDERED, "request_reply": ORDERED,
        "progress_note": NOTED, "therapy_note": NOTED, "test_result": NOTED,
        "face_sheet": (*WHO, "payer_name", "group_number", "phone", "shipping_address", "discharge_at"),
        "delivery_proof": (*WHO, "service_start", "signature", "hcpcs", "quantity"),
        "denial_letter": (*WHO, "payer_name", "claim_number", "reference_number", "authorization_number", "hcpcs",
                          "denial_reason", "denial_code", "denial_date", "appeal_deadline", "service_start"),
        "cover_sheet": (),
    }.items()
}  # fmt: skip
"""Kind of document → the fields that something hangs on there."""
ELSEWHERE = frozenset((*WHO, "reference_number", "authorization_number"))
"""The same for every other kind."""
LACKS: Mapping[str, str] = {
    "unsigned_order": "signature", "missing_npi": "ordering_provider_npi", "missing_diagnosis": "icd10",
    "missing_order_date": "order_date", "missing_member": "member_name", "missing_description": "hcpcs",
}  # fmt: skip
"""What an order lacks → the field a person may find on the paper after all."""
TITLES: Mapping[str, str] = {
    "missing_page": "A page is missing", "low_quality": "Hard to read", "timed_out": "Could not be read in time",
    "cut_edge": "An edge is cut off",
    "damaged_file": "Cannot be decoded", "foreign_page": "Another patient's page?", "unsigned_order": "Not signed",
    "missing_npi": "No NPI found", "missing_diagnosis": "No diagnosis found", "missing_order_date": "No order date",
    "missing_member": "No patient found", "missing_description": "No item found",
}  # fmt: skip
"""Problems that a person is asked about; blank and repeated pages and what a notice leaves out are only shown."""


@dataclass(frozen=True)
class Question:
    """One thing that needs a person.

    `places` are the findings it is about (the same value on several pages is one question); `pages` those of a
    document that is in no case. `value` is what Enter says is right; "" where nothing was found.
    """

    id: str
    sort: Literal["finding", "problem", "page"]
    title: str
    page: int
    box: Box | None
    reason: str
    field: str = ""
    value: str = ""
    raw: str = ""
    role: str | None = None
    code: str = ""
    confidence: float = 0.0
    offers: tuple[Offer, ...] = ()
    places: tuple[Finding, ...] = ()
    pages: tuple[int, ...] = ()
    invalid: str = ""
    """Why `value` cannot be confirmed as it is."""


def list_questions(
    reading: Reading, ledger: Sequence[LedgerRow], seen: frozenset[str], today: date
) -> tuple[Question, ...]:
    """What needs a person, top to bottom, page by page.

    Args:
        reading: The reading with its findings as corrected.
        ledger: What became of each page.
        seen: Ids of problems that a person has looked at.
        today: The day on which values are checked.
    """
    left_out = {row.page for row in ledger if row.state in {"duplicate", "blank", "other_patient", "excluded"}}
    decided = {row.page for row in ledger if " decided: " in row.reason}
    found = [
        *_of_problems(reading, left_out, decided),
        *_of_pages(reading, ledger),
        *_of_findings(reading, left_out, today),
    ]
    return tuple(sorted((q for q in found if q.id not in seen), key=_place))


def _place(question: Question) -> tuple[int, float, float, str]:
    box = question.box or (0.0, 0.0, 0.0, 0.0)
    return question.page, round((box[1] + box[3]) / 2, 2), box[0], question.id


def _of_findings(reading: Reading, left_out: set[int], today: date) -> Iterator[Question]:
    kinds = {page: document.kind for document in reading.documents for page in document.pages}
    unsigned = {p.page for p in reading.problems if p.code == "unsigned_order"}
    groups: dict[tuple[str, str, str | None], list[Finding]] = {}
    settled = {(f.field, _folded(f.value)) for f in reading.findings if not is_doubtful(f)}
    for finding in reading.findings:
        asked = ASKED.get(kinds.get(finding.page, "other"), ELSEWHERE)
        if finding.field not in asked or finding.role in VOID or finding.page in left_out or not is_doubtful(finding):
            continue
        if (
            finding.field == "signature"
            and finding.value == "absent"
            and _first_page(reading, finding.page) in unsigned
        ):
            continue
        if (finding.field, _folded(finding.value)) not in settled or finding.status == "suspect":
            groups.setdefault((finding.field, _folded(finding.value), finding.role), []).append(finding)
    for places in groups.values():
        yield _about(reading, sorted(places, key=lambda f: (f.page, f.box[1])), today)


def _about(reading: Reading, places: Sequence[Finding], today: date) -> Question:
    """The question about one value, asked where it stands first."""
    first = places[0]
    try:
        checked(first.field, first.value, today)
        invalid = ""
    except NotValid as why:
        invalid = str(why)
    page = next((p for p in reading.pages if p.page_number == first.page), None)
    return Question(
        _id("finding", first.field, first.page, first.value, first.role, first.box), "finding", name_of(first.field),
        first.page, first.box, first.reason, first.field, first.value, first.raw, first.role, "", first.confidence,
        offers(first, page, reading.findings, today), tuple(places), (), invalid,
    )  # fmt: skip


def _of_problems(reading: Reading, left_out: set[int], decided: set[int]) -> Iterator[Question]:
    """Problems that are still open; that a page is another patient's is asked until a person decided it."""
    last = len(reading.pages) or 1
    for problem in reading.problems:
        if problem.code not in TITLES or problem.page in (decided if problem.code == "foreign_page" else left_out):
            continue
        field = LACKS.get(problem.code, "")
        own = _on_document(reading, problem.page or 1, field)
        if field == "signature" and any(f.confidence >= CONFIRMED or f.value == "present" for f in own):
            continue
        if field and field != "signature" and own:
            continue
        yield _problem(problem, min(problem.page or 1, last), field, own[0] if own else None)


def _problem(problem: Problem, page: int, field: str, near: Finding | None) -> Question:
    """A problem as a question; an unsigned order asks at the place where the signature belongs."""
    signed = (Offer("present", ""),) if field == "signature" else ()
    value = "absent" if field == "signature" else ""
    return Question(
        _id("problem", problem.code, problem.page, problem.message), "problem", TITLES[problem.code],
        near.page if near else page, _beside(near.box) if near else None, problem.message, field, value,
        code=problem.code, offers=signed, places=(near,) if near else (),
    )  # fmt: skip


def _beside(label: Box) -> Box:
    """The room where a signature goes: from its label on to the right."""
    left, top, right, bottom = label
    return left, max(0.0, top - 0.02), min(1.0, max(right, left + 0.55)), min(1.0, bottom + 0.01)


def _of_pages(reading: Reading, ledger: Sequence[LedgerRow]) -> Iterator[Question]:
    """Documents, and pages of none, that are in no case yet."""
    loose = {row.page: row for row in ledger if row.state in {"unassigned", "received"}}
    documents = [tuple(p for p in d.pages if p in loose) for d in reading.documents]
    grouped = {page for pages in documents for page in pages}
    for pages in [*documents, *((page,) for page in sorted(loose) if page not in grouped)]:
        if pages:
            why = loose[pages[0]].reason or "not filed yet"
            yield Question(_id("page", *pages, why), "page", "In no case", pages[0], None, why, pages=pages)


def _on_document(reading: Reading, page: int, field: str) -> list[Finding]:
    document = _document(reading, page)
    pages = document.pages if document else (page,)
    return [f for f in reading.findings if f.page in pages and f.field == field and f.role not in VOID and field]


def _document(reading: Reading, page: int) -> Document | None:
    return next((d for d in reading.documents if page in d.pages), None)


def _first_page(reading: Reading, page: int) -> int:
    document = _document(reading, page)
    return document.pages[0] if document else page


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _id(*parts: object) -> str:
    """A short name that changes when what is asked changes."""
    text = "|".join(
        ",".join(f"{edge:.3f}" for edge in part) if isinstance(part, tuple) else str(part) for part in parts
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]
