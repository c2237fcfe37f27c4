"""Commands of those who run it: watch, work, health, retry."""

from __future__ import annotations

import json
import signal
import threading
from typing import Annotated

import typer
from rich.console import Console

from casefile.errors import NotFound
from casefile.settings import Settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Lanes = Annotated[int | None, typer.Option(min=1, help="Faxes worked on at once; default CASEBINDER_LANES.")]
Port = Annotated[int | None, typer.Option(help="Port on 127.0.0.1 for /health and /metrics.")]
Fax = Annotated[str, typer.Argument(help="A fax's id, as `casebinder status` lists it; none: all that kept failing.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.command()(watch)
    app.command()(work)
    app.command()(health)
    app.command()(retry)


def watch(
    once: Annotated[bool, typer.Option("--once", help="Drain the inbox and exit.")] = False,
    lanes: Lanes = None,
    health_port: Port = None,
) -> None:
    """Read whatever arrives in the inbox (a folder or s3://bucket/prefix) until stopped.

    Any number of watchers may share one store: one looks at the inbox, all work, and what a dead one held is taken
    over.

    Example: CASEBINDER_INBOX=/srv/faxes casebinder watch
    """
    settings = _settings(lanes, health_port)
    _say(f"watching {settings.inbox_location}")
    _run(settings, once, intake=True)


def work(lanes: Lanes = None, health_port: Port = None) -> None:
    """Work off what others take in, without looking at the inbox, until stopped.

    Example: casebinder work --lanes 2
    """
    settings = _settings(lanes, health_port)
    _say("working off the queue")
    _run(settings, once=False, intake=False)


def _settings(lanes: int | None, health_port: int | None) -> Settings:
    given = {"lanes": lanes, "health_port": health_port}
    return Settings().model_copy(update={name: value for name, value in given.items() if value is not None})


def _say(line: str) -> None:
    Console(highlight=False, markup=False).print(line)


def _run(settings: Settings, once: bool, intake: bool) -> None:
    """Run until done, stopped by a signal, or interrupted."""
    from flows import logs
    from flows.watch import watch as run

    logs.set_up(settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        if not once:
            signal.signal(number, lambda *_: stop.set())
    try:
        run(settings, once, lambda step, sha256: _say(f"{step:8} {sha256[:12]}"), intake, stop)
    except KeyboardInterrupt:
        once = False
    if not once:
        _say("stopped; what is waiting is taken up at the next start")


def health(as_json: JsonFlag = False) -> None:
    """Say whether the store answers, the inbox can be looked at, and the disk has room; exit 1 if not.

    Example: casebinder health
    """
    from flows.health import look_around

    row = look_around(Settings())
    if as_json:
        typer.echo(json.dumps(row, indent=2))
    else:
        for trouble in row["troubles"]:
            _say(f"{trouble['kind']}: {trouble['message']}")
        if row["queue"]:
            _say(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row["queue"].items()))
        _say("well" if row["ok"] else "not well")
    if not row["ok"]:
        raise typer.Exit(1)


def retry(fax: Fax = "") -> None:
    """Try faxes again that were set aside.

    Without an id: all that kept failing. With one: that fax, whatever it was set aside for.

    Example: casebinder retry 7f2a90c1d3e4
    """
    from flows.steps import Desk

    hashes = Desk(Settings()).leases().retry(fax)
    if fax and not hashes:
        raise NotFound(f"no fax {fax} is set aside; `casebinder status` lists them")
    for sha256 in hashes:
        _say(f"waiting  {sha256[:12]}")
    if not hashes:
        _say("nothing is set aside for failing")
