"""`casebinder user`, `token` and `audit` through the front door."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from casefile.settings import Settings
from casefile.store import Store
from cli.main import app
from flows.steps import now


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASEBINDER_HOME", str(tmp_path))
    monkeypatch.setenv("CASEBINDER_DATABASE_URL", "")
    return tmp_path


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def store() -> Store:
    return Store.open(Settings().database)


def test_the_first_admin_is_made_with_a_password_of_their_own() -> None:
    assert "casebinder user add" in run("user", "list").output
    made = run("user", "add", "vera", "--role", "admin", "--password-stdin", given="maple-harbor-lantern\n")
    assert made.exit_code == 0, made.output
    assert store().check_password("vera", "maple-harbor-lantern", now())
    assert "vera" in run("user", "list").output
    assert run("user", "password", "vera", "--password-stdin", given="short\n").exit_code == 1
    assert run("user", "disable", "vera").exit_code == 1, "the last admin stays"


def test_without_a_terminal_no_password_is_made_up() -> None:
    refused = run("user", "add", "vera", "--role", "admin")
    assert refused.exit_code == 2
    assert "--password-stdin" in refused.output


def test_a_token_is_printed_once_and_can_be_ended() -> None:
    run("user", "add", "portal", "--role", "intake", "--no-password")
    token = run("token", "make", "portal", "--scope", "inbox:write").output.strip()
    account = store().token(token, now())
    assert account
    assert account.scopes == {"inbox:write"}
    assert run("token", "end", store().tokens()[0]["id"]).exit_code == 0
    assert store().token(token, now()) is None


def test_the_log_is_checked_and_exported() -> None:
    store().record("=cmd()", "looked at the list", at=now())
    run("user", "add", "portal", "--role", "intake", "--no-password")
    good = run("audit", "verify")
    assert good.exit_code == 0
    end = good.output.split()[-1]
    assert run("audit", "verify", "--ends-with", end).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(run("audit", "export", "--from", "2020-01-01").output)))
    assert [row["by"] for row in rows][0] == "'=cmd()"
    assert rows[-1]["hash"] == end
    with store().engine.begin() as c:
        c.execute(text("drop trigger audit_no_update"))
        c.execute(text("update audit set what = 'looked at nothing' where id = 1"))
    broken = run("audit", "verify")
    assert broken.exit_code == 3
    assert "entry 1 was changed" in broken.output
