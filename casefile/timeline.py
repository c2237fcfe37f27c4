"""What happened, in two lanes, each event with its page or its logged entry, oddities of dates flagged. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from casefile.reads import Read
from casefile.records import Event, Evidence, Finding

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
ONCE = frozenset({"ordered", "denied", "delivered"})
"""Events that happen once in most cases: two different dates are shown as a conflict."""
AFTERWARDS = (("delivered", "ordered"), ("denied", "ordered"), ("signed", "ordered"))
"""The first of each pair does not come before the second."""
UNDATED_KINDS = frozenset(
    {"progress_note", "test_result", "therapy_note", "delivery_proof", "denial_letter", "call_log"}
)
LANES = {
    kind: "paperwork"
    for kind in ("faxed", "received", "verified", "requested", "called", "emailed", "denied", "appealed", "filed")
} | {kind: "clinical" for kind in ("ordered", "scheduled", "delivered", "missed", "visit", "test", "signed")}
"""Lane of every kind of event; what people log is one of these."""


def document_date(read: Read) -> date | None:
    """The day a document is about; None when it shows none."""
    for field in DATED_BY:
        if found := read.first(field):
            return _day(found)
    return None


def events(
    documents: Sequence[tuple[Read, str]], logged: Iterable[Event] = (), zone: ZoneInfo | None = None
) -> tuple[Event, ...]:
    """Events of (document, arrival time) pairs and of the log, by day; undated ones last, the same event once."""
    found: dict[tuple[str, str | None, str], Event] = {}
    for read, received_at in documents:
        for event in _of_document(read, received_at, zone):
            own = event.kind in {"received", "faxed"} or event.on is None
            source = event.evidence.fax_sha256 if event.evidence and own else ""
            found.setdefault((event.title, event.on.isoformat() if event.on else None, source), event)
    rows = [*found.values(), *logged]
    return tuple(sorted(_flagged(rows), key=_order))


def _order(event: Event) -> tuple[date, str, str, str, str]:
    return event.on or date.max, _clock(event), event.lane, event.title, event.entry


def _clock(event: Event) -> str:
    return event.at.isoformat() if event.at else ""


def _of_document(read: Read, received_at: str, zone: ZoneInfo | None) -> list[Event]:
    made = []
    kind = read.document.kind
    born = {finding.value for finding in read.findings if finding.field == "member_dob"}
    for finding in read.findings:
        row = SERVICE.get(finding.role) if finding.field == "service_start" else TITLES.get(finding.field)
        wanted = finding.field != "signature_date" or kind in {"order", "plan_of_care", "request_reply"}
        if row and wanted and finding.value not in born and (finding.field != "order_date" or kind == "order"):
            made.append(Event(row[0], row[1], row[2], _day(finding), None, read.evidence(finding)))  # type: ignore[arg-type]
    if not read.document.pages:
        return made
    page = Evidence(read.sha256, read.document.pages[0], (0, 0, 1, 1))
    if kind in UNDATED_KINDS and not document_date(read):
        made.append(Event(kind, _lane(kind), f"{read.name.capitalize()} without a date", None, None, page))
    if kind != "cover_sheet" and received_at:
        arrived = _moment(received_at).astimezone(zone or UTC)
        made.append(Event("received", "paperwork", f"Received: {read.name}", arrived.date(), arrived, page))
    banner = next((p.banner for p in read.pages if p.banner and p.banner.sent_at), None)
    if banner and banner.sent_at and kind != "cover_sheet":
        sent = datetime.fromisoformat(banner.sent_at)
        made.append(Event("faxed", "paperwork", f"Faxed: {read.name}", sent.date(), sent, page))
    return made


def _lane(kind: str) -> Literal["clinical", "paperwork"]:
    return "paperwork" if kind in {"denial_letter", "call_log"} else "clinical"


def _flagged(rows: Sequence[Event]) -> list[Event]:
    """The same events; those without a date, or whose date contradicts another, say so."""
    days: dict[str, set[date]] = defaultdict(set)
    for event in rows:
        if event.on and not event.entry:
            days[event.kind].add(event.on)
    return [replace(event, flag=event.flag or _odd(event, days)) for event in rows]


def _odd(event: Event, days: dict[str, set[date]]) -> str:
    if event.on is None:
        return "undated"
    known = days.get(event.kind, set())
    if event.kind in ONCE and not event.entry and len(known) > 1:
        return "dates differ: " + ", ".join(day.isoformat() for day in sorted(known))
    for later, earlier in AFTERWARDS:
        first = min(days.get(earlier, set()), default=None)
        if event.kind == later and first and event.on < first:
            return f"before the date {earlier}, {first.isoformat()}"
    if event.kind in {"ordered", "signed", "test", "visit", "delivered"} and (received := days.get("received")):
        last = max(received)
        return f"later than every fax of the case ({last.isoformat()})" if event.on > last else ""
    return ""


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(finding: Finding) -> date | None:
    try:
        return date.fromisoformat(finding.value)
    except ValueError:
        return None
