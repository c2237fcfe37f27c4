"""A real S3 server, started once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import KEYS, S3Server


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
