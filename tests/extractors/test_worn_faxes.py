"""What worn faxes do to marks, labels and codes: read where one answer alone is left, suspect where it is a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from casefile.records import Document, Finding, PageText, Word
from extractors import by_label, day, hcpcs, icd10, measures, people, signature
from extractors.registry import find_all
from extractors.strangers import Person, differ, find_strangers
from extractors.twins import find_repeated

Page = Callable[..., PageText]


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("09/15 2026", date(2026, 9, 15)),
        ("09-11 2026", date(2026, 9, 11)),
        ("827/2026", date(2026, 8, 27)),
        ("8 252026", date(2026, 8, 25)),
        ("03:24:1964", date(1964, 3, 24)),
        ("Octobet 11, 2026", date(2026, 10, 11)),
    ],
)
def test_a_labelled_date_with_a_lost_mark_is_read_as_printed_and_doubted(text: str, on: date) -> None:
    found = day.labelled_day(text)
    assert found is not None
    assert (found[0].on, bool(found[0].doubt)) == (on, True)


@pytest.mark.parametrize("text", ["112/2026", "0731940", "12 2026", "13/32 2026", "09/2812026", "8 MAY 29 19601", ""])
def test_a_date_of_which_two_readings_are_left_or_none_is_no_date(text: str) -> None:
    assert day.labelled_day(text) is None


def test_figures_without_marks_are_a_date_by_a_label_only(page_of: Page) -> None:
    (born,) = [f for f in people.find(page_of("DOB: 03141940")) if f.field == "member_dob"]
    assert (born.value, born.raw) == ("1940-03-14", "03141940")
    assert day.read_day("03141940") is None


def test_such_a_date_is_suspect_and_keeps_what_was_read(page_of: Page) -> None:
    (born,) = [f for f in people.find(page_of("Patient: Ada Loom", "DOB: 03/10 1939")) if f.field == "member_dob"]
    assert (born.value, born.raw, born.status) == ("1939-03-10", "03/10 1939", "suspect")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Diagnosis codes: G12.21. R13 12", "R13.12"),
        ("Diagnosis codes: E11.621, 197,412", "L97.412"),
        ("ICD-10 codes: G12.21.R13.12", "R13.12"),
        ("Diagnosis: G35.0 Multiple sclerosis", "G35.D"),
        ("Diagnosis: S72,001 D Hip fracture", "S72.001D"),
        ("who has a worn knee (M 17.11) and pain", "M17.11"),
        ("Diagnosis: N 39 41 Urge incontinence", "N39.41"),
    ],
)
def test_one_table_entry_alone_fits(page_of: Page, line: str, value: str) -> None:
    assert value in {f.value for f in icd10.find(page_of(line)) if f.status != "suspect"}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("M17 11 . Osteoarthritis, right knee", "M17.11"),
        ("F10 65  Type 1 diabetes with nyperglycemia", "E10.65"),
        ("2) Chuonic obstructye lung disease (111.9)", "J44.9"),
        ("S72.0010 - Hip fracture, healing", "S72.001D"),
        ("severe malnutrition (E43).", "E43"),
    ],
)
def test_a_code_that_the_words_beside_it_name_needs_no_label(page_of: Page, line: str, value: str) -> None:
    if "111.9" in line:
        page = page_of(line)
        readings = tuple(replace(w, other="144.9)") if "111.9" in w.text else w for w in page.words)
        assert [f.value for f in icd10.find(replace(page, words=readings))] == [value]
    else:
        assert [f.value for f in icd10.find(page_of(line))] == [value]


@pytest.mark.parametrize(
    "line",
    [
        "Walked 110 feet, hypertension noted",
        "( ) L1812 Elastic knee sleeve",
        "Abnormal gait 06 .28. 2026",
        "Room 197 ulcer of heel",
    ],
)
def test_words_beside_a_number_make_no_code_of_it(page_of: Page, line: str) -> None:
    assert icd10.find(page_of("Diagnosis: J44.9", line))[1:] == []


def test_a_row_of_codes_without_dots_under_its_label(page_of: Page) -> None:
    found = icd10.find(page_of("Diagnosis/ICD-10: $72001D Z7409 110"))
    assert sorted(f.value for f in found) == ["I10", "S72.001D", "Z74.09"]


def test_a_born_digital_page_is_not_mended(page_of: Page) -> None:
    page = replace(page_of("Diagnosis codes: G12.21, R13 12"), source="text-layer")
    assert {f.value for f in icd10.find(page)} == {"G12.21"}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("HCPCS: 1.1833 Knee orthosis", "L1833"),
        ("please dispense a chair (K082.3) for", "K0823"),
        ("HCPCS: K000L", "K0001"),
    ],
)
def test_a_spoilt_equipment_code(page_of: Page, line: str, value: str) -> None:
    assert [(f.value, f.status) for f in hcpcs.find(page_of(line)) if f.field == "hcpcs"] == [(value, "repaired")]


def test_a_label_hardly_to_be_read_counts_if_just_such_a_value_answers_it(page_of: Page) -> None:
    (born,) = [f for f in people.find(page_of("Dair of Bitn 03-28-1941")) if f.field == "member_dob"]
    assert (born.value, born.status) == ("1941-03-28", "suspect")
    assert born.confidence <= by_label.FAINT
    assert people.find(page_of("Dair of Bitn rolling walker")) == []


def test_id_is_often_read_as_ten(page_of: Page) -> None:
    (member,) = [f for f in people.find(page_of("Member 10: 759809837")) if f.field == "member_id"]
    assert member.value == "759809837"


def test_codes_that_share_a_word_do_not_drive_each_other_out() -> None:
    words = (
        Word("ICD-10", (0.1, 0.2, 0.16, 0.212), 0.95, 0),
        Word("Codes:", (0.17, 0.2, 0.23, 0.212), 0.95, 0),
        Word("J44.9.J96.11", (0.25, 0.2, 0.4, 0.212), 0.9, 0, "344.9,J96.11 J44.9,J96.11"),
    )
    found = _on_an_order(PageText(1, words, "ocr", 0.9))
    assert {f.value for f in found if f.field == "icd10"} == {"J44.9", "J96.11"}


def test_two_other_readings_do_not_wear_a_value_down_twice() -> None:
    words = (
        Word("HCPCS", (0.1, 0.2, 0.16, 0.212), 0.95, 0),
        Word("Code:", (0.17, 0.2, 0.23, 0.212), 0.95, 0, "Cade: Gode:"),
        Word("E0260", (0.25, 0.2, 0.32, 0.212), 0.9, 0, "E0250"),
    )
    found = [f for f in _on_an_order(PageText(1, words, "ocr", 0.9)) if f.field == "hcpcs"]
    assert [f.value for f in found] == ["E0260"]


def _on_an_order(page: PageText) -> list[Finding]:
    return list(find_all([page], [Document("order", (1,), 0.9)]))


def test_misread_signing_words_are_an_electronic_signature(page_of: Page) -> None:
    (signed,) = signature.find(page_of("Electromically sgned: Ada Loom, MD", "Elecuonicaliy signed by Ada Loom, MD"))
    assert (signed.value, signed.role) == ("present", "electronic")


def test_script_larger_than_print_on_the_signature_line_goes_to_a_person(page_of: Page) -> None:
    page = page_of("Provider Signature:  L. Ferreby")
    tall = tuple(replace(w, box=(w.box[0], 0.09, w.box[2], 0.12)) if n > 1 else w for n, w in enumerate(page.words))
    (signed,) = signature.find(replace(page, words=tall))
    assert (signed.value, signed.status) == ("present", "suspect")
    (typed,) = signature.find(page)
    assert typed.value == "absent"


def test_relatives_are_two_persons() -> None:
    one = Person("Li Okafor-Lind", "1943-11-08")
    assert differ(one, Person("Kwame Okafor-Lind", "1954-12-11"))
    assert not differ(one, Person("L. Okafor-Lind", "1943-11-08"))
    assert not differ(one, Person("Lee Okafor-Lind", "1943-11-08"))


def test_an_unsure_reading_names_nobody_but_tells_whose_fax_it_is() -> None:
    def said(page: int, name: str, value: str, sure: float = 0.9) -> Finding:
        return Finding(name, value, value, page, (0, 0, 1, 1), sure)

    rows = [said(1, "member_id", "51269391201", 0.55), said(2, "member_name", "Rufus Van Houtte"), said(2, "member_id", "U76514460"),
            said(3, "member_name", "Kwame Gunderly"), said(3, "member_id", "51269391201")]  # fmt: skip
    pages = [PageText(number) for number in (1, 2, 3)]
    assert [problem.page for problem in find_strangers(pages, (), rows)] == [2]
    assert [problem.page for problem in find_strangers(pages[1:], (), rows[1:])] == [3]


def test_a_birth_on_the_day_of_the_visit_is_suspect(page_of: Page) -> None:
    found = _on_an_order(page_of("Patient: Ada Loom   DOB: 08/22/2026", "Order Date: 08/22/2026"))
    assert [f.status for f in found if f.field == "member_dob"] == ["suspect"]


def test_a_page_sent_again_keeps_its_twin_in_spite_of_readers_slips(page_of: Page) -> None:
    lines = [
        f"Reading {n}: pulse {60 + n} saturation {80 + n} at {10 + n}:15 on 08/{n:02d}/2026" for n in range(10, 25)
    ]
    slipped = [line.replace("2026", "2O26") if n % 3 == 0 else line for n, line in enumerate(lines)]
    again = replace(page_of(*slipped), page_number=2)
    assert [p.code for p in find_repeated([page_of(*lines), again])] == ["duplicate_page"]
    changed = replace(page_of(*[line.replace("pulse 7", "pulse 4") for line in lines]), page_number=2)
    assert find_repeated([page_of(*lines), changed]) == []
    another_day = replace(page_of(*lines[:-1], lines[-1].replace("24/2026", "25/2026")), page_number=2)
    assert find_repeated([page_of(*lines), another_day]) == []
    dated = replace(page_of("Recorded on 4 August 2026", *lines), page_number=1)
    other = replace(page_of("Recorded on 11 August 2026", *lines), page_number=2)
    unsure = [
        replace(p, words=tuple(replace(w, confidence=min(w.confidence, 0.92)) for w in p.words)) for p in (dated, other)
    ]
    assert find_repeated(unsure) == []


def test_a_page_sent_again_by_a_worse_machine_loses_marks_and_letters(page_of: Page) -> None:
    good = ["Cedar Ridge Clinic Tel 555-241-3211 Fax 555-246-6696", "Client Name: FAIRWEATHER, MARISOL Patient DOB: 01/13/70",
            "Gait: ambulates 35 feet with rolling walker. ROM 0-95 degrees", "Electronically signed on 08/20/26"]  # fmt: skip
    worse = ["Cedar Rudge Clinic T11555 241 J211 F. 555 246 6696", "Chent Name: FAIRWFATHER MARISOL Patient DOB: 01/13/70",
             "Gail ambulates 35 leei with rolling walker ROM 0.95 degrees", "Electronically signed on 08/20/26"]  # fmt: skip
    again = replace(page_of(*worse), page_number=2)
    assert [p.code for p in find_repeated([page_of(*good), again])] == ["duplicate_page"]
    small_print = replace(page_of(*[line.replace("J211", "3711") for line in worse]), page_number=2)
    assert [p.code for p in find_repeated([page_of(*good), small_print])] == ["duplicate_page"]
    other = replace(page_of(*worse[:-1], "Electronically signed on 08/27/26"), page_number=2)
    assert find_repeated([page_of(*good), other]) == []


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Pressure ulcer of sacrum, stage 3", "wound_stage", "3"),
        ("Sacral wound   Stage: IV", "wound_stage", "4"),
        ("Left heel: unstageable", "wound_stage", "unstageable"),
        ("Wound drainage: moderate serosanguineous", "drainage", "moderate serosanguineous"),
        ("there was scant serous exudate", "drainage", "scant serous"),
        ("State License #: OH934019", "license_number", "OH934019"),
    ],
)
def test_wounds_and_licences(page_of: Page, line: str, field: str, value: str) -> None:
    assert [f.value for f in _on_an_order(page_of(line)) if f.field == field] == [value]


@pytest.mark.parametrize("line", ["Chronic kidney disease stage 3", "Stage 4/4 of the program", "storm drainage plan"])
def test_other_stages_are_no_wounds(page_of: Page, line: str) -> None:
    assert [f for f in _on_an_order(page_of(line)) if f.field in {"wound_stage", "drainage"}] == []


@pytest.mark.parametrize("text", ["12 28 60", "9.14:26"])
def test_a_labelled_date_with_a_short_year_and_lost_marks(text: str) -> None:
    found = day.labelled_day(text, 2026)
    assert found is not None
    assert found[0].doubt == day.MARK_LOST


def test_modifiers_that_stick_to_their_code(page_of: Page) -> None:
    found = hcpcs.find(page_of("Procedure Code: K0823NURT"))
    assert {(f.field, f.value) for f in found} == {("hcpcs", "K0823"), ("modifier", "NU"), ("modifier", "RT")}
    assert hcpcs.find(page_of("Serial: K0823QQZZ")) == []


@pytest.mark.parametrize(
    ("line", "value"),
    [("Service: concentrator (F.1390)", "E1390"), ("Diagnosis: ulcer of sacrum [1.89.153]", "L89.153")],
)
def test_a_foot_read_as_a_dot(page_of: Page, line: str, value: str) -> None:
    page = page_of(line)
    assert [f.value for f in (*hcpcs.find(page), *icd10.find(page)) if f.status == "repaired"] == [value]


@pytest.mark.parametrize("line", ["Patient Ann Quill   06/16/1962 Member ID W6274Q05933", "Member IO.355975761"])
def test_an_id_right_behind_its_label_without_a_colon(page_of: Page, line: str) -> None:
    assert [f.value for f in people.find(page_of(line)) if f.field == "member_id"] == [
        line.split()[-1][-11:].strip("O.I")
    ]


def test_a_short_code_in_brackets_below_another_code_is_a_diagnosis(page_of: Page) -> None:
    lines = (
        "who has a healing hip fracture (S72.001D) and who also suffers from",
        "hypertension (I10). Please dispense a walker",
    )
    assert {f.value for f in icd10.find(page_of(*lines))} == {"S72.001D", "I10"}
    assert icd10.find(page_of("the gate is on the left (I10) past the exit")) == []


@pytest.mark.parametrize("line", ["Weight 150.22 lb", "Height 163.9 cm", "Exudate 169.1 ml"])
def test_a_measurement_is_no_diagnosis_whose_letter_was_misread(page_of: Page, line: str) -> None:
    page = page_of("PHYSICIAN ORDER", line, "Diagnosis: J44.9")
    assert [f.value for f in find_all([page], [Document("order", (1,), 0.9)]) if f.field == "icd10"] == ["J44.9"]


def test_a_diagnosis_in_brackets_is_no_equipment_code_that_lost_its_letter(page_of: Page) -> None:
    page = page_of("There is no evidence of stroke (I63.9). Ordered are K0823 and E2603.")
    found = [f.value for f in find_all([page], [Document("order", (1,), 0.9)]) if f.field == "hcpcs"]
    assert found == ["K0823", "E2603"]


@pytest.mark.parametrize("line", ["Authorization: Page 1 of 1", "Claim #: Fax 555-201-3344", "Member ID: Room 4112"])
def test_a_page_a_phone_or_a_room_is_no_identifier(page_of: Page, line: str) -> None:
    ids = {"authorization_number", "claim_number", "member_id"}
    assert [f for f in people.find(page_of(line)) if f.field in ids] == []


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (("Commode chair   HCPCS: 10163",), "E0163"),
        (("I am ordering a CPAP device (H0601) for her",), "E0601"),
        (("Standard wheelchair   Code: K00O7",), "K0007"),
    ],
)
def test_an_equipment_code_that_the_words_beside_it_tell(page_of: Page, lines: tuple[str, ...], value: str) -> None:
    assert [f.value for f in hcpcs.find(page_of(*lines)) if f.field == "hcpcs" and f.status == "repaired"] == [value]


@pytest.mark.parametrize(
    "line", ["5272 Harbor Way, foam dressing", "[ ] 18l2 Elastic knee sleeve", "Paid 9000 standard wheelchair"]
)
def test_figures_beside_equipment_are_no_code(page_of: Page, line: str) -> None:
    page = page_of("Check all that apply: [X] E0601 CPAP device", line)
    assert [f.value for f in hcpcs.find(page) if f.field == "hcpcs"] == ["E0601"]


def test_readings_that_outvote_a_code(page_of: Page) -> None:
    page = page_of("HCPCS: 64150")
    words = tuple(replace(w, other="o4150 84159") if "64150" in w.text else w for w in page.words)
    assert [f for f in hcpcs.find(replace(page, words=words)) if f.value == "B4159"] == []


def test_a_label_that_has_its_number_names_no_other(page_of: Page) -> None:
    found = _on_an_order(page_of("Practitioner NPI 1245319599", "Organization I.. 1087852426"))
    assert [f.value for f in found if f.field == "ordering_provider_npi"] == ["1245319599"]


def test_the_unit_of_a_label_is_no_part_of_its_value(page_of: Page) -> None:
    found = measures.find(page_of("Length of need   (mo): 13   Rental"))
    assert [f.value for f in found if f.field == "length_of_need"] == ["13"]


def test_a_temperature_among_vital_signs_is_no_diagnosis(page_of: Page) -> None:
    page = page_of(
        "O: VS: 128/72, HR 66, RR 16, T98.1, O2 sat 95% RA",
        "Plan: semi-electric bed, LON 99, F/U 4 weeks",
        "Dx: L89.324",
    )
    assert [f.value for f in icd10.find(page)] == ["L89.324"]
    assert [f.value for f in measures.find(page) if f.field == "length_of_need"] == ["99"]


def test_a_name_beside_a_charts_number_is_the_patients_and_so_is_the_only_date_there(page_of: Page) -> None:
    found = people.find(page_of("Name: Dragomir, Violeta   MRN: 0077120   Dos: 12/24/1937", "Adm: 11/01/2026"))
    assert [f.value for f in found if f.field == "member_name"] == ["Violeta Dragomir"]
    assert [(f.value, f.confidence < 0.8) for f in found if f.field == "member_dob"] == [("1937-12-24", True)]


def test_a_relative_with_the_familys_number_is_a_stranger_and_a_misread_name_is_not() -> None:
    def said(page: int, name: str, value: str, sure: float = 0.9) -> Finding:
        return Finding(name, value, value, page, (0, 0, 1, 1), sure)

    own = [said(n, field, value) for n in (1, 2) for field, value in
           (("member_name", "Joanne Castellane"), ("member_dob", "1953-05-30"), ("member_id", "XYZ983624019"))]  # fmt: skip
    pages = [PageText(number) for number in (1, 2, 3)]
    son = [
        said(3, "member_name", "Omar Castellane"),
        said(3, "member_dob", "1990-01-02"),
        said(3, "member_id", "XYZ983624019"),
    ]
    assert [problem.page for problem in find_strangers(pages, (), own + son)] == [3]
    misread = [
        said(3, "member_name", "Vate Adohess"),
        said(3, "mbi", "9KY6GM8KW55"),
        said(3, "member_dob", "1953-05-30", 0.55),
    ]
    assert find_strangers(pages, (), own + misread) == []


def test_what_one_reader_alone_took_for_a_short_diagnosis_is_not_sure(page_of: Page) -> None:
    page = page_of("Diagnosis: A09 Complaint")
    words = tuple(replace(w, other="R090") if w.text == "A09" else w for w in page.words)
    (code,) = [f for f in _on_an_order(replace(page, words=words)) if f.field == "icd10"]
    assert code.confidence < 0.9


def test_a_number_of_which_each_reader_saw_a_part_goes_to_a_person(page_of: Page) -> None:
    page = page_of("Prescriber NPI: 1854426691")
    words = tuple(replace(w, other="1854426093") if "18544" in w.text else w for w in page.words)
    (number,) = [f for f in _on_an_order(replace(page, words=words)) if f.field == "ordering_provider_npi"]
    assert (number.value, number.status) == ("1854426693", "suspect")


def test_a_history_cut_from_its_diagnosis_by_a_speck(page_of: Page) -> None:
    found = _on_an_order(page_of("Pneumonia was ruled out. Historv of. tobacco use (Z87.891)."))
    assert [f.role for f in found if f.value == "Z87.891"] == ["historical"]


def test_frequencies_and_house_numbers_are_no_diagnoses(page_of: Page) -> None:
    page = page_of("Diagnosis: J44.9", "Albuterol neb q4h prn")
    words = tuple(replace(w, other="Q411") if w.text == "q4h" else w for w in page.words)
    assert [f.value for f in _on_an_order(replace(page, words=words)) if f.field == "icd10"] == ["J44.9"]
    assert icd10.find(page_of("CEDAR PULMONARY ASSOCIATES", "7221 Harbor Way, heart disease")) == []


def test_a_diagnosis_whose_other_reading_is_one_too_is_not_sure(page_of: Page) -> None:
    page = page_of("Diagnosis: Z79.1 and J44.9")
    words = tuple(replace(w, other={"Z79.1": "Z79.4", "J44.9": "J44.S"}.get(w.text, "")) for w in page.words)
    sure = {f.value: f.confidence for f in _on_an_order(replace(page, words=words)) if f.field == "icd10"}
    assert sure["Z79.1"] < 0.9 < sure["J44.9"]


def test_a_lone_figure_behind_an_identifier_is_no_part_of_it(page_of: Page) -> None:
    found = people.find(page_of("Member ID: XYZ669944762 1 Sex: F"))
    assert [f.value for f in found if f.field == "member_id"] == ["XYZ669944762"]


def test_a_bar_between_cells_that_was_read_as_a_letter_parts_them(page_of: Page) -> None:
    page = page_of("PATIENT INFORMATION", "Name. Mary Ann Lind I Birthdate: 8/26/1969 IEnrollee ID: U75072174")
    words = [replace(word, confidence=0.4) if word.text == "I" else word for word in page.words]
    found = {f.field: f.value for f in _on_an_order(replace(page, words=tuple(words)))}
    assert (found["member_name"], found["member_dob"], found["member_id"]) == (
        "Mary Ann Lind",
        "1969-08-26",
        "U75072174",
    )
