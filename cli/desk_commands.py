"""Commands of the intake desk: extract, cases, case, status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from casefile.settings import Settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command()(extract)
    app.command()(cases)
    app.command()(case)
    app.command()(status)


def extract(
    files: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG or PNG files.")],
    as_json: JsonFlag = False,
) -> None:
    """Read files and print one reading per file; nothing is stored.

    Exit 0 when every file was read, 3 when one was set aside.

    Example: casebinder extract order.tif --json
    """
    from flows.steps import limits_from, read_path

    limits = limits_from(Settings())
    readings = []
    for path in files:
        if not path.is_file():
            raise typer.BadParameter(f"{path}: no such file")
        with _page_bar(path.name) as on_page:
            readings.append(read_path(path, path.name, limits, on_page))
    if as_json:
        rows = [reading.to_json() for reading in readings]
        typer.echo(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2, ensure_ascii=False))
    else:
        for reading in readings:
            _print_reading(reading)
    if any(reading.set_aside for reading in readings):
        raise typer.Exit(3)


class _page_bar:  # noqa: N801
    """A progress bar over pages on a terminal; silent in a pipe."""

    def __init__(self, label: str) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            console=console, disable=not console.is_terminal, transient=True,
        )  # fmt: skip
        self._label = label

    def __enter__(self) -> Any:
        self._bar.start()
        task = self._bar.add_task(self._label, total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()


def _print_reading(reading: Any) -> None:
    """One file's reading for a person."""
    console = Console(highlight=False)
    console.print(f"[bold]{reading.name}[/bold]  {len(reading.pages)} pages")
    for document in reading.documents:
        console.print(f"  {document.kind}: pages {', '.join(map(str, document.pages))}", markup=False)
    table = Table("field", "value", "page", "confidence", "status", "why")
    for row in reading.findings:
        table.add_row(*(_plain(c) for c in (row.field, row.value, row.page, f"{row.confidence:.2f}",
                                           row.status, row.reason)))  # fmt: skip
    if reading.findings:
        console.print(table)
    for problem in reading.problems:
        where = f" page {problem.page}" if problem.page else ""
        console.print(f"  ! {problem.code}{where}: {problem.message}", markup=False)


def _plain(value: object) -> str:
    """Text that the console prints as it is, whatever a fax says."""
    from rich.markup import escape

    return escape(str(value))


def cases(as_json: JsonFlag = False) -> None:
    """List the cases.

    Example: casebinder cases
    """
    from flows.steps import Desk

    rows = Desk(Settings()).store.cases()
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("case", "member", "payer", "status", "open gaps")
    for row in rows:
        gaps = [gap["title"] for gap in row.get("gaps", []) if not gap.get("closed_at")]
        table.add_row(*(_plain(c) for c in (row["id"], row["member_name"], row["payer_name"], row["status"],
                                           ", ".join(gaps) or "-")))  # fmt: skip
    Console(highlight=False).print(table if rows else "no cases yet; drop a fax into the inbox")


def case(
    case_id: Annotated[str, typer.Argument(help="Case id, as `casebinder cases` lists it.")],
    as_json: JsonFlag = False,
) -> None:
    """Show one case: status, gaps, clocks, timeline, page ledger.

    Example: casebinder case C-0001
    """
    from flows.steps import Desk

    row = Desk(Settings()).store.case(case_id)
    if as_json:
        typer.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    console.print(f"{row['id']}  {row['member_name']}  {row['payer_name']}  status: {row['status']}")
    for gap in row["gaps"]:
        state = f"closed {gap['closed_at']}" if gap["closed_at"] else "OPEN"
        console.print(f"  gap {gap['title']}: {state}. {gap['reason']}")
    for clock in row["clocks"]:
        console.print(f"  clock {clock['name']}: {clock['due'] or 'cannot be told'}. {clock['rule']} {clock['note']}")
    for event in row["timeline"]:
        console.print(f"  {event['on'] or 'undated':10}  {event['lane']:9}  {event['title']}")
    for fax in row["faxes"]:
        console.print(f"  fax {fax['fax'][:12]} arrived {fax['arrived_at'][:16]} as {fax['name']}")
    for page in row["ledger"]:
        console.print(f"  page {page['fax'][:12]}/{page['page']}: {page['state']} {page['reason']}")


def status(as_json: JsonFlag = False) -> None:
    """Queue and rates, failures, clocks at risk; faxes, pages by ledger state, cases by status.

    Example: casebinder status --json
    """
    from casefile.picture import picture
    from flows.steps import Desk

    row = picture(Desk(Settings()).store)
    if as_json:
        typer.echo(json.dumps(row, indent=2))
        return
    console = Console(highlight=False, markup=False)
    for name in ("faxes", "pages", "cases", "queue", "rates"):
        console.print(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in row[name].items()))
    for failure in row["failures"]:
        state = "set aside" if failure["set_aside"] else "tried again"
        tries = f"{failure['failures']} failures, {failure['deaths']} workers lost"
        console.print(f"  {failure['kind']} {failure['id']}: {state}; {tries}; {failure['last_error']}")
    for clock in row["clocks_at_risk"]:
        left = f"{clock['days']} days left" if clock["days"] >= 0 else f"ended {-clock['days']} days ago"
        console.print(f"  clock {clock['case']} {clock['clock']}: {clock['due']}, {left}")
