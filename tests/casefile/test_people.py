"""What people record, on SQLite and PostgreSQL: it wins, it survives a new reading, and nothing is lost or doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from casefile.errors import NotFound, Refused
from casefile.records import Document, Finding, PageText, Reading, Word
from casefile.store import Store
from casefile.tokens import ALPHABET, find_token, in_groups, is_token, new_token

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BOX = (0.1, 0.1, 0.2, 0.12)
WHOLE = {"member_name": "Rosalind Kestrelman", "member_dob": "1958-04-05", "member_id": "U284872097", "hcpcs": "E1390",
         "payer_name": "Lakeshore Mutual", "icd10": "J44.9", "order_date": "2026-09-08", "signature": "present",
         "ordering_provider_name": "Leland Espinal", "ordering_provider_npi": "1245319599"}  # fmt: skip


def reading(sha: str, kind: str = "order", words: str = "word", **facts: str | None) -> Reading:
    given = {name: value for name, value in facts.items() if value is not None}
    page = PageText(1, tuple(Word(word, BOX, 0.9, 0) for word in words.split()), "ocr", 0.9)
    rows = tuple(Finding(f, v, v, 1, BOX, 0.95, "valid", None, "as printed") for f, v in given.items())
    return Reading("f", sha * 64 if len(sha) == 1 else sha, "image/tiff", (page,), (Document(kind, (1,), 0.9),), rows)


def take_in(store: Store, read: Reading, at: datetime = AT) -> list[str]:
    store.record_arrival(location="in", key=read.sha256, fingerprint="1", name="f", sha256=read.sha256, size=1,
                         media_type="", at=at)  # fmt: skip
    store.save_reading(read)
    touched = store.file_documents(read.sha256, at)
    for case_id in touched:
        store.check_case(case_id, at)
    return touched


def open_gaps(store: Store, case_id: str) -> set[str]:
    return {gap["requirement"] for gap in store.case(case_id)["gaps"] if not gap["closed_at"]}


def reply(token: str, sha: str, **facts: str) -> Reading:
    return reading(sha, "request_reply", case_token=token, **facts)


def test_a_correction_wins_survives_a_new_reading_and_keeps_the_original(store: Store) -> None:
    first = reading("a", **{**WHOLE, "icd10": "J44.8"})
    (case_id,) = take_in(store, first)
    store.correct("a" * 12, 1, "icd10", "J44.9", by="Dana", why="looked at the page", at=AT)
    for read in (first, first, reading("a", **{**WHOLE, "icd10": "J44.6"})):
        take_in(store, read)
        (row,) = store.case(case_id)["corrections"]
        assert (row["read"], row["true"], row["by"]) == ("J44.8", "J44.9", "Dana")
        assert [v for v in store.case(case_id)["verdicts"] if "J44.9" in v["reason"] and v["answer"] == "met"]
        assert not [v for v in store.case(case_id)["verdicts"] if v["reason"].startswith("J44.6")]
    assert store.corrections() == store.case(case_id)["corrections"]


def test_a_fax_read_again_stays_in_its_case_which_says_so(store: Store) -> None:
    read = reading("a", **WHOLE)
    (case_id,) = take_in(store, read)
    store.save_reading(read)
    assert store.case(case_id)["status"] == "reading"
    assert len(store.case(case_id)["ledger"]) == 1
    store.check_case(case_id, AT)
    assert open_gaps(store, case_id) == set()
    other = reading("a", **{**WHOLE, "member_name": "Edgar Drummey", "member_dob": "1950-01-02", "member_id": "W1"})
    (new,) = take_in(store, other)
    assert new != case_id
    assert case_id in store.unchecked()
    store.check_case(case_id, AT)
    assert store.case(case_id)["status"] == "new"


def test_what_nobody_read_can_be_entered_and_closes_its_gap(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **{**WHOLE, "ordering_provider_npi": None}))
    assert open_gaps(store, case_id) == {"intake.npi"}
    assert store.correct("a" * 64, 1, "ordering_provider_npi", "1245319599", by="Dana", why="handwritten", at=AT) == [
        case_id
    ]
    store.check_case(case_id, AT)
    assert open_gaps(store, case_id) == set()
    assert store.case(case_id)["status"] == "ready"


def test_an_unclear_correction_is_refused(store: Store) -> None:
    take_in(store, reading("a", **WHOLE))
    for fax, page in (("b" * 12, 1), ("a" * 12, 7), ("a", 1)):
        with pytest.raises(NotFound):
            store.correct(fax, page, "icd10", "J44.9", by="Dana", why="x", at=AT)


def test_a_decision_wins_and_keeps_what_the_rules_said(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **{**WHOLE, "signature": "absent"}))
    store.decide(case_id, "swo.signature", "met", by="Dana", why="signed copy seen at the office", at=AT)
    store.check_case(case_id, AT)
    assert open_gaps(store, case_id) == set()
    (verdict,) = [v for v in store.case(case_id)["verdicts"] if v["requirement"] == "swo.signature"]
    assert "Dana decided" in verdict["reason"]
    assert "The rules said missing" in verdict["reason"]
    with pytest.raises(Refused, match="no requirement"):
        store.decide(case_id, "swo.nothing", "met", by="Dana", why="x", at=AT)


def test_every_change_of_status_says_who_what_when_and_why(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE))
    store.set_status(case_id, "scheduled", by="Dana", why="truck on Friday", at=AT)
    store.check_case(case_id, AT)
    assert store.case(case_id)["status"] == "scheduled"
    take_in(store, reading("d", "denial_letter", **{k: WHOLE[k] for k in ("member_name", "member_dob", "member_id")}, denial_date="2026-11-25"),
            AT.replace(day=26))  # fmt: skip
    assert store.case(case_id)["status"] == "denied"
    history = store.case(case_id)["history"]
    assert [h["what"] for h in history] == [
        "status: new",
        "status: new → ready",
        "status: ready → scheduled",
        "status: scheduled → denied",
    ]
    assert all(h["by"] and h["why"] and h["at"] for h in history)
    with pytest.raises(Refused, match="a status is one of"):
        store.set_status(case_id, "lost", by="Dana", why="x", at=AT)


def test_a_logged_call_is_one_event_and_its_promise_a_clock(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE))
    details = {
        "person": "Lee M.",
        "reference": "R12",
        "promise": "decision",
        "promised_by": "2026-11-30T17:00:00-05:00",
        "escalation": "Kim, 555-219-0100",
    }
    for _ in range(2):
        store.log(case_id, "called", key="k", by="Dana", at=AT, title="Called Lee M.: in review", details=details)
    store.check_case(case_id, AT)
    case = store.case(case_id, date(2026, 11, 26))
    assert [e["title"] for e in case["timeline"] if e["kind"] == "called"] == ["Called Lee M.: in review"]
    assert [e["entry"] for e in case["timeline"] if e["kind"] == "called"] == ["k"]
    (clock,) = [k for k in case["clocks"] if k["name"] == "promised: decision"]
    assert (clock["due"], clock["elapsed_days"], clock["days_left"]) == ("2026-11-30", 2, 4)
    assert "Kim" in clock["note"]


def test_a_page_that_names_nobody_waits_until_a_person_places_it_and_stays_there(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE))
    loose = reading("b", "test_result", spo2="86")
    assert take_in(store, loose) == []
    store.place("b" * 12, 1, case_id, by="Dana", why="came in the same envelope", at=AT)
    assert store.unmatched() == ["b" * 64]
    for _ in range(2):
        assert store.file_documents("b" * 64, AT) == [case_id]
        take_in(store, loose)
    store.place("b" * 12, 1, None, by="Dana", why="an advertisement", at=AT)
    store.file_documents("b" * 64, AT)
    assert store.status()["pages"] == {"exhibit": 1, "excluded": 1}


def test_a_claim_number_leads_a_nameless_page_to_its_case_but_not_under_another_name(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE, claim_number="NF123456789"))
    assert take_in(store, reading("b", "other", claim_number="NF123456789")) == [case_id]
    assert take_in(store, reading("c", "other", claim_number="NF123456789", member_name="Edgar Drummey")) == []


def test_one_letter_is_made_for_what_is_missing_and_reminded_of(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **{**WHOLE, "signature": "absent", "ordering_provider_npi": None}))
    letters = [store.request(case_id, by="Dana", at=AT) for _ in range(2)]
    assert letters[0] == letters[1]
    assert [item["id"] for item in letters[0].items] == ["npi", "signature"]
    assert is_token(letters[0].token)
    assert store.request(case_id, by="Dana", at=AT, remind=True).reminders == 1
    (row,) = store.requests(date(2026, 11, 30))
    assert (row["remind_on"], row["remind_now"], row["days_open"]) == ("2026-11-27", True, 6)
    (office,) = store.offices()
    assert (office["letters"], office["open"], office["reminders"]) == (1, 1, 1)
    with pytest.raises(Refused, match="lacks nothing"):
        store.request(
            take_in(
                store,
                reading(
                    "e", **{**WHOLE, "member_name": "Edgar Drummey", "member_dob": "1950-01-02", "member_id": "W1"}
                ),
            )[0],
            by="D",
            at=AT,
        )


def test_a_reply_closes_only_what_it_answers(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **{**WHOLE, "signature": "absent", "ordering_provider_npi": None}))
    token = store.request(case_id, by="Dana", at=AT).token
    assert take_in(store, reply(token, "b", ordering_provider_npi="1245319599", signature="absent")) == [case_id]
    assert open_gaps(store, case_id) == {"swo.signature"}
    assert store.case(case_id)["requests"][0]["state"] == "answered"
    assert store.case(case_id)["status"] == "incomplete"


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_that_handle_replies_for_one_case_at_once_lose_and_double_nothing(store: Store, workers: int) -> None:
    (case_id,) = take_in(
        store, reading("a", **{**WHOLE, "signature": "absent", "ordering_provider_npi": None, "icd10": None})
    )
    token = store.request(case_id, by="Dana", at=AT).token
    answers: list[dict[str, str]] = [
        {"ordering_provider_npi": "1245319599"},
        {"signature": "present"},
        {"icd10": "J44.9"},
        {},
    ]
    replies = [reply(token, f"{n}" * 64, **facts) for n, facts in enumerate(answers)]

    def work(n: int) -> None:
        mine = Store.open(store.engine.url.render_as_string(hide_password=False))
        take_in(mine, replies[n % 4])
        mine.log(case_id, "called", key=f"call-{n % 4}", by="Dana", at=AT, title=f"Called {n % 4}", details={})
        mine.check_case(case_id, AT)
        mine.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(8)))
    case = store.case(case_id)
    titles = [event["title"] for event in case["timeline"]]
    assert sorted(title for title in titles if title.startswith("Called")) == [
        "Called 0",
        "Called 1",
        "Called 2",
        "Called 3",
    ]
    assert sum(title.startswith("Received: reply") for title in titles) == 4
    assert sum(h["what"].startswith("logged") for h in case["history"]) == 4
    assert sum(h["what"].endswith("answered") for h in case["history"]) == 1
    assert open_gaps(store, case_id) == set()
    assert len(case["faxes"]) == 5


def test_the_best_of_several_copies_is_signed_and_says_what_differs(store: Store) -> None:
    text = "prescription and written order for a stationary oxygen concentrator for the patient named here"
    (case_id,) = take_in(store, reading("a", words=text, **{**WHOLE, "signature": "absent"}))
    take_in(store, reading("b", words=text, **WHOLE))
    take_in(store, reading("c", words=text, **{**WHOLE, "icd10": None, "signature": "absent"}))
    (group,) = store.case(case_id)["copies"]
    assert group["best"]["fax"] == "b" * 64
    differs = {other["fax"][0]: other["differs"] for other in group["others"]}
    assert differs["a"] == ["signature: absent (best copy: present)"]
    assert "icd10: nothing (best copy: J44.9)" in differs["c"]


def test_dates_that_contradict_each_other_are_flagged(store: Store) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE))
    take_in(store, reading("b", **{**WHOLE, "order_date": "2026-09-18"}))
    take_in(store, reading("c", "progress_note", **{k: WHOLE[k] for k in ("member_name", "member_dob", "member_id")}))
    flags = {event["title"]: event["flag"] for event in store.case(case_id)["timeline"]}
    assert flags["Order written"] == "dates differ: 2026-09-08, 2026-09-18"
    assert flags["Progress note without a date"] == "undated"


@pytest.mark.parametrize(
    "words", ["kestrel", "Rosalind Kestrelman", "U28487", "NF 123-456", "1958-04-05", "1245319599", "c-0001"]
)
def test_a_case_is_found_by_any_identifier(store: Store, words: str) -> None:
    (case_id,) = take_in(store, reading("a", **WHOLE, claim_number="NF123456789"))
    take_in(
        store,
        reading(
            "e",
            **{
                **WHOLE,
                "member_name": "Edgar Drummey",
                "member_dob": "1950-01-02",
                "member_id": "W1",
                "ordering_provider_npi": "1003000126",
            },
        ),
    )
    assert [row["id"] for row in store.search(words)] == [case_id]


def test_the_work_list_comes_by_pages_and_leaves_nothing_out(store: Store) -> None:
    for n in range(7):
        take_in(
            store,
            reading(
                f"{n}" * 64,
                **{
                    **WHOLE,
                    "member_name": f"Name{'abcdefg'[n]} Drummey",
                    "member_dob": f"195{n}-01-02",
                    "member_id": f"W{n}0{n}",
                },
            ),
        )
    seen: list[str] = []
    after: tuple[str, str] | None = None
    while rows := store.worklist(after=after, limit=3):
        seen += [row["id"] for row in rows]
        after = rows[-1]["next_due"] or "9999-12-31", rows[-1]["id"]
    assert sorted(seen) == [f"C-000{n}" for n in range(1, 8)]


@pytest.mark.parametrize("change", ["swap", "one"])
def test_a_misread_reply_code_fails_its_check(change: str) -> None:
    token = new_token()
    wrong: Any = {token[:n] + other + token[n + 1 :] for n in range(12) for other in ALPHABET if other != token[n]}
    if change == "swap":
        wrong = {token[:n] + token[n + 1] + token[n] + token[n + 2 :] for n in range(11) if token[n] != token[n + 1]}
    assert is_token(token)
    assert not [text for text in wrong if is_token(text)]


def test_a_reply_code_is_found_in_print_even_with_one_wrong_letter() -> None:
    token, other = new_token(), new_token()
    assert find_token(f"Reply code {in_groups(token)}", [token, other]) == token
    bad = in_groups(token)[:-1] + ("8" if token[-1] != "8" else "0")
    assert find_token(f"Reply code {bad} x", [token, other]) == token
    assert find_token("Reply code", [token, other]) is None
