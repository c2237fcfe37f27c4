"""Which pages are bound as pictures, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from casefile.records import Box, Exhibit, PageText
from packet_builder.plan import Key

if TYPE_CHECKING:
    import pikepdf


@dataclass(frozen=True)
class Pictured:
    """Boxes to burn by source page, whether the recipient sees black and white alone, whether pages must suit an archive."""

    boxes: Mapping[Key, tuple[Box, ...]] = field(default_factory=dict)
    one_bit: bool = False
    archive: bool = False

    def may_touch(self, exhibit: Exhibit) -> bool:
        """Whether any of an exhibit's pages may be bound as a picture."""
        return self.one_bit or self.archive or any(sha256 == exhibit.fax_sha256 for sha256, _ in self.boxes)

    def why(self, sha256: str, text: PageText, page: pikepdf.Object) -> str:
        """Why a page is bound as a picture; empty where it is bound as it is."""
        if (sha256, text.page_number) in self.boxes:
            return "redacted"
        if self.one_bit:
            return "black and white for a fax line"
        from packet_builder.archive import archive_fault

        if self.archive and (fault := archive_fault(page)):
            return fault
        return ""
