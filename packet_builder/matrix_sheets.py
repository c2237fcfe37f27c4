"""Issue to proof: each sentence of the denial, and each criterion of the checklist, beside the line that answers it.

The answers only point: what is quoted was read on the page that is linked. Nothing is argued here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from casefile.records import Box, CaseFile, Cited, Exhibit, Finding, Line
from packet_builder.drawing import Sheets
from packet_builder.drawn import Goal
from packet_builder.plan import PacketPlan
from packet_builder.tables import Column, Table

DATA = Path(__file__).parent / "data" / "proof_topics.toml"
NOT_IN_RECORD = "Not in the record."
ANSWERS = {"met": "Met", "missing": "Missing", "needs_person": "Open", "not_applicable": "Not applicable"}
SENTENCE = re.compile(r"(?<=[.!?;:])\s+(?=[A-Z0-9(•-])")
REASONING = re.compile(
    r"\b(?:not|no|non|never|nor|without|lack\w*|missing|absen\w+|insufficient\w*|inadequate\w*|incomplete|unable|fail\w*|because|since|due to|"
    r"require\w*|must|criteri\w+|exceed\w*|expired|invalid|unsigned|undated|illegible|experimental|investigational|excluded)\b",
    re.IGNORECASE,
)
PROCEDURE = re.compile(
    r"\b(?:appeal|reconsideration|external review|hearing|grievance|complain\w*|call us|contact|phone|fax|mail|language|interpreter|free of charge|copy of|"
    r"copies|days (?:of|from|after)|right to|you may|you can|ombuds\w+)\b",
    re.IGNORECASE,
)
LEAST, MOST, MOST_PROOFS = 18, 14, 6
SURE = 0.9
UNITS = {"spo2": " %", "liters_per_minute": " L/min"}


@dataclass(frozen=True)
class Proof:
    """A page that answers, and the line on it; `sure` where a value was read of which readers were sure."""

    sha256: str
    page: int
    box: Box | None
    says: str
    sure: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """One issue with what the record shows on it."""

    issue: str
    asked_on: tuple[str, int, Box] | None
    answers: tuple[Proof, ...]


@cache
def topics() -> dict[str, Any]:
    """What sentences can be about."""
    return tomllib.loads(DATA.read_text())


@lru_cache(maxsize=4)
def _rows(exhibits: tuple[Exhibit, ...], findings: tuple[Cited, ...], reason: str) -> tuple[MatrixRow, ...]:
    made = []
    for exhibit in exhibits:
        if exhibit.kind == "denial_letter":
            for sentence, page, box in _sentences(exhibit):
                made.append(
                    MatrixRow(sentence, (exhibit.fax_sha256, page, box), _answers(sentence, exhibits, findings))
                )
    if not made and reason:
        made.append(MatrixRow(reason, None, _answers(reason, exhibits, findings)))
    return tuple(made[:MOST])


def rows(case: CaseFile) -> tuple[MatrixRow, ...]:
    """One row for each sentence of the denial that gives a reason; for the reason on file where its words are not known."""
    return _rows(case.exhibits, case.findings, case.denial_reason)


def matrix(sheets: Sheets, case: CaseFile, plan: PacketPlan) -> None:
    """Draw the matrix."""
    sheets.heading("Issues and proof", "Each reason of the denial, and what the record shows on it. The number leads to the very line; "
                   "what the record does not hold is said.")  # fmt: skip
    table = Table(
        sheets,
        [Column("What the notice says", 40), Column("What the record shows", 40), Column("Shown on", 20)],
        goal_column=2,
    )
    for row in rows(case):
        issue, shown = f"“{row.issue}”", False
        if row.asked_on:
            index = plan.index_of(row.asked_on[0], row.asked_on[1])
            issue += f" ({plan.bates(index)})" if index is not None else ""
        for proof in row.answers:
            index = plan.index_of(proof.sha256, proof.page)
            if index is None:
                continue
            part = plan.part_at(index)
            goal = Goal(index, proof.box[1] if proof.box else None)
            table.row(("" if shown else issue, proof.says, f"{part.name}, {plan.bates(index)}"), goal)
            shown = True
        if not shown:
            table.row((issue, NOT_IN_RECORD, ""))
    _criteria(sheets, case, plan)


def _criteria(sheets: Sheets, case: CaseFile, plan: PacketPlan) -> None:
    if not case.verdicts:
        return
    sheets.subheading("Criteria of the checklist")
    table = Table(sheets, [Column("Criterion", 40), Column("Finding", 40), Column("Shown on", 20)], goal_column=2)
    for verdict in case.verdicts:
        proof = verdict.evidence
        index = plan.index_of(proof.fax_sha256, proof.page) if proof else None
        shown = f"{ANSWERS[verdict.answer]}. {verdict.reason}"
        if index is None or proof is None:
            table.row((verdict.title, shown, "not in the record" if verdict.answer == "missing" else ""))
        else:
            where = f"{plan.part_at(index).name}, {plan.bates(index)}"
            table.row((verdict.title, shown, where), Goal(index, proof.box[1] if proof.box else None))


def _sentences(exhibit: Exhibit) -> Iterator[tuple[str, int, Box]]:
    """Sentences of a notice that give a reason, with their page and the box of their first line."""
    for page in exhibit.pages:
        for paragraph in _paragraphs(page.lines):
            text = " ".join(line.text for line in paragraph)
            position = 0
            for sentence in SENTENCE.split(text):
                start = text.index(sentence, position)
                position = start + len(sentence)
                if (
                    len(sentence) >= LEAST
                    and not sentence.isupper()
                    and REASONING.search(sentence)
                    and not PROCEDURE.search(sentence)
                ):
                    yield sentence, page.page_number, _line_at(paragraph, start).box


def _paragraphs(lines: tuple[Line, ...]) -> Iterator[list[Line]]:
    """Lines that follow each other closely; a wider gap, or a short last line, ends a paragraph."""
    block: list[Line] = []
    for line in lines:
        if block:
            above = block[-1].box
            gap, height = line.box[1] - above[3], max(0.004, above[3] - above[1])
            if gap > 1.1 * height or above[2] < line.box[2] - 0.3:
                yield block
                block = []
        block.append(line)
    if block:
        yield block


def _line_at(lines: list[Line], start: int) -> Line:
    position = 0
    for line in lines:
        position += len(line.text) + 1
        if start < position:
            return line
    return lines[-1]


def _answers(sentence: str, exhibits: tuple[Exhibit, ...], findings: tuple[Cited, ...]) -> tuple[Proof, ...]:
    """What the record shows on the topics of a sentence: findings first, then documents of the right kind."""
    lower = f" {sentence.lower()} "
    wanted = [
        topic
        for topic in topics().values()
        if any(re.search(r"\b" + re.escape(word.strip()), lower) for word in topic["words"])
    ]
    notices = {exhibit.fax_sha256 for exhibit in exhibits if exhibit.kind == "denial_letter"}
    bound = {(e.fax_sha256, p.page_number): e for e in exhibits for p in e.pages}
    proofs: list[Proof] = []
    for topic in wanted[:3]:
        found = _from_findings(topic, findings, bound, notices) or _from_documents(topic, exhibits)
        proofs += [proof for proof in found if proof not in proofs]
    return tuple(proofs[:MOST_PROOFS])


def proofs(case: CaseFile) -> tuple[Proof, ...]:
    """The values that answer the notice and of which readers were sure, each once, in the matrix's order: a letter may name them."""
    found = [proof for row in rows(case) for proof in row.answers if proof.sure]
    return tuple(dict.fromkeys(found))[:MOST_PROOFS]


def _from_findings(
    topic: dict[str, Any], findings: tuple[Cited, ...], bound: dict[tuple[str, int], Exhibit], notices: set[str]
) -> list[Proof]:
    """Each value once a document, in the topic's order of fields, then of documents."""
    made: dict[str, tuple[tuple[int, int], Proof]] = {}
    for row in findings:
        finding, exhibit = row.finding, bound.get((row.fax_sha256, row.finding.page))
        usable = (
            finding.field in topic["fields"]
            and finding.status != "suspect"
            and finding.role not in {"negated", "ruled_out", "family_history"}
        )
        if usable and exhibit and row.fax_sha256 not in notices:
            kinds = topic["kinds"]
            rank = (
                topic["fields"].index(finding.field),
                kinds.index(exhibit.kind) if exhibit.kind in kinds else len(kinds),
            )
            says = _says(finding, exhibit)
            sure = finding.confidence >= SURE
            if says not in made or (sure and not made[says][1].sure):
                made[says] = (rank, Proof(row.fax_sha256, finding.page, finding.box, says, sure))
    return [proof for _, proof in sorted(made.values(), key=lambda pair: pair[0])][:MOST_PROOFS]


def _says(finding: Finding, exhibit: Exhibit) -> str:
    """A value in words: Oxygen saturation: 86 %, rest, room air (test result of 2026-09-02)."""
    what = finding.field.replace("_", " ").replace("spo2", "oxygen saturation").replace("icd10", "diagnosis")
    on = f" of {exhibit.on.isoformat()}" if exhibit.on else ""
    role = f", {finding.role}" if finding.role else ""
    return f"{what.capitalize()}: {finding.value}{UNITS.get(finding.field, '')}{role} ({exhibit.title.lower()}{on})"


def _from_documents(topic: dict[str, Any], exhibits: tuple[Exhibit, ...]) -> list[Proof]:
    made = []
    for kind in topic["kinds"]:
        for exhibit in exhibits:
            if exhibit.kind == kind:
                on = f" of {exhibit.on.isoformat()}" if exhibit.on else ""
                made.append(
                    Proof(exhibit.fax_sha256, exhibit.pages[0].page_number, None, f"See {exhibit.title.lower()}{on}")
                )
    return made[:2]
