"""The extractors, in one readable tuple, and the one call that runs them over a fax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from casefile.records import Box, Document, Finding, PageText, Word
from extractors import (
    appeals,
    cmn_answers,
    context,
    cpt,
    dates,
    denial,
    hcpcs,
    icd10,
    measures,
    name_readings,
    ndc,
    npi,
    people,
    places,
    plausible,
    pointers,
    saturation,
    signature,
    unlabelled,
    wound_sizes,
    wounds,
)
from extractors.hcpcs_table import home_care_codes
from extractors.icd10_table import is_billable
from extractors.meanings import LOOKALIKES
from extractors.second_look import CHECKED, more_findings

Find = Callable[[PageText], list[Finding]]

EXTRACTORS: tuple[tuple[str, Find], ...] = (
    ("people", people.find),
    ("npi", npi.find),
    ("icd10", icd10.find),
    ("hcpcs", hcpcs.find),
    ("cpt", cpt.find),
    ("ndc", ndc.find),
    ("dates", dates.find),
    ("signature", signature.find),
    ("denial", denial.find),
    ("appeals", appeals.find),
    ("measures", measures.find),
    ("saturation", saturation.find),
    ("cmn_answers", cmn_answers.find),
    ("places", places.find),
    ("wounds", wounds.find),
    ("wound_sizes", wound_sizes.find),
)
SECOND: dict[str, frozenset[str]] = {
    "people": frozenset({"member_name", "member_dob", "member_id", "mbi", "payer_name", "group_number", "claim_number", "tax_id",
                         "ordering_provider_name", "reference_number", "authorization_number"}),
    "npi": CHECKED,
    "icd10": CHECKED,
    "hcpcs": CHECKED,
    "dates": frozenset({"order_date", "signature_date", "service_start", "service_end", "denial_date", "appeal_deadline"}),
    "denial": frozenset({"payer_name"}),
    "measures": frozenset({"quantity", "length_of_need", "liters_per_minute", "frequency"}),
    "places": frozenset({"phone", "shipping_address"}),
}  # fmt: skip
"""What the other reading may add, by who finds it; it runs again only while one of these is not known (`second_look.FILLS`)."""
ORDERS = frozenset({"order", "plan_of_care", "cmn"})
SIGNED_KINDS = ORDERS | {"progress_note", "therapy_note"}
DIFFER = 0.8
"""Highest confidence of an unchecked value on which two readers differ."""
UNSURE = 0.7
"""A patient's name below this may be somebody else's: the page is looked at for another."""
SHORT = 3
"""Glyphs of a diagnosis that the table hardly checks: one in three figures behind a letter is one."""
ON_COVERS = frozenset({"phone"})
"""All that a cover sheet is believed about."""
ONLY_ON: dict[str, frozenset[str]] = {
    "signature": SIGNED_KINDS,
    "signature_date": SIGNED_KINDS,
    **dict.fromkeys(
        ("denial_date", "appeal_deadline", "denial_reason", "appeal_address", *(name for name, _ in appeals.RIGHTS)),
        frozenset({"denial_letter"}),
    ),
    **dict.fromkeys(("ordering_provider_name/signer", "order_date/date", "order_date/letter"), ORDERS),
}
"""Field, or field/role, → the kinds of document it is believed on."""


def find_all(pages: Sequence[PageText], documents: Sequence[Document]) -> tuple[Finding, ...]:
    """Every finding of a fax, page by page.

    Cover sheets source no clinical facts, and a signature counts only where a practitioner signs.
    """
    kinds = {page: document.kind for document in documents for page in document.pages}
    findings: list[Finding] = []
    for page in pages:
        if not page.words:
            continue
        kind = kinds.get(page.page_number, "other")
        findings += [_in_kind(f, kind) for f in _on_page(page) if _belongs(f, kind)]
    findings += signature.find_absent(pages, documents, findings)
    denials = [f for f in findings if f.field == "denial_date"]
    if not any(f.field == "appeal_deadline" for f in findings):
        letters = [page for page in pages if kinds.get(page.page_number) == "denial_letter"]
        findings += appeals.find_deadlines(letters, denials)
    return tuple(plausible.weigh(pages, findings))


def _on_page(page: PageText) -> list[Finding]:
    found = context.mark_diagnoses(page, [finding for _, find in EXTRACTORS for finding in find(page)])
    known = {finding.field for finding in found} - CHECKED
    again = [(find, SECOND[name] == CHECKED) for name, find in EXTRACTORS if not SECOND.get(name, frozenset()) <= known]

    def look(variant: PageText, with_codes: bool) -> list[Finding]:
        return [finding for find, of_codes in again if with_codes or not of_codes for finding in find(variant)]

    found = more_findings(page, found, look)
    found += unlabelled.find(page, found)
    found = name_readings.settled(page, found)
    if all(f.confidence < UNSURE for f in found if f.field == "member_name"):
        found += name_readings.find_unlabelled(page)
    if not any(f.field == "member_dob" for f in found):
        found += name_readings.find_birth(page)
    if not any(f.field == "member_name" for f in found) and (named := context.name_in_prose(page)):
        found.append(named)
    repaired = [f.box for f in found if f.field == "hcpcs" and f.status == "repaired"]
    found = [f for f in found if f.field != "cpt" or not any(_inside(f.box, box) for box in repaired)]
    found += pointers.find(page, found)
    doubted = [word for word in page.words if word.other]
    return _distinct([_weighed(doubted, finding) for finding in found])


def _weighed(doubted: Sequence[Word], finding: Finding) -> Finding:
    """Say where two readers differ; without a check digit or table such a value is not sure any more."""
    others = [word.other for word in doubted if _inside(word.box, finding.box)]
    if not others:
        return finding
    checked = finding.field in CHECKED and (finding.field != "hcpcs" or finding.value in home_care_codes())
    if finding.field == "icd10":
        checked = _is_the_only_code(finding.value, [text for other in others for text in other.split()])
    confidence = finding.confidence if checked else min(finding.confidence, DIFFER)
    return replace(
        finding, confidence=confidence, reason=f"{finding.reason}; the other reader saw '{' '.join(others)}'"
    )


def _is_the_only_code(value: str, others: Sequence[str]) -> bool:
    """Whether no other reading is a diagnosis code of its own; a short code's other reading must be that very code."""
    if len(value) == SHORT:
        return any(_folded(other) == _folded(value) for other in others)
    codes = {other.strip(".,;:()[]").upper() for other in others}
    return not any(code != value and is_billable(code.replace(".", "")) for code in codes)


def _folded(text: str) -> str:
    """Letters and figures alone, look-alikes made one."""
    return "".join(filter(str.isalnum, text.upper().translate(LOOKALIKES)))


def _inside(box: Box, outer: Box) -> bool:
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] <= middle[0] <= outer[2] and outer[1] <= middle[1] <= outer[3]


def _in_kind(finding: Finding, kind: str) -> Finding:
    """A number on a licence or tax form is its holder's, who orders nothing there."""
    if kind == "credential" and finding.field == "ordering_provider_npi":
        return replace(finding, field="other_npi", role=None)
    return finding


def _belongs(finding: Finding, kind: str) -> bool:
    if kind == "cover_sheet":
        return finding.field in ON_COVERS
    allowed = ONLY_ON.get(f"{finding.field}/{finding.role}") or ONLY_ON.get(finding.field)
    return allowed is None or kind in allowed


def _distinct(findings: list[Finding]) -> list[Finding]:
    """The same field and value once a page, the surest; different roles stay apart."""
    best: dict[tuple[str, str, str | None], Finding] = {}
    for finding in findings:
        key = finding.field, finding.value, finding.role
        if key not in best or finding.confidence > best[key].confidence:
            best[key] = finding
    return list(best.values())
