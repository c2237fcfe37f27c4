"""Commands about who may use the desk: user add, list, disable, password; token make, list, end."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from casefile.accounts import SCOPES
from casefile.settings import Settings

if TYPE_CHECKING:
    from casefile.store import Store

user_app = typer.Typer(help="Accounts of the review desk.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account's name.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    app.add_typer(user_app, name="user")
    app.add_typer(token_app, name="token")


def _store() -> Store:
    from flows.steps import Desk

    return Desk(Settings()).store


def _password(from_stdin: bool) -> str:
    """A password typed twice, or one line of standard input; there is no default."""
    if from_stdin:
        return sys.stdin.readline(1000).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("no terminal to ask for a password; pipe it in with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="The same again"))


@user_app.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="intake, appeals, compliance or admin.")],
    password_stdin: FromStdin = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="For single sign-on or tokens only.")] = False,
) -> None:
    """Make an account. The first one should be an admin.

    Example: casebinder user add vera --role admin
    """
    from flows.steps import now

    password = None if no_password else _password(password_stdin)
    made = _store().add_account(name, role, password, by=getpass.getuser(), at=now())
    typer.echo(f"made account {made.name}, role {made.role}")


@user_app.command("list")
def list_users() -> None:
    """List the accounts.

    Example: casebinder user list
    """
    table = Table("name", "role", "in use")
    accounts = _store().accounts()
    for one in accounts:
        table.add_row(escape(one.name), one.role, "yes" if one.active else "no")
    nobody = "no accounts yet; make one: casebinder user add NAME --role admin"
    Console(highlight=False).print(table if accounts else nobody)


@user_app.command("disable")
def disable(name: Name) -> None:
    """Take an account out of use; its sessions and tokens end at once.

    Example: casebinder user disable sam
    """
    from flows.steps import now

    _store().deactivate(name, by=getpass.getuser(), at=now())
    typer.echo(f"disabled {name}")


@user_app.command("password")
def password(name: Name, password_stdin: FromStdin = False) -> None:
    """Give an account a new password; its sessions end.

    Example: casebinder user password sam
    """
    from flows.steps import now

    _store().set_password(name, _password(password_stdin), by=getpass.getuser(), at=now())
    typer.echo(f"set a new password for {name}")


@token_app.command("make")
def make(
    name: Annotated[str, typer.Argument(help="The account the token acts as.")],
    scope: Annotated[list[str], typer.Option(help=f"May be given several times: {', '.join(SCOPES)}.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good for.")] = 365,
) -> None:
    """Make a token for the API and print it once; only its hash is kept.

    Example: casebinder token make portal --scope inbox:write --scope status:read
    """
    from flows.steps import now

    typer.echo(_store().make_token(name, scope, by=getpass.getuser(), at=now(), days=days))


@token_app.command("list")
def list_tokens() -> None:
    """List the tokens by the beginning of their hashes.

    Example: casebinder token list
    """
    table = Table("token", "account", "scopes", "made by", "until")
    rows = _store().tokens()
    for row in rows:
        cells = (row["id"], row["account"], ", ".join(row["scopes"]), row["made_by"], row["until"][:10])
        table.add_row(*(escape(cell) for cell in cells))
    Console(highlight=False).print(table if rows else "no tokens")


@token_app.command("end")
def end(token: Annotated[str, typer.Argument(help="The token as `casebinder token list` names it.")]) -> None:
    """End a token.

    Example: casebinder token end 7f2a90c1
    """
    from flows.steps import now

    _store().revoke_token(token, by=getpass.getuser(), at=now())
    typer.echo(f"ended {token}")
