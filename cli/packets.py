"""Commands that make and check packets: packet, bind, verify."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from casefile.settings import Settings


class Kind(StrEnum):
    """What a packet is for."""

    appeal = "appeal"
    complaint = "complaint"


LetterDate = Annotated[str, typer.Option(help="ISO date on the letter; default: today.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command()(packet)
    app.command()(bind)
    app.command()(verify)


def packet(
    case_id: Annotated[str, typer.Argument(help="Case id.")],
    kind: Annotated[Kind, typer.Option(help="What the packet is for.")],
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    recipient: Annotated[str, typer.Option(help="Recipient profile.")] = "default",
    letter_date: LetterDate = "",
) -> None:
    """Build a packet from a case. The same case and letter date give the same bytes.

    Example: casebinder packet C-0001 --kind appeal --out appeal.pdf
    """
    from flows import policies

    if recipient != "default":
        raise typer.BadParameter("only the profile 'default' exists so far", param_hint="--recipient")
    settings = Settings()
    policies.prepare_prefect(settings.home)
    from flows.build_packet import build_packet_flow

    with policies.without_heartbeat():
        result = build_packet_flow(case_id, kind.value, str(out), _iso(letter_date))
    _say(result.path, result.pages, result.bates_first, result.bates_last)


def bind(
    folder: Annotated[Path, typer.Argument(help="Folder of PDFs, TIFFs and images.", file_okay=False, exists=True)],
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    case_toml: Annotated[Path | None, typer.Option("--case", help="case.toml with names and numbers.")] = None,
    no_ocr: Annotated[bool, typer.Option("--no-ocr", help="Leave scanned pages without a text layer.")] = False,
    letter_date: LetterDate = "",
) -> None:
    """Build the same packet from a plain folder, with no store.

    Example: casebinder bind exhibits/ --out packet.pdf
    """
    from flows.bind_folder import bind_folder

    result = bind_folder(
        folder, out, settings=Settings(), case_toml=case_toml, ocr=not no_ocr,
        letter_date=date.fromisoformat(_iso(letter_date)),
        on_file=lambda name: Console(stderr=True, highlight=False, markup=False).print(f"reading {name}"),
    )  # fmt: skip
    _say(result.path, result.pages, result.bates_first, result.bates_last)


def verify(file: Annotated[Path, typer.Argument(help="A packet.", exists=True, dir_okay=False)]) -> None:
    """Check a packet against its embedded manifest; exit 3 when it does not agree.

    Example: casebinder verify appeal.pdf
    """
    from packet_builder.verify import verify_packet

    problems = verify_packet(file)
    for problem in problems:
        typer.echo(f"{file}: {problem}", err=True)
    if problems:
        raise typer.Exit(3)
    typer.echo(f"{file}: every page is as it was bound")


def _iso(day: str) -> str:
    """A given ISO date, or today's."""
    try:
        return (date.fromisoformat(day) if day else date.today()).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{day}: not a date like 2026-11-24", param_hint="--letter-date") from None


def _say(path: Path, pages: int, first: str, last: str) -> None:
    """Say where the packet lies."""
    typer.echo(f"{path}: {pages} pages, {first} to {last}")
