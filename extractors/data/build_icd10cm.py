"""Rebuild icd10cm-2026.txt.gz: one code a line, `+` before billable ones.

Source: CMS/CDC ICD-10-CM tabular list, release of April 2026, as packaged by simple-icd-10-cm 1.5.0
(public domain data). Codes only, no descriptions.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import simple_icd_10_cm as table


def main() -> None:
    """Write the table beside this script."""
    codes = [code for code in table.get_all_codes(True) if table.is_category_or_subcategory(code)]
    lines = "\n".join(("+" if table.is_leaf(code) else "-") + code for code in sorted(codes))
    target = Path(__file__).parent / "icd10cm-2026.txt.gz"
    target.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    print(f"{len(codes)} codes in {target}")


if __name__ == "__main__":
    main()
