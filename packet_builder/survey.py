"""A first look at the sources, before anything is drawn: what binding will take off them, which slip sheets tell."""

from __future__ import annotations

import pikepdf

from casefile.records import CaseFile
from packet_builder.exhibit_pages import Locate
from packet_builder.source_pdf import look


def survey(case: CaseFile, locate: Locate) -> dict[str, list[str]]:
    """Remarks by source hash. A source that cannot be opened is left to the binding, which says so."""
    notes: dict[str, list[str]] = {}
    for exhibit in case.exhibits:
        if exhibit.media_type != "application/pdf" or exhibit.fax_sha256 in notes:
            continue
        try:
            with pikepdf.open(locate(exhibit.fax_sha256).path) as pdf:
                found = look(pdf)
        except (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError, RuntimeError):
            found = []
        if found:
            notes[exhibit.fax_sha256] = found
    return notes
