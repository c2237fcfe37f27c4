"""A typed value must pass what a reading must pass."""

from __future__ import annotations

from datetime import date

import pytest

from review_desk.fields import NotValid, checked, shown

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [("ordering_provider_npi", "124 531 9599", "1245319599"), ("icd10", "j449", "J44.9"), ("hcpcs", "e1390", "E1390"),
     ("mbi", "1eg4-te5-mk73", "1EG4TE5MK73"), ("order_date", "9/8/26", "2026-09-08"), ("phone", "(555) 010-0142", "5550100142"),
     ("member_name", "  Mary   Ann ", "Mary Ann"), ("member_id", "U 284-872-097", "U284872097"), ("spo2", "86 %", "86"),
     ("signature", "Signed", "present"), ("discharge_at", "11/02/2026 14:05", "2026-11-02T14:05"),
     ("ndc", "0093-7424-56", "00093742456"), ("appeal_deadline", "May 1, 2027", "2027-05-01"), ("modifier", "rt", "RT")],
)  # fmt: skip
def test_what_a_field_may_have_is_kept_in_normal_form(field: str, typed: str, kept: str) -> None:
    assert checked(field, typed, TODAY) == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [("ordering_provider_npi", "1245319598"), ("icd10", "J44"), ("icd10", "ZZZ"), ("hcpcs", "Z9999"), ("mbi", "1SG4TE5MK73"),
     ("order_date", "02/30/2026"), ("order_date", "12/24/2026"), ("member_dob", "1/1/1850"), ("phone", "555-0142"),
     ("member_name", "   "), ("member_name", "x" * 201), ("member_name", "a\x07b"), ("member_id", "none"), ("spo2", "190"),
     ("signature", "perhaps"), ("modifier", "QQQ"), ("tax_id", "12"), ("liters_per_minute", "two")],
)  # fmt: skip
def test_what_a_field_cannot_have_is_refused_without_quoting_it(field: str, typed: str) -> None:
    with pytest.raises(NotValid) as refused:
        checked(field, typed, TODAY)
    assert typed.strip() == "" or typed not in str(refused.value)


def test_values_are_shown_as_the_office_writes_them() -> None:
    assert shown("order_date", "2026-09-08") == "09/08/2026"
    assert shown("phone", "5550100142") == "555-010-0142"
    assert shown("mbi", "1EG4TE5MK73") == "1EG4-TE5-MK73"
    assert shown("member_name", "2026-09-08") == "2026-09-08"
