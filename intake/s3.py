"""The S3 client as the settings give it: time-outs, retries with random pauses, addressing, encryption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class S3Options:
    """How to talk to the store. Credentials come from where the AWS tools look for them."""

    endpoint_url: str = ""
    region: str = ""
    addressing: str = ""
    sse: str = ""
    kms_key: str = ""
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    retries: int = 4

    def put_arguments(self) -> dict[str, str]:
        """What every object that we put carries: the encryption asked for."""
        arguments = {"ServerSideEncryption": self.sse} if self.sse else {}
        return arguments | ({"SSEKMSKeyId": self.kms_key} if self.kms_key else {})


def client(options: S3Options, service: str = "s3", endpoint_url: str | None = None) -> Any:
    """A boto3 client. Its `standard` retries wait a random, growing time between tries."""
    import boto3
    from botocore.config import Config

    endpoint = options.endpoint_url if endpoint_url is None else endpoint_url
    s3: Any = {"addressing_style": options.addressing or ("path" if options.endpoint_url else "auto")}
    connect: Any = boto3.session.Session().client  # a session of its own looks for credentials afresh
    config = Config(
        connect_timeout=options.connect_seconds, read_timeout=options.read_seconds,
        retries={"total_max_attempts": max(options.retries, 1), "mode": "standard"},
        s3=s3, max_pool_connections=20,
    )  # fmt: skip
    region = options.region or (None if not endpoint else "us-east-1")
    return connect(service, endpoint_url=endpoint or None, region_name=region, config=config)


def place(address: str) -> tuple[str, str]:
    """(bucket, prefix) of an `s3://bucket/prefix` address."""
    parts = urlsplit(address)
    return parts.netloc, parts.path.lstrip("/")
