"""The desk's lists: what they hold, how they go on, and that nothing a fax or an address says gets out of hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from casefile import tables as t
from casefile.records import Document, Finding, PageText, Reading, Word
from casefile.store import Store
from flows.steps import Desk
from tests.review_desk.test_case_screen import case_id

SCRIPT = "<script>alert(1)</script>"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
BOX = (0.1, 0.1, 0.3, 0.12)
Client = Callable[..., TestClient]
__all__ = ["case_id"]


def keep(store: Store, number: int, words: str = "Oxygen order", name: str = "fax.tif", sure: float = 0.5) -> str:
    """A fax of one page that was read and filed, with a doubtful name when `sure` is low."""
    sha256, at = f"{number:064x}", START + timedelta(minutes=number)
    store.record_arrival(location="in", key=str(number), fingerprint="1", name=name, sha256=sha256, size=1,
                         media_type="image/tiff", at=at)  # fmt: skip
    text = tuple(Word(word, BOX, 0.9, 0) for word in words.split(" "))
    found = Finding("member_name", f"Desmond {SCRIPT}", "x", 1, BOX, sure, "valid", None, SCRIPT)
    store.save_reading(Reading(name, sha256, "image/tiff", (PageText(1, text, "ocr", 0.9),),
                               (Document("order", (1,), 0.9),), (found,)))  # fmt: skip
    store.file_documents(sha256, at)
    return sha256


def test_the_inbox_goes_on_behind_its_last_row_without_gap_or_repeat(store: Store) -> None:
    kept = [keep(store, number) for number in range(7)]
    seen: list[str] = []
    after = None
    while rows := store.inbox("needs", after, 3):
        seen += [row["sha256"] for row in rows]
        after = rows[-1]["received_at"], rows[-1]["sha256"]
    assert seen == kept
    assert store.inbox_counts() == {"needs": 7, "reading": 0, "aside": 0}


def test_pages_are_found_by_the_beginning_of_every_word_newest_first(store: Store) -> None:
    old, new = keep(store, 1, "Stationary oxygen concentrator"), keep(store, 2, "Portable oxygen")
    assert [row["sha256"] for row in store.pages_with("oxy")] == [new, old]
    assert [row["sha256"] for row in store.pages_with("concen OXYGEN")] == [old]
    assert store.pages_with("oxy", 1, store.pages_with("oxy")[0]["id"])[0]["sha256"] == old
    assert store.pages_with("wheelchair") == []


@pytest.mark.parametrize("words", ['"', "' OR 1=1", "a* b)", "& | !", "NEAR(x)", "-", "", "\0", "x" * 500, ":*"])
def test_no_search_words_break_the_search(store: Store, words: str) -> None:
    keep(store, 1)
    store.pages_with(words)


def test_a_page_read_again_is_found_by_its_new_words_alone(store: Store) -> None:
    keep(store, 1, "Walker")
    keep(store, 1, "Wheelchair")
    assert store.pages_with("walker") == []
    assert len(store.pages_with("wheelchair")) == 1


def test_what_faxes_say_is_only_ever_shown_as_text(desk: Desk, signed_in: Client) -> None:
    sha256 = keep(desk.store, 1, f"Oxygen {SCRIPT} order", name=f"{SCRIPT}.tif")
    client = signed_in("ines")
    for path in ("/inbox", "/inbox/live", "/unmatched", "/search?q=script", f"/search?q={SCRIPT}", f"/faxes/{sha256}",
                 "/cases", f"/cases?status={SCRIPT}&after={SCRIPT}/{SCRIPT}", f"/inbox?show={SCRIPT}&after={SCRIPT}/1",
                 f"/inbox?said={SCRIPT}", f"/deadlines?due={SCRIPT}", f"/unmatched?after={SCRIPT}/1"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert SCRIPT not in answer.text, path
    assert "&lt;script&gt;" in client.get("/inbox").text


@pytest.mark.parametrize(
    "path",
    ["/faxes/../../etc/passwd", "/faxes/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/faxes/..%2f..%2f/pages/1.png",
     f"/faxes/{'0' * 64}", f"/faxes/{'0' * 64}/pages/1.png", f"/faxes/{'a' * 63}/pages/1.png", "/cases/C-9999",
     "/cases/..%2f..%2fetc", f"/faxes/{1:064x}/pages/99.png", f"/faxes/{1:064x}/pages/-1.png"],
)  # fmt: skip
def test_a_name_that_is_none_of_ours_leads_nowhere(desk: Desk, signed_in: Client, path: str) -> None:
    keep(desk.store, 1)
    answer = signed_in("adam").get(path)
    assert answer.status_code in {404, 422}
    assert "root:" not in answer.text and "/tmp" not in answer.text


def test_a_letter_is_not_given_out_under_another_case(case_id: str, desk: Desk, signed_in: Client) -> None:
    client = signed_in("ines")
    client.post(f"/cases/{case_id}/request")
    (asked,) = desk.store.case(case_id)["requests"]
    with desk.store.engine.begin() as c:
        row = dict(c.execute(select(t.case).filter_by(id=case_id)).mappings().one())
        c.execute(insert(t.case).values(**row | {"id": "C-0777"}))
    assert client.get(f"/cases/{case_id}/requests/{asked['token']}.pdf").status_code == 200
    assert client.get(f"/cases/C-0777/requests/{asked['token']}.pdf").status_code == 404


def test_looks_are_recorded_once_and_say_who(desk: Desk, signed_in: Client) -> None:
    client = signed_in("cora")
    sha256 = keep(desk.store, 1)
    for _ in range(3):
        client.get(f"/faxes/{sha256}")
    rows = [row for row in desk.store.audit_entries() if row["sha256"] == sha256 and row["by"] == "cora"]
    assert len(rows) == 1


def test_dropping_nothing_says_so_and_dropping_the_same_twice_keeps_one(desk: Desk, signed_in: Client) -> None:
    client = signed_in("ines")
    assert client.post("/inbox/drop").status_code == 400
    files = {"files": ("../../evil\\name.pdf", b"%PDF-1.4", "application/pdf")}
    assert client.post("/inbox/drop", files=files).headers["location"] == "/inbox?show=reading&said=dropped"
    assert client.post("/inbox/drop", files=files).headers["location"] == "/inbox?show=reading&said=known"
    (row,) = desk.store.inbox("reading")
    assert row["name"] == "name.pdf"
    assert desk.store.arrival_count() == 2
