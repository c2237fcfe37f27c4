"""Names, dates, labels in many layouts, sentences, denials: what unlike offices write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefile.records import PageText, Word
from extractors.day import parse_day
from extractors.documents import classify
from extractors.labels import values_of
from extractors.names import normal_name
from extractors.problems import find_problems
from extractors.registry import find_all

Page = Callable[..., PageText]


@pytest.mark.parametrize("text, name", [
    ("KESTREL, JOANNE M", "Joanne M Kestrel"), ("Dr. Hanna Weiss, MD", "Hanna Weiss"), ("Weiss, Hanna, FNP-C", "Hanna Weiss"),
    ("McCRILLIS, AL", "Al McCrillis"), ("Wexley Jr., Omar", "Omar Wexley Jr"), ("Van Houtte, Yvette", "Yvette Van Houtte"),
    ("DRUMMEY. RUFUS", "Rufus Drummey"),  # a comma read as a dot
    ("O'Dowdall, Li", "Li O'Dowdall"), ("Joanne Kestrel DOB: 4/5/58", "Joanne Kestrel"),
    ("Remittance Advice", ""), ("Home Phone", ""), ("Member Services Department", ""), ("12 Elm Street", ""), ("lives alone", ""),
])  # fmt: skip
def test_names(text: str, name: str) -> None:
    assert normal_name(text) == name


@pytest.mark.parametrize("text, day", [
    ("02-Nov-2026", "2026-11-02"), ("2 November 2026", "2026-11-02"), ("NOV 02 2026", "2026-11-02"), ("11.02.2026", "2026-11-02"),
    ("Sept. 8th, 2026", "2026-09-08"), ("2026/11/02", "2026-11-02"), ("25/12/2026", "2026-12-25"), ("1.5 x 2.3 x 0.4", None),
    ("555-201-3344", None), ("31-Feb-2026", None),
])  # fmt: skip
def test_dates_in_other_offices(text: str, day: str | None) -> None:
    found = parse_day(text)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize("lines", [
    ("Name: Joanne Kestrel | DOB: 04/05/1958 | MRN: 0099123", "Member ID: H12345678"),
    ("Beneficiary Name ........ Joanne Kestrel", "Birthdate ........ 04/05/1958", "Policy/Member # ..... H12345678"),
    ("Enrollee        Born          Identification Number", "Kestrel, Joanne 04/05/1958    H12345678"),
    ("Patient's Member ID     Patient's Name       D.O.B.", "H12345678               Joanne Kestrel       4/5/58"),
    ("Last Name: Kestrel   First Name: Joanne", "DOB:04/05/1958  Insured ID:H12345678"),
    ("RE: Joanne Kestrel, DOB April 5, 1958", "ID# H12345678"),
])  # fmt: skip
def test_one_patient_in_many_layouts(page_of: Page, lines: tuple[str, ...]) -> None:
    page = page_of("PHYSICIAN ORDER", *lines)
    found = {f.field: f.value for f in find_all([page], classify([page]))}
    assert (found.get("member_name"), found.get("member_dob"), found.get("member_id")) == (
        "Joanne Kestrel",
        "1958-04-05",
        "H12345678",
    )


def test_a_spouses_birth_date_is_not_the_patients(page_of: Page) -> None:
    assert values_of(page_of("Joanne lives with him. Spouse DOB: 04/05/1958"), "member_dob") == []


@pytest.mark.parametrize("line, role", [
    ("No history of DVT (I82.409)", "negated"), ("Hx of breast cancer Z85.3", "historical"), ("Father had CAD I25.10", "family_history"),
    ("Possible pneumonia, J18.9, ruled out", "ruled_out"), ("No change in oxygen need; COPD J44.9 stable", None),
])  # fmt: skip
def test_a_line_of_a_list_keeps_its_cue_to_itself(page_of: Page, line: str, role: str | None) -> None:
    page = page_of("PROGRESS NOTE", "Assessment: respiratory failure J96.11", line, "Also obesity E66.9")
    roles = {f.value: f.role for f in find_all([page], classify([page])) if f.field == "icd10"}
    assert roles.pop("J96.11") is None
    assert roles.pop("E66.9", None) is None
    assert list(roles.values()) == [role]


@pytest.mark.parametrize("text, day", [
    ("Your appeal must be postmarked by 01/04/2027.", "2027-01-04"),
    ("You may appeal within 60 days of this notice, no later than January 1, 2027.", "2027-01-01"),
    ("An appeal may be filed within one hundred eighty (180) days after you receive this letter.", "2027-05-01"),
    ("You have ninety days from receipt of this letter to ask for reconsideration.", "2027-01-31"),
    ("Ask for a peer-to-peer call within 14 days.", None),
])  # fmt: skip
def test_the_last_day_to_appeal(page_of: Page, text: str, day: str | None) -> None:
    page = page_of("November 2, 2026", "NOTICE OF DENIAL", "We denied the appeal of your request.", text)
    found = [f.value for f in find_all([page], classify([page])) if f.field == "appeal_deadline"]
    assert found == ([day] if day else [])


def test_a_letter_names_its_rights(page_of: Page) -> None:
    page = page_of("NOTICE OF DENIAL", "You may file an appeal. An expedited appeal is decided in 72 hours.",
                   "You may ask for external review.", "Your doctor may call 555-219-0107 for a peer-to-peer talk.",
                   "Mail your appeal to P.O. Box 555, Elmbrook, OH 44099.", "It does not meet LCD L33797.")  # fmt: skip
    found = {f.field: f.value for f in find_all([page], classify([page]))}
    assert found["peer_to_peer"] == "5552190107"
    assert {"expedited_appeal", "external_review", "appeal_address", "criteria_cited"} <= set(found)


def test_saturations_keep_their_condition_and_bounds_are_none(page_of: Page) -> None:
    page = page_of(
        "SpO2 86% on room air at rest, 79% on room air with ambulation",
        "Time with SpO2 <= 88%: 42 minutes",
        "Goal SpO2 92%",
    )
    found = [(f.value, f.role) for f in find_all([page], classify([page])) if f.field == "spo2"]
    assert found == [("86", "rest, room air"), ("79", "exertion, room air")]


def test_measures_are_kept_as_read(page_of: Page) -> None:
    page = page_of("WOUND SHEET", "Wound size: 4.2 x 3.l x 0.9", "Quantity: 3O", "Liter flow: 2 L/min")
    found = {f.field: f.value for f in find_all([page], classify([page]))}
    assert found["liters_per_minute"] == "2"
    assert found["quantity"] != "30"
    assert "3.1" not in found.get("wound_size", "")


WORDS = st.builds(
    lambda text, left, top, across, down, line: Word(text, (left, top, left + across, top + down), 0.7, line),
    st.text(min_size=1, max_size=24), st.floats(0, 0.9), st.floats(0, 0.95), st.floats(0, 0.1), st.floats(0, 0.05), st.integers(0, 6),
)  # fmt: skip
MEANT = st.sampled_from(["NPI:", "1234567893", "DOB", "04/05/58", "J44.9", "Patient", "Name:", "E1390-RR", "[X]", "Signature:", "CO-50", "appeal",
                         "within", "60", "days", "SpO2", "88%", "|", "____", "(", "Dx", "x", "4.2", "page", "of"])  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    words=st.lists(
        st.one_of(WORDS, st.builds(lambda w, t: Word(t, w.box, w.confidence, w.line), WORDS, MEANT)), max_size=40
    )
)
def test_no_arrangement_of_words_makes_anything_raise(words: list[Word]) -> None:
    pages = [PageText(n, tuple(sorted(words, key=lambda w: w.line)), "ocr", 0.7) for n in (1, 2)]
    documents = classify(pages)
    findings = find_all(pages, documents)
    find_problems(pages, documents, findings)
    assert all(0 <= f.confidence <= 1 and f.reason for f in findings)
