"""Rebuild icd10cm-2026.txt.gz (one code a line, `+` before billable ones) and icd10cm-2026-words.txt.gz.

The second holds, for each billable code, the words of its title and of its inclusion terms, and of the inclusion terms
of the codes above it: each once, in lower case, without everyday words; a place with no code of its own is left out.

Source: CMS/CDC ICD-10-CM tabular list, release of April 2026, as packaged by simple-icd-10-cm 1.5.0
(public domain data).
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import simple_icd_10_cm as table

WORD = re.compile(r"[a-z]{3,}|[0-9]")
EVERYDAY = frozenset(
    [
        "with",
        "without",
        "other",
        "unspecified",
        "specified",
        "encounter",
        "elsewhere",
        "classified",
        "and",
        "from",
        "that",
        "the",
        "for",
        "due",
        "not",
        "nos",
        "nec",
        "are",
        "part",
        "initial",
        "subsequent",
    ]
)
HERE = Path(__file__).parent


def main() -> None:
    """Write both tables beside this script."""
    codes = sorted(code for code in table.get_all_codes(True) if table.is_category_or_subcategory(code))
    _write("icd10cm-2026.txt.gz", [("+" if table.is_leaf(code) else "-") + code for code in codes])
    _write("icd10cm-2026-words.txt.gz", [f"{code} {_words(code)}" for code in codes if table.is_leaf(code)])


def _words(code: str) -> str:
    texts = [table.get_description(code), *table.get_inclusion_term(code)]
    for above in table.get_ancestors(code):
        if table.is_category_or_subcategory(above):
            texts += table.get_inclusion_term(above)
    words = WORD.findall(" ".join(texts).lower())
    return " ".join(dict.fromkeys(word for word in words if word not in EVERYDAY))


def _write(name: str, rows: list[str]) -> None:
    (HERE / name).write_bytes(gzip.compress("\n".join(rows).encode(), 9, mtime=0))
    print(f"{len(rows)} rows in {name}")


if __name__ == "__main__":
    main()
