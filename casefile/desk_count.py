"""What of a stored fax needs a person, read from the tables and counted for the work-list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from casefile import tables as t
from casefile.desk_tables import review, seen_problem
from casefile.needs import Need, needs
from casefile.rows import problem_of
from casefile.store_rows import reads_of, rows_of


def needs_in(c: Connection, sha256: str) -> list[Need]:
    """Everything of a fax that needs a person now."""
    findings = [f for _, _, read in reads_of(c, [sha256]) for f in read.findings]
    problems = [problem_of(p["row"]) for p in rows_of(c, t.problem, sha256, t.problem.c.id)]
    lost = select(t.page.c.page_number, t.page.c.reason).filter_by(sha256=sha256, state="unassigned")
    seen = c.execute(select(seen_problem.c.code, seen_problem.c.page).filter_by(sha256=sha256)).tuples().all()
    return needs(findings, problems, c.execute(lost).tuples().all(), frozenset(seen))


def recount(c: Connection, sha256: str) -> int:
    """Count anew what needs a person, so that the work-list knows; a fax set aside is on a list of its own."""
    fax = c.execute(select(t.fax.c.state, t.fax.c.received_at).filter_by(sha256=sha256)).one()
    count = len(needs_in(c, sha256)) if fax.state == "read" else 0
    values = {"needs": count, "waits": count > 0, "received_at": fax.received_at}
    review_row(c, sha256)
    c.execute(update(review).filter_by(sha256=sha256).values(**values))
    return count


def review_row(c: Connection, sha256: str) -> Any:
    """The fax's row in `review`, made when there is none."""
    row = c.execute(select(review).filter_by(sha256=sha256)).mappings().first()
    if row is None:
        c.execute(insert(review).values(sha256=sha256, received_at="", needs=0, waits=False, version=0, held_by="",
                                        held_until=""))  # fmt: skip
        row = c.execute(select(review).filter_by(sha256=sha256)).mappings().one()
    return row
