"""Faults of pages: counted but missing, repeated, another patient's; and what must not be called one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from casefile.records import Banner, Finding, PageText
from extractors.documents import classify
from extractors.problems import find_problems
from extractors.registry import find_all
from extractors.strangers import Person, agree, differ, find_strangers

Page = Callable[..., PageText]
LINES = [f"Line {n} of a long note about walking, oxygen {n}{n} and home number {100 + n}." for n in range(12)]


def problems(pages: list[PageText], code: str) -> list[tuple[int | None, int | None]]:
    numbered = [replace(page, page_number=n) for n, page in enumerate(pages, 1)]
    documents = classify(numbered)
    return [(p.page, p.of) for p in find_problems(numbered, documents, find_all(numbered, documents)) if p.code == code]


def test_the_cover_sheet_counts_pages(page_of: Page) -> None:
    cover = page_of("FAX COVER SHEET", "To: Intake   From: Clinic", "Pages including cover: 4", "CONFIDENTIAL")
    assert len(problems([cover, page_of(*LINES), page_of("PHYSICIAN ORDER")], "missing_page")) == 1
    assert problems([cover, page_of(*LINES), page_of("PHYSICIAN ORDER"), page_of("CALL LOG")], "missing_page") == []


def test_a_count_that_cannot_be_read_is_told(page_of: Page) -> None:
    cover = page_of("FAX COVER SHEET", "To: Intake   From: Clinic", "Pages including cover: &", "CONFIDENTIAL")
    assert problems([cover, page_of("PHYSICIAN ORDER")], "missing_page") == []
    assert problems([cover, page_of("PHYSICIAN ORDER")], "low_quality") == [(1, None)]


def test_printed_page_numbers_show_a_gap(page_of: Page) -> None:
    pages = [page_of("PROGRESS NOTE  Page 1 of 3", "a"), page_of("Page 3 of 3 continued", "b")]
    assert len(problems(pages, "missing_page")) == 1


def test_one_misread_banner_is_no_witness(page_of: Page) -> None:
    pages = [
        page_of("one", banner=Banner(None, None, 1, 2)),
        page_of("two", banner=Banner(None, None, 2, 8)),
        page_of("three"),
    ]
    assert problems(pages, "missing_page") == []


def test_a_page_sent_again_and_read_otherwise_is_a_repeat(page_of: Page) -> None:
    again = [line.replace("walking", "wa1king") if n % 4 == 0 else line for n, line in enumerate(LINES)]
    assert problems([page_of(*LINES), page_of(*again)], "duplicate_page") == [(2, 1)]


def test_the_same_form_with_another_date_is_no_repeat(page_of: Page) -> None:
    other = [line.replace("home number 105", "home number 734") for line in LINES]
    assert problems([page_of(*LINES), page_of(*other)], "duplicate_page") == []


@pytest.mark.parametrize("one, other, stranger", [
    (Person("Ann Bell", "1950-01-02", "H123456789"), Person("Cora Dunn", "1961-05-06", "W987654321"), True),
    (Person("Ann Bell", "1950-01-02"), Person("Cora Dunn", "1961-05-06"), True),
    (Person("Ann Bell", "1950-01-02", "H123456789"), Person("Ann Be11", "1950-01-02", "H123456789"), False),
    (Person("Ann Bell", "1950-01-02"), Person("Ann Bell", "1950-01-03"), False),  # one misread digit
    (Person("Ann Bell", "1950-01-02", "H123456789"), Person("Bell Ann", "1950-01-02", "99999999X"), False),  # two plans
    (Person("Ann Bell"), Person("", "1950-01-02"), False),
])  # fmt: skip
def test_who_is_a_stranger(one: Person, other: Person, stranger: bool) -> None:
    assert differ(one, other) is stranger
    assert not (stranger and agree(one, other))


def test_another_patients_page_in_a_fax_of_two_kinds_of_pages(page_of: Page) -> None:
    mine = ("Patient Name: Ann Bell", "DOB: 01/02/1950", "Member ID: H123456789")
    theirs = ("Patient Name: Cora Dunn", "DOB: 05/06/1961", "Member ID: W987654321")
    pages = [page_of("PHYSICIAN ORDER", *mine), page_of("PROGRESS NOTE", *theirs), page_of("FACE SHEET", *mine)]
    assert problems(pages, "foreign_page") == [(2, None)]


def test_a_page_that_tells_no_birth_date_does_not_hide_a_stranger(page_of: Page) -> None:
    pages = [page_of("TEST RESULT", "DOB: 01/02/1950"), page_of("FACE SHEET", "Patient Name: Cora Dunn"),
             page_of("PROGRESS NOTE", "Patient Name: Harold Bellweather", "DOB: 01/02/1950")]  # fmt: skip
    assert problems(pages, "foreign_page") == [(2, None)]


def test_a_page_with_a_misread_id_alone_is_not_counted_for_the_stranger(page_of: Page) -> None:
    pages = [page_of("TEST RESULT", "Member ID: 75041967501"),
             page_of("PHYSICIAN ORDER", "Patient Name: Cora Dunn", "DOB: 05/06/1961", "Member ID: 87722394111"),
             page_of("PROGRESS NOTE", "Patient Name: Theodora Hathorne", "DOB: 12/01/1942"),
             page_of("FACE SHEET", "Patient Name: Theodora Hathorne", "DOB: 12/01/1942", "Member ID: 25041967501")]  # fmt: skip
    assert problems(pages, "foreign_page") == [(2, None)]


def test_a_page_of_a_patient_with_the_same_name_is_a_strangers(page_of: Page) -> None:
    name = "Patient Name: Siobhan Amand"
    pages = [page_of("PROGRESS NOTE", name, "DOB: 05/16/1947"),
             page_of("FACE SHEET", name, "DOB: 12/10/1947", "Member ID: 81594337301"),
             page_of("PHYSICIAN ORDER", name, "DOB: 05/16/1947", "Member ID: U32067965")]  # fmt: skip
    assert problems(pages, "foreign_page") == [(2, None)]


@pytest.mark.parametrize(
    ("name", "dob", "foreign"),
    [("Al Fairweather", "1947-04-25", True), ("", "1947-04-25", True), ("", "1952-12-05", False)],
    ids=["a relative", "somebody not named", "a slip in the date"],
)
@pytest.mark.parametrize("text", ["Wound sheet", "Wound sheet of Corinne F."])
def test_unsure_readings_speak_against_the_patient_together(
    page_of: Page, name: str, dob: str, foreign: bool, text: str
) -> None:
    pages = [replace(page_of(text), page_number=n) for n in (1, 2, 3)]
    known = {"member_name": "Corinne Fairweather", "member_dob": "1952-12-04"}
    box = (0.1, 0.1, 0.2, 0.2)
    found = [
        Finding(field, value, value, n, box, 0.9, "valid", None, "") for n in (1, 2) for field, value in known.items()
    ]
    found += [Finding("member_dob", dob, dob, 3, box, 0.5, "suspect", None, "")]
    found += [Finding("member_name", name, name, 3, box, 0.9, "valid", None, "")] if name else []
    want = [3] if foreign and (name or "Corinne" not in text) else []
    assert [p.page for p in find_strangers(pages, (), found)] == want


def test_a_denial_that_says_nothing_of_appeals_is_told(page_of: Page) -> None:
    page = page_of("NOTICE OF DENIAL", "November 2, 2026", "We denied it because it is not medically necessary.")
    documents = classify([page])
    (told,) = [
        p for p in find_problems([page], documents, find_all([page], documents)) if p.code == "incomplete_notice"
    ]
    assert "where to send an appeal" in told.message
    assert "the reason" not in told.message


def test_a_date_later_than_the_fax_is_suspect(page_of: Page) -> None:
    page = page_of("PHYSICIAN ORDER", "Order Date: 09/20/2026", banner=Banner("2026-09-14T17:47", None, 1, 1))
    (found,) = [f for f in find_all([page], classify([page])) if f.field == "order_date"]
    assert (found.status, found.value) == ("suspect", "2026-09-20")
    assert isinstance(found, Finding)


@pytest.mark.parametrize("day, noted", [("09/01/2026", False), ("11/02/2026", True)])
def test_a_diagnosis_of_another_editions_time_says_so(page_of: Page, day: str, noted: bool) -> None:
    page = page_of("PHYSICIAN ORDER", f"Order Date: {day}", "Diagnosis: J44.9")
    (found,) = [f for f in find_all([page], classify([page])) if f.field == "icd10"]
    assert ("another edition" in found.reason) is noted
