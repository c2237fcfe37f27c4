"""Drops a file into the inbox as if somebody had put it there: whole or not at all, under a name that cannot clash."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from casefile.errors import CasebinderError
from flows.steps import Desk
from intake.inbox import UNFINISHED
from intake.s3 import place
from intake.s3_vault import put_packet
from intake.vault import sha256_of

PIECE = 1 << 20


class NoRoom(CasebinderError):
    """The disk is too full to take anything in."""


def drop(desk: Desk, stream: BinaryIO, name: str) -> tuple[str, str]:
    """Put a stream's bytes into the watched folder or bucket; returns (SHA-256, name in the inbox).

    The bytes are written to a hidden file first and then renamed, so that no watcher sees half of them.

    Args:
        desk: Settings.
        stream: The bytes; the caller bounds their number.
        name: What the sender calls it; only its letters, digits and ending are kept.

    Raises:
        NoRoom: There is less disk than the settings ask for.
    """
    settings = desk.settings
    is_bucket = settings.inbox_location.startswith("s3://")
    folder = settings.home / "dropped" if is_bucket else Path(settings.inbox_location)
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < settings.min_free_mb << 20:
        raise NoRoom("the disk is nearly full; nothing is taken in until there is room again")
    kept = safe_name(name)
    partial = folder / f".{secrets.token_hex(16)}.part"
    try:
        with partial.open("xb") as copy:
            shutil.copyfileobj(stream, copy, PIECE)
        sha256 = sha256_of(partial)
        if is_bucket:
            bucket, prefix = place(settings.inbox_location)
            put_packet((bucket, prefix), desk.s3_options, kept, partial)
        else:
            partial.rename(folder / kept)
    finally:
        partial.unlink(missing_ok=True)
    return sha256, kept


def safe_name(name: str) -> str:
    """A file name of our own making: nothing of a path, no hidden file, and a part that nobody can guess."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem, dot, ending = last.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        stem, ending = last, ""
    if f".{ending.lower()}" in UNFINISHED:  # the watcher would wait for its end for ever
        ending = ""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60] or "fax"
    return f"{plain}-{secrets.token_hex(8)}" + (f".{ending.lower()}" if ending else "")
