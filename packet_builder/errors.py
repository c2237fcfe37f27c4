"""What stops a build. Messages name exhibits by hash and page, never patient text."""

from __future__ import annotations


class PacketError(Exception):
    """The packet cannot be built, or is not what was planned; the message says which source and why."""


class MissingValue(PacketError):
    """A template asks for a value that the case does not have."""
