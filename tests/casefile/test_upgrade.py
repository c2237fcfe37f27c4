"""Upgrading, rolling back, and a program that is older than its database; on both databases."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from casefile import database
from casefile.errors import CasebinderError
from casefile.store import Store
from flows import troubles
from tests.servers import postgres_programs

MIGRATIONS = Path(database.__file__).parent / "migrations"


def move(url: str, how: str, to: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        getattr(command, how)(config, to)
        connection.commit()
    engine.dispose()


def arrive(url: str, name: str = "a") -> None:
    store = Store.open(url)
    store.record_arrival(location="in", key=name, fingerprint="1", name=name, sha256=name * 64, size=1, media_type="",
                         at=datetime(2026, 11, 24, tzinfo=UTC))  # fmt: skip
    store.close()


def faxes(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        count = int(connection.execute(text("select count(*) from fax")).scalar_one())
    engine.dispose()
    return count


def test_a_rollback_and_the_next_upgrade_keep_what_arrived(database_url: str) -> None:
    """The rehearsal of docs/deploy.md: back to the revision before the leases, and forward again."""
    arrive(database_url)
    move(database_url, "downgrade", "0010_packets")
    assert faxes(database_url) == 1
    arrive(database_url)
    assert faxes(database_url) == 1
    store = Store.open(database_url)
    assert store.unfinished() == ["a" * 64]
    store.close()


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def server_of(url: str) -> tuple[str, str, str]:
    """(where the programs are, database, folder of the socket) of a PostgreSQL URL."""
    name, host = url.split("@/")[1].split("?host=")
    return str(postgres_programs()), name, host


def back_up(url: str, to: Path) -> None:
    """As docs/deploy.md says."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as source, sqlite3.connect(to) as copy:
            source.backup(copy)
        return
    programs, name, host = server_of(url)
    run(f"{programs}/pg_dump", "-Fc", "-h", host, "-U", "tester", "-f", str(to), name)


def restore(url: str, backup: Path) -> None:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copy(backup, path)
        return
    programs, name, host = server_of(url)
    run(f"{programs}/dropdb", "-h", host, "-U", "tester", name)
    run(f"{programs}/createdb", "-h", host, "-U", "tester", name)
    run(f"{programs}/pg_restore", "-h", host, "-U", "tester", "-d", name, str(backup))


def test_a_restored_backup_is_the_store_as_it_was_before_the_upgrade(database_url: str, tmp_path: Path) -> None:
    """Backed up at the older revision, upgraded, given one more fax, undone, and upgraded again."""
    arrive(database_url)
    move(database_url, "downgrade", "0010_packets")
    back_up(database_url, tmp_path / "backup")
    arrive(database_url, "b")
    assert faxes(database_url) == 2
    restore(database_url, tmp_path / "backup")
    assert faxes(database_url) == 1
    arrive(database_url, "b")
    assert faxes(database_url) == 2, "what came after the backup is taken in again from the inbox"


def test_an_older_program_leaves_a_newer_database_alone_and_says_so(database_url: str) -> None:
    arrive(database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(
        CasebinderError, match=r"9999, which is newer than this program .* restore the backup"
    ) as caught:
        Store.open(database_url)
    assert troubles.recognise(caught.value) is None
    engine.dispose()


def test_the_newest_revision_has_its_name_in_the_program() -> None:
    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == database.NEWEST
