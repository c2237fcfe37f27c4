"""The store, on SQLite and PostgreSQL: nothing lost, nothing doubled, whatever is repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from casefile.errors import NotFound
from casefile.records import Document, Finding, PageText, Problem, Reading, Word
from casefile.store import Store

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BOX = (0.1, 0.1, 0.2, 0.12)
MEMBER = {"member_name": "Rosalind Kestrelman", "member_dob": "1958-04-05", "member_id": "U284872097"}


def found(field: str, value: str, page: int = 1, status: str = "valid") -> Finding:
    return Finding(field, value, value, page, BOX, 0.95, status, None, "as printed")  # type: ignore[arg-type]


def reading(sha256: str, kind: str = "order", **facts: str) -> Reading:
    page = PageText(1, (Word("word", BOX, 0.9, 0),), "ocr", 0.9)
    return Reading(
        "f",
        sha256,
        "image/tiff",
        (page,),
        (Document(kind, (1,), 0.9),),
        tuple(found(*f) for f in facts.items()),
    )


def take_in(store: Store, read: Reading, at: datetime = AT) -> list[str]:
    store.record_arrival(location="in", key=read.sha256, fingerprint="1", name="f", sha256=read.sha256, size=1,
                         media_type="", at=at)  # fmt: skip
    store.save_reading(read)
    return store.file_documents(read.sha256, at)


def test_the_same_bytes_twice_are_one_fax_with_two_arrivals(store: Store) -> None:
    arrive = {
        "location": "in",
        "fingerprint": "1",
        "name": "f",
        "sha256": "a" * 64,
        "size": 1,
        "media_type": "",
        "at": AT,
    }
    assert store.record_arrival(key="x", **arrive)  # type: ignore[arg-type]
    assert not store.record_arrival(key="y", **arrive)  # type: ignore[arg-type]
    assert not store.record_arrival(key="y", **arrive)  # type: ignore[arg-type]
    assert store.arrival_count() == 2
    assert store.status()["faxes"]["total"] == 1


def test_workers_that_record_one_arrival_at_once_make_one_fax(store: Store) -> None:
    def arrive(_: int) -> bool:
        return store.record_arrival(location="in", key="x", fingerprint="1", name="f", sha256="b" * 64, size=1,
                                    media_type="", at=AT)  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(arrive, range(8))) == 1
    assert store.arrival_count() == 1


def test_repeating_every_step_changes_nothing(store: Store) -> None:
    read = reading("c" * 64, order_date="2026-09-08", **MEMBER)
    for _ in range(2):
        (case_id,) = take_in(store, read)
        store.check_case(case_id, AT)
    assert len(store.cases()) == 1
    assert store.status()["pages"] == {"exhibit": 1}
    assert store.unfinished() == store.unmatched() == store.unchecked() == []


def test_a_reading_comes_back_as_it_was_saved(store: Store) -> None:
    read = reading("d" * 64, **MEMBER)
    take_in(store, read)
    again = store.reading("d" * 64)
    assert (again.pages, again.documents, again.findings) == (read.pages, read.documents, read.findings)


def test_a_signed_order_closes_the_gap_of_the_unsigned_one(store: Store) -> None:
    (case_id,) = take_in(store, reading("1" * 64, signature="absent", **MEMBER))
    store.check_case(case_id, AT)
    assert "swo.signature" in {g["requirement"] for g in store.case(case_id)["gaps"] if not g["closed_at"]}
    assert take_in(store, reading("2" * 64, signature="present", **MEMBER)) == [case_id]
    store.check_case(case_id, AT)
    (gap,) = [g for g in store.case(case_id)["gaps"] if g["requirement"] == "swo.signature"]
    assert gap["closed_at"]


def test_a_document_that_names_nobody_waits_for_a_person(store: Store) -> None:
    assert take_in(store, reading("3" * 64, order_date="2026-09-08")) == []
    assert store.status()["pages"] == {"unassigned": 1}


def test_another_patients_document_opens_another_case(store: Store) -> None:
    take_in(store, reading("4" * 64, **MEMBER))
    take_in(store, reading("5" * 64, member_name="Edgar Drummey", member_dob="1950-01-02", member_id="W111222333"))
    assert len(store.cases()) == 2


def test_a_page_that_repeats_another_is_linked_to_it(store: Store) -> None:
    pages = tuple(PageText(n, (Word("word", BOX, 0.9, 0),), "ocr", 0.9) for n in (1, 2))
    problem = Problem("duplicate_page", "Page 2 repeats page 1.", 2, 1)
    facts = tuple(found(*fact) for fact in MEMBER.items())
    take_in(
        store,
        Reading("f", "6" * 64, "image/tiff", pages, (Document("order", (1, 2), 0.9),), facts, (problem,)),
    )
    (case,) = store.cases()
    rows = store.case_file(case["id"]).ledger
    assert [(r.state, r.duplicate_of) for r in rows] == [("exhibit", None), ("duplicate", ("6" * 64, 1))]


def test_a_file_set_aside_keeps_its_reason(store: Store) -> None:
    problem = Problem("damaged_file", "The file is empty.")
    store.record_arrival(
        location="in", key="x", fingerprint="1", name="f", sha256="7" * 64, size=0, media_type="", at=AT
    )
    store.save_reading(Reading("f", "7" * 64, "", problems=(problem,), set_aside=True))
    assert store.set_aside_reasons() == ["The file is empty."]
    assert store.unfinished() == store.unmatched() == []


def test_an_unknown_case_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(NotFound, match="C-9999"):
        store.case("C-9999")
