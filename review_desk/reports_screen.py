"""The reports: figures with what of what they are, small charts, the tables beside them, and CSV."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Response
from markupsafe import Markup

from casefile.report_store import make_report
from casefile.reports import NAMES, TITLES, Report, Table
from review_desk.charts import bars, columns
from review_desk.guard import Guarded, Visit
from review_desk.pages import go, page

router = APIRouter()
SHOWN, BARS = 50, 10
"""Rows of a table on the page (the CSV has them all), and bars of a chart."""


@router.get("/reports")
def reports(v: Guarded) -> Response:
    """The figures first."""
    return go("/reports/metrics")


@router.get("/reports/{name}")
def report(v: Guarded, name: str) -> Response:
    """One report over the days in the address (`from`, `to`)."""
    made = _made(v, name)
    v.record_view(f"looked at the report {name}")
    blocks = [{"table": table, "chart": chart(table), "rows": table.rows[:SHOWN]} for table in made.tables]
    names = [(each, TITLES[each]) for each in NAMES]
    return page(v, "reports.html.j2", made.title, report=made, blocks=blocks, names=names, query=_query(v))


@router.get("/reports/{name}/{table}.csv")
def report_csv(v: Guarded, name: str, table: str) -> Response:
    """One table of a report as CSV; no cell of it is a formula."""
    made = _made(v, name)
    try:
        text = made.to_csv(table)
    except KeyError as error:
        raise HTTPException(404, "This report has no such table.") from error
    v.record(f"took the report {name} as CSV", why=f"table {table}")
    file = f"{name}-{table}-{made.period.last.isoformat()}.csv"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _made(v: Visit, name: str) -> Report:
    if name not in NAMES:
        raise HTTPException(404, f"There is no such report. Reports are {', '.join(NAMES)}.")
    zone = ZoneInfo(v.desk.settings.timezone)
    return make_report(v.store, name, zone=zone, at=v.at, first=_day(v, "from"), last=_day(v, "to"))


def _day(v: Visit, name: str) -> date | None:
    text = v.request.query_params.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise HTTPException(400, f"The day in “{name}” is none. Choose it in the calendar.") from error


def _query(v: Visit) -> str:
    """The period of the address, for the links to the CSV and to the other reports."""
    days = {name: day.isoformat() for name in ("from", "to") if (day := _day(v, name))}
    return "?" + "&".join(f"{name}={day}" for name, day in days.items()) if days else ""


def chart(table: Table) -> Markup:
    """The chart that goes with a table; nothing for lists."""
    rows: list[tuple[Any, ...]] = [tuple(row) for row in table.rows]
    if table.id == "per_day":
        place = table.columns.index("new referrals")
        return columns("New referrals per day", [(f"{row[0][5:7]}/{row[0][8:]}", row[place]) for row in rows])
    if table.id == "by_age":
        return bars(table.title, list(zip(table.columns[1:-1], rows[-1][1:-1], strict=True)))
    if table.id == "gaps":
        return bars("What was missing most", _summed((row[1], row[2]) for row in rows))
    if table.id == "denials":
        return bars(
            "Denials by payer and reason", [(f"{row[0] or 'payer not known'}, {row[1]}", row[2]) for row in rows[:BARS]]
        )
    if table.id == "deadlines":
        return bars(table.title, [(row[0], row[1]) for row in rows[:BARS] if row[1]])
    return Markup("")


def _summed(pairs: Any) -> list[tuple[str, int]]:
    """The largest sums by name."""
    sums: dict[str, int] = {}
    for name, count in pairs:
        sums[name] = sums.get(name, 0) + count
    return sorted(sums.items(), key=lambda row: -row[1])[:BARS]
