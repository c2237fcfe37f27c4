"""What needs a person, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from casefile.records import Document, Finding, LedgerRow, PageText, Problem, Reading, Word
from review_desk.questions import Question, list_questions

TODAY = date(2026, 11, 24)


def found(field: str, value: str, sure: float = 0.8, page: int = 1, top: float = 0.2, **more: object) -> Finding:
    box = (0.3, top, 0.5, top + 0.02)
    return replace(Finding(field, value, value, page, box, sure, "valid", None, "as printed"), **more)  # type: ignore[arg-type]


def asked(*findings: Finding, kind: str = "order", problems: tuple[Problem, ...] = (), words: tuple[Word, ...] = (),
          ledger: tuple[LedgerRow, ...] = (), pages: int = 2, seen: frozenset[str] = frozenset()) -> tuple[Question, ...]:  # fmt: skip
    texts = tuple(PageText(n, words if n == 1 else (), "ocr", 0.9) for n in range(1, pages + 1))
    documents = (Document(kind, tuple(range(1, pages + 1))),)
    reading = Reading("a.tif", "ab" * 32, "image/tiff", texts, documents, findings, problems)
    return list_questions(reading, ledger, seen, TODAY)


def names(questions: tuple[Question, ...]) -> list[str]:
    return [q.field or q.code or q.sort for q in questions]


def test_what_is_sure_and_what_does_not_matter_there_is_not_asked() -> None:
    assert asked(found("member_name", "A B", 0.95), found("tax_id", "123456789", 0.3)) == ()
    assert asked(found("icd10", "J44.9"), kind="face_sheet") == ()
    assert asked(found("member_name", "A B"), kind="cover_sheet") == ()
    assert asked(found("icd10", "J44.9", role="ruled_out")) == ()


def test_a_suspect_value_is_asked_however_sure() -> None:
    assert names(asked(found("order_date", "2026-09-08", 0.95, status="suspect"))) == ["order_date"]


def test_the_eye_goes_down_the_page() -> None:
    questions = asked(found("hcpcs", "E1390", page=2, top=0.1), found("order_date", "2026-09-08", top=0.6),
                      found("member_name", "A B", top=0.2),
                      problems=(Problem("low_quality", "Page 2 was read poorly.", 2),))  # fmt: skip
    assert names(questions) == ["member_name", "order_date", "low_quality", "hcpcs"]


def test_the_same_value_on_two_pages_is_one_question_and_none_where_one_page_is_sure() -> None:
    (one,) = asked(found("member_name", "Mary Ann"), found("member_name", "MARY ANN", page=2))
    assert [place.page for place in one.places] == [1, 2]
    assert asked(found("member_id", "U1234567"), found("member_id", "U1234567", 0.95, page=2)) == ()


def test_the_other_readers_reading_is_offered_when_the_field_can_have_it() -> None:
    box = (0.3, 0.2, 0.5, 0.22)
    (name,) = asked(found("member_name", "Mary An"), words=(Word("Mary", box, 0.9, 0), Word("An", box, 0.6, 0, "Ann")))
    assert [(o.value, o.why) for o in name.offers] == [("Mary Ann", "the other reader")]
    npi = found("ordering_provider_npi", "1245319598", 0.3, status="suspect")
    (number,) = asked(npi, words=(Word("1245319598", box, 0.6, 0, "1245319599 1245319597"),))
    assert [o.value for o in number.offers] == ["1245319599"]
    assert "check digit" in number.invalid


def test_what_another_page_shows_is_offered() -> None:
    questions = asked(
        found("member_name", "Rosalind Kestreiman"), found("member_name", "Rosalind Kestrelman", 0.95, page=2)
    )
    assert [o.value for o in questions[0].offers] == ["Rosalind Kestrelman"]


def test_an_unsigned_order_is_asked_once_at_the_signature_and_settled_by_a_person() -> None:
    unsigned = (Problem("unsigned_order", "The order is not signed.", 1),)
    absent = found("signature", "absent", 0.5, page=2, top=0.8)
    (one,) = asked(absent, problems=unsigned)
    assert (one.code, one.page, one.value) == ("unsigned_order", 2, "absent")
    assert [o.value for o in one.offers] == ["present"]
    assert one.box and one.box[2] > absent.box[2] + 0.2, "the room beside the label is shown"
    assert asked(replace(absent, confidence=1.0), problems=unsigned) == ()
    assert asked(replace(absent, value="present", confidence=1.0), problems=unsigned) == ()


def test_a_problem_goes_when_it_was_seen_or_the_value_was_added() -> None:
    lacking = (Problem("missing_npi", "No NPI could be read.", 1),)
    (one,) = asked(problems=lacking)
    assert asked(problems=lacking, seen=frozenset({one.id})) == ()
    assert asked(found("ordering_provider_npi", "1245319599", 1.0), problems=lacking) == ()


def test_blank_and_repeated_pages_and_what_was_left_out_ask_nothing() -> None:
    out = (LedgerRow("ab" * 32, 1, "other_patient", "another patient's page"),)
    assert asked(found("member_name", "A B"), ledger=out) == ()
    assert asked(problems=(Problem("blank_page", "Page 2 is blank.", 2), Problem("duplicate_page", "x", 2, 1))) == ()


def test_pages_in_no_case_are_one_question_a_document() -> None:
    loose = tuple(LedgerRow("ab" * 32, n, "unassigned", "names no patient; a person decides") for n in (1, 2))
    (one,) = asked(ledger=loose)
    assert (one.sort, one.pages) == ("page", (1, 2))


def test_a_page_that_never_came_is_asked_about_at_the_end_of_what_did() -> None:
    (one,) = asked(problems=(Problem("missing_page", "Page 4 of 4 did not arrive.", 4),))
    assert (one.code, one.page) == ("missing_page", 2)


def test_that_a_page_is_another_patients_is_asked_until_a_person_decided() -> None:
    foreign = (Problem("foreign_page", "Page 2 names another patient.", 2),)
    machine = (LedgerRow("ab" * 32, 2, "other_patient", "Page 2 names another patient."),)
    person = (LedgerRow("ab" * 32, 2, "other_patient", "ines decided: another patient's page"),)
    assert names(asked(problems=foreign, ledger=machine)) == ["foreign_page"]
    assert asked(problems=foreign, ledger=person) == ()
