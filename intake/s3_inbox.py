"""An S3 bucket and prefix as inbox, AWS or compatible. An object appears only when wholly written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from botocore.exceptions import ClientError

from intake.inbox import Changed, Drop, Position, is_urgent
from intake.s3 import S3Options, client
from intake.sidecar import named

SWEEP_PAGES = 20
"""Pages of a thousand keys listed at one look; a larger bucket is swept over several looks."""

SWEEP_SHARE = 9
"""After a sweep of more than one page, this many times its duration passes before the next: a tenth of the time."""

GONE = {"NoSuchKey", "404", "PreconditionFailed", "412", "NotFound"}
PROCESSED = ("leave", "tag", "move", "delete")
TAG = {"TagSet": [{"Key": "casebinder", "Value": "processed"}]}


class Notified(Protocol):
    """Where the bucket's notifications come in."""

    def drops(self, bucket: str, prefix: str) -> list[Drop]:
        """Objects that notifications speak of."""
        ...

    def done(self) -> None:
        """What `drops` returned is recorded; the notifications may go."""
        ...


class S3Inbox:
    """A bucket and prefix; the ETag is the fingerprint, so a reused key with new content is a new fax."""

    def __init__(
        self, bucket: str, prefix: str, options: S3Options | None = None, processed: str = "leave",
        processed_prefix: str = "processed/", notices: Notified | None = None,
    ) -> None:  # fmt: skip
        if processed not in PROCESSED:
            raise ValueError(f"CASEBINDER_S3_PROCESSED is {processed!r}; it can be {', '.join(PROCESSED)}")
        self.bucket, self.prefix = bucket, prefix
        self.options = options or S3Options()
        self.processed, self.processed_prefix = processed, processed_prefix
        self.notices = notices
        self.skew_seconds = 0.0
        """How far the store's clock is ahead of ours, as its last answer told."""
        self._client: Any = client(self.options)
        self._next_sweep = 0.0

    def look(self, position: Position) -> Iterator[tuple[list[Drop], Position]]:
        """First what notifications name, then keys after the highest ever seen, then the sweep of all keys.

        Fax servers name files by time, so new keys mostly come last and are found with one request, however many
        objects lie before them. The sweep finds the others, at once after a start and then now and then; it goes on
        where a killed worker left it.
        """
        if self.notices and (drops := self.notices.drops(self.bucket, self.prefix)):
            yield drops, position
            self.notices.done()
        if position.highest:
            for keys, drops in self._pages(position.highest, SWEEP_PAGES):
                position = Position(position.after, max(keys, default=position.highest))
                yield drops, position
        if monotonic() < self._next_sweep:
            return
        pages, started = 0, monotonic()
        for keys, drops in self._pages(position.after, SWEEP_PAGES):
            pages += 1
            position = Position(keys[-1] if keys else position.after, max([position.highest, *keys]))
            yield drops, position
        self._next_sweep = monotonic() + SWEEP_SHARE * (monotonic() - started) if pages > 1 else 0.0
        if pages < SWEEP_PAGES:
            yield [], Position("", position.highest)

    def ready(self) -> Iterator[Drop]:
        """Every object below the prefix, in key order."""
        for _, drops in self._pages("", 1 << 30):
            yield from drops

    def _pages(self, after: str, most: int) -> Iterator[tuple[list[str], list[Drop]]]:
        """Pages of (all keys, those that are faxes)."""
        arguments = {"Bucket": self.bucket, "Prefix": self.prefix} | ({"StartAfter": after} if after else {})
        for number, page in enumerate(self._client.get_paginator("list_objects_v2").paginate(**arguments), 1):
            self._notice_clock(page)
            rows = page.get("Contents", [])
            yield [row["Key"] for row in rows], [drop for row in rows if (drop := self._drop(row))]
            if number >= most:
                return

    def _drop(self, row: Any) -> Drop | None:
        key = row["Key"]
        if key.endswith("/") or (self.processed == "move" and key.startswith(self.processed_prefix)):
            return None
        return Drop(key, row["ETag"].strip('"'), key.rsplit("/", 1)[-1][:255], row["Size"], is_urgent(key))

    def _notice_clock(self, answer: Any) -> None:
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        if date:
            self.skew_seconds = (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()

    def fetch(self, drop: Drop, to: Path) -> dict[str, str]:
        """Download the object as it was when listed (IfMatch), in pieces; its metadata comes with it."""
        try:
            answer = self._client.get_object(Bucket=self.bucket, Key=drop.key, IfMatch=f'"{drop.fingerprint}"')
        except ClientError as error:
            raise _changed(error) from error
        with to.open("wb") as stream:
            for piece in answer["Body"].iter_chunks(1 << 20):
                stream.write(piece)
        if to.stat().st_size != answer["ContentLength"]:
            raise Changed("an object came in shortened")
        return named(list(answer.get("Metadata", {}).items()))

    def mark(self, key: str, fingerprint: str) -> str:
        """Leave, tag, move or delete the object; one that was replaced meanwhile is another fax and stays."""
        if self.processed == "leave":
            return "left"
        try:
            head = self._client.head_object(Bucket=self.bucket, Key=key)
            if head["ETag"].strip('"') != fingerprint:
                return "replaced"
            return self._mark(key, fingerprint)
        except ClientError as error:
            if isinstance(_changed(error), Changed):
                return "gone"
            raise

    def _mark(self, key: str, fingerprint: str) -> str:
        here, etag = {"Bucket": self.bucket, "Key": key}, f'"{fingerprint}"'
        if self.processed == "tag":
            self._client.put_object_tagging(**here, Tagging=TAG)
            return "tagged"
        if self.processed == "move":
            target = self.processed_prefix + key
            self._client.copy_object(
                Bucket=self.bucket, Key=target, CopySource=here, CopySourceIfMatch=etag, **self.options.put_arguments()
            )
        self._client.delete_object(**here, IfMatch=etag)
        return "moved" if self.processed == "move" else "deleted"


def _changed(error: ClientError) -> Exception:
    """`Changed` if the object is gone or replaced; otherwise the error itself."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return Changed("an object is gone or was replaced") if code in GONE else error
