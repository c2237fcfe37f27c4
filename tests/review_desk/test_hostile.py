"""Addresses made up by somebody who should not be here, and faxes that carry script: every route, every screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from casefile.records import Document, Finding, PageText, Problem, Reading, Word
from flows.steps import Desk, check, file_fax
from review_desk.rights import OWN_DOOR, RIGHTS

SHA = "cd" * 32
SCRIPT = "<script>alert(1)</script>"
BREAKS_OUT = '"onmouseover="alert(2)'
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
UNKNOWN = {
    "nobody's": {"sha256": "0" * 64, "case_id": "C-9999", "page": "999", "token": "3479ACEFHKMP", "name": "nothing"},
    "climbing": {name: "../../../etc/passwd" for name in ("sha256", "case_id", "page", "token", "name")},
    "a quote": {name: "x' or 1=1--" for name in ("sha256", "case_id", "page", "token", "name")},
    "script": {name: SCRIPT for name in ("sha256", "case_id", "page", "token", "name")},
    "nothing": {name: "\x00" for name in ("sha256", "case_id", "page", "token", "name")},
}
WITH_BLANKS = sorted(entry for entry in RIGHTS if "{" in entry and not entry.split(" ")[1].startswith(OWN_DOOR))
HARMLESS = {"POST /faxes/{sha256}/release"}
"""Giving back what nobody holds changes nothing and leads to the first page, whatever the name."""
Client = Callable[..., TestClient]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_made_up_names_open_nothing_and_say_nothing(kind: str, signed_in: Client) -> None:
    client = signed_in("adam")
    for entry in WITH_BLANKS:
        method, path = entry.split(" ")
        filled = re.sub(r"\{(\w+)[^}]*\}", lambda blank: quote(UNKNOWN[kind].get(blank[1], "x"), safe=""), path)
        answer = client.request(method, filled, data={} if method == "POST" else None)
        refused = 400 <= answer.status_code < 500 or entry in HARMLESS
        assert refused, (entry, answer.status_code)
        assert "root:" not in answer.text and SCRIPT not in answer.text and "Traceback" not in answer.text, entry
        assert "C-9999" not in answer.text and "sqlite" not in answer.text.lower(), entry


@pytest.fixture
def hostile(desk: Desk) -> tuple[str, str]:
    """A read fax whose every text is script; (SHA-256, case)."""
    box = (0.1, 0.1, 0.3, 0.12)
    values = {"member_name": f"Rosalind {SCRIPT}", "member_dob": "1958-04-05", "mbi": "1EG4TE5MK73", "hcpcs": "K0001",
              "payer_name": f"Medicare {SCRIPT}", "order_date": "2026-09-08", "phone": BREAKS_OUT,
              "shipping_address": f"12 {SCRIPT} Lane", "ordering_provider_name": f"Joanne {BREAKS_OUT}"}  # fmt: skip
    found = tuple(
        Finding(field, value, f"{value} {BREAKS_OUT}", 1, box, 0.75, "suspect", SCRIPT, f"printed as {SCRIPT}")
        for field, value in values.items()
    )
    words = tuple(Word(word, box, 0.9, n, SCRIPT) for n, word in enumerate(("oxygen", SCRIPT, BREAKS_OUT)))
    lost = PageText(2, (Word(f"lost{SCRIPT}", box, 0.9, 0),), "ocr", 0.9)
    documents = (Document("order", (1,), 0.9, SCRIPT), Document("other", (2,), 0.4, SCRIPT))
    problems = (Problem("low_quality", f"page 1 reads {SCRIPT}", 1),)
    desk.store.record_arrival(location="in", key="k", fingerprint="1", name=f"{SCRIPT}.tif", sha256=SHA, size=1,
                              media_type="", at=NOW)  # fmt: skip
    pages = (PageText(1, words, "ocr", 0.9), lost)
    desk.store.save_reading(Reading("x", SHA, "image/tiff", pages, documents, found, problems))
    [case_id] = file_fax(desk, SHA)
    check(desk, case_id)
    return SHA, case_id


def test_script_in_a_fax_stays_text_on_every_screen(hostile: tuple[str, str], signed_in: Client) -> None:
    client, seen = signed_in("adam"), 0
    blanks = {"sha256": hostile[0], "case_id": hostile[1], "page": "1", "name": "metrics"}
    paths = [entry.split(" ")[1] for entry in RIGHTS if entry.startswith("GET ")]
    for path in [*paths, "/search?q=oxygen", "/search?q=Rosalind", f"/search?q={quote(SCRIPT)}", "/inbox?show=done"]:
        answer = client.get(re.sub(r"\{(\w+)[^}]*\}", lambda blank: blanks.get(blank[1], "1"), path))
        if "html" not in answer.headers.get("content-type", ""):
            continue
        assert SCRIPT not in answer.text and BREAKS_OUT not in answer.text, path
        seen += "&lt;script&gt;alert(1)" in answer.text
    assert seen >= 2, "no screen showed the hostile text at all"
