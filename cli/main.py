"""The `casebinder` program: one command a function, errors in plain words, exits as the contract says."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from casefile.errors import CasebinderError
from cli import (
    account_commands,
    audit_commands,
    case_commands,
    desk_commands,
    doctor,
    explain,
    packets,
    report_commands,
    request_commands,
    work_commands,
)
from cli import demo as demo_command
from cli import desk as desk_command
from packet_builder.errors import PacketError

app = typer.Typer(
    name="casebinder",
    help="From a dropped fax to a bound appeal packet, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

work_commands.register(app)
desk_commands.register(app)
packets.register(app)
explain.register(app)
case_commands.register(app)
request_commands.register(app)
desk_command.register(app)
account_commands.register(app)
audit_commands.register(app)
report_commands.register(app)


@app.command()
def demo(
    out: Annotated[str, typer.Option(help="Folder for the demo's data and packet.")] = "demo-output",
) -> None:
    """Sample faxes → a case → one appeal packet, offline.

    Example: casebinder demo
    """
    demo_command.run(out)


@app.command("doctor")
def doctor_command() -> None:
    """Check everything the program needs and say how to mend what is missing.

    Example: casebinder doctor
    """
    raise typer.Exit(doctor.report())


def main() -> None:
    """Run the program; our own errors become one plain line and their exit code."""
    try:
        app()
    except (CasebinderError, PacketError) as error:
        Console(stderr=True, highlight=False, markup=False).print(f"casebinder: {error}")
        sys.exit(getattr(error, "exit_code", 1))
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        from flows.troubles import recognise

        if (trouble := recognise(error)) is None:
            raise
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"casebinder: {trouble.message}")
        sys.exit(1)
