"""Long faxes, read in parts: what is read is kept at once, and idle workers on other machines lend a hand.

Parts are claimed as faxes are (`casefile.leases`). The fax's own worker reads whatever nobody holds; who dies loses
the claim, and the part is read again by whoever comes next.
"""

from __future__ import annotations

import time
from pathlib import Path

from casefile.leases import LeaseLost, Leases
from casefile.store import Store
from flows.logs import event
from intake.limits import Limits
from intake.read import FileText, Unreadable, file_text, read_pages
from intake.vault import Originals

PART_PAGES = 10
WAIT_SECONDS = 0.5
PATIENCE_SECONDS = 120.0
"""After this long without a part coming in, the fax's own worker reads the rest whoever holds it."""


def read_long(
    store: Store, leases: Leases, sha256: str, path: Path, kind: str, pages: int, limits: Limits
) -> FileText:  # fmt: skip
    """Read a fax part by part; parts kept by an earlier try, or by others, are not read again."""
    store.open_parts(sha256, pages, PART_PAGES)
    try:
        _read_all(store, leases, sha256, path, limits)
    except Unreadable as error:
        return FileText(sha256, kind, problems=(error.problem,), set_aside=True)
    return file_text(sha256, kind, store.parts(sha256))


def _read_all(store: Store, leases: Leases, sha256: str, path: Path, limits: Limits) -> None:
    last_news = time.monotonic()
    while waiting := store.waiting_parts(sha256):
        patient = time.monotonic() - last_news < PATIENCE_SECONDS
        for _, numbers in waiting:
            if _read_part(store, leases, sha256, path, numbers, limits, claim=patient):
                last_news = time.monotonic()
                break
        else:
            time.sleep(WAIT_SECONDS)
            if len(store.waiting_parts(sha256)) < len(waiting):
                last_news = time.monotonic()


def help_out(store: Store, leases: Leases, vault: Originals, limits: Limits) -> bool:
    """Read one part of a long fax that another worker has in hand; False if there is none to read."""
    for sha256, numbers in store.waiting_parts():
        try:
            if _read_part(store, leases, sha256, vault.path(sha256), numbers, limits):
                return True
        except (LeaseLost, Unreadable):
            continue
    return False


def _read_part(
    store: Store, leases: Leases, sha256: str, path: Path, numbers: range, limits: Limits, claim: bool = True
) -> bool:
    lease = leases.claim("part", f"{sha256}:{numbers.start}")
    if lease is None and claim:
        return False
    start = time.monotonic()
    try:
        answers = read_pages(path, limits, only=numbers)
    except BaseException:
        if lease:
            leases.release(lease)
        raise
    store.save_part(sha256, numbers.start, answers)
    if lease:
        leases.finish(lease, time.monotonic() - start)
    event("part of a long fax read", first=numbers.start, last=numbers.stop - 1)
    return True
