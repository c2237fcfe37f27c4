"""What can go wrong that is ours to explain. Messages name files, pages and ids, never patient text."""

from __future__ import annotations


class CasebinderError(Exception):
    """Something a person can act on; `exit_code` is what the program ends with."""

    exit_code = 1


class NotFound(CasebinderError):
    """No such case or fax."""

    exit_code = 2


class Refused(CasebinderError):
    """What was asked for cannot be done; the message says why and what can."""

    exit_code = 2
