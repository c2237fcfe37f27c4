"""Commands that make, check and hand out packets: packet, bind, verify, disclose."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from casefile.settings import Settings

if TYPE_CHECKING:
    from flows.packet_request import Ask
    from packet_builder.render import PacketResult


class Kind(StrEnum):
    """What a packet is for."""

    appeal = "appeal"
    complaint = "complaint"


class Level(StrEnum):
    """How far an appeal has come."""

    first = "first"
    second = "second"
    external = "external"
    expedited = "expedited"


LetterDate = Annotated[str, typer.Option(help="ISO date on the letter; default: today.")]
Recipient = Annotated[str, typer.Option(help="Recipient profile; `--recipient list` lists them.")]
LevelOption = Annotated[Level, typer.Option(help="Level of an appeal.")]
Coverage = Annotated[
    str,
    typer.Option(
        help="Coverage type, which decides where a complaint goes, e.g. insured, self-funded, medicare-advantage."
    ),
]
State = Annotated[str, typer.Option(help="State where the policy was written, two letters.")]
Hmo = Annotated[bool, typer.Option("--hmo", help="The plan is an HMO, which some states supervise elsewhere.")]
Override = Annotated[
    list[str] | None, typer.Option("--override", help="Lift a check: CODE=reason. Needs --by; kept in the manifest.")
]
By = Annotated[str, typer.Option(help="Who lifts the checks, or hands the packet out.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    for command in (packet, bind, verify, disclose):
        app.command()(command)


def packet(
    case_id: Annotated[str, typer.Argument(help="Case id.")],
    kind: Annotated[Kind, typer.Option(help="What the packet is for.")],
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    recipient: Recipient = "default",
    letter_date: LetterDate = "",
    level: LevelOption = Level.first,
    coverage: Coverage = "",
    state: State = "",
    hmo: Hmo = False,
    override: Override = None,
    by: By = "",
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Bind only what was not handed out before (a delta packet).")
    ] = False,
) -> None:
    """Build a packet from a case. The same case and letter date give the same bytes.

    Pages handed out before (see `disclose`) keep their Bates numbers; new pages take the next ones.

    Example: casebinder packet C-0001 --kind appeal --out appeal.pdf
    """
    from flows import policies

    ask = _ask(recipient, level, coverage, state, hmo, override, by, only_new)
    settings = Settings()
    policies.prepare_prefect(settings.home)
    from flows.build_packet import build_packet_as_asked

    with policies.without_heartbeat():
        result = build_packet_as_asked(case_id, kind.value, str(out), _iso(letter_date), ask)
    _say(result)


def bind(
    folder: Annotated[Path, typer.Argument(help="Folder of PDFs, TIFFs and images.", file_okay=False, exists=True)],
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    case_toml: Annotated[
        Path | None,
        typer.Option("--case", help="case.toml with names and numbers; default: FOLDER/case.toml if there is one."),
    ] = None,
    no_ocr: Annotated[bool, typer.Option("--no-ocr", help="Leave scanned pages without a text layer.")] = False,
    letter_date: LetterDate = "",
    kind: Annotated[Kind, typer.Option(help="What the packet is for.")] = Kind.appeal,
    recipient: Recipient = "default",
    level: LevelOption = Level.first,
    coverage: Coverage = "",
    state: State = "",
    hmo: Hmo = False,
    override: Override = None,
    by: By = "",
) -> None:
    """Build the same packet from a plain folder, with no store. What was read once is kept by file hash.

    Example: casebinder bind exhibits/ --out packet.pdf
    """
    from flows.bind_folder import bind_folder

    console = Console(stderr=True, highlight=False, markup=False)
    result = bind_folder(
        folder, out, settings=Settings(), case_toml=case_toml, ocr=not no_ocr, kind=kind.value,
        letter_date=date.fromisoformat(_iso(letter_date)), on_file=lambda name: console.print(f"reading {name}"),
        on_excluded=lambda name, reason: console.print(f"left out {name}: {reason}"),
        ask=_ask(recipient, level, coverage, state, hmo, override, by),
    )  # fmt: skip
    _say(result)


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


def disclose(
    file: Annotated[Path, typer.Argument(help="A packet built from a case.", exists=True, dir_okay=False)],
    to: Annotated[str, typer.Option(help="Who gets it.")],
    by: Annotated[str, typer.Option(help="Who hands it out.")],
    purpose: Annotated[str, typer.Option(help="Why: payment, oversight, at the patient's request, …")] = "payment",
) -> None:
    """Log that a packet was handed out; from then on its pages keep their Bates numbers.

    Example: casebinder disclose appeal.pdf --to "Northfield Health Plan, Appeals" --by "J. Ruiz"
    """
    import hashlib

    from casefile.packets_store import PacketStore
    from flows.steps import Desk, now
    from packet_builder.verify import read_manifest, verify_packet

    if problems := verify_packet(file):
        typer.echo(f"{file}: not logged, since it {problems[0]}", err=True)
        raise typer.Exit(3)
    kept = read_manifest(file) or {}
    if not kept.get("case"):
        raise typer.BadParameter(f"{file} was bound from a folder, not from a case; there is no log for it")
    store = PacketStore(Desk(Settings()).store.engine)
    fresh = store.disclose(
        kept,
        packet_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        recipient=to,
        purpose=purpose,
        by=by,
        at=now(),
    )
    typer.echo(f"{file}: logged as handed out to {to}" if fresh else f"{file}: this was logged before")


def _ask(
    recipient: str, level: Level, coverage: str, state: str, hmo: bool, override: list[str] | None, by: str,
    only_new: bool = False,
) -> Ask:  # fmt: skip
    """What was asked for, checked as far as the command line can."""
    from flows.packet_request import Ask, overrides_from
    from packet_builder.profiles import profiles

    if recipient == "list":
        for profile in profiles().values():
            typer.echo(
                f"{profile.name:26} {profile.title}{'' if profile.is_verified else '  (not checked at its source)'}"
            )
        raise typer.Exit
    if recipient not in profiles():
        raise typer.BadParameter(
            f"no profile '{recipient}'; there are: {', '.join(sorted(profiles()))}", param_hint="--recipient"
        )
    if override and not by.strip():
        raise typer.BadParameter("a check is lifted by a person: add --by 'your name'", param_hint="--override")
    for text in override or ():
        if not text.partition("=")[2].strip():
            raise typer.BadParameter(f"{text}: write CODE=reason", param_hint="--override")
    return Ask(recipient, level.value, coverage, state, hmo, overrides_from(override or (), by), only_new)


def _iso(day: str) -> str:
    """A given ISO date, or today's."""
    try:
        return (date.fromisoformat(day) if day else date.today()).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{day}: not a date like 2026-11-24", param_hint="--letter-date") from None


def _say(result: PacketResult) -> None:
    """Say where the packet lies, and what to check before it is sent."""
    typer.echo(f"{result.path}: {result.pages} pages, {result.bates_first} to {result.bates_last}")
    for path in result.files[1:]:
        typer.echo(f"{path}")
    for check in result.notes:
        typer.echo(f"  check: {check}", err=True)
