"""A fax cut into other documents than the classifier's: what is read and what is lacking follow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casefile.records import Document, Finding, Reading
from extractors.problems import find_problems
from extractors.registry import find_all

OF_THE_FILE = frozenset({"blank_page", "low_quality", "timed_out", "damaged_file", "encrypted_pdf", "too_large",
                         "unsupported_type"})  # fmt: skip
"""Problems that do not hang on how the pages are cut into documents."""


def rearranged(reading: Reading, documents: Sequence[Document]) -> Reading:
    """The reading with other documents: pages whose kind changed are searched again, the others keep their findings."""
    old, new = (_kinds(d) for d in (reading.documents, documents))
    changed = {page for page in {*old, *new} if old.get(page) != new.get(page)}
    again = [f for f in find_all(reading.pages, documents) if f.page in changed]
    kept = [f for f in reading.findings if f.page not in changed]
    findings = tuple(sorted([*kept, *again], key=_place))
    problems = find_problems(reading.pages, documents, findings)
    of_file = tuple(problem for problem in reading.problems if problem.code in OF_THE_FILE)
    return replace(reading, documents=tuple(documents), findings=findings, problems=(*of_file, *problems))


def _kinds(documents: Sequence[Document]) -> dict[int, str]:
    return {page: document.kind for document in documents for page in document.pages}


def _place(finding: Finding) -> tuple[int, float, float]:
    return finding.page, finding.box[1], finding.box[0]
