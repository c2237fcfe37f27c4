"""The inbox that the settings name."""

from __future__ import annotations

from pathlib import Path

from intake.folder_inbox import FolderInbox
from intake.inbox import Inbox
from intake.s3 import S3Options
from intake.sidecar import Sidecars


def open_inbox(
    location: str, *, stable_seconds: float, options: S3Options | None = None, processed: str = "leave",
    processed_prefix: str = "processed/", queue_url: str = "", queue_endpoint: str = "",
    sidecars: Sidecars | None = None,
) -> Inbox:  # fmt: skip
    """The inbox at a folder path or `s3://bucket/prefix`."""
    if location.startswith("s3://"):
        from intake.s3 import place
        from intake.s3_inbox import S3Inbox
        from intake.sqs import Notices

        options = options or S3Options()
        notices = Notices(queue_url, queue_endpoint, options) if queue_url else None
        bucket, prefix = place(location)
        return S3Inbox(bucket, prefix, options, processed, processed_prefix, notices)
    return FolderInbox(Path(location), stable_seconds, sidecars)
