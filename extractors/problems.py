"""What is wrong with the pages, and what an order or a denial itself shows to be lacking."""

from __future__ import annotations

from collections.abc import Sequence

from casefile.records import Document, Finding, PageText, Problem
from extractors import counting, twins
from extractors.edges import find_cut_edges
from extractors.strangers import find_strangers

NEEDS = (
    (
        "missing_member",
        ("member_name", "member_id", "mbi"),
        "No patient name or id could be read on the order.",
    ),
    ("missing_order_date", ("order_date",), "No order date could be read. Ask the ordering office for it."),
    ("missing_npi", ("ordering_provider_npi",), "No NPI of the ordering practitioner could be read."),
    ("missing_diagnosis", ("icd10",), "No diagnosis code could be read on the order."),
    ("missing_description", ("hcpcs", "cpt", "description"), "Nothing on the order says which item is ordered."),
)
NOTICE = (
    ("the reason", ("denial_reason", "denial_code")),
    ("a last day or window to appeal", ("appeal_deadline",)),
    ("where to send an appeal", ("appeal_address",)),
    ("a faster review for urgent cases", ("expedited_appeal",)),
    ("the criteria it relied on", ("criteria_cited",)),
)
"""What a notice of denial should tell; what it leaves out is worth saying in the appeal."""
VOID = frozenset({"negated", "ruled_out", "family_history"})


def find_problems(
    pages: Sequence[PageText], documents: Sequence[Document], findings: Sequence[Finding]
) -> tuple[Problem, ...]:
    """Missing, repeated and other patients' pages, then what each order and each denial letter lacks."""
    repeated = twins.find_repeated(pages)
    problems = [
        *counting.find_missing(pages, documents, len(repeated)),
        *repeated,
        *find_cut_edges(pages),
        *find_strangers(pages, documents, findings),
    ]
    for document in documents:
        if document.kind == "order":
            problems += _lacking(document, findings)
        if document.kind == "denial_letter":
            problems += _silent(document, findings)
    return tuple(problems)


def _lacking(document: Document, findings: Sequence[Finding]) -> list[Problem]:
    """What one order lacks, on its first page's account."""
    own = [f for f in findings if f.page in document.pages and f.role not in VOID]
    have, page = {f.field for f in own}, document.pages[0]
    problems = [Problem(code, message, page) for code, fields, message in NEEDS if not have & set(fields)]
    if not any(f.field == "signature" and f.value == "present" for f in own):
        message = "The order is not signed. Ask the ordering office for a signed copy."
        problems.insert(0, Problem("unsigned_order", message, page))
    return problems


def _silent(document: Document, findings: Sequence[Finding]) -> list[Problem]:
    """What a denial letter should tell and, as far as could be read, does not."""
    have = {f.field for f in findings if f.page in document.pages}
    absent = [words for words, fields in NOTICE if not have & set(fields)]
    if not absent:
        return []
    return [
        Problem(
            "incomplete_notice",
            f"The denial does not show {', '.join(absent)} (as far as it could be read).",
            document.pages[0],
        )
    ]
