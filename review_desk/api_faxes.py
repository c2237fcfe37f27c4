"""The API's faxes: show what was read, correct it, drop a new one."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from flows.drop import drop
from flows.steps import check
from review_desk.api_door import Call, Sha, scope
from review_desk.fields import NotValid, checked

router = APIRouter(tags=["faxes"])
Reads = Annotated[Call, Depends(scope("faxes:read"))]
Writes = Annotated[Call, Depends(scope("cases:write"))]
Drops = Annotated[Call, Depends(scope("inbox:write"))]
LAST_PAGE = 100_000
PLAIN = r"^[^\x00-\x1f\x7f]*$"
Row = dict[str, Any]


class Correction(BaseModel):
    """What a page really says."""

    model_config = ConfigDict(extra="forbid")
    page: int = Field(ge=1, le=LAST_PAGE)
    field: str = Field(pattern="^[a-z][a-z0-9_]{1,59}$", examples=["order_date"])
    value: str = Field(max_length=200, pattern=PLAIN, description="As it stands there; empty if nothing does.")
    why: str = Field(min_length=3, max_length=500, pattern=PLAIN, description="How you know.")
    role: str | None = Field(None, max_length=60, pattern=PLAIN)
    read_as: str | None = Field(None, max_length=200, pattern=PLAIN, description="Which reading, if there are several.")


@router.get("/faxes/{sha256}")
def fax(call: Reads, sha256: Sha) -> Row:
    """A fax: its state, its pages' places, and what was read of it, people's corrections included."""
    found = call.desk.store.review(sha256)
    call.record_view("looked at a fax", sha256=sha256)
    return {
        "fax": sha256, "name": found.name, "state": found.state, "reason": found.reason,
        "received_at": found.received_at, "cases": sorted(set(found.homes.values())),
        "ledger": [{"page": row.page, "state": row.state, "reason": row.reason, "case": found.homes.get(row.page)}
                   for row in found.ledger],
        "reading": found.reading.to_json(),
    }  # fmt: skip


@router.post("/faxes/{sha256}/corrections", status_code=201)
def correct(call: Writes, sha256: Sha, body: Correction) -> Row:
    """Correct or confirm a field of a page; the reading is kept beside it, and the cases are checked again."""
    today = call.at.astimezone(ZoneInfo(call.desk.settings.timezone)).date()
    try:
        value = checked(body.field, body.value, today) if body.value.strip() else ""
    except NotValid as why:
        raise HTTPException(422, str(why)) from None
    touched = call.desk.store.correct(sha256, body.page, body.field, value, by=call.by, why=body.why, at=call.at,
                                      role=body.role or None, read_as=body.read_as)  # fmt: skip
    for case_id in touched:
        check(call.desk, case_id)
    call.record(f"corrected {body.field} on page {body.page}", sha256=sha256)
    return {"fax": sha256, "page": body.page, "field": body.field, "value": value, "cases": touched}


@router.post("/inbox", status_code=202)
def inbox(call: Drops, file: UploadFile) -> Row:
    """Drop a fax (PDF, TIFF, JPEG, PNG) into the watched inbox; whoever watches it reads it from there.

    `fax` names it from now on: `GET /api/faxes/{fax}` answers once it is taken in.
    """
    if not file.size:
        raise HTTPException(422, "The file is empty.")
    if file.size > call.desk.settings.max_file_mb << 20:
        raise HTTPException(413, f"A fax has at most {call.desk.settings.max_file_mb} MB.")
    sha256, name = drop(call.desk, file.file, file.filename or "fax")
    call.record("dropped a fax", sha256=sha256)
    return {"fax": sha256, "name": name, "bytes": file.size}
