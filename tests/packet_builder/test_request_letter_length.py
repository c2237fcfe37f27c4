"""Letters that ask for much: set closer first, then more pages, each with the reply code."""

from __future__ import annotations

from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp

from packet_builder.errors import PacketError
from packet_builder.request_letter import request_pdf

TOKEN = "3479ACEFHKMP"


def letter(items: int) -> pdfium.PdfDocument:
    asked = [
        {"ask": f"Thing {n}", "looked": "not in the papers", "label": "Answer:", "field": ""} for n in range(items)
    ]
    values: dict[str, Any] = {
        "organisation": "Example Home Care", "contact": "Intake desk", "letter_date": "2026-11-24", "reminder": 0,
        "code": TOKEN, "office": "Cedar Ridge", "office_fax": "", "patient": "R. K.", "born": "", "item": "",
        "ordered": "", "reply_fax": "555-010-0142", "items": asked, "signs": False,
    }  # fmt: skip
    return pdfium.PdfDocument(request_pdf(values, TOKEN))


@pytest.mark.parametrize(("items", "pages"), [(3, 1), (7, 1), (12, 2)])
def test_every_page_bears_the_reply_code_and_nothing_asked_is_lost(items: int, pages: int) -> None:
    pdf = letter(items)
    assert len(pdf) == pages
    for page in pdf:
        (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"))
        assert code.text == TOKEN
    text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert all(f"Thing {n}" in text for n in range(items))


def test_a_letter_nobody_would_answer_is_refused() -> None:
    with pytest.raises(PacketError, match="fewer things"):
        letter(40)
