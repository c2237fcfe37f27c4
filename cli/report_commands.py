"""The command `report`, and `import-referrals` beside it."""

from __future__ import annotations

import getpass
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from casefile.reports import NAMES, Report
from casefile.settings import Settings
from cli.audit_commands import day

SHOWN = 40
"""Rows of a table on a terminal; CSV and JSON have them all."""


class Format(StrEnum):
    """How a report is printed."""

    table = "table"
    csv = "csv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command()(report)
    app.command()(import_referrals)


def report(
    name: Annotated[str, typer.Argument(help=f"{', '.join(NAMES)}.")],
    since: Annotated[str, typer.Option("--from", help="First day, as YYYY-MM-DD; default 30 days.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, as YYYY-MM-DD; default today.")] = "",
    form: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.table,
    table: Annotated[str, typer.Option(help="With csv: only this table, as json names it.")] = "",
) -> None:
    """Count referrals, gaps, clocks, denials and appeals; every figure with what of what it is.

    Example: casebinder report metrics --from 2026-11-01 --to 2026-11-30 --format csv
    """
    from casefile.report_store import make_report
    from flows.steps import Desk, now

    settings = Settings()
    first, last = (day(text) if text else None for text in (since, until))
    zone = ZoneInfo(settings.timezone)
    made = make_report(Desk(settings).store, name, zone=zone, at=now(), first=first, last=last)
    if form is Format.json:
        typer.echo(json.dumps(made.to_json(), indent=2, ensure_ascii=False))
    elif form is Format.csv:
        sys.stdout.write(_csv(made, table))
    else:
        _show(made)


def _csv(made: Report, table: str) -> str:
    try:
        return made.to_csv(table)
    except KeyError as error:
        names = ", ".join(block.id for block in made.blocks())
        raise typer.BadParameter(f"{table}: tables of {made.name} are {names}") from error


def _show(made: Report) -> None:
    """A report for a person."""
    console = Console(highlight=False)
    first = made.period.first or "the beginning"
    console.print(f"[bold]{made.title}[/bold], {first} to {made.period.last} ({made.period.zone})")
    for figure in made.figures:
        value = (
            "no data" if figure.percent is None else f"{figure.percent} % ({figure.numerator} of {figure.denominator})"
        )
        met = {True: ", met", False: ", not met", None: ""}[figure.meets]
        target = f"  target {figure.target}{met}" if figure.target else ""
        console.print(f"\n[bold]{figure.title}[/bold]: {value}{target}\n  {figure.definition}")
    for block in made.tables:
        grid = Grid(*block.columns, title=block.title, title_justify="left")
        for row in block.rows[:SHOWN]:
            grid.add_row(*(escape(str(cell)) for cell in row))
        console.print()
        console.print(grid if block.rows else f"{block.title}: no data")
        more = f"{len(block.rows) - SHOWN} more with --format csv. " if len(block.rows) > SHOWN else ""
        if more or block.note:
            console.print(f"  {more}{block.note}", markup=False)


def import_referrals(
    file: Annotated[Path, typer.Argument(help="A portal's export, as CSV.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare a portal's export with our cases and list what is in one and not in the other.

    Exit 3, and nothing is kept, when a row cannot be used; its line and the reason are named.

    Example: casebinder import-referrals portal.csv
    """
    from flows.reconcile import reconcile_file
    from flows.steps import Desk

    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file")
    result = reconcile_file(Desk(Settings()), file, getpass.getuser())
    if as_json:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        _show_reconciled(file.name, result)
    if result["bad"]:
        raise typer.Exit(3)


def _show_reconciled(name: str, result: dict[str, Any]) -> None:
    """What is in one and not in the other, for a person."""
    console = Console(highlight=False, markup=False)
    console.print(f"{name}: {result['rows']} rows, {result['both']} are cases of ours")
    for row in result["bad"]:
        console.print(f"  line {row['line']}: {row['reason']}")
    lists = (
        ("only_in_export", "in the export, no case of ours", ("line", "member_name", "member_id", "order_date")),
        ("unsure", "a person decides", ("line", "member_name", "member_id", "order_date", "reason")),
        ("only_with_us", "our case, not in the export", ("case", "member_name", "member_id", "created_at", "status")),
    )
    for key, title, columns in lists:
        rows = result[key]
        if not rows:
            continue
        grid = Grid(*(column.replace("_", " ") for column in columns), title=f"{title}: {len(rows)}")
        for row in rows[:SHOWN]:
            grid.add_row(*(escape(str(row[column])) for column in columns))
        console.print(grid)
        if len(rows) > SHOWN:
            console.print(f"  {len(rows) - SHOWN} more with --json")
    kept = "nothing was kept; mend these lines and import again" if result["bad"] else (
        f"kept: {result['new']} new referrals, {result['known']} known before")  # fmt: skip
    console.print(kept)
