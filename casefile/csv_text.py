"""CSV as every list of ours is written: a spreadsheet must not take a cell for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TextIO

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def write_csv(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows as CSV (RFC 4180); text that a spreadsheet could run gets an apostrophe before it."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as the text of a CSV file; see `write_csv`."""
    out = io.StringIO(newline="")
    write_csv(out, header, rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Numbers stay numbers; nothing is empty; text is made harmless."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0\u200b\ufeff").startswith(RISKY) or text.startswith(RISKY) else text
