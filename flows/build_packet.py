"""Ready case → packet PDF, recorded in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from prefect import flow, task

from flows import steps
from flows.packet_request import Ask, full_case, open_cache, request_for
from packet_builder.render import PacketResult, build_packet

_ASKS: dict[str, Ask] = {}
"""What was asked, by case id: reasons are free text, which Prefect must not keep."""


@task(name="bind")
def bind(case_id: str, kind: str, out: str, letter_date: str) -> PacketResult:
    """Write the packet and record it."""
    return bind_case(case_id, kind, Path(out), date.fromisoformat(letter_date), _ASKS.pop(case_id, Ask()))


def bind_case(
    case_id: str, kind: str, out: Path, letter_date: date, ask: Ask, progress: Callable[[int, int], None] | None = None,
    *, desk: steps.Desk | None = None, preview: bool = False,
) -> PacketResult:  # fmt: skip
    """Check, bind and record a case's packet. A preview is bound whatever stands against it, and not recorded.

    Raises:
        PacketError: The preflight holds the packet back, or it cannot be bound.
    """
    desk = desk or steps.desk()
    settings = desk.settings
    case = full_case(desk, case_id, ask)
    request = request_for(case, kind, ask, letter_date, settings, desk, preview=preview)
    cache = open_cache(settings)
    try:
        result = build_packet(
            case, kind=kind, source_path=desk.vault.path, out=out, prefix=settings.bates_prefix,
            organisation=settings.organisation, contact=settings.contact, letter_date=letter_date,
            request=request, cache=cache, progress=progress,
        )  # fmt: skip
    finally:
        cache.close()
    if preview:
        return result
    desk.store.record_packet(case_id, kind, result.sha256, str(result.path), result.pages, steps.now())
    steps.copy_packet(desk, case_id, kind, result.path, result.sha256)
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


def build_packet_as_asked(case_id: str, kind: str, out: str, letter_date: str, ask: Ask) -> PacketResult:
    """Run the flow with everything a person asked for beyond kind and date."""
    _ASKS[case_id] = ask
    try:
        return build_packet_flow(case_id, kind, out, letter_date)
    finally:
        _ASKS.pop(case_id, None)
