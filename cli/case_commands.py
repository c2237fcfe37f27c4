"""What people do in a case from the command line: log-call, correct, decide, place, set-status, corrections."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from casefile.settings import Settings

Case = Annotated[str, typer.Argument(help="Case id.")]
By = Annotated[str, typer.Option(help="Who says so; default: the user of this machine.")]
Why = Annotated[str, typer.Option(help="How you know.")]
Fax = Annotated[str, typer.Argument(help="The fax's hash, or at least its first 6 letters.")]
Page = Annotated[int, typer.Argument(help="Page number, counted from 1.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command("log-call")(log_call)
    app.command()(correct)
    app.command()(decide)
    app.command()(place)
    app.command("set-status")(set_status)
    app.command()(corrections)


def log_call(
    case_id: Case,
    note: Annotated[str, typer.Option(help="What was said, in a line.")],
    number: Annotated[str, typer.Option(help="Number called, or the address written to.")] = "",
    person: Annotated[str, typer.Option(help="Who was spoken to.")] = "",
    reference: Annotated[str, typer.Option(help="Call reference.")] = "",
    promise: Annotated[str, typer.Option(help="What was promised.")] = "",
    promised_by: Annotated[str, typer.Option(help="Until when, like 2026-11-30T17:00.")] = "",
    escalation: Annotated[str, typer.Option(help="Whom to turn to if the promise is not kept.")] = "",
    kind: Annotated[
        str, typer.Option(help="called, emailed, verified, scheduled, missed, appealed, filed.")
    ] = "called",
    at: Annotated[str, typer.Option(help="When, like 2026-11-24T09:15; default: now.")] = "",
    by: By = "",
) -> None:
    """Log a call, an e-mail or another event of a case; a promise becomes a clock. The same entry twice is one.

    Example: casebinder log-call C-0001 --note "in review" --person "Lee M." --promised-by 2026-11-30T17:00
    """
    from flows.case_entries import log_event

    settings = Settings()
    when, until = (
        _moment(at, settings, "--at"),
        _moment(promised_by, settings, "--promised-by") if promised_by else None,
    )
    details = {"number": number, "person": person, "reference": reference, "promise": promise,
               "promised_by": until.isoformat() if until else "", "escalation": escalation, "note": note}  # fmt: skip
    new = log_event(_desk(settings), case_id, kind, details, by=by or getpass.getuser(), at=when)
    typer.echo(f"{case_id}: logged" if new else f"{case_id}: this entry was logged before")


def correct(
    fax: Fax,
    page: Page,
    field: Annotated[
        str, typer.Argument(help="Field, as `casebinder extract --json` names it, or a fact of a checklist.")
    ],
    value: Annotated[str, typer.Argument(help='What stands there; "" if nothing does.')],
    why: Why,
    role: Annotated[str, typer.Option(help='Its role, like "rest, room air".')] = "",
    read_as: Annotated[str | None, typer.Option(help="Which reading is meant, if there are several.")] = None,
    by: By = "",
) -> None:
    """Correct or confirm what was read on a page. It wins over every reading, also a later one; the original stays.

    Example: casebinder correct 7f2a91 3 spo2 88 --role "rest, room air" --why "looked at the page"
    """
    from flows.steps import now

    settings = Settings()
    touched = _store(settings).correct(fax, page, field, value, by=by or getpass.getuser(), why=why, at=now(),
                                       role=role or None, read_as=read_as)  # fmt: skip
    _check(settings, touched)
    typer.echo(f"corrected; {'checked ' + ', '.join(touched) if touched else 'the page is in no case yet'}")


def decide(
    case_id: Case,
    requirement: Annotated[str, typer.Argument(help="Requirement, like oxygen.tester.")],
    answer: Annotated[str, typer.Argument(help="met, missing or not_applicable.")],
    why: Why,
    by: By = "",
) -> None:
    """Record a person's judgement on a requirement that software cannot judge.

    Example: casebinder decide C-0001 oxygen.tester met --why "hospital laboratory, page 2"
    """
    from flows.steps import now

    settings = Settings()
    _store(settings).decide(case_id, requirement, answer, by=by or getpass.getuser(), why=why, at=now())
    _check(settings, [case_id])
    typer.echo(f"{case_id}: {requirement} is {answer}")


def place(
    fax: Fax,
    page: Page,
    why: Why,
    case_id: Annotated[str, typer.Option("--case", help="The case it belongs to; none: left out of every case.")] = "",
    by: By = "",
) -> None:
    """Put a page that names nobody into a case, or leave it out with a reason; it survives every re-read.

    Example: casebinder place 7f2a91 2 --case C-0001 --why "same handwriting as page 1"
    """
    from flows.steps import file_fax, now

    settings = Settings()
    desk = _desk(settings)
    sha256 = desk.store.place(fax, page, case_id or None, by=by or getpass.getuser(), why=why, at=now())
    file_fax(desk, sha256)
    _check(settings, desk.store.unchecked())
    typer.echo(f"page {page} of {sha256[:12]}: {'in ' + case_id if case_id else 'left out of every case'}")


def set_status(
    case_id: Case,
    status: Annotated[str, typer.Argument(help='A status, like "under appeal"; "" to follow the papers again.')],
    why: Why,
    by: By = "",
) -> None:
    """Set a case's status by hand; a denial that arrives later changes it back.

    Example: casebinder set-status C-0001 "under appeal" --why "appeal faxed today"
    """
    from flows.steps import now

    settings = Settings()
    _store(settings).set_status(case_id, status, by=by or getpass.getuser(), why=why, at=now())
    _check(settings, [case_id])
    typer.echo(f"{case_id}: {status or 'follows the papers'}")


def corrections(out: Annotated[Path, typer.Option(help="Where the file goes, one JSON object a line.")]) -> None:
    """Write every correction beside the reading it replaced, to measure the readers with. It holds patient data.

    Example: casebinder corrections --out corrections.jsonl
    """
    rows = _store(Settings()).corrections()
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    out.chmod(0o600)
    typer.echo(f"{out}: {len(rows)} corrections")


def _desk(settings: Settings):  # type: ignore[no-untyped-def]
    from flows.steps import Desk

    return Desk(settings)


def _store(settings: Settings):  # type: ignore[no-untyped-def]
    return _desk(settings).store


def _check(settings: Settings, case_ids: list[str]) -> None:
    """Bring these cases up to date at once."""
    from flows.steps import check

    desk = _desk(settings)
    for case_id in case_ids:
        check(desk, case_id)


def _moment(text: str, settings: Settings, option: str) -> datetime:
    """A given moment in the office's zone, or now."""
    zone = ZoneInfo(settings.timezone)
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now(zone)
    except ValueError:
        raise typer.BadParameter(f"{text}: not a time like 2026-11-24T09:15", param_hint=option) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
