"""What the review screen does to the store, and how it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casefile.records import Document, Finding, PageText, Reading, Word
from casefile.store import Store

SHA = "ab" * 32
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BOX = (0.3, 0.2, 0.5, 0.22)


def found(field: str, value: str, page: int = 1, sure: float = 0.95, top: float = 0.2) -> Finding:
    return Finding(field, value, value, page, (0.3, top, 0.5, top + 0.02), sure, "valid", None, "as printed")


@pytest.fixture
def fax(store: Store) -> Store:
    """A store with one order of two pages and a strange third page."""
    store.record_arrival(location="in", key="a.tif", fingerprint="1", name="a.tif", sha256=SHA, size=9,
                         media_type="image/tiff", at=AT)  # fmt: skip
    word = Word("Order", BOX, 0.95, 0)
    findings = (found("member_name", "Rosalind Kestreiman", sure=0.8), found("member_dob", "1958-04-05", top=0.3),
                found("member_id", "U284872097", top=0.4))  # fmt: skip
    pages = tuple(PageText(number, (word,), "ocr", 0.9) for number in (1, 2, 3))
    store.save_reading(Reading("a.tif", SHA, "image/tiff", pages, (Document("order", (1, 2)), Document("photo", (3,))),
                               findings))  # fmt: skip
    store.file_documents(SHA, AT)
    return store


def correct(store: Store, value: str, at: datetime = AT, by: str = "Ines") -> None:
    before = store.before(SHA, (1,))
    store.correct(SHA, 1, "member_name", value, by=by, why="read on the page", at=at)
    store.act(SHA, "correct", "q1", {**before, "field": "member_name"}, by=by, at=at)


def test_a_correction_is_taken_back_with_the_cases_own_name(fax: Store) -> None:
    correct(fax, "Rosalind Kestrelman")
    assert fax.worklist()[0]["member_name"] == "Rosalind Kestrelman"
    undone = fax.take_back(SHA, by="Ines", at=AT)
    assert undone and undone["cases"] == ["C-0001"]
    assert fax.worklist()[0]["member_name"] == "Rosalind Kestreiman"
    assert fax.review(SHA).corrections == ()
    assert any("took back" in row["what"] for row in fax.case("C-0001")["history"])


def test_nobody_takes_back_what_another_did(fax: Store) -> None:
    correct(fax, "Rosalind Kestrelman")
    assert fax.take_back(SHA, by="Tom", at=AT) is None


def test_every_act_changes_the_version_and_undoing_never_gives_an_old_one_back(fax: Store) -> None:
    versions = [fax.review(SHA).version]
    correct(fax, "A B")
    versions.append(fax.review(SHA).version)
    fax.take_back(SHA, by="Ines", at=AT)
    versions.append(fax.review(SHA).version)
    assert len(set(versions)) == 3


def test_a_page_left_out_is_alone_and_comes_back(fax: Store) -> None:
    before = fax.before(SHA, (2,))
    fax.place(SHA, 2, None, by="Ines", why="another patient's page", at=AT)
    fax.act(SHA, "place", "page-2", before, by="Ines", at=AT)
    fax.file_documents(SHA, AT)
    assert [row.state for row in fax.review(SHA).ledger] == ["exhibit", "other_patient", "exhibit"]
    fax.take_back(SHA, by="Ines", at=AT)
    fax.file_documents(SHA, AT)
    assert [row.state for row in fax.review(SHA).ledger] == ["exhibit", "exhibit", "exhibit"]


def test_a_second_person_is_told_who_has_it_until_it_lies_untouched(fax: Store) -> None:
    assert fax.claim(SHA, by="Ines", at=AT) == "Ines"
    assert fax.claim(SHA, by="Tom", at=AT + timedelta(minutes=5)) == "Ines"
    assert list(fax.to_review(by="Tom", at=AT)) == []
    assert fax.claim(SHA, by="Tom", at=AT + timedelta(minutes=25)) == "Tom"
    assert fax.claim(SHA, by="Ines", at=AT + timedelta(minutes=26), take_over=True) == "Ines"
    fax.release(SHA, by="Ines")
    assert list(fax.to_review(by="Tom", at=AT)) == [SHA]


def test_a_reviewed_fax_is_next_for_nobody_until_it_is_read_again(fax: Store) -> None:
    fax.mark_reviewed(SHA, by="Ines", at=AT)
    assert list(fax.to_review(by="Tom", at=AT)) == []
    fax.save_reading(fax.reading(SHA))
    assert list(fax.to_review(by="Tom", at=AT)) == [SHA]


def test_a_drawn_box_is_kept_and_leaves_other_readings_alone(fax: Store) -> None:
    box = (0.6, 0.6, 0.7, 0.62)
    fax.correct(SHA, 1, "member_id", "M99", by="Ines", why="drawn on the page", at=AT, box=box)
    ids = {f.value: f for f in fax.review(SHA).reading.findings if f.field == "member_id"}
    assert set(ids) == {"U284872097", "M99"}
    assert ids["M99"].box == box
    assert "not read" in ids["M99"].reason
