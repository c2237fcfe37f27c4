"""Labels, dates, signatures, denials and kinds, by geometry and wording."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casefile.records import Banner, Document, PageText
from extractors import denial, people, signature
from extractors.context import mark_diagnoses
from extractors.day import parse_day
from extractors.documents import classify
from extractors.icd10 import find as find_icd10
from extractors.problems import find_problems
from extractors.registry import find_all

Page = Callable[..., PageText]


def values(findings: object, field: str) -> list[str]:
    return [f.value for f in findings if f.field == field]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lines", [
    ("Patient Name: Rosalind Kestrelman    DOB: 04/05/1958",),
    ("PATIENT                       DATE OF BIRTH", "Rosalind Kestrelman           04/05/1958"),
    ("4. Patient's Name     5. Date of Birth", "KESTRELMAN, ROSALIND  4/5/58"),
])  # fmt: skip
def test_name_and_birth_date_beside_or_below(page_of: Page, lines: tuple[str, ...]) -> None:
    found = people.find(page_of(*lines))
    assert values(found, "member_name") == ["Rosalind Kestrelman"]
    assert values(found, "member_dob") == ["1958-04-05"]


def test_prose_about_a_patient_is_no_label(page_of: Page) -> None:
    assert people.find(page_of("The patient lives alone on the second floor and manages well.")) == []


@pytest.mark.parametrize("text, day", [
    ("09/08/2026", "2026-09-08"), ("9-8-26", "2026-09-08"), ("November 2, 2026", "2026-11-02"), ("2026-11-02", "2026-11-02"),
    ("02/30/2026", None), ("13/45/2026", None), ("no date", None),
])  # fmt: skip
def test_dates(text: str, day: str | None) -> None:
    found = parse_day(text)
    assert (found.isoformat() if found else None) == day


def test_the_appeal_window_is_counted_from_the_notice(page_of: Page) -> None:
    page = page_of(
        "November 2, 2026",
        "NOTICE OF DENIAL",
        "We denied it. Appeal within 60 calendar days of the date",
        "of this notice.",
    )
    found = find_all([page], (Document("denial_letter", (1,), 0.9),))
    assert values(found, "appeal_deadline") == ["2027-01-01"]


@pytest.mark.parametrize("line, ink, value", [
    ("Physician Signature:", (), "absent"),
    ("Physician Signature:", (((0.3, 0.09, 0.5, 0.12), 0.1),), "present"),
    ("Electronically signed by Joanne Kestrel, MD on 09/10/2026", (), "present"),
    ("Joanne Kestrel, MD", (), None),
    ("Received by (signature):", (((0.35, 0.09, 0.5, 0.12), 0.1),), None),
])  # fmt: skip
def test_signatures(page_of: Page, line: str, ink: object, value: str | None) -> None:
    assert [f.value for f in signature.find(page_of(line, ink=ink))] == ([value] if value else [])


def test_denial_codes_stand_with_their_group(page_of: Page) -> None:
    found = denial.find(page_of("Claim denied. Reason codes: CO-50, N115", "It is not medically necessary."))
    assert values(found, "denial_code") == ["CO-50", "N115"]
    assert values(found, "denial_reason") == ["not medically necessary"]


@pytest.mark.parametrize("line, role", [
    ("Assessment: J44.9 stable.", None), ("Pneumonia J18.9 was ruled out.", "ruled_out"),
    ("Mother had asthma J45.909.", "family_history"), ("No evidence of J18.9 today.", "negated"),
])  # fmt: skip
def test_what_a_sentence_does_to_a_diagnosis(page_of: Page, line: str, role: str | None) -> None:
    page = page_of("Diagnosis", line)
    assert [f.role for f in mark_diagnoses(page, find_icd10(page))] == [role]


@pytest.mark.parametrize("title, kind", [
    ("PHYSICIAN ORDER", "order"), ("PROGRESS NOTE", "progress_note"), ("NOTICE OF DENIAL", "denial_letter"),
    ("PROOF OF DELIVERY", "delivery_proof"), ("FAX COVER SHEET", "cover_sheet"), ("PLAN OF CARE", "plan_of_care"),
    ("Lorem ipsum", "other"),
])  # fmt: skip
def test_kinds_by_title(page_of: Page, title: str, kind: str) -> None:
    assert [d.kind for d in classify([page_of(title, "something else below")])] == [kind]


def test_cover_sheets_source_no_clinical_facts(page_of: Page) -> None:
    page = page_of("FAX COVER SHEET", "Patient Name: Rosalind Kestrelman   Dx: J44.9", "Phone 555-201-0000")
    assert {f.field for f in find_all([page], classify([page]))} == {"phone"}


def test_a_page_the_banner_counts_but_that_did_not_come_is_missing(page_of: Page) -> None:
    pages = [page_of("one", banner=Banner(None, None, 1, 3)), page_of("two", banner=Banner(None, None, 3, 3))]
    assert [(p.code, p.page) for p in find_problems(pages, (), ())] == [("missing_page", 2)]


def test_an_empty_order_is_told_all_it_lacks(page_of: Page) -> None:
    codes = {p.code for p in find_problems([page_of("ORDER")], (Document("order", (1,), 0.9),), ())}
    assert codes == {"unsigned_order", "missing_member", "missing_order_date", "missing_npi", "missing_diagnosis",
                     "missing_description"}  # fmt: skip
