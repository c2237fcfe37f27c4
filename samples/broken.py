"""Files that nobody can read, each in its own way."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf


def truncated(pdf: bytes, path: Path) -> None:
    """A PDF cut off in its first object."""
    path.write_bytes(pdf[:60])


def encrypted(pdf: bytes, path: Path) -> None:
    """A PDF that asks for a password."""
    from io import BytesIO

    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(path, encryption=pikepdf.Encryption(user="specimen", owner="specimen"))


def empty(path: Path) -> None:
    """No bytes at all."""
    path.write_bytes(b"")


def office(path: Path) -> None:
    """A word-processor file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<document/>")
