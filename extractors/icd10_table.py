"""The ICD-10-CM table in force: which codes there are and which are complete. Pure after the first call."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "icd10cm-2026.txt.gz"
EDITION = "ICD-10-CM April 2026"


@cache
def table() -> dict[str, bool]:
    """Code without its dot → billable."""
    rows = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    return {row[1:].replace(".", ""): row[0] == "+" for row in rows}


def dotted(code: str) -> str:
    """The code as it is written on paper."""
    return code[:3] + "." + code[3:] if len(code) > 3 else code


def is_billable(code: str) -> bool:
    """Whether a code (without its dot) is in the table and complete."""
    return bool(table().get(code))
