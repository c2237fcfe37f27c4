"""Commands about the audit log: audit verify, audit export."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Annotated

import typer

from casefile.csv_text import write_csv
from casefile.settings import Settings

audit_app = typer.Typer(help="The log of who saw and did what.", no_args_is_help=True)
COLUMNS = ("id", "at", "by", "what", "why", "case_id", "sha256", "previous", "hash")


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("verify")
def verify(
    ends_with: Annotated[str, typer.Option(help="An end hash noted earlier, to prove that nothing was cut off.")] = "",
) -> None:
    """Check the log's chain; exit 3 and the first broken entry if something was changed, taken out or cut off.

    Note the printed end hash outside this machine: the next check can be held against it.

    Example: casebinder audit verify --ends-with 5d41…
    """
    from flows.steps import Desk

    verdict = Desk(Settings()).store.verify_audit(ends_with.strip().lower())
    if verdict.broken:
        typer.echo(f"the log is broken: {verdict.broken}; {verdict.entries} entries before it hold", err=True)
        raise typer.Exit(3)
    typer.echo(f"{verdict.entries} entries, unbroken; end hash {verdict.end}")


@audit_app.command("export")
def export(
    since: Annotated[str, typer.Option("--from", help="First day, as YYYY-MM-DD (UTC).")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, as YYYY-MM-DD (UTC).")] = "",
) -> None:
    """Print the log as CSV, with the hashes.

    Example: casebinder audit export --from 2026-11-01 --to 2026-11-30 > november.csv
    """
    from flows.steps import Desk

    last = (day(until) + timedelta(days=1)).isoformat() if until else ""
    first = day(since).isoformat() if since else ""
    entries = Desk(Settings()).store.audit_entries(first, last)
    write_csv(sys.stdout, COLUMNS, ([row[name] for name in COLUMNS] for row in entries))


def day(text: str) -> date:
    """A day given on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: a day is written YYYY-MM-DD") from error
