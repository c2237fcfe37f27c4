"""What is wrong with the pages, and what an order itself shows to be lacking."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from casefile.records import Document, Finding, PageText, Problem

NEEDS = (
    (
        "missing_member",
        ("member_name", "member_id", "mbi"),
        "No patient name or id could be read on the order.",
    ),
    ("missing_order_date", ("order_date",), "No order date could be read. Ask the ordering office for it."),
    ("missing_npi", ("ordering_provider_npi",), "No NPI of the ordering practitioner could be read."),
    ("missing_diagnosis", ("icd10",), "No diagnosis code could be read on the order."),
    ("missing_description", ("hcpcs", "description"), "Nothing on the order says which item is ordered."),
)
VOID = frozenset({"negated", "ruled_out", "family_history"})


def find_problems(
    pages: Sequence[PageText], documents: Sequence[Document], findings: Sequence[Finding]
) -> tuple[Problem, ...]:
    """Missing, repeated and other patients' pages, then what each order lacks."""
    problems = [*_missing(pages), *_repeated(pages), *_foreign(documents, findings)]
    for document in documents:
        if document.kind == "order":
            problems += _lacking(document, findings)
    return tuple(problems)


def _missing(pages: Sequence[PageText]) -> list[Problem]:
    """Pages that the fax banner counts but that did not arrive."""
    counted = [page.banner for page in pages if page.banner and page.banner.page and page.banner.of]
    if not counted or len({banner.of for banner in counted}) != 1:
        return []
    arrived = {banner.page for banner in counted}
    total = counted[0].of or 0
    return [
        Problem("missing_page", f"The fax counts {total} pages; page {number} did not arrive. Ask for it.", number)
        for number in range(1, min(total, 500) + 1)
        if number not in arrived and len(pages) < total
    ]


def _repeated(pages: Sequence[PageText]) -> list[Problem]:
    """Pages whose words are nearly those of an earlier page of the same fax."""
    problems: list[Problem] = []
    kept: list[tuple[int, str]] = []
    for page in pages:
        text = " ".join(page.text.split())[:4000]
        if len(text) < 60:
            continue
        twin = next((number for number, other in kept if _same(text, other)), None)
        if twin is None:
            kept.append((page.page_number, text))
        else:
            message = f"Page {page.page_number} repeats page {twin}."
            problems.append(Problem("duplicate_page", message, page.page_number, twin))
    return problems


def _same(text: str, other: str) -> bool:
    return abs(len(text) - len(other)) < 0.05 * len(text) + 4 and fuzz.ratio(text, other, score_cutoff=97) > 0


def _foreign(documents: Sequence[Document], findings: Sequence[Finding]) -> list[Problem]:
    """Pages with another birth date and another id than most pages of the fax."""
    by_page: dict[int, dict[str, str]] = {}
    for finding in findings:
        if finding.field in {"member_dob", "member_id"} and finding.confidence >= 0.8:
            by_page.setdefault(finding.page, {}).setdefault(finding.field, finding.value)
    named = [row for row in by_page.values() if len(row) == 2]
    if len(named) < 3:
        return []
    usual = max(named, key=lambda row: sum(other == row for other in named))
    if sum(row == usual for row in named) * 2 <= len(named):
        return []
    return [
        Problem("foreign_page", f"Page {page} names another patient than the rest. A person must look.", page)
        for page, row in sorted(by_page.items())
        if len(row) == 2 and row["member_dob"] != usual["member_dob"] and row["member_id"] != usual["member_id"]
    ]


def _lacking(document: Document, findings: Sequence[Finding]) -> list[Problem]:
    """What one order lacks, on its first page's account."""
    own = [f for f in findings if f.page in document.pages and f.role not in VOID]
    have, page = {f.field for f in own}, document.pages[0]
    problems = [Problem(code, message, page) for code, fields, message in NEEDS if not have & set(fields)]
    if not any(f.field == "signature" and f.value == "present" for f in own):
        message = "The order is not signed. Ask the ordering office for a signed copy."
        problems.insert(0, Problem("unsigned_order", message, page))
    return problems
