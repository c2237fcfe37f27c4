"""What happened, in two lanes, each event with its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from casefile.reads import Read
from casefile.records import Event, Finding

TITLES = {
    "order_date": ("ordered", "clinical", "Order written"),
    "signature_date": ("signed", "clinical", "Order signed"),
    "denial_date": ("denied", "paperwork", "Denial notice dated"),
}
SERVICE = {
    "visit": ("visit", "clinical", "Visit"), "test": ("test", "clinical", "Test performed"),
    "delivery": ("delivered", "clinical", "Delivered"), None: ("service", "clinical", "Service started"),
}  # fmt: skip
DATED_BY = ("denial_date", "service_start", "order_date", "signature_date")


def document_date(read: Read) -> date | None:
    """The day a document is about; None when it shows none."""
    for field in DATED_BY:
        if found := read.first(field):
            return _day(found)
    return None


def events(documents: Sequence[tuple[Read, str]]) -> tuple[Event, ...]:
    """Events of (document, arrival time) pairs, by day; undated ones last, the same event once."""
    found: dict[tuple[str, str | None, str], Event] = {}
    for read, received_at in documents:
        for event in _of_document(read, received_at):
            source = event.evidence.fax_sha256 if event.evidence and event.kind == "received" else ""
            found.setdefault((event.title, event.on.isoformat() if event.on else None, source), event)
    return tuple(sorted(found.values(), key=lambda e: (e.on or date.max, e.lane, e.title)))


def _of_document(read: Read, received_at: str) -> list[Event]:
    made = []
    kind = read.document.kind
    for finding in read.findings:
        row = SERVICE.get(finding.role) if finding.field == "service_start" else TITLES.get(finding.field)
        wanted = finding.field != "signature_date" or kind in {"order", "plan_of_care"}
        if row and wanted and (finding.field != "order_date" or kind == "order"):
            made.append(Event(row[0], row[1], row[2], _day(finding), None, read.evidence(finding)))  # type: ignore[arg-type]
    if kind != "cover_sheet" and received_at:
        title = f"Received: {kind.replace('_', ' ')}"
        page = read.evidence(Finding("", "", "", read.document.pages[0], (0, 0, 1, 1), 1))
        made.append(Event("received", "paperwork", title, date.fromisoformat(received_at[:10]), None, page))
    return made


def _day(finding: Finding) -> date | None:
    try:
        return date.fromisoformat(finding.value)
    except ValueError:
        return None
