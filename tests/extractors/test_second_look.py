"""What only the other reader made sense of is found, less sure; a value whose label is lost is told by shape, suspect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casefile.records import Document, Finding, PageText, Word
from extractors.registry import find_all


def page(*lines: str) -> PageText:
    """Words a hundredth of the page apart; "read|other" is a word on which two readers differ, "   " opens a new cell."""
    words = []
    for number, line in enumerate(lines):
        left = 0.08
        for cell in line.split("   "):
            for part in cell.split():
                text, _, other = part.partition("|")
                box = (left, 0.1 + 0.03 * number, left + 0.011 * len(text), 0.115 + 0.03 * number)
                words.append(Word(text, box, 0.9, number, other))
                left = box[2] + 0.008
            left += 0.1
    return PageText(1, tuple(words), "ocr", 0.9)


def found(text: PageText, field: str) -> list[Finding]:
    return [f for f in find_all([text], [Document("order", (1,), 0.9)]) if f.field == field]


def test_a_code_only_the_other_reader_saw_is_a_repair() -> None:
    (code,) = found(page("Diagnosis: 3449|J44.9"), "icd10")
    assert (code.value, code.status) == ("J44.9", "repaired")
    assert code.confidence < 0.9


def test_two_codes_that_both_pass_leave_neither_sure() -> None:
    codes = found(page("HCPCS: E0260|E0250"), "hcpcs")
    assert [code.value for code in codes] == ["E0260"]
    assert codes[0].confidence <= 0.7
    assert "E0250" in codes[0].reason


def test_a_label_the_other_reader_saw_names_the_value() -> None:
    (born,) = found(page("Patient Name: Ada Loom", "0O8:|DOB: 03/10/1939"), "member_dob")
    assert (born.value, born.confidence < 0.9) == ("1939-03-10", True)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("K519683447", "member_id", "K519683447"),
        ("03/10/1939", "member_dob", "1939-03-10"),
        ("1245319599", "ordering_provider_npi", "1245319599"),
    ],
)
def test_the_only_value_of_its_shape_is_suspect(line: str, field: str, value: str) -> None:
    (finding,) = found(page("ORDER FORM", "Xqzw vrtl", line), field)
    assert (finding.value, finding.status) == (value, "suspect")
    assert finding.confidence < 0.7


def test_two_values_of_one_shape_are_nobody_s() -> None:
    assert not found(page("ORDER FORM", "K519683447   W887712345"), "member_id")


def test_a_born_digital_page_is_not_guessed_at() -> None:
    assert not found(replace(page("ORDER FORM", "K519683447"), source="text-layer"), "member_id")
