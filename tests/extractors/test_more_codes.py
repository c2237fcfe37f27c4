"""Modifiers, CPT, NDC, Medicare numbers, roles of NPIs, boxes to tick: tables with decoys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from casefile.records import PageText
from extractors import cpt, hcpcs, icd10, ndc, npi, people
from extractors.documents import classify
from extractors.registry import find_all

Page = Callable[..., PageText]


@pytest.mark.parametrize("line, expected", [
    ("HCPCS: E1390-RR-KX", ["E1390", "RR", "KX"]),
    ("HCPCS: E1390 RR KH, qty 1", ["E1390", "RR", "KH"]),
    ("E1390 RR", ["E1390", "RR"]),
    ("E1390 OH 44099", ["E1390"]),  # a state is no modifier
    ("HCPCS: K0823.NU.RT", ["K0823", "NU", "RT"]),
    ("Serial A1234-5550001", []),
    ("Lot B4471", []),
    ("HCPCS: A2999", ["A2999"]),  # outside every block: kept, suspect
    ("Dx: E11.40", []),
])  # fmt: skip
def test_codes_with_their_modifiers(page_of: Page, line: str, expected: list[str]) -> None:
    assert [f.value for f in hcpcs.find(page_of(line))] == expected


def test_a_code_that_is_also_a_diagnosis_is_settled_by_its_column(page_of: Page) -> None:
    page = page_of("HCPCS      Diagnosis", "E1140      E1140")
    assert [f.value for f in hcpcs.find(page)] == ["E1140"]
    assert [f.value for f in icd10.find(page)] == ["E11.40"]


@pytest.mark.parametrize("line, expected", [
    ("CPT: 97110, 97112", ["97110", "97112"]), ("CPT code 94618", ["94618"]), ("CPT 0001F", ["0001F"]),
    ("Elmbrook, OH 44099", []), ("Invoice 10115", []), ("Paid $97110", []),
])  # fmt: skip
def test_cpt_only_by_its_label(page_of: Page, line: str, expected: list[str]) -> None:
    assert [f.value for f in cpt.find(page_of(line))] == expected


@pytest.mark.parametrize("line, value", [
    ("NDC: 0002-7597-01", "00002759701"), ("NDC 50242-040-62", "50242004062"), ("NDC: 60575-4112-1", "60575411201"),
    ("NDC: 0002759701", "0002759701"),  # ten digits without hyphens are not padded by guess
    ("Phone 555-201-3344", None), ("SSN 123-45-6789", None),
])  # fmt: skip
def test_ndc(page_of: Page, line: str, value: str | None) -> None:
    assert [f.value for f in ndc.find(page_of(line))] == ([value] if value else [])


@pytest.mark.parametrize("line, value", [
    ("MBI: 1EG4-TE5-MK73", "1EG4TE5MK73"), ("Card 1EG4TE5MK73", "1EG4TE5MK73"), ("Card 1SG4TE5MK73", None), ("0EG4TE5MK73", None),
])  # fmt: skip
def test_medicare_numbers(page_of: Page, line: str, value: str | None) -> None:
    assert [f.value for f in people.find(page_of(line)) if f.field == "mbi"] == ([value] if value else [])


@pytest.mark.parametrize("lines, role", [
    (("Supplier NPI: 1234567893",), "supplier"),
    (("Home Health Agency NPI: 1234567893",), "facility"),
    (("Prescriber NPI: 1234567893",), "ordering"),
    (("SUPPLIER INFORMATION", "Name: Acme Medical   NPI: 1234567893"), "supplier"),
    (("Rendering Provider: Ann Bell MD", "NPI: 1234567893"), "rendering"),
    (("Ordering Physician: Ann Bell MD    Supplier: Acme Medical", "NPI: 1234567893                   Phone: 555-201-3344"), "ordering"),
    (("National Provider Identifier: 1234 567 893",), "ordering"),
])  # fmt: skip
def test_whose_npi_it_is(page_of: Page, lines: tuple[str, ...], role: str) -> None:
    assert [(f.value, f.role) for f in npi.find(page_of(*lines))] == [("1234567893", role)]


@pytest.mark.parametrize(
    "line", ["Order #: 1234567893", "Account No: 1234567893", "MRN: 1234567893", "PTAN: 1234567893"]
)
def test_other_ten_digit_numbers_are_no_npis(page_of: Page, line: str) -> None:
    assert npi.find(page_of("NPI below", "", line)) == []


def test_only_ticked_lines_were_ordered(page_of: Page) -> None:
    page = page_of(
        "Check all that apply:", "[ ] E0431 portable    [X] E1390 concentrator", "( ) E0434 liquid", "Also: E0601"
    )
    assert [f.value for f in hcpcs.find(page)] == ["E1390", "E0601"]


def test_after_ocr_a_line_without_its_lost_empty_box_was_not_ordered(page_of: Page) -> None:
    page = page_of("Check all that apply:", "E0431 portable       [X] E1390 concentrator", "Dx: J44.9")
    assert [f.value for f in hcpcs.find(page)] == ["E1390"]


def test_the_other_reader_decides_where_a_table_can(page_of: Page) -> None:
    page = page_of("Dx: J44.9", "HCPCS: X1390")
    words = tuple(replace(w, other="E1390") if w.text == "X1390" else w for w in page.words)
    page = replace(page, words=words)
    (found,) = [f for f in find_all([page], classify([page])) if f.field == "hcpcs"]
    assert (found.value, found.status, found.raw) == ("E1390", "repaired", "X1390")
    assert found.confidence < 0.9
