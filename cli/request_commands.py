"""Commands about what is missing: request, requests."""

from __future__ import annotations

import getpass
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from casefile.settings import Settings
from casefile.tokens import in_groups


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command()(request)
    app.command()(requests)


def request(
    case_id: Annotated[str, typer.Argument(help="Case id.")],
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    remind: Annotated[bool, typer.Option("--remind", help="Send the open letter once more.")] = False,
    by: Annotated[str, typer.Option(help="Who asks; default: the user of this machine.")] = "",
) -> None:
    """Make the one-page letter that asks the ordering office for what a case lacks, ready to fax.

    The office fills it in and faxes it back; dropped into the inbox, it closes the gaps that it really closes.

    Example: casebinder request C-0001 --out letter.pdf
    """
    from flows.case_entries import letter_values
    from flows.steps import Desk, now
    from packet_builder.request_letter import request_pdf

    settings = Settings()
    letter = Desk(settings).store.request(case_id, by=by or getpass.getuser(), at=now(), remind=remind)
    out.write_bytes(request_pdf(letter_values(letter, settings), letter.token))
    Desk(settings).store.check_case(case_id, now())
    typer.echo(f"{out}: asks {letter.office} for {len(letter.items)} things; reply code {in_groups(letter.token)}")
    for item in letter.items:
        typer.echo(f"  {item['ask']} ({item['looked']})")


def requests(
    offices: Annotated[bool, typer.Option("--offices", help="Counts per ordering office instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the letters that wait for an answer and when to remind, or the counts per ordering office.

    Example: casebinder requests --offices
    """
    from flows.steps import Desk

    store = Desk(Settings()).store
    rows = store.offices() if offices else store.requests(date.today())
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    names = ("office", "letters", "open", "answered", "reminders", "mean_days") if offices else (
        "case_id", "office", "office_fax", "made_at", "reminders", "remind_on", "asks_for")  # fmt: skip
    table = Table(*(name.replace("_", " ") for name in names))
    for row in rows:
        table.add_row(*(escape(", ".join(v) if isinstance(v, list) else str("-" if v is None else v))
                        for v in (row[name] for name in names)))  # fmt: skip
    Console(highlight=False).print(table if rows else "no letter waits for an answer")
