"""Built cases: documents with the findings and the wording a test is about."""

from __future__ import annotations

from casefile.reads import Read
from casefile.records import Document, Finding, PageText, Word

ORDERED = "2026-09-08"
Facts = dict[str, str | tuple[str, str]]


def finding(field: str, value: str, role: str | None = None, confidence: float = 0.95, status: str = "valid",
            page: int = 1) -> Finding:  # fmt: skip
    return Finding(field, value, value, page, (0.1, 0.1, 0.3, 0.12), confidence, status, role, "as printed")  # type: ignore[arg-type]


def doc(kind: str, text: str = "", sure: float = 0.95, sha: str = "", **facts: object) -> Read:
    """A document of one page. A fact is a value, a (value, role) pair, or a list of these."""
    rows = []
    for field, given in facts.items():
        for one in given if isinstance(given, list) else [given]:
            value, role = one if isinstance(one, tuple) else (one, None)
            rows.append(finding(field, str(value), role, sure))
    words = tuple(Word(w, (0.1, 0.2, 0.2, 0.22), 0.95, 0) for w in text.split())
    page = PageText(1, words, "ocr", 0.95)
    return Read((sha or kind[0]) * 64 if len(sha) < 2 else sha, Document(kind, (1,), 0.9), tuple(rows), (page,))


def order(**facts: object) -> Read:
    """A complete Medicare order, changed by what is given; None takes a fact away."""
    whole: dict[str, object] = {
        "member_name": "Rosalind Kestrelman", "member_dob": "1958-04-05", "mbi": "1EG4TE5MK73", "payer_name": "Medicare",
        "hcpcs": "K0001", "icd10": "J44.9", "order_date": ORDERED, "ordering_provider_name": "Joanne Kestrel",
        "ordering_provider_npi": "1234567893", "signature": "present",
    }  # fmt: skip
    whole.update(facts)
    return doc("order", **{field: value for field, value in whole.items() if value is not None})


def note(text: str = "", visit: str = "2026-08-20", **facts: object) -> Read:
    """A visit note."""
    return doc("progress_note", text, service_start=(visit, "visit"), **facts)


def test(text: str = "", on: str = "2026-08-20", **facts: object) -> Read:
    """A test report."""
    return doc("test_result", text, service_start=(on, "test"), **facts)


test.__test__ = False  # type: ignore[attr-defined]


def told(**facts: object) -> Read:
    """What a person recorded: facts that no reader gives, or that were confirmed."""
    return doc("progress_note", sure=1.0, service_start=("2026-08-20", "visit"), **facts)


def plan(**facts: object) -> Read:
    """A home-health plan of care for Medicare."""
    whole: dict[str, object] = {
        "member_name": "Rosalind Kestrelman", "mbi": "1EG4TE5MK73", "payer_name": "Medicare", "icd10": "J44.9",
        "service_start": ORDERED, "signature": "present", "signature_date": "2026-09-09",
        "ordering_provider_name": "Joanne Kestrel",
    }  # fmt: skip
    text = str(facts.pop("text", "Homebound: needs a walker; leaving takes a taxing effort. SN 2 x week. Goals."))
    whole.update(facts)
    return doc("plan_of_care", text, **{field: value for field, value in whole.items() if value is not None})
