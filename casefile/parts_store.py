"""Long faxes in parts: each is kept as soon as it is read, so a death costs one part and several workers can share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from casefile import tables as t
from casefile.database import writing
from casefile.records import PageText, Problem
from casefile.rows import page_of, page_row, problem_of
from casefile.store_rows import Part

Answer = tuple[PageText, Problem | None]


class PartsStore(Part):
    """Page ranges of faxes that are being read. They go when the whole reading is saved."""

    def open_parts(self, sha256: str, pages: int, size: int) -> None:
        """Cut a fax into ranges of `size` pages; those of an earlier try are kept."""
        with writing(self.engine) as c:
            if c.execute(select(t.part.c.first_page).filter_by(sha256=sha256).limit(1)).first():
                return
            rows = [{"sha256": sha256, "first_page": first, "last_page": min(first + size - 1, pages), "answers": None}
                    for first in range(1, pages + 1, size)]  # fmt: skip
            c.execute(insert(t.part), rows)

    def waiting_parts(self, sha256: str = "") -> list[tuple[str, range]]:
        """Parts still to be read, of one fax or of all: (SHA-256, page numbers), in order."""
        query = select(t.part.c.sha256, t.part.c.first_page, t.part.c.last_page).where(t.part.c.answers.is_(None))
        if sha256:
            query = query.where(t.part.c.sha256 == sha256)
        with self.engine.connect() as c:
            rows = c.execute(query.order_by(t.part.c.sha256, t.part.c.first_page).limit(200)).all()
        return [(row.sha256, range(row.first_page, row.last_page + 1)) for row in rows]

    def save_part(self, sha256: str, first_page: int, answers: Sequence[Answer]) -> None:
        """Keep what was read of a part; nothing happens if the fax was finished meanwhile."""
        rows = [{"page": page_row(page), "number": page.page_number, "problem": problem.to_json() if problem else None}
                for page, problem in answers]  # fmt: skip
        with writing(self.engine) as c:
            c.execute(update(t.part).filter_by(sha256=sha256, first_page=first_page).values(answers=rows))

    def parts(self, sha256: str) -> list[Answer]:
        """What was read so far of a fax, in page order."""
        query = select(t.part.c.answers).where(t.part.c.sha256 == sha256, t.part.c.answers.is_not(None))
        with self.engine.connect() as c:
            found = c.execute(query.order_by(t.part.c.first_page)).scalars().all()
        return [
            (page_of(row["number"], row["page"]), problem_of(row["problem"]) if row["problem"] else None)
            for rows in found
            for row in rows
        ]

    def pages_read(self) -> dict[str, tuple[int, int]]:
        """Long faxes that are being read: SHA-256 → (pages read, pages in all)."""
        query = select(t.part.c.sha256, t.part.c.first_page, t.part.c.last_page, t.part.c.answers.is_not(None))
        found: dict[str, tuple[int, int]] = {}
        with self.engine.connect() as c:
            for sha256, first, last, is_read in c.execute(query):
                read, total = found.get(sha256, (0, 0))
                found[sha256] = read + (last - first + 1) * bool(is_read), max(total, last)
        return found
