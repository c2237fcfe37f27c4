"""The case screen over a case that people really have: what it shows, what its forms change, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from casefile.records import Document, Finding, PageText, Reading, Word
from flows.steps import Desk, check, file_fax
from review_desk.case import crop
from review_desk.timeline_svg import later, timeline_svg
from tests.review_desk.conftest import code_in

SHA = "ab" * 32
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"
Client = Callable[..., TestClient]


@pytest.fixture
def case_id(desk: Desk) -> str:
    """A case with one unsigned order, whose patient's name and item carry markup."""
    box = (0.1, 0.1, 0.3, 0.12)
    values = {"member_name": f"Rosalind {HOSTILE}", "member_dob": "1958-04-05", "mbi": "1EG4TE5MK73", "hcpcs": "K0001",
              "payer_name": "Medicare", "order_date": "2026-09-08", "ordering_provider_name": "Joanne Kestrel"}  # fmt: skip
    found = tuple(
        Finding(field, value, value, 1, box, 0.95, "valid", None, "as printed") for field, value in values.items()
    )
    page = PageText(1, (Word("Order", box, 0.9, 0),), "ocr", 0.9)
    desk.store.record_arrival(location="in", key="k", fingerprint="1", name=f"{HOSTILE}.tif", sha256=SHA, size=1,
                              media_type="", at=NOW)  # fmt: skip
    reading = Reading("x", SHA, "image/tiff", (page,), (Document("order", (1,), 0.9, HOSTILE),), found)
    desk.store.save_reading(reading)
    [made] = file_fax(desk, SHA)
    check(desk, made)
    return made


def test_it_shows_gaps_proof_and_timeline_and_escapes_what_faxes_say(case_id: str, signed_in: Client) -> None:
    html = signed_in("ines").get(f"/cases/{case_id}").text
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html
    assert f"/faxes/{SHA}?page=1&amp;box=0.1000" in html
    assert "signature" in html.lower() and 'class="timeline"' in html


def test_a_decision_is_kept_with_its_reason(case_id: str, desk: Desk, signed_in: Client) -> None:
    client, path = signed_in("ines"), f"/cases/{case_id}/decide"
    assert client.post(path, data={"requirement": "swo.signature", "answer": "met", "why": " "}).status_code == 400
    form = {"requirement": "swo.signature", "answer": "met", "why": "signed copy on paper"}
    assert client.post(path, data=form).status_code == 303
    [verdict] = [v for v in desk.store.case(case_id)["verdicts"] if v["requirement"] == "swo.signature"]
    assert verdict["answer"] == "met"
    assert client.post(path, data={**form, "requirement": "swo.nonsense"}).status_code == 409


def test_a_promise_becomes_a_clock_and_the_same_entry_is_one(case_id: str, desk: Desk, signed_in: Client) -> None:
    form = {"kind": "called", "note": "will send it", "person": "Lee M.", "promise": "signed order",
            "promised_by": "2026-11-30T17:00", "at": "2026-11-24T09:15"}  # fmt: skip
    client = signed_in("ines")
    first, second = (client.post(f"/cases/{case_id}/log", data=form).headers["location"] for _ in range(2))
    assert "said=logged#" in first and "said=logged-before" in second
    [clock] = [c for c in desk.store.case(case_id)["clocks"] if c["name"].startswith("promised")]
    assert clock["due_at"] == "2026-11-30T17:00:00-05:00"
    assert client.post(f"/cases/{case_id}/log", data={**form, "at": "noon"}).status_code == 400
    [person] = desk.store.people(case_id)
    assert (person["name"], person["what"]) == ("Lee M.", "called") and "Lee M." in client.get(f"/cases/{case_id}").text
    assert desk.store.numbers(case_id)["mbi"] == ["1EG4TE5MK73"]


def test_the_letter_is_made_once_and_fetched_as_often_as_needed(case_id: str, desk: Desk, signed_in: Client) -> None:
    client = signed_in("ines")
    for _ in range(2):
        assert client.post(f"/cases/{case_id}/request").status_code == 303
    [asked] = desk.store.case(case_id)["requests"]
    [link] = re.findall(r'href="(/cases/[^"]+\.pdf)"', client.get(f"/cases/{case_id}").text)
    pdf = client.get(link)
    assert pdf.content.startswith(b"%PDF") and asked["token"] in pdf.headers["content-disposition"]
    other = link.replace(asked["token"], "3479ACEFHKMP")
    assert client.get(other).status_code == 404
    assert signed_in("cora").get(link).status_code == 403


def test_the_status_follows_a_person_until_given_back(case_id: str, desk: Desk, signed_in: Client) -> None:
    client = signed_in("arlo")
    client.post(f"/cases/{case_id}/status", data={"status": "closed", "why": "patient moved"})
    assert desk.store.case(case_id)["status"] == "closed"
    client.post(f"/cases/{case_id}/status", data={"status": "", "why": "back again"})
    assert desk.store.case(case_id)["status"] == "incomplete"


@pytest.mark.parametrize("path", ["/cases/C-9999", "/cases/..%2f..%2fetc%2fpasswd", "/cases/C-9999/requests/x.pdf"])
def test_what_is_unknown_is_not_found_and_says_nothing(path: str, signed_in: Client) -> None:
    answer = signed_in("ines").get(path)
    assert answer.status_code == 404 and "C-9999" not in answer.text and "passwd" not in answer.text


def test_a_crop_stays_on_the_page_whatever_the_box() -> None:
    made = crop({"box": [0.9, -1, 2, 0.02]})
    assert made == {"view": "580 0 420 70", "x": "900.0", "y": "0.0", "width": "100.0", "height": "25.9"}
    assert crop({"box": None}) is None and crop(None) is None


def test_the_drawing_escapes_and_counts_days() -> None:
    row = {"kind": "visit", "lane": "clinical", "title": HOSTILE, "on": "2026-09-01", "flag": "", "evidence": None}
    drawn = timeline_svg([row, {**row, "on": "2026-09-13", "lane": "paperwork"}, {**row, "on": None}])
    assert "<script" not in drawn and "12 days later" in drawn and "no date" in drawn
    assert timeline_svg([]) == "" and later(1) == "1 day later" and later(24987) == "68 years later"


def test_a_page_in_no_case_is_placed_from_the_list(case_id: str, desk: Desk, signed_in: Client) -> None:
    lost = "ef" * 32
    desk.store.record_arrival(location="in", key="lost", fingerprint="1", name="lost.tif", sha256=lost, size=1,
                              media_type="", at=NOW)  # fmt: skip
    page = PageText(1, (Word("Hello", (0.1, 0.1, 0.3, 0.12), 0.9, 0),), "ocr", 0.9)
    desk.store.save_reading(Reading("x", lost, "image/tiff", (page,), (Document("other", (1,), 0.4),)))
    file_fax(desk, lost)
    client = signed_in("ines")
    assert f"/faxes/{lost}/pages/1/place" in client.get("/unmatched").text
    assert f"/faxes/{lost}/pages/1/place" not in signed_in("cora").get("/unmatched").text
    del client.headers["x-csrf"]
    form = {"csrf": code_in(client.get("/unmatched").text), "back": "unmatched", "case_id": case_id.lower(),
            "why": "same handwriting"}  # fmt: skip
    placed = client.post(f"/faxes/{lost}/pages/1/place", data=form)
    assert placed.headers["location"] == "/unmatched?said=placed"
    assert lost not in client.get("/unmatched").text and lost in {f["fax"] for f in desk.store.case(case_id)["faxes"]}
