"""Checklist traps and deadline vectors."""

from __future__ import annotations

from datetime import date

import pytest

from casefile.clocks import appeal_clock
from casefile.completeness import Read, check
from casefile.matching import Identity, match, score
from casefile.records import Document, Finding

WHOLE = {"member_name": "Rosalind Kestrelman", "hcpcs": "K0001", "order_date": "2026-09-08",
         "ordering_provider_npi": "1234567893", "signature": "present"}  # fmt: skip


def read(kind: str = "order", **facts: str) -> Read:
    rows = tuple(Finding(f, v, v, 1, (0, 0, 1, 1), 0.95, "valid", None, "as printed") for f, v in facts.items())
    return Read("a" * 64, Document(kind, (1,), 0.9), rows)


def answers(*reads: Read) -> dict[str, str]:
    return {verdict.requirement.split(".")[1]: verdict.answer for verdict in check(reads)}


@pytest.mark.parametrize("lacking, requirement, answer", [
    ("member_name", "beneficiary", "missing"), ("hcpcs", "description", "missing"), ("order_date", "order_date", "missing"),
    ("ordering_provider_npi", "practitioner", "missing"), ("signature", "signature", "missing"),
    ("quantity", "quantity", "not_applicable"),
])  # fmt: skip
def test_each_element_is_asked_for(lacking: str, requirement: str, answer: str) -> None:
    facts = {field: value for field, value in WHOLE.items() if field != lacking}
    assert answers(read(**facts))[requirement] == answer


def test_a_wheelchair_order_without_quantity_is_complete() -> None:
    assert set(answers(read(**WHOLE)).values()) == {"met", "not_applicable"}


def test_a_medicare_number_does_for_the_name_and_a_name_for_the_npi() -> None:
    facts = {**WHOLE, "mbi": "1EG4TE5MK73", "ordering_provider_name": "Joanne Kestrel"}
    facts = {field: value for field, value in facts.items() if field not in {"member_name", "ordering_provider_npi"}}
    assert answers(read(**facts))["beneficiary"] == answers(read(**facts))["practitioner"] == "met"


def test_what_only_the_note_shows_is_missing_on_the_order_and_says_where() -> None:
    facts = {field: value for field, value in WHOLE.items() if field != "order_date"}
    verdicts = check([read(**facts), read("progress_note", order_date="2026-09-08")])
    (verdict,) = [v for v in verdicts if v.requirement == "swo.order_date"]
    assert verdict.answer == "missing"
    assert "found on page 1 of the progress note" in verdict.reason


def test_every_verdict_has_a_reason_and_a_rule() -> None:
    assert all(v.reason and v.rule.endswith("2026.1") for v in check([read()]))


@pytest.mark.parametrize("plan, received, due", [
    ("medicare_advantage", None, date(2026, 5, 6)), ("part_b", None, date(2026, 7, 5)),
    ("erisa", date(2026, 3, 2), date(2026, 8, 29)), ("medicaid_managed_care", None, date(2026, 5, 1)),
])  # fmt: skip
def test_appeal_deadlines_of_a_notice_of_2_march_2026(plan: str, received: date | None, due: date) -> None:
    assert appeal_clock(date(2026, 3, 2), None, plan, received=received).due == due


def test_a_weekend_is_reported_and_not_moved() -> None:
    assert "Sunday" in appeal_clock(date(2026, 3, 2), None, "part_b").note


def test_the_letters_earlier_date_wins_and_the_conflict_is_shown() -> None:
    clock = appeal_clock(date(2026, 3, 2), date(2026, 5, 1), "medicare_advantage")
    assert clock.due == date(2026, 5, 1)
    assert "2026-05-06" in clock.note


def test_an_unknown_plan_without_a_date_in_the_letter_sets_no_deadline() -> None:
    assert appeal_clock(date(2026, 3, 2), None).due is None


KNOWN = Identity("Rosalind Kestrelman", "1958-04-05", "U284872097")


@pytest.mark.parametrize("identity, enough", [
    (Identity("ROSALIND KESTRELMAN", "1958-04-05", ""), True),
    (Identity("Rosalind Kestreiman", "1958-04-05", "U284872097"), True),
    (Identity("Rosalind Kestrelman", "1985-04-05", ""), False),
    (Identity("Rosalind Kestrelman", "", ""), False),
    (Identity("Edgar Drummey", "", "U284872097"), False),
])  # fmt: skip
def test_a_name_alone_never_matches(identity: Identity, enough: bool) -> None:
    assert (score(identity, KNOWN)[0] >= 0.8) is enough


def test_two_cases_that_fit_are_a_persons_decision() -> None:
    assert match(KNOWN, [("C-1", KNOWN), ("C-2", KNOWN)])[0] is None
