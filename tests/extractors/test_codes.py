"""Codes and identifiers: (text, expected) pairs, and decoys that must not pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefile.records import PageText
from extractors import cpt, hcpcs, icd10, npi
from extractors.documents import classify
from extractors.registry import EXTRACTORS, find_all

Page = Callable[..., PageText]


@pytest.mark.parametrize("line, expected", [
    ("NPI: 1234567893", ("1234567893", "valid")),
    ("NPI 1245319599", ("1245319599", "valid")),
    ("NPI: 123456789З", None),  # a letter that no pair explains
    ("NPI: 12345678g3", None),
    ("NPI: l234567893", ("1234567893", "repaired")),  # l for 1
    ("NPI: 1234567890", ("1234567890", "suspect")),  # check digit
    ("Phone 2125550105", None),  # passes Luhn, no label
])  # fmt: skip
def test_npi(page_of: Page, line: str, expected: tuple[str, str] | None) -> None:
    rows = [(f.value, f.status) for f in npi.find(page_of(line))]
    assert rows == ([expected] if expected else [])


@pytest.mark.parametrize("line, expected", [
    ("Diagnosis: J44.9 lung disease", ("J44.9", "valid")),
    ("Dx: 144.9", ("J44.9", "repaired")),
    ("Dx: I50.22", ("I50.22", "valid")),
    ("Dx: 279.4", ("Z79.4", "repaired")),
    ("Dx: M54.5", ("M54.5", "suspect")),  # header since 2021
    ("Dx: J96. 11", ("J96.11", "valid")),
    ("Dx E119", ("E11.9", "valid")),
    ("Amount due 144.90", None),
    ("Total $44.90 paid", None),
    ("HCPCS E1140", None),
])  # fmt: skip
def test_icd10(page_of: Page, line: str, expected: tuple[str, str] | None) -> None:
    rows = [(f.value, f.status) for f in icd10.find(page_of(line))]
    assert rows == ([expected] if expected else [])


@pytest.mark.parametrize("line, expected", [
    ("HCPCS: E1390", ("hcpcs", "E1390", "valid")),
    ("HCPCS: £1390", ("hcpcs", "E1390", "repaired")),
    ("HCPCS: KOO01", ("hcpcs", "K0001", "repaired")),
    ("CPT: 97110", ("cpt", "97110", "valid")),
    ("Elmbrook, OH 44099", None),
    ("Lot A12345", None),
])  # fmt: skip
def test_hcpcs_and_cpt(page_of: Page, line: str, expected: tuple[str, str, str] | None) -> None:
    rows = [(f.field, f.value, f.status) for f in hcpcs.find(page_of(line)) + cpt.find(page_of(line))]
    assert rows == ([expected] if expected else [])


def test_a_misread_member_id_is_never_repaired(page_of: Page) -> None:
    page = page_of("Member ID: UO84872O97")
    assert [f.value for f in find_all([page], classify([page])) if f.field == "member_id"] == ["UO84872O97"]


def test_an_unchecked_value_on_which_readers_differ_is_not_sure(page_of: Page) -> None:
    page = page_of("Member ID: U284872097")
    words = tuple(replace(w, other="U284872O97") if w.text[0] == "U" else w for w in page.words)
    page = replace(page, words=words)
    (finding,) = [f for f in find_all([page], classify([page])) if f.field == "member_id"]
    assert finding.confidence <= 0.8
    assert "U284872O97" in finding.reason


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(max_size=80), max_size=12))
def test_no_text_makes_an_extractor_raise(page_of: Page, lines: list[str]) -> None:
    page = page_of(*lines)
    for _, find in EXTRACTORS:
        for finding in find(page):
            assert finding.reason


@pytest.mark.parametrize("name, find", EXTRACTORS)
def test_a_megabyte_of_digits_is_read_in_moments(page_of: Page, name: str, find: Callable[..., object]) -> None:
    page = page_of("1234567890" * 100_000)
    start = time.process_time()
    find(page)
    assert time.process_time() - start < 3, name
