"""Upgrading, rolling back, and a program that is older than its database; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from casefile import database
from casefile.errors import CasebinderError
from casefile.store import Store
from flows import troubles

MIGRATIONS = Path(database.__file__).parent / "migrations"


def move(url: str, how: str, to: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        getattr(command, how)(config, to)
        connection.commit()
    engine.dispose()


def arrive(url: str) -> None:
    store = Store.open(url)
    store.record_arrival(location="in", key="a", fingerprint="1", name="a", sha256="a" * 64, size=1, media_type="",
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
