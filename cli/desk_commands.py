"""Commands of the intake desk: extract, cases, case, status."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from casefile.settings import Settings
from casefile.statuses import in_words
from casefile.tokens import in_groups

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


def cases(
    as_json: JsonFlag = False,
    status: Annotated[str, typer.Option(help="Only cases of this status.")] = "",
    search: Annotated[str, typer.Option(help="Any identifier, or the beginning of one.")] = "",
    limit: Annotated[int, typer.Option(help="Rows a page; 0: all.")] = 0,
    after: Annotated[str, typer.Option(help="Go on behind this case (as the last line of a page says).")] = "",
) -> None:
    """List the cases, the nearest deadline first when listed by pages; all of them otherwise.

    Example: casebinder cases --status incomplete --limit 50
    """
    from flows.steps import Desk

    store = Desk(Settings()).store
    if search:
        rows = store.search(search, limit or 50)
    elif limit or after or status:
        due, _, last = after.partition("/")
        rows = store.worklist(status, (due, last) if after else None, limit or None)
    else:
        rows = store.cases()
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("case", "member", "payer", "status", "next deadline", "open gaps")
    for row in rows:
        gaps = [gap["title"] for gap in row.get("gaps", []) if not gap.get("closed_at")]
        table.add_row(*(_plain(c) for c in (row["id"], row["member_name"], row["payer_name"],
                                           in_words(row["status"], row["open_gaps"]),
                                           row["next_due"] or "-", ", ".join(gaps) or "-")))  # fmt: skip
    console = Console(highlight=False)
    console.print(table if rows else "no such case" if search or status or after else "no cases yet; drop a fax in")
    if limit and len(rows) == limit and not search:
        last_row = rows[-1]
        console.print(f"more: --after {last_row['next_due'] or '9999-12-31'}/{last_row['id']}", markup=False)


def case(
    case_id: Annotated[str, typer.Argument(help="Case id, as `casebinder cases` lists it.")],
    as_json: JsonFlag = False,
) -> None:
    """Show one case: status, gaps, clocks, timeline, page ledger.

    Example: casebinder case C-0001
    """
    from flows.steps import Desk

    row = Desk(Settings()).store.case(case_id, date.today())
    if as_json:
        typer.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False)
    console.print(f"{row['id']}  {row['member_name']}  {row['payer_name']}  status: {row['status_in_words']}")
    for gap in row["gaps"]:
        state = f"closed {gap['closed_at']}" if gap["closed_at"] else "OPEN"
        console.print(f"  gap {gap['title']}: {state}. {gap['reason']}")
    for clock in row["clocks"]:
        console.print(
            f"  clock {clock['name']}: {_due(clock)}. {clock['rule']}; {clock['started_by']}. {clock['note']}"
        )
    for verdict in row["verdicts"]:
        if not verdict.get("blocks", True) and verdict["answer"] in {"missing", "needs_person"}:
            console.print(f"  to ask  {verdict['title']}: {verdict['reason']}")
    for event in row["timeline"]:
        flag = f"  ! {event['flag']}" if event.get("flag") else ""
        console.print(f"  {event['on'] or 'undated':10}  {event['lane']:9}  {event['title']}{flag}")
    for request in row["requests"]:
        console.print(f"  request {in_groups(request['token'])} to {request['office']}: {request['state']}, "
                      f"{request['reminders']} reminders")  # fmt: skip
    for group in row["copies"]:
        console.print(f"  {len(group['others']) + 1} copies of the {group['kind'].replace('_', ' ')}; best: "
                      f"{group['best']['fax'][:12]}, {group['why']}")  # fmt: skip
    for entry in row["history"]:
        console.print(f"  {entry['at'][:16]}  {entry['by']}: {entry['what']} ({entry['why']})")
    for fax in row["faxes"]:
        console.print(f"  fax {fax['fax'][:12]} arrived {fax['arrived_at'][:16]} as {fax['name']}")
    for page in row["ledger"]:
        console.print(f"  page {page['fax'][:12]}/{page['page']}: {page['state']} {page['reason']}")


def _due(clock: dict[str, Any]) -> str:
    """A clock's end and how far off it is."""
    if not clock["due"]:
        return "cannot be told"
    if clock.get("stopped_on"):
        return f"{clock['due']} (stopped)"
    left = clock["days_left"]
    far = f"in {left} days" if left > 0 else "today" if left == 0 else f"{-left} days ago"
    when = clock["due_at"][:16].replace("T", " ") if clock.get("due_at") else clock["due"]
    gone = "" if clock["elapsed_days"] is None else f", {clock['elapsed_days']} days gone"
    return f"{when} ({far}{gone})"


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
