"""A fax cut into documents as a person says."""

from __future__ import annotations

from collections.abc import Sequence

from casefile.records import Document
from extractors.recut import rearranged
from flows.steps import Desk, check, file_fax


def rearrange(desk: Desk, sha256: str, documents: Sequence[Document]) -> list[str]:
    """Store a fax's documents anew, file it and check every case it touched; returns their ids."""
    before = desk.store.documents_home(sha256)
    desk.store.save_reading(rearranged(desk.store.reading(sha256), documents))
    touched = list(dict.fromkeys([*before, *file_fax(desk, sha256)]))
    for case_id in touched:
        check(desk, case_id)
    return touched
