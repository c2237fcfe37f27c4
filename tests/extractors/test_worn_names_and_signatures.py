"""Worn faxes: names by the better reading, signatures by labels read badly, boxes, codes and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from casefile.records import Document, PageText
from extractors import cpt, hcpcs, hcpcs_torn, icd10, measures, name_readings, npi, signature
from extractors.context import mark_diagnoses
from extractors.names import normal_name
from extractors.registry import find_all

Page = Callable[..., PageText]
ORDER = (Document("order", (1,), 0.9, "by its title"),)


def by_other_reader(page: PageText, **others: str) -> PageText:
    """The page with other readings of the words whose letters are these."""
    plain = {word: "".join(filter(str.isalnum, word.text)) for word in page.words}
    return replace(page, words=tuple(replace(w, other=others.get(plain[w], w.other)) for w in page.words))


@pytest.mark.parametrize(
    ("label", "first", "other", "name"),
    [
        ("Patient Name: Marvin, Darolhy", "Darolhy", "Dorothy", "Dorothy Marvin"),
        ("Patient Name: Falrbanks, Ruth", "Falrbanks", "Fairbanks", "Ruth Fairbanks"),
        ("Patient Name: Wexlor, Ruth", "Wexlor", "Weston", "Ruth Wexlor"),  # a seldom surname is no misread common one
        ("Patient Name: Jose Rivera", "Jose", "José", "José Rivera"),
    ],
)
def test_a_names_part_is_the_reading_that_is_a_name(
    page_of: Page, label: str, first: str, other: str, name: str
) -> None:
    page = by_other_reader(page_of(label, "DOB: 03/14/1940"), **{first: other})
    assert [f.value for f in find_all((page,), ORDER) if f.field == "member_name"] == [name]


def test_two_parts_are_turned_only_by_their_label_and_a_given_name(page_of: Page) -> None:
    names = {
        text: [
            f.value for f in find_all((page_of(f"Patient (Last, First): {text}"),), ORDER) if f.field == "member_name"
        ]
        for text in ("Brockway Ruth", "Ruth Brockway")
    }
    assert names == {"Brockway Ruth": ["Ruth Brockway"], "Ruth Brockway": ["Ruth Brockway"]}


@pytest.mark.parametrize("text", ["VAN DOORN. RUTH", "Van Doorn .Ruth", "VAN DOORN.RUTH"])
def test_a_dot_for_a_comma_behind_a_surname_of_two_words(text: str) -> None:
    assert normal_name(text) == "Ruth Van Doorn"


def test_the_patient_at_the_head_without_a_label_is_unsure(page_of: Page) -> None:
    (found,) = name_readings.find_unlabelled(page_of("Pstznt Nwne", "Brockway, Ruth Ann  U914693230"))
    assert (found.value, found.status) == ("Ruth Ann Brockway", "suspect")
    assert not name_readings.find_unlabelled(page_of("Attending: Brockway, Ruth"))
    assert not name_readings.find_unlabelled(replace(page_of("Brockway, Ruth"), source="text"))


def test_one_date_of_long_ago_at_the_head_is_a_birth_date_two_are_none(page_of: Page) -> None:
    (born,) = name_readings.find_birth(page_of("Brockway Ruth 03/14/1940", "Ordered 09/02/2026"))
    assert (born.value, born.status) == ("1940-03-14", "suspect")
    assert not name_readings.find_birth(page_of("03/14/1940 and 03/15/1941"))
    assert not name_readings.find_birth(page_of("Expires 10/09/27"))


def test_a_signatures_label_read_badly_is_still_one(page_of: Page) -> None:
    page = replace(page_of(*["order"] * 15, "Pravider Siqoature    Sinea On"), ink=(((0.05, 0.36, 0.11, 0.374), 0.3),))
    (found,) = signature.find_absent((page,), ORDER, [])
    assert found.value == "absent"
    assert "label was read badly" in found.reason


@pytest.mark.parametrize("text", ["1 -signed Ruth Brockway MD 09.16.2026", "/5/ Ruth Brockway, MD SEP 26 2026"])
def test_an_electronic_signatures_spoilt_wording(page_of: Page, text: str) -> None:
    assert [f.value for f in signature.find(page_of(text))] == ["present"]


def test_the_line_one_signs_on_is_no_mark(page_of: Page) -> None:
    page = page_of("Physician Signature:  ___|")
    page = replace(page, words=(*page.words[:-1], replace(page.words[-1], confidence=0.0)))
    assert [f.value for f in signature.find(page)] == ["absent"]


def test_a_box_is_ticked_by_either_reading(page_of: Page) -> None:
    page = page_of("Check all items that apply:", "Is| K0001 wheelchair", "1 1 A7030 mask", "I L1812 Elast:c sleeve")
    assert [f.value for f in hcpcs.find(page) if f.field == "hcpcs" and f.status != "suspect"] == ["K0001"]


def test_a_code_with_a_gap_keeps_its_sentence(page_of: Page) -> None:
    page = page_of("FAMILY HISTORY: mother with asthma (J45. .909). Pneumonia (J18.9) was ruled ou t.")
    roles = {f.value: f.role for f in mark_diagnoses(page, icd10.find(page))}
    assert roles == {"J45.909": "family_history", "J18.9": "ruled_out"}


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (('HCPCS: A"030',), ["A7030"]),
        (("F0143NU 1 each",), ["E0143"]),
        (("Code", "(0191"), []),
    ],
)
def test_codes_of_worn_print(page_of: Page, lines: tuple[str, ...], codes: list[str]) -> None:
    assert [f.value for f in hcpcs.find(page_of(*lines)) if f.field == "hcpcs"] == codes


def test_a_torn_e_is_no_adjustment_codes_c() -> None:
    assert (hcpcs_torn.codes_in("C1390"), hcpcs_torn.codes_in("C0197")) == ({"E1390"}, set())


def test_a_zip_code_by_the_other_reader_is_no_sure_code(page_of: Page) -> None:
    doubted = by_other_reader(page_of("Port Sable J8999"), J8999="48900")
    assert [f.status for f in hcpcs.find(doubted) if f.field == "hcpcs"] == ["suspect"]


def test_five_figures_in_a_column_of_codes_may_be_an_equipment_code(page_of: Page) -> None:
    assert [f.status for f in cpt.find(page_of("Code    Item", "12601   cushion"))] == ["suspect"]


def test_a_measurement_whose_point_may_be_lost_is_suspect(page_of: Page) -> None:
    assert [f.status for f in measures.find(page_of("AHI: 21 3 events/hour")) if f.field == "ahi"] == ["suspect"]


def test_an_order_number_is_no_orderer_beside_a_labelled_one(page_of: Page) -> None:
    page = replace(page_of("Ordering Provider NPI: 1234567893", *["x"] * 6, "Prov 1003000126"), confidence=0.7)
    assert [f.value for f in npi.find(page) if f.field == "ordering_provider_npi"] == ["1234567893"]
