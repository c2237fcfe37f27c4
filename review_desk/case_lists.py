"""Lists of cases: by nearest deadline, by clock, pages that are in no case, and search."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from casefile.page_words import tokens
from casefile.statuses import STATUSES, in_words
from casefile.store_rows import Row
from casefile.tables import NEVER
from review_desk.guard import Guarded, Visit
from review_desk.links import fax_link
from review_desk.pages import page, zone_of

router = APIRouter()
ROWS = 50
MOST_HITS = 20
WITHIN = {"overdue": -1, "today": 0, "7": 7, "30": 30, "": None}
"""Filter by deadline: days from today."""


@router.get("/cases")
def cases(v: Guarded, status: str = "", due: str = "", after: str = "") -> Response:
    """The cases, the nearest deadline first; filters stand in the address."""
    status, due = status if status in STATUSES else "", due if due in WITHIN else ""
    v.record_view(f"listed cases {status} {due}".strip())
    next_due, _, last = after.partition("/")
    rows = v.store.worklist(status, (next_due[:10], last[:12]) if last else None, ROWS + 1, due_by=_until(v, due))
    shown = [_case_row(row, today(v)) for row in rows[:ROWS]]
    more = ""
    if len(rows) > ROWS:
        behind = f"{rows[ROWS - 1]['next_due'] or NEVER}/{rows[ROWS - 1]['id']}"
        more = "/cases?" + urlencode({"status": status, "due": due, "after": behind})
    return page(v, "cases.html.j2", "Cases", rows=shown, status=status, due=due, statuses=STATUSES, more=more,
                after=after)  # fmt: skip


@router.get("/deadlines")
def deadlines(v: Guarded, due: str = "30", after: str = "") -> Response:
    """Running clocks, the one that ends first on top."""
    due = due if due in WITHIN else "30"
    v.record_view(f"listed deadlines {due}".strip())
    next_due, _, last = after.partition("/")
    rows = v.store.deadlines(_until(v, due), (next_due[:10], last[:12]) if last else None, ROWS + 1)
    for row in rows:
        row["clocks"] = [{**clock, "left": days_left(clock["due"], today(v))} for clock in row["clocks"]]
    more = ""
    if len(rows) > ROWS:
        behind = f"{rows[ROWS - 1]['next_due']}/{rows[ROWS - 1]['id']}"
        more = "/deadlines?" + urlencode({"due": due, "after": behind})
    return page(v, "deadlines.html.j2", "Deadlines", rows=rows[:ROWS], due=due, more=more)


@router.get("/unmatched")
def unmatched(v: Guarded, after: str = "") -> Response:
    """Pages in no case; each waits for a person to say where it belongs."""
    v.record_view("listed unmatched pages")
    sha256, _, number = after.partition("/")
    place = (sha256[:64], int(number)) if re.fullmatch(r"\d{1,6}", number) else None
    rows = v.store.unmatched_pages(place, ROWS + 1)
    more = f"/unmatched?after={rows[ROWS - 1]['sha256']}/{rows[ROWS - 1]['page']}" if len(rows) > ROWS else ""
    return page(v, "unmatched.html.j2", "Unmatched pages", rows=rows[:ROWS], more=more)


@router.get("/search")
def search(v: Guarded, q: str = "", before: int = 0) -> Response:
    """Cases by identifier or name, and pages by the words on them."""
    words = " ".join(q.split())[:120]
    v.record_view("searched")
    found = [_case_row(row, today(v)) for row in v.store.search(words, 20)] if words and not before else []
    pages = v.store.pages_with(words, 30, max(before, 0)) if words else []
    shown = [_page_hit(row, tokens(words)) for row in pages]
    more = "/search?" + urlencode({"q": words, "before": pages[-1]["id"]}) if len(pages) == 30 else ""
    return page(v, "search.html.j2", "Search", q=words, cases=found, pages=shown, more=more)


def today(v: Visit) -> date:
    """The office's day."""
    return datetime.now(zone_of(v)).date()


def days_left(due: str | None, day: date) -> int | None:
    """Days until a deadline; negative when it has passed."""
    return (date.fromisoformat(due) - day).days if due else None


def _until(v: Visit, due: str) -> str:
    days = WITHIN[due]
    return "" if days is None else (today(v) + timedelta(days=days)).isoformat()


def _case_row(row: Row, day: date) -> Row:
    lacks = [gap["title"] for gap in row["gaps"] if not gap["closed_at"]]
    says = in_words(row["status"], row["open_gaps"])
    return {**row, "left": days_left(row["next_due"], day), "lacks": lacks, "says": says}


def _page_hit(row: Row, wanted: list[str]) -> Row:
    """A page found by its words: those about the first hit, each with whether it is one, and where all hits stand."""
    hit = [any(part.startswith(w) for w in wanted for part in tokens(word)) for word, _ in row["words"]]
    start = max(hit.index(True) - 8, 0) if True in hit else 0
    around = [(word, is_hit) for (word, _), is_hit in zip(row["words"], hit, strict=True)][start : start + 24]
    boxes = [box for (_, box), is_hit in zip(row["words"], hit, strict=True) if is_hit][:MOST_HITS]
    return {**row, "around": around, "link": fax_link(row["sha256"], row["page"], *boxes)}
