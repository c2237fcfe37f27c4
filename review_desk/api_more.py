"""The API's reports, and how the queue stands."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from casefile.picture import picture
from casefile.report_store import make_report
from casefile.reports import NAMES
from review_desk.api_door import Call, scope

router = APIRouter()
Row = dict[str, Any]
Name = StrEnum("Name", {name.replace("-", "_"): name for name in NAMES})  # type: ignore[misc]


class Format(StrEnum):
    """How a report comes."""

    json = "json"
    csv = "csv"


@router.get("/status", tags=["status"])
def status(call: Annotated[Call, Depends(scope("status:read"))]) -> Row:
    """Counts of faxes, pages and cases, the queue, rates, and clocks that end soon."""
    return picture(call.desk.store)


@router.get(
    "/reports/{name}", tags=["reports"], response_model=None,
    responses={200: {"content": {"text/csv": {}}}},
)  # fmt: skip
def report(
    call: Annotated[Call, Depends(scope("reports:read"))],
    name: Name,
    first: Annotated[date | None, Query(alias="from", description="First day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, included.")] = None,
    form: Annotated[Format, Query(alias="format")] = Format.json,
    table: Annotated[str, Query(max_length=40, description="With csv: only this table.")] = "",
) -> Row | Response:
    """A report: figures with definition, numerator and denominator, and tables."""
    zone = ZoneInfo(call.desk.settings.timezone)
    made = make_report(call.desk.store, name.value, zone=zone, at=call.at, first=first, last=last)
    call.record_view(f"made the report {name.value}")
    if form is Format.json:
        return made.to_json()
    try:
        text = made.to_csv(table)
    except KeyError:
        raise HTTPException(404, f"tables are {', '.join(block.id for block in made.blocks())}") from None
    headers = {"content-disposition": f'attachment; filename="{name.value}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
