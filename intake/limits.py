"""Bounds on hostile input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, pages, megapixels; times in seconds; `ocr_processes` 0 means one per core."""

    max_file_bytes: int = 200 << 20
    max_pages: int = 2000
    max_megapixels: int = 80
    ocr_seconds: int = 60
    ocr_processes: int = 0
    second_words: int = 24
    """Words a page that the second reader may read again; 0 turns it off."""
    ocr: bool = True
    """False leaves scanned pages without words; whether they are blank is still told."""
