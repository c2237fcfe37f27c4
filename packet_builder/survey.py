"""A first look at the sources, before anything is drawn: what binding will take off them, which slip sheets tell."""

from __future__ import annotations

import json

from casefile.records import CaseFile
from packet_builder.page_cache import PageCache
from packet_builder.source_files import Locate

REMARKS = "remarks/1"


def survey(case: CaseFile, locate: Locate, cache: PageCache) -> dict[str, list[str]]:
    """Remarks by source hash. A source that cannot be opened is left to the binding, which says so."""
    notes: dict[str, list[str]] = {}
    for exhibit in case.exhibits:
        if exhibit.media_type == "application/pdf" and exhibit.fax_sha256 not in notes:
            notes[exhibit.fax_sha256] = _remarks(exhibit.fax_sha256, locate, cache)
    return {sha256: found for sha256, found in notes.items() if found}


def _remarks(sha256: str, locate: Locate, cache: PageCache) -> list[str]:
    """What was found out before, or is found out now."""
    kept = cache.get(sha256, 0, REMARKS)
    if kept is not None:
        return [str(text) for text in json.loads(kept)]
    import pikepdf

    from packet_builder.source_pdf import look

    try:
        with pikepdf.open(locate(sha256).path) as pdf:
            found = look(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError, RuntimeError):
        return []
    cache.put(sha256, 0, REMARKS, json.dumps(found).encode())
    return found
