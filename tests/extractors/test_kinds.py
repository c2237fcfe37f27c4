"""What a page is, told by its text where no title says it."""

from __future__ import annotations

import pytest

from extractors.documents import UNTITLED, classify
from tests.extractors.conftest import make_page

LETTERS = {
    "denial_letter": (
        "Cascadia Health", "Member: Pilar Ostergaard",
        "The sleep study shows an AHI of 4.2, below what our policy asks for.",
        "We are unable to approve code E0601. If you disagree you may appeal within 60 days.",
    ),
    "order": (
        "Dr. Simone Achterberg", "To: Prairie Home Medical",
        "Please supply Ms. Edith Marchetti with a nebulizer, E0570, 1 each.", "Diagnosis is J45.50.", "NPI 1003000126",
    ),
    "progress_note": (
        "Cardiology Associates", "Mrs. Bellweather is a 77 year old woman who comes in today.",
        "Lungs have crackles at both bases. She will come back in 3 months.",
    ),
    "therapy_note": ("Sunrise Rehab", "Transfers with moderate assistance. Gait 15 feet with a walker.", "K. Mbeki, PT, DPT"),
    "test_result": ("Sleep Center", "Total sleep time 342 min. AHI 31.4 events per hour.", "Interpreted by R. Sandoval MD"),
    "delivery_proof": ("Ticket 44921", "1 nebulizer S/N 8830021, left at the front door", "Received by: _______"),
    "call_log": ("Marchetti", "11/3 10:12 spoke with Dana, ref 77120.", "11/5 14:40 left voicemail.", "11/9 no answer."),
    "cover_sheet": ("To: Intake  From: North Clinic", "Pages: 4", "Notes: urgent"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LETTERS)
def test_a_page_without_a_title_is_told_by_what_it_says_but_never_surely(kind: str) -> None:
    (document,) = classify([make_page(*LETTERS[kind])])
    assert document.kind == kind
    assert document.confidence <= UNTITLED


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Request for Precertification", "order"),  # holds "recertification"
        ("ORDER FOR HOME INFUSION THERAPY", "order"),
        ("PHYSICAL THERAPY EVALUATION", "therapy_note"),
    ],
)
def test_a_word_within_a_title_is_not_the_title(title: str, kind: str) -> None:
    (document,) = classify([make_page(title, "Patient: Wanda Ferrier", "NPI: 1003000126", "Diagnosis: J44.9")])
    assert document.kind == kind


def test_a_page_that_says_little_is_nobodys() -> None:
    (document,) = classify([make_page("Prairie Home Medical", "Thank you.", "Bismarck")])
    assert (document.kind, document.confidence) == ("other", 0.5)
