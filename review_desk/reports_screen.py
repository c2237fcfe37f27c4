"""The reports: figures with what they count, small charts beside tables, and each table as CSV."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Response
from markupsafe import Markup

from casefile.report_store import make_report
from casefile.reports import NAMES, TITLES, Report, Table
from review_desk.chart_svg import lying, standing
from review_desk.guard import Guarded, Visit
from review_desk.pages import go, page

router = APIRouter()
ROWS = 60
"""Rows of a table on the screen; its CSV has them all."""
NEW = "new referrals"


@router.get("/reports")
def reports(v: Guarded) -> Response:
    """The figures come first."""
    return go("/reports/metrics")


@router.get("/reports/{name}")
def report(v: Guarded, name: str) -> Response:
    """One report over the days of the address (`from`, `to`)."""
    made = _made(v, name)
    v.record_view(f"looked at the report {name}")
    days = urlencode({"from": made.period.first or "", "to": made.period.last})
    shown = [{"table": table, "chart": chart(table), "rows": table.rows[:ROWS], "left": max(0, len(table.rows) - ROWS),
              "numbers": _numbers(table), "csv": f"/reports/{name}/{table.id}.csv?{days}"}
             for table in made.tables]  # fmt: skip
    return page(v, "reports.html.j2", made.title, report=made, shown=shown, titles=TITLES, days=days,
                asked={key: v.request.query_params.get(key, "") for key in ("from", "to")})  # fmt: skip


@router.get("/reports/{name}/{table}.csv")
def report_csv(v: Guarded, name: str, table: str) -> Response:
    """One table of a report, `figures` included, or `all` of them."""
    made = _made(v, name)
    try:
        text = made.to_csv("" if table == "all" else table)
    except KeyError:
        raise HTTPException(404, "This report has no such table.") from None
    v.record(f"took the report {name}")
    file = f"{name}-{made.period.last}.csv"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _made(v: Visit, name: str) -> Report:
    if name not in NAMES:
        raise HTTPException(404, f"There is no such report. There are {', '.join(NAMES)}.")
    zone = ZoneInfo(v.desk.settings.timezone)
    return make_report(v.store, name, zone=zone, at=v.at, first=_day(v, "from"), last=_day(v, "to"))


def _day(v: Visit, name: str) -> date | None:
    """A day of the address; None when there is none."""
    text = v.request.query_params.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(400, "A day is written like 2026-11-30.") from None


def chart(table: Table) -> Markup:
    """The table as a drawing; empty where there is nothing worth drawing."""
    rows: list[Any] = list(table.rows)
    if table.id == "per_day":
        place = table.columns.index(NEW)
        return standing([(row[0], row[place]) for row in rows], "new referrals by day")
    if table.id == "by_age":
        ages = list(zip(table.columns, rows[-1], strict=True))[1:-1] if rows else []
        return lying(ages, "open referrals by age")
    if table.id == "gaps":
        times: Counter[str] = Counter()
        for _, missing, count, _ in rows:
            times[missing] += count
        return lying(times.most_common(), "what was missing, all offices together")
    if table.id == "denials":
        return lying([(f"{reason}, {payer or 'payer unknown'}", cases) for payer, reason, cases in rows], table.title)
    if table.id == "deadlines":
        return lying([(row[0], row[1]) for row in rows], "deadlines missed")
    return Markup("")


def _numbers(table: Table) -> list[bool]:
    """Which columns hold numbers, to be set flush right."""
    return [all(isinstance(row[n], int | float) for row in table.rows) and bool(table.rows)
            for n in range(len(table.columns))]  # fmt: skip
