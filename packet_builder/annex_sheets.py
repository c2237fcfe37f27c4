"""The annex: checklist verdicts with rule versions, clocks, the page ledger, where every page came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casefile.records import CaseFile, LedgerRow
from packet_builder.drawing import Sheets
from packet_builder.drawn import Goal
from packet_builder.plan import PacketPlan
from packet_builder.request import Request
from packet_builder.tables import Column, Table


def annex(
    sheets: Sheets, case: CaseFile, plan: PacketPlan, request: Request, notes: Mapping[str, Sequence[str]]
) -> None:
    """Draw all of it."""
    sheets.heading("Annex")
    _verdicts(sheets, case, plan)
    sheets.subheading("Page ledger: what became of every page received")
    table = Table(
        sheets, [Column("Source", 26), Column("Pages", 14), Column("State", 18), Column("Bound as, or reason", 42)]
    )
    for sha256, pages, state, reason, index in ledger_runs(case.ledger, plan):
        name = request.names.get(sha256, sha256[:16])
        table.row((name, pages, state.replace("_", " "), reason), Goal(index) if index is not None else None)
    for name, reason in request.excluded:
        table.row((name, "", "excluded", reason))
    _sources(sheets, plan, request, notes)
    _overrides(sheets, request)


def _verdicts(sheets: Sheets, case: CaseFile, plan: PacketPlan) -> None:
    if not case.verdicts and not case.clocks:
        return
    sheets.subheading("Checklist and clocks")
    table = Table(
        sheets, [Column("Requirement", 25), Column("Answer", 15, bold=True), Column("Why", 38), Column("Rule", 22)]
    )
    for verdict in case.verdicts:
        proof = verdict.evidence
        index = plan.index_of(proof.fax_sha256, proof.page) if proof else None
        why = f"{verdict.reason} ({plan.bates(index)})" if index is not None else verdict.reason
        table.row(
            (verdict.title, verdict.answer.replace("_", " "), why, verdict.rule),
            Goal(index) if index is not None else None,
        )
    for clock in case.clocks:
        table.row(
            (
                clock.name,
                clock.due.isoformat() if clock.due else "cannot be told",
                clock.note or clock.started_by,
                clock.rule,
            )
        )


def ledger_runs(ledger: Sequence[LedgerRow], plan: PacketPlan) -> list[tuple[str, str, str, str, int | None]]:
    """Ledger rows joined where neighbours share source, state and reason, and are bound one after the other.

    Returns:
        (SHA-256, pages, state, Bates range or reason, index of the first page if bound) rows.
    """
    runs: list[tuple[LedgerRow, LedgerRow, int | None]] = []
    for row in ledger:
        index = plan.index_of(row.fax_sha256, row.page) if row.state == "exhibit" else None
        if runs and _follows(runs[-1], row, index):
            runs[-1] = (runs[-1][0], row, runs[-1][2])
        else:
            runs.append((row, row, index))
    made: list[tuple[str, str, str, str, int | None]] = []
    for first, last, index in runs:
        pages = str(first.page) if first.page == last.page else f"{first.page} to {last.page}"
        end = index + last.page - first.page if index is not None else None
        reason = first.reason
        if index is not None and end is not None:
            reason = plan.bates(index) + (f" to {plan.bates(end)}" if end > index else "")
        made.append((first.fax_sha256, pages, first.state, reason, index))
    return made


def _follows(run: tuple[LedgerRow, LedgerRow, int | None], row: LedgerRow, index: int | None) -> bool:
    first, last, start = run
    if (row.fax_sha256, row.page, row.state) != (last.fax_sha256, last.page + 1, last.state):
        return False
    if index is None or start is None:
        return index is start and row.reason == last.reason
    return index == start + row.page - first.page


def _sources(sheets: Sheets, plan: PacketPlan, request: Request, notes: Mapping[str, Sequence[str]]) -> None:
    sheets.subheading("Sources and manifest")
    sheets.paragraph("The file manifest.json inside this PDF holds the SHA-256 of every source and of every page as bound. "
                     "The command `casebinder verify` compares them.", size=9.6)  # fmt: skip
    table = Table(sheets, [Column("SHA-256 of the source", 73), Column("Remarks", 27)])
    for sha256 in dict.fromkeys(part.exhibit.fax_sha256 for part in plan.exhibits() if part.exhibit):
        table.row(
            (sha256, "; ".join([*([request.names[sha256]] if sha256 in request.names else []), *notes.get(sha256, ())]))
        )


def _overrides(sheets: Sheets, request: Request) -> None:
    if not request.overrides:
        return
    sheets.subheading("Checks that a person lifted")
    table = Table(sheets, [Column("Check", 25, bold=True), Column("Reason", 50), Column("By", 25)])
    for override in request.overrides:
        table.row((override.code, override.reason, override.by))
