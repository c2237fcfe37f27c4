"""Bucket notifications from an SQS queue: a hint that something is new. The listing stays as the safety net."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

from intake.inbox import Drop, is_urgent
from intake.s3 import S3Options, client

MOST = 10
ROUNDS = 10


class Notices:
    """One queue. A message goes only after what it names is recorded."""

    def __init__(self, queue_url: str, endpoint_url: str, options: S3Options) -> None:
        self.queue_url = queue_url
        self._client: Any = client(options, "sqs", endpoint_url)
        self._receipts: list[str] = []

    def drops(self, bucket: str, prefix: str) -> list[Drop]:
        """What the waiting messages name in this bucket, below this prefix; at most a hundred messages."""
        found: dict[tuple[str, str], Drop] = {}
        self._receipts = []
        for _ in range(ROUNDS):
            messages = self._client.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=MOST)
            rows = messages.get("Messages", [])
            for message in rows:
                self._receipts.append(message["ReceiptHandle"])
                for drop in created(message.get("Body", ""), bucket, prefix):
                    found[drop.key, drop.fingerprint] = drop
            if not rows:
                break
        if not found:
            self.done()
        return list(found.values())

    def done(self) -> None:
        """Delete the messages that the last `drops` returned."""
        for start in range(0, len(self._receipts), MOST):
            batch = self._receipts[start : start + MOST]
            entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(batch)]
            self._client.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)
        self._receipts = []


def created(body: str, bucket: str, prefix: str) -> list[Drop]:
    """The objects that a message says were created; [] for anything else. Accepts SNS wrapping."""
    try:
        row = json.loads(body)
        if "Message" in row and "Records" not in row:
            row = json.loads(row["Message"])
        records = row.get("Records", [])
        return [drop for record in records if (drop := _drop(record, bucket, prefix))]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _drop(record: dict[str, Any], bucket: str, prefix: str) -> Drop | None:
    if "ObjectCreated" not in record.get("eventName", "") or record["s3"]["bucket"]["name"] != bucket:
        return None
    item = record["s3"]["object"]
    key = unquote_plus(item["key"])
    if not key.startswith(prefix) or key.endswith("/"):
        return None
    name = key.rsplit("/", 1)[-1][:255]
    return Drop(key, str(item["eTag"]).strip('"'), name, int(item.get("size", 0)), is_urgent(key))
