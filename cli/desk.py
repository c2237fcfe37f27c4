"""The command `casebinder desk`: the review desk as a web server on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from casefile.settings import Settings

THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def register(app: typer.Typer) -> None:
    """Add this module's command to the program."""
    app.command()(desk)


def desk(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8340,
    name: Annotated[
        list[str] | None, typer.Option(help="Name that people reach the desk by, if not this machine's.")
    ] = None,
) -> None:
    """Open the review desk in a browser: inbox, cases, deadlines, review, reports.

    It answers this machine alone; for others put a proxy with TLS in front of it (docs/desk.md). The first account is
    made by `casebinder user add NAME --role admin`.

    Example: casebinder desk --port 8340
    """
    import uvicorn

    from review_desk.app import create_app

    app = create_app(Settings(), hosts=tuple(name or ()))
    if host not in THIS_MACHINE:
        typer.echo(f"Listening on {host}: others can reach the desk without TLS. See docs/desk.md.", err=True)
    typer.echo(f"The review desk is at http://{host}:{port}/ (stop with Ctrl+C)", err=True)
    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=True, forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip
