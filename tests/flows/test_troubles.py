"""Disk full, bucket away, bad credentials, a wrong clock, database away: one clear message each, and recovery by itself.

The worker is the program itself, started as a user starts it; the servers are real and are really stopped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from botocore import exceptions as boto
from sqlalchemy import exc as sql

from casefile.settings import Settings
from casefile.store import Store
from flows import troubles
from flows.worker import Worker
from tests.faults.stage import one_page
from tests.servers import KEYS, PostgresServer, S3Server, Watcher, until


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[S3Server, PostgresServer]]:
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/casebinder-servers-XXXXXX"], text=True).strip())
    folder.chmod(0o755)
    (folder / "s3").mkdir()
    (folder / "postgres").mkdir()
    s3, postgres = S3Server(folder / "s3"), PostgresServer(folder / "postgres")
    s3.start()
    postgres.start()
    postgres.run("create database casebinder")
    s3.client().create_bucket(Bucket="faxes")
    yield s3, postgres
    s3.stop()
    postgres.stop()
    shutil.rmtree(folder, ignore_errors=True)


def settings(tmp_path: Path, s3: S3Server, postgres: PostgresServer, **more: str) -> dict[str, str]:
    return {
        "CASEBINDER_HOME": str(tmp_path / "home"), "CASEBINDER_INBOX": f"s3://faxes/{tmp_path.name}/",
        "CASEBINDER_DATABASE_URL": postgres.url("casebinder"), "CASEBINDER_S3_ENDPOINT_URL": s3.url,
        "CASEBINDER_USE_PREFECT": "false", "CASEBINDER_POLL_SECONDS": "0.2", "CASEBINDER_LOG_FORMAT": "json",
        "CASEBINDER_S3_RETRIES": "1", "CASEBINDER_MIN_FREE_MB": "1", **more,
    }  # fmt: skip


def events(watcher: Watcher, **like: object) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (watcher.folder / "log").read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if like.items() <= line.items()]


def put(s3: S3Server, folder: Path, number: int) -> None:
    s3.client().put_object(
        Bucket="faxes",
        Key=f"{folder.name}/{number}.pdf",
        Body=one_page(crc32(folder.name.encode()) % 10**6 * 10 + number),
    )


def done(watcher: Watcher, count: int) -> Callable[[], bool]:
    return lambda: len(events(watcher, event="done")) == count


def test_servers_that_go_away_are_waited_for(tmp_path: Path, servers: tuple[S3Server, PostgresServer]) -> None:
    """Started while both are away; then each goes and comes back while it runs."""
    s3, postgres = servers
    put(s3, tmp_path, 1)
    s3.kill()
    postgres.kill()
    watcher = Watcher(tmp_path, settings(tmp_path, s3, postgres))
    watcher.start()
    try:
        until(lambda: events(watcher, trouble="database", level="error"), 30)
        postgres.start()
        until(lambda: events(watcher, trouble="bucket", level="error"), 30)
        s3.start()
        until(done(watcher, 1), 60)
        for number, (server, name) in enumerate([(postgres, "database"), (s3, "bucket")], 2):
            server.kill()
            until(lambda name=name: len(events(watcher, trouble=name, level="error")) == 2, 30)  # type: ignore[misc]
            server.start()
            put(s3, tmp_path, number)
            until(done(watcher, number), 60)
        for kind, message in (("database", troubles.DATABASE.message), ("bucket", troubles.BUCKET.message)):
            told = [line["event"] for line in events(watcher, trouble=kind)]
            assert told == [message, f"{kind} works again"] * 2
    finally:
        watcher.stop()


def test_bad_credentials_are_said_once_and_good_ones_are_picked_up(
    tmp_path: Path, servers: tuple[S3Server, PostgresServer]
) -> None:
    """The keys come from a file, as on a server; they are mended while the program runs."""
    s3, postgres = servers
    put(s3, tmp_path, 1)
    helper, good = (
        tmp_path / "keys.json",
        {"Version": 1, "AccessKeyId": KEYS["AWS_ACCESS_KEY_ID"], "SecretAccessKey": KEYS["AWS_SECRET_ACCESS_KEY"]},
    )
    helper.write_text(json.dumps(good | {"SecretAccessKey": "wrong"}))
    config = tmp_path / "config"
    config.write_text(f"[profile fax]\nregion = us-east-1\ncredential_process = cat {helper}\n")
    watcher = Watcher(tmp_path, settings(tmp_path, s3, postgres, AWS_PROFILE="fax", AWS_CONFIG_FILE=str(config)))
    watcher.keys = {}
    watcher.start()
    try:
        until(lambda: events(watcher, trouble="credentials"), 30)
        time.sleep(2)
        helper.write_text(json.dumps(good))
        until(done(watcher, 1), 60)
        told = [line["event"] for line in events(watcher) if "trouble" in line]
        assert told == [troubles.KEYS.message, "credentials works again"]
    finally:
        watcher.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk has to be mounted")
def test_a_full_disk_is_said_once_and_work_goes_on_when_there_is_room(
    tmp_path: Path, servers: tuple[S3Server, PostgresServer]
) -> None:
    s3, postgres = servers
    vault = tmp_path / "vault"
    vault.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(vault)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    (vault / "ballast").write_bytes(bytes(1000 << 10))
    put(s3, tmp_path, 1)
    watcher = Watcher(
        tmp_path, settings(tmp_path, s3, postgres, CASEBINDER_VAULT=str(vault), CASEBINDER_MIN_FREE_MB="0")
    )
    try:
        watcher.start()
        until(lambda: events(watcher, trouble="disk_full"), 30)
        time.sleep(1)
        (vault / "ballast").unlink()
        until(done(watcher, 1), 60)
        told = [line["event"] for line in events(watcher) if "trouble" in line]
        assert told == [troubles.DISK.message, "disk_full works again"]
    finally:
        watcher.stop()
        subprocess.run(["umount", str(vault)], check=True)


def test_a_clock_that_is_wrong_is_said_once_and_work_goes_on(
    tmp_path: Path, servers: tuple[S3Server, PostgresServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is ten minutes slow, which the store still accepts, then twenty, which it refuses; then it is set right."""
    s3, postgres = servers
    for name, value in (settings(tmp_path, s3, postgres) | KEYS).items():
        monkeypatch.setenv(name, value)
    put(s3, tmp_path, 1)
    worker = Worker(Settings())
    said: list[str] = []
    report = worker.board.report
    monkeypatch.setattr(
        worker.board, "report", lambda trouble, detail="": said.append(f"{trouble.kind} {detail}") or report(trouble)
    )
    minutes = [10]

    class Slow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - timedelta(minutes=minutes[0])

    monkeypatch.setattr("intake.s3_inbox.datetime", Slow)
    assert len(worker.take_in()) == 1
    assert said in (["clock 599 s behind"], ["clock 600 s behind"]), "the store tells whole seconds"
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime", lambda *_, **__: Slow.utcnow() - timedelta(minutes=minutes[0])
    )
    minutes[0] = 20
    worker.stop.set()
    worker._try("intake", worker.take_in)
    assert [trouble.kind for trouble in worker.board.current()] == ["clock"]
    minutes[0] = 0
    worker._try("intake", worker.take_in)
    assert worker.board.current() == []
    worker.leave()


def test_one_object_that_cannot_be_fetched_holds_up_no_other(
    tmp_path: Path, servers: tuple[S3Server, PostgresServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    s3, postgres = servers
    for name, value in (settings(tmp_path, s3, postgres) | KEYS).items():
        monkeypatch.setenv(name, value)
    for number in (1, 2):
        put(s3, tmp_path, number)
    worker = Worker(Settings())
    fetch = worker.desk.inbox.fetch
    denied = boto.ClientError(
        {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "GetObject"
    )  # type: ignore[typeddict-item]

    def refuse(drop: Any, to: Path) -> dict[str, str]:
        if drop.name == "1.pdf":
            raise denied
        return fetch(drop, to)

    with monkeypatch.context() as patch:
        patch.setattr(worker.desk.inbox, "fetch", refuse)
        assert len(worker.take_in()) == 1
    assert [trouble.kind for trouble in worker.board.current()] == ["credentials"]
    worker.taker._bad.clear()
    assert len(worker.take_in()) == 1
    assert worker.board.current() == []
    worker.leave()


def client_error(code: str, status: int) -> boto.ClientError:
    return boto.ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "x")  # type: ignore[typeddict-item]


@pytest.mark.parametrize("error, kind", [
    (OSError(28, "x"), "disk_full"), (OSError(122, "x"), "disk_full"), (PermissionError(13, "x"), "folder"),
    (boto.EndpointConnectionError(endpoint_url="x"), "bucket"), (client_error("SlowDown", 503), "bucket"),
    (boto.NoCredentialsError(), "credentials"), (client_error("SignatureDoesNotMatch", 403), "credentials"),
    (client_error("NoSuchBucket", 404), "no_bucket"), (client_error("RequestTimeTooSkewed", 403), "clock"),
    (sql.OperationalError("x", {}, Exception("connection refused")), "database"),
    (sql.OperationalError("x", {}, Exception("database or disk is full")), "disk_full"),
    (ValueError("x"), None), (client_error("InvalidArgument", 400), None), (FileNotFoundError(2, "x"), None),
    (sql.IntegrityError("x", {}, Exception("duplicate key")), None),
])  # fmt: skip
def test_what_counts_as_trouble(error: Exception, kind: str | None) -> None:
    found = troubles.recognise(error)
    assert (found.kind if found else None) == kind


def test_wrong_database_user_or_name_is_told_from_a_database_that_is_away(
    servers: tuple[S3Server, PostgresServer],
) -> None:
    _, postgres = servers
    for url in (postgres.url("nosuch"), postgres.url("casebinder").replace("tester", "nobody")):
        with pytest.raises(sql.OperationalError) as caught:
            Store.open(url)
        found = troubles.recognise(caught.value)
        assert found
        assert found.kind == "database_login"
