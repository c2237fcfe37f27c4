"""`python -m samples FOLDER [--seed N] [--story]` writes sample faxes."""

from __future__ import annotations

import argparse
from pathlib import Path

from samples.faxes import write_all
from samples.story import write_demo

parser = argparse.ArgumentParser(prog="python -m samples", description="Write invented sample faxes.")
parser.add_argument("folder", type=Path)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--story", action="store_true", help="the demo's story instead of the mixed pile")
given = parser.parse_args()
written = write_demo(given.folder) if given.story else [s.path for s in write_all(given.folder, given.seed)]
print(f"{len(written)} files in {given.folder}")
