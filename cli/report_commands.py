"""The command `report`: counts for the people who run the organisation."""

from __future__ import annotations

import enum
import json
import sys
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from casefile.errors import Refused
from casefile.reports import NAMES, Grid, Report, check_name, period_of
from casefile.settings import Settings

Name = Annotated[str, typer.Argument(help=f"{', '.join(NAMES)}.")]


class Format(enum.StrEnum):
    """How a report is printed."""

    table = "table"
    csv = "csv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this module's command to the program."""
    app.command("report")(report)


def report(
    name: Name,
    first: Annotated[str, typer.Option("--from", help="First day, as YYYY-MM-DD; default: 30 days.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, included; default: today.")] = "",
    output: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.table,
) -> None:
    """Count what came in, what is open, what was denied, or the figures with their targets.

    Days are those of CASEBINDER_TIMEZONE. A share of nothing is "no data". open-referrals lists all of them
    unless --from is given.

    Example: casebinder report metrics --from 2026-11-01 --to 2026-11-30 --format csv > november.csv
    """
    from flows.steps import Desk

    settings, name = Settings(), check_name(name)
    zone = ZoneInfo(settings.timezone)
    now = datetime.now(zone)
    period = period_of(_day(first, "--from"), _day(last, "--to"), now.date(), zone)
    made = Desk(settings).store.report(name, period, now, open_only_in_period=bool(first))
    if output is Format.json:
        typer.echo(json.dumps(made.to_json(), indent=2, ensure_ascii=False))
    elif output is Format.csv:
        sys.stdout.write(made.to_csv())
    else:
        _print(made)


def _print(made: Report) -> None:
    console = Console(highlight=False)
    console.print(f"{made.title}, {made.period.first} to {made.period.last} ({made.period.zone})", markup=False)
    for grid in made.all_grids():
        console.print()
        console.print(grid.title, style="bold", markup=False)
        console.print(_table(grid) if grid.rows else "nothing")
        if grid.note:
            console.print(grid.note, markup=False)


def _table(grid: Grid) -> Table:
    table = Table()
    for name in grid.columns:
        numbers = any(isinstance(row[grid.columns.index(name)], int) for row in grid.rows)
        table.add_column(escape(name), justify="right" if numbers else "left")
    for row in grid.rows:
        table.add_row(*(escape(_shown(value)) for value in row))
    return table


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"{text}: {option} takes a day like 2026-11-30") from None
