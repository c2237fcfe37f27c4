"""Originals in a bucket, byte for byte, named by their SHA-256, with working copies in a local folder."""

from __future__ import annotations

import base64
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from intake.s3 import S3Options, client
from intake.vault import sha256_of

KEEP_SECONDS = 3600
"""A working copy is never dropped sooner than this after its last use."""


class DamagedOriginal(Exception):
    """The bytes in the bucket are not those that were kept."""


class S3Vault:
    """Written once and never altered; a key that exists is not written again (IfNoneMatch)."""

    def __init__(self, bucket: str, prefix: str, copies: Path, options: S3Options, copies_mb: int = 4096) -> None:
        self.bucket, self.copies, self.options = bucket, copies, options
        self.prefix = prefix.rstrip("/") + "/" if prefix else ""
        self.copies_bytes = copies_mb << 20
        self._client: Any = client(options)

    def key(self, sha256: str) -> str:
        """Where the original with this hash lies in the bucket."""
        return f"{self.prefix}{sha256[:2]}/{sha256}"

    def put(self, path: Path) -> str:
        """Keep the file for good. The store checks the bytes against their SHA-256 as they arrive."""
        sha256 = sha256_of(path)
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with path.open("rb") as stream:
            try:
                self._client.put_object(
                    Bucket=self.bucket, Key=self.key(sha256), Body=stream, IfNoneMatch="*", ChecksumSHA256=checksum,
                    **self.options.put_arguments(),
                )  # fmt: skip
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in {"PreconditionFailed", "412"}:
                    raise
        return sha256

    def path(self, sha256: str) -> Path:
        """A working copy, fetched if need be and checked against its hash."""
        copy = self.copies / sha256[:2] / sha256
        if copy.exists():
            os.utime(copy)
            return copy
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = self._client.get_object(Bucket=self.bucket, Key=self.key(sha256))["Body"]
        with tempfile.NamedTemporaryFile(dir=copy.parent, prefix=".incoming-", delete=False) as stream:
            incoming = Path(stream.name)
            try:
                for piece in body.iter_chunks(1 << 20):
                    stream.write(piece)
            except BaseException:
                incoming.unlink()
                raise
        if sha256_of(incoming) != sha256:
            incoming.unlink()
            raise DamagedOriginal(f"original {sha256[:12]} came back with other bytes; restore it from a backup")
        incoming.chmod(0o400)
        incoming.replace(copy)
        self._tidy()
        return copy

    def _tidy(self) -> None:
        """Drop the copies that were not used for longest while they take more than their share."""
        files = sorted((p.stat().st_mtime, p.stat().st_size, p) for p in self.copies.glob("*/*"))
        over = sum(size for _, size, _ in files) - self.copies_bytes
        for used, size, path in files:
            if over <= 0 or time.time() - used < KEEP_SECONDS:
                return
            path.unlink(missing_ok=True)
            over -= size


def put_packet(address: tuple[str, str], options: S3Options, key: str, path: Path) -> str:
    """Copy a packet to a bucket; returns its s3:// address. The same bytes again change nothing."""
    bucket, prefix = address
    whole = (prefix.rstrip("/") + "/" if prefix else "") + key
    checksum = base64.b64encode(bytes.fromhex(sha256_of(path))).decode()
    with path.open("rb") as stream:
        client(options).put_object(
            Bucket=bucket, Key=whole, Body=stream, ContentType="application/pdf", ChecksumSHA256=checksum,
            **options.put_arguments(),
        )  # fmt: skip
    return f"s3://{bucket}/{whole}"
