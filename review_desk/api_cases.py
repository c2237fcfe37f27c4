"""The API's cases: list, search, show, ask for what is missing, packets."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path as File
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict

from casefile.statuses import STATUSES
from casefile.tables import NEVER
from flows.case_entries import letter_values
from flows.steps import check
from packet_builder.request_letter import request_pdf
from review_desk.api_door import Call, CaseId, Sha, scope

router = APIRouter()
Reads = Annotated[Call, Depends(scope("cases:read"))]
Writes = Annotated[Call, Depends(scope("cases:write"))]
Packets = Annotated[Call, Depends(scope("packets:read"))]
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
PLACE = re.compile(r"(\d{4}-\d\d-\d\d)/(C-\d{1,9})")
Row = dict[str, Any]


class Ask(BaseModel):
    """What to send."""

    model_config = ConfigDict(extra="forbid")
    remind: bool = False


@router.get("/cases", tags=["cases"])
def cases(
    call: Reads,
    status: Annotated[str, Query(description=f"One of: {', '.join(STATUSES)}.")] = "",
    search: Annotated[str, Query(max_length=120, description="Beginning of a name or of any identifier.")] = "",
    after: Annotated[str, Query(max_length=30, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Row:
    """A page of cases, the nearest deadline first; or the cases that a search finds."""
    if status and status not in STATUSES:
        raise HTTPException(422, f"status is one of {', '.join(STATUSES)}")
    found = PLACE.fullmatch(after)
    if after and not found:
        raise HTTPException(422, "after is the `next` of the page before")
    if search:
        call.record_view("searched cases")
        rows = call.desk.store.search(search.replace("\0", " "), limit)
        return {"cases": [row for row in rows if not status or row["status"] == status], "next": None}
    call.record_view("listed cases")
    rows = call.desk.store.worklist(status, (found[1], found[2]) if found else None, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return {"cases": rows[:limit], "next": f"{last['next_due'] or NEVER}/{last['id']}" if last else None}


@router.get("/cases/{case_id}", tags=["cases"])
def case(call: Reads, case_id: CaseId) -> Row:
    """Everything known of a case: status, checklist, gaps, clocks, timeline, ledger of pages, letters, history."""
    today = call.at.astimezone(ZoneInfo(call.desk.settings.timezone)).date()
    row = call.desk.store.case(case_id, today)
    call.record_view("looked at the case", case_id=case_id)
    return {**row, "packets": [_packet_row(packet) for packet in row["packets"]]}


@router.get("/cases/{case_id}/requests", tags=["requests"])
def requests(call: Reads, case_id: CaseId) -> Row:
    """The letters of a case to its ordering office, oldest first."""
    row = call.desk.store.case(case_id)
    call.record_view("listed the letters", case_id=case_id)
    return {"requests": row["requests"]}


@router.post("/cases/{case_id}/requests", status_code=201, tags=["requests"])
def ask(call: Writes, case_id: CaseId, body: Ask) -> Row:
    """Make the letter that asks for what is missing, or count a reminder of the open one."""
    letter = call.desk.store.request(case_id, by=call.by, at=call.at, remind=body.remind)
    check(call.desk, case_id)
    return {
        "case": case_id, "token": letter.token, "office": letter.office, "office_fax": letter.office_fax,
        "made_at": letter.made_at, "reminders": letter.reminders, "asks_for": [item["ask"] for item in letter.items],
        "pdf": f"/api/cases/{case_id}/requests/{letter.token}.pdf",
    }  # fmt: skip


@router.get("/cases/{case_id}/requests/{token}.pdf", tags=["requests"], response_class=Response, responses=PDF)
def letter_pdf(call: Reads, case_id: CaseId, token: Annotated[str, Path(pattern="^[0-9A-Z]{12}$")]) -> Response:
    """A letter as PDF, ready to fax."""
    letter = call.desk.store.letter(case_id, token)
    call.record("took the request letter", case_id=case_id)
    return _pdf(request_pdf(letter_values(letter, call.desk.settings), token), f"request-{case_id}-{token}.pdf")


@router.get("/cases/{case_id}/packets", tags=["packets"])
def packets(call: Packets, case_id: CaseId) -> Row:
    """The packets built from a case, oldest first."""
    row = call.desk.store.case(case_id)
    call.record_view("listed the packets", case_id=case_id)
    return {"packets": [_packet_row(packet) for packet in row["packets"]]}


@router.get("/cases/{case_id}/packets/{sha256}", tags=["packets"], response_class=Response, responses=PDF)
def packet(call: Packets, case_id: CaseId, sha256: Sha) -> Response:
    """A packet of this case as PDF, exactly as it was built."""
    built = call.desk.store.case(case_id)["packets"]
    found = next((row for row in reversed(built) if row["sha256"] == sha256), None)
    if found is None:
        raise HTTPException(404, f"{case_id} has no such packet.")
    path = File(found["path"])
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise HTTPException(410, "The packet's file was moved or changed since it was built. Build it again.")
    call.record("took a packet", case_id=case_id, sha256=sha256)
    return _pdf(content, f"{found['kind']}-{case_id}-{sha256[:12]}.pdf")


def _packet_row(row: Row) -> Row:
    """A packet without the place of its file on this machine."""
    return {key: row[key] for key in ("kind", "sha256", "pages", "created_at")}


def _pdf(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)
