"""Ready case → packet PDF, recorded in the store."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prefect import flow, task

from flows import steps
from packet_builder.render import PacketResult, build_packet


@task(name="bind")
def bind(case_id: str, kind: str, out: str, letter_date: str) -> PacketResult:
    """Write the packet and record it."""
    desk = steps.desk()
    settings = desk.settings
    result = build_packet(
        desk.store.case_file(case_id), kind=kind, source_path=desk.vault.path, out=Path(out),
        prefix=settings.bates_prefix, organisation=settings.organisation, contact=settings.contact,
        letter_date=date.fromisoformat(letter_date),
    )  # fmt: skip
    desk.store.record_packet(case_id, kind, result.sha256, str(result.path), result.pages, steps.now())
    return result


@flow(name="build-packet", flow_run_name="packet-{case_id}-{kind}", validate_parameters=False)
def build_packet_flow(case_id: str, kind: str, out: str, letter_date: str) -> PacketResult:
    """Bind one case into one PDF.

    Args:
        case_id: The case.
        kind: `appeal` or `complaint`.
        out: Where the PDF goes.
        letter_date: ISO date printed on the letter; the same inputs give the same bytes.

    Returns:
        Where the packet lies, its hash, its page count.
    """
    return bind(case_id, kind, out, letter_date)
