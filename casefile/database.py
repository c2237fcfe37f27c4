"""Opening the database: engine, schema upgrade, and transactions that write one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from casefile.errors import CasebinderError

NEWEST = "0016_open_reviews"
"""The newest revision in `migrations/`; a database that is at it is used as it is."""

LOCK = 5550100
"""Number of the advisory lock that serialises our writers on PostgreSQL."""

POSTGRES = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 30_000,
            "options": "-c lock_timeout=60s -c idle_in_transaction_session_timeout=120s"}  # fmt: skip
"""A machine that vanished holds nobody up for ever."""

Guard = Callable[[Connection], None]
_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


def open_engine(url: str) -> Engine:
    """An engine whose schema is at the newest revision.

    SQLite runs in WAL mode and waits up to 30 s for another writer.
    """
    postgres = url.startswith("postgresql")
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, connect_args=POSTGRES if postgres else {})
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


def _revision(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    row = connection.execute(text("select version_num from alembic_version")).first()
    return str(row[0]) if row else None


def _upgrade(engine: Engine) -> None:
    """Run the migrations that this database has not seen; one process at a time."""
    with engine.connect() as connection:
        if _revision(connection) == NEWEST:
            return
    from alembic import command  # loading it costs more than most commands do
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with writing(engine) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        at = _revision(connection)
        if at == NEWEST:
            return
        if at is not None and at not in {
            script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
        }:
            raise CasebinderError(
                f"the database is at revision {at}, which is newer than this program ({NEWEST}). "
                "Install the newer program, or restore the backup made before the upgrade (docs/deploy.md)."
            )
        command.upgrade(config, "head")


@contextmanager
def guarded(check: Guard) -> Iterator[None]:
    """Every transaction that writes within this block first calls `check`, which raises to forbid it."""
    token = _guard.set(check)
    try:
        yield
    finally:
        _guard.reset(token)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction no other writer overlaps; committed at the end, rolled back on an error."""
    with engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": LOCK})
            if check := _guard.get():
                check(connection)
            yield connection
