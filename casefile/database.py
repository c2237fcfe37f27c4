"""Opening the database: engine, schema upgrade, and transactions that write one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

LOCK = 5550100
"""Number of the advisory lock that serialises our writers on PostgreSQL."""


def open_engine(url: str) -> Engine:
    """An engine whose schema is at the newest revision.

    SQLite runs in WAL mode and waits up to 30 s for another writer.
    """
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    _upgrade(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


def _upgrade(engine: Engine) -> None:
    """Run the migrations that this database has not seen; one process at a time."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        known = inspect(connection).get_table_names()
        if "alembic_version" in known and connection.execute(
            text("select version_num from alembic_version")
        ).first() == (ScriptDirectory.from_config(config).get_current_head(),):
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction no other writer overlaps; committed at the end, rolled back on an error."""
    with engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": LOCK})
            yield connection
