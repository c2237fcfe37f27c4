"""The review screen's requests: what is stored, what is refused, what is never shown as markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from casefile.records import Document, Finding, PageText, Problem, Reading, Word
from flows import steps
from flows.steps import Desk

At = Callable[..., TestClient]
BAD = '<img src=x onerror="alert(1)">'
BOX = (0.3, 0.2, 0.5, 0.22)


def found(field: str, value: str, sure: float = 0.8, page: int = 1, top: float = 0.2, status: str = "valid") -> Finding:
    box = (0.3, top, 0.5, top + 0.02)
    return Finding(field, value, value, page, box, sure, status, None, f"by the label '{BAD}'")  # type: ignore[arg-type]


@pytest.fixture
def sha256(desk: Desk, tmp_path: Path) -> str:
    """An order of one page and a stranger's page, read and filed."""
    path = tmp_path / "fax"
    path.write_bytes(b"II*\x00 nothing")
    sha = desk.vault.put(path)
    desk.store.record_arrival(location="in", key="a", fingerprint="1", name=f"{BAD}.tif", sha256=sha, size=9,
                              media_type="image/tiff", at=datetime.now(UTC))  # fmt: skip
    words = (Word("NPI:", (0.1, 0.5, 0.2, 0.52), 0.9, 0), Word("1245319599", (0.3, 0.5, 0.45, 0.52), 0.9, 0))
    findings = (found("member_name", f"Rosalind {BAD}"), found("member_id", "U284872097", 0.96, top=0.3),
                found("member_dob", "1958-04-05", 0.96, top=0.35), found("order_date", "2026-09-08", top=0.4))  # fmt: skip
    pages = (PageText(1, words, "ocr", 0.9), PageText(2, words[:1], "ocr", 0.9))
    problems = (Problem("missing_npi", "No NPI of the ordering practitioner could be read.", 1),)
    desk.store.save_reading(Reading("a", sha, "image/tiff", pages, (Document("order", (1,)), Document("photo", (2,))),
                                    findings, problems))  # fmt: skip
    for case_id in steps.file_fax(desk, sha):
        steps.check(desk, case_id)
    return sha


def shown(client: TestClient, sha256: str) -> str:
    answer = client.get(f"/faxes/{sha256}")
    assert answer.status_code == 200, answer.text
    return answer.text


def item(html: str, title: str) -> str:
    """The id of the question with this title."""
    found_ = re.search(
        rf'data-item="([0-9a-f]{{16}})"(?:(?!data-item).)*?<span class="title">{title}<', html, re.DOTALL
    )
    assert found_, f"{title} is not asked"
    return found_[1]


def send(client: TestClient, sha256: str, **values: str) -> Any:
    return client.post(f"/faxes/{sha256}/findings", data=values)


def test_what_a_fax_says_is_never_markup(signed_in: At, sha256: str) -> None:
    html = shown(signed_in("ines"), sha256)
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
    assert "style=" not in html


def test_a_confirmed_value_is_kept_and_asked_no_more(signed_in: At, sha256: str, desk: Desk) -> None:
    client = signed_in("ines")
    answer = send(client, sha256, act="confirm", item=item(shown(client, sha256), "Order date"))
    assert answer.status_code == 200, answer.text
    assert "Order date" not in re.findall(r'class="title">([^<]+)', answer.json()["html"])
    (row,) = desk.store.corrections()
    assert (row["field"], row["read"], row["true"], row["by"]) == ("order_date", "2026-09-08", "2026-09-08", "ines")


def test_a_question_that_another_answered_meanwhile_is_refused_and_says_who(
    signed_in: At, sha256: str, desk: Desk
) -> None:
    ines, tom = signed_in("ines"), signed_in("arlo")
    question = item(shown(ines, sha256), "Order date")
    assert tom.post(f"/faxes/{sha256}/claim").status_code == 200
    assert send(tom, sha256, act="edit", item=question, value="9/9/2026").status_code == 200
    ines.post(f"/faxes/{sha256}/claim")
    answer = send(ines, sha256, act="edit", item=question, value="9/7/2026")
    assert answer.status_code == 409
    assert "arlo answered this" in answer.json()["message"]
    assert [row["true"] for row in desk.store.corrections()] == ["2026-09-09"]


def test_adding_over_somebodys_newer_work_is_refused(signed_in: At, sha256: str, desk: Desk) -> None:
    ines = signed_in("ines")
    old = re.search(r'data-version="([\d.]+)"', shown(ines, sha256))
    assert old
    send(ines, sha256, act="confirm", item=item(shown(ines, sha256), "Order date"))
    values = {"act": "add", "field": "icd10", "value": "J44.9", "page": "1", "box": ""}
    assert send(ines, sha256, **values, version=old[1]).status_code == 409
    new = re.search(r'data-version="([\d.]+)"', shown(ines, sha256))
    assert new and send(ines, sha256, **values, version=new[1]).status_code == 200


def test_a_typed_value_is_found_in_the_pages_words(signed_in: At, sha256: str, desk: Desk) -> None:
    client = signed_in("ines")
    answer = send(client, sha256, act="edit", item=item(shown(client, sha256), "No NPI found"), value="124-531-9599")
    assert answer.status_code == 200, answer.text
    (npi,) = (f for f in desk.store.review(sha256).reading.findings if f.field == "ordering_provider_npi")
    assert (npi.value, npi.role, npi.box) == ("1245319599", "ordering", (0.3, 0.5, 0.45, 0.52))


def test_a_value_that_cannot_be_is_refused_and_nothing_is_stored(signed_in: At, sha256: str, desk: Desk) -> None:
    client = signed_in("ines")
    answer = send(client, sha256, act="edit", item=item(shown(client, sha256), "Order date"), value="2/30/2026")
    assert answer.status_code == 422
    assert desk.store.corrections() == []


@pytest.mark.parametrize("values", [{"act": "drop"}, {"act": "confirm", "item": "x" * 900}, {"act": "add", "field": "sha256"},
                                    {"act": "add", "field": "icd10", "page": "99", "value": "J44.9"}, {}])  # fmt: skip
def test_forged_requests_are_refused(values: dict[str, str], signed_in: At, sha256: str, desk: Desk) -> None:
    assert send(signed_in("ines"), sha256, **values).status_code in {409, 422}
    assert desk.store.corrections() == []


def test_pages_are_left_out_with_a_reason_and_come_back(signed_in: At, sha256: str, desk: Desk) -> None:
    client = signed_in("ines")
    where = f"/faxes/{sha256}/pages/2/place"
    assert client.post(where, data={"out": "excluded"}).status_code == 422
    assert client.post(where, data={"out": "other", "why": "J. Doe's scan"}).status_code == 200
    row = desk.store.review(sha256).ledger[1]
    assert row.state == "other_patient" and row.reason == "ines decided: another patient's page: J. Doe's scan"
    assert client.post(f"/faxes/{sha256}/undo").status_code == 200
    assert desk.store.review(sha256).ledger[1].state == "exhibit"
    assert client.post(where, data={"case_id": "C-9999"}).status_code == 404


def test_when_nothing_is_left_the_next_fax_is_asked_for_and_the_inbox_at_the_end(
    signed_in: At, sha256: str, desk: Desk
) -> None:
    client = signed_in("ines")
    assert client.get("/next-fax").headers["location"] == f"/faxes/{sha256}"
    assert client.get(f"/next-fax?after={sha256}").headers["location"] == "/inbox", "it is skipped, not done"
    for title in ("Patient name", "Order date", "No NPI found"):
        assert send(client, sha256, act="confirm", item=item(shown(client, sha256), title)).status_code == 200
    assert "Nothing left to check here" in shown(client, sha256)
    assert client.get(f"/next-fax?after={sha256}").headers["location"].startswith("/inbox")


def test_views_and_changes_leave_entries_in_the_log(app: Any, signed_in: At, sha256: str) -> None:
    client = signed_in("ines")
    send(client, sha256, act="confirm", item=item(shown(client, sha256), "Order date"))
    client.get(f"/faxes/{sha256}/pages/1.png")
    entries = app.state.desk.store.audit_entries()
    what = {row["what"] for row in entries if row["by"] == "ines" and row["sha256"] == sha256}
    assert what == {"looked at a fax", "review: Order date", "looked at page 1"}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_page_that_cannot_be_drawn_says_why(signed_in: At, sha256: str) -> None:
    answer = signed_in("ines").get(f"/faxes/{sha256}/pages/1.png", headers={"x-part": "1"})
    assert answer.status_code == 422
    assert "Ask for a resend" in answer.json()["message"]


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "0" * 64, "AB" * 32, "0" * 63])
def test_a_name_that_is_no_fax_of_ours_opens_nothing(name: str, signed_in: At) -> None:
    client = signed_in("ines")
    for path in (f"/faxes/{name}", f"/faxes/{name}/pages/1.png", f"/faxes/{name}/cases"):
        assert client.get(path).status_code == 404, path


def arranged(client: TestClient, sha256: str, documents: str) -> Any:
    version = re.search(r'data-version="([\d.]+)"', shown(client, sha256))
    assert version
    return client.post(f"/faxes/{sha256}/documents", data={"documents": documents, "version": version[1]})


def test_documents_are_joined_reordered_and_cut_again(signed_in: At, sha256: str, desk: Desk) -> None:
    client = signed_in("ines")
    assert arranged(client, sha256, "progress_note:2,1").status_code == 200
    (one,) = desk.store.review(sha256).reading.documents
    assert (one.kind, one.pages) == ("progress_note", (2, 1))
    assert "missing_npi" not in {p.code for p in desk.store.review(sha256).reading.problems}
    assert client.post(f"/faxes/{sha256}/undo").status_code == 200
    assert [(d.kind, d.pages) for d in desk.store.review(sha256).reading.documents] == [
        ("order", (1,)),
        ("photo", (2,)),
    ]


@pytest.mark.parametrize(
    "documents", ["", "order:1", "order:1,2;photo:2", "order:1,2,3", "sandwich:1,2", "order:;photo:1,2"]
)
def test_an_arrangement_that_loses_or_doubles_a_page_is_refused(documents: str, signed_in: At, sha256: str) -> None:
    assert arranged(signed_in("ines"), sha256, documents).status_code == 422
