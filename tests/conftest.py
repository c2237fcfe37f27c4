"""A store on each database and an S3 server; both servers are started by the tests, from the system's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings

from casefile.store import Store
from tests.servers import KEYS, S3Server, as_server_user, postgres_programs

NUMBERS = count(1)
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a socket of its own; its URL without a database name."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    base = Path(subprocess.check_output(["mktemp", "-d", "/tmp/casebinder-pg-XXXXXX"], text=True).strip())
    if os.geteuid() == 0:
        shutil.chown(base, "postgres", "postgres")
    options = f"-c listen_addresses='' -c unix_socket_directories={base} -c fsync=off"
    run = {"check": True, "capture_output": True, "cwd": base, "timeout": 90}
    subprocess.run(as_server_user(f"{programs}/initdb", "-D", f"{base}/data", "-U", "tester", "-A", "trust"), **run)  # type: ignore[call-overload]
    start = [f"{programs}/pg_ctl", "-D", f"{base}/data", "-w", "-l", f"{base}/log", "-o", options, "start"]
    subprocess.run(
        as_server_user(*start),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=base,
        timeout=90,
    )
    yield str(base)
    subprocess.run(as_server_user(f"{programs}/pg_ctl", "-D", f"{base}/data", "-m", "immediate", "stop"), **run)  # type: ignore[call-overload]
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    base, name = request.getfixturevalue("postgres"), f"test{next(NUMBERS)}"
    with psycopg.connect(host=base, user="tester", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")  # type: ignore[call-overload]
    return f"postgresql+psycopg://tester@/{name}?host={base}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server's client, a fresh bucket's name, and credentials in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    client = s3_server.client()
    bucket = f"b{abs(hash(str(tmp_path))) % 10**10}"
    client.create_bucket(Bucket=bucket)
    return client, bucket, s3_server.url
