"""A fax sent to the API goes where the watcher looks: written under another name first, then renamed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool

from flows.steps import Desk
from intake.folder_inbox import UNFINISHED
from intake.s3 import place
from intake.s3_vault import put_packet
from intake.sniff import media_type


async def drop(desk: Desk, name: str, pieces: AsyncIterator[bytes], *, urgent: bool = False) -> tuple[str, int]:
    """Put a file into the inbox; returns its SHA-256 and its size in bytes.

    Raises:
        HTTPException: 400 it is empty, 413 it is too large, 415 it is no PDF, TIFF, JPEG or PNG.
    """
    location, limit = desk.settings.inbox_location, desk.settings.max_file_mb << 20
    in_bucket = location.startswith("s3://")
    folder = Path(tempfile.gettempdir()) if in_bucket else Path(location) / ("urgent" if urgent else "")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            async for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise HTTPException(413, f"the file is larger than {limit >> 20} MB; split it")
                digest.update(piece)
                out.write(piece)
        await run_in_threadpool(_into_inbox, desk, part, plain_name(name), size, urgent)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def plain_name(name: str) -> str:
    """A file name that is safe in any folder or bucket and unlike any other's."""
    base = re.sub(r"[^\w.() -]+", "_", name.replace("\\", "/").rsplit("/", 1)[-1], flags=re.ASCII).strip(". ")[-80:]
    while base.lower().endswith(UNFINISHED):
        base = base.rsplit(".", 1)[0]
    return f"{secrets.token_hex(4)}-{base or 'fax'}"


def _into_inbox(desk: Desk, part: Path, name: str, size: int, urgent: bool) -> None:
    if not size:
        raise HTTPException(400, "the file is empty (0 bytes); send the fax as the body of the request")
    if media_type(part) is None:
        raise HTTPException(415, "the file is not a PDF, TIFF, JPEG or PNG")
    location = desk.settings.inbox_location
    if location.startswith("s3://"):
        put_packet(place(location), desk.s3_options, f"urgent/{name}" if urgent else name, part)
    else:
        part.replace(part.with_name(name))
