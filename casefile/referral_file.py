"""A portal's referral export → rows we can match, and the rows nobody can use, each with its line and reason. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from casefile.errors import Refused

COLUMNS = Path(__file__).parent / "data" / "referral_columns.toml"
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20 << 20, 50_000, 200, 500
ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = ",;\t|"
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%b %d, %Y", "%m-%d-%Y", "%Y/%m/%d")
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Referral:
    """One row of an export; dates as ISO, empty where the export says nothing."""

    line: int
    member_name: str
    member_dob: str
    member_id: str
    order_date: str
    payer_name: str
    reference: str

    @property
    def key(self) -> str:
        """Names the referral: the same one in another export, or on another line, has the same key."""
        parts = (self.member_name.casefold(), self.member_dob, self.member_id, self.order_date, self.reference)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used; the reason quotes none of it."""

    line: int
    reason: str


@dataclass(frozen=True)
class Export:
    """What an export holds; a referral that stands in it twice counts once."""

    referrals: tuple[Referral, ...]
    bad: tuple[BadRow, ...]
    repeated: int


def read_export(data: bytes, today: date) -> Export:
    """Read a CSV export: UTF-8 (with or without mark) or Windows-1252; comma, semicolon, tab or bar.

    Raises:
        Refused: It is too large, no text, or has no columns that tell who a referral is about.
    """
    if len(data) > MOST_BYTES:
        raise Refused(f"the export has {len(data) >> 20} MB; at most {MOST_BYTES >> 20} MB are read")
    text = _decoded(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: dict[str, Referral] = {}
    bad: list[BadRow] = []
    good = 0
    columns: Sequence[str] | None = None
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _known_columns(cells)
                continue
            row = _referral(lines.line_num, cells, columns, today)
            if isinstance(row, BadRow):
                bad.append(row)
            else:
                found.setdefault(row.key, row)
                good += 1
            if good + len(bad) > MOST_ROWS:
                raise Refused(f"the export has more than {MOST_ROWS:,} rows; split it")
    except csv.Error as error:
        raise Refused(f"line {lines.line_num} of the export is no CSV: a quote or a line is broken") from error
    if columns is None:
        raise Refused("the export is empty")
    return Export(tuple(found.values()), tuple(bad), good - len(found))


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise Refused("the export is no text file that we read: save it as CSV (UTF-8)")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("the export is neither UTF-8 nor Windows-1252 text: save it as CSV (UTF-8)")


def _delimiter(text: str) -> str:
    """The sign that stands most often in the first line with anything in it."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=head.count)


@cache
def _synonyms() -> Mapping[str, str]:
    """A column's name without spaces and punctuation → our name for it."""
    table = tomllib.loads(COLUMNS.read_text())["columns"]
    return {_plain(name): ours for ours, names in table.items() for name in (ours, *names)}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _known_columns(cells: Sequence[str]) -> list[str]:
    """Our name for each column, "" for those we have no use for."""
    if len(cells) > MOST_COLUMNS:
        raise Refused(f"the export has {len(cells)} columns; at most {MOST_COLUMNS} are read")
    names = [_synonyms().get(_plain(cell), "") for cell in cells]
    for name in set(names) - {""}:
        if names.count(name) > 1:
            twice = [str(place + 1) for place, other in enumerate(names) if other == name]
            raise Refused(f"columns {', '.join(twice)} of the export all mean {name.replace('_', ' ')}; leave one")
    if not _identifies(set(names)):
        raise Refused(
            "the export has no column we know for a member id, nor for a name and a birth date; "
            f"its columns must be called as in {COLUMNS.name}"
        )
    return names


def _identifies(known: set[str]) -> bool:
    return "member_id" in known or ("member_dob" in known and ("member_name" in known or "last_name" in known))


def _referral(line: int, cells: Sequence[str], columns: Sequence[str], today: date) -> Referral | BadRow:
    if len(cells) > len(columns):
        return BadRow(line, f"has {len(cells)} cells where the header has {len(columns)}")
    if max(len(cell) for cell in cells) > LONGEST_CELL:
        return BadRow(line, f"has a cell of more than {LONGEST_CELL} letters")
    row = {name: " ".join(cell.split()) for name, cell in zip(columns, cells, strict=False) if name}
    days = {}
    for name, called in (("member_dob", "birth date"), ("order_date", "order date")):
        day = _day(row.get(name, ""))
        if day is None:
            return BadRow(line, f"the {called} is no date we can read")
        if day and not EARLIEST.isoformat() <= day <= today.isoformat():
            return BadRow(line, f"the {called} is not between 1900 and today")
        days[name] = day
    whole = row.get("member_name") or " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
    name = _name(whole)
    member_id = re.sub(r"[\s-]", "", row.get("member_id", "")).upper()
    if not member_id and not (name and days["member_dob"]):
        return BadRow(line, "has neither a member id nor a name with a birth date")
    return Referral(line, name, days["member_dob"], member_id, days["order_date"], row.get("payer_name", ""),
                    row.get("reference", ""))  # fmt: skip


def _name(text: str) -> str:
    """First name first, as our cases have it."""
    last, comma, first = text.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else text.strip()


def _day(text: str) -> str | None:
    """A date as ISO; "" for none, None for what cannot be read without guessing."""
    text = re.split(r"[T ]\d{1,2}:\d{2}", text.strip())[0].strip()
    if not text:
        return ""
    for form in DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return None
