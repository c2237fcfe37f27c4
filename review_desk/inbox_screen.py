"""The inbox: what arrives, is read, needs a person, was set aside or is done; dropping files; trying again."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse

from casefile.desk_store import INBOX, MOST_COUNTED
from casefile.store_rows import Row
from flows.steps import Desk, keep
from intake.inbox import Drop
from review_desk.guard import Guarded, Visit
from review_desk.pages import environment, go, page, zone_of
from review_desk.review_acts import Clerk, holder
from review_desk.review_screen import fax_hash

router = APIRouter()
ROWS = 25


@router.get("/")
def home(v: Guarded) -> Response:
    """People land where work arrives."""
    return go("/inbox")


@router.get("/inbox")
def inbox(v: Guarded, show: str = "needs", after: str = "") -> Response:
    """One of the inbox's lists; `show` names it, `after` goes on behind a row."""
    v.record_view("looked at the inbox")
    return page(v, "inbox.html.j2", "Inbox", **_listed(v, show, after))


@router.get("/inbox/live")
def inbox_live(v: Guarded, show: str = "needs", after: str = "") -> Response:
    """The list alone, for the page that refreshes itself."""
    values = _listed(v, show, after)
    html = environment().get_template("inbox_list.html.j2").render(visit=v, zone=zone_of(v), **values)
    return HTMLResponse(html)


@router.post("/inbox/drop")
def drop(v: Guarded) -> Response:
    """Take in files as if they had been dropped in the watched folder."""
    taken = known = 0
    for upload in v.files.values():
        if upload.filename and upload.size:
            with tempfile.TemporaryDirectory(prefix="casebinder-") as folder:
                local = Path(folder) / "drop"
                with local.open("wb") as copy:
                    while piece := upload.file.read(1 << 20):
                        copy.write(piece)
                sha256, is_new = take_in(v.desk, local, upload.filename)
            v.record("dropped a fax", sha256=sha256)
            taken, known = taken + 1, known + (not is_new)
    if not taken:
        raise HTTPException(400, "No file was chosen. Choose a PDF, TIFF, JPEG or PNG file.")
    return go("/inbox?" + urlencode({"show": "reading", "said": "known" if known == taken else "dropped"}))


@router.post("/inbox/{sha256}/retry")
def retry(v: Guarded, sha256: str) -> Response:
    """Let a fax that was set aside be tried afresh."""
    sha256 = fax_hash(sha256)
    if not v.desk.leases().retry(sha256):
        raise HTTPException(409, "This fax is not set aside any more. Look under Reading.")
    v.record("tried a fax again", sha256=sha256)
    return go("/inbox?show=reading&said=retried")


def take_in(desk: Desk, path: Path, name: str) -> tuple[str, bool]:
    """Keep a file and let it wait to be read: the watcher's own steps. Returns its SHA-256 and whether it is new."""
    shown = "".join(ch for ch in name.replace("\\", "/").rsplit("/", 1)[-1] if ch.isprintable())[-255:] or "fax"
    mark = secrets.token_hex(12)  # each time a drop of its own
    return keep(desk, path, Drop(f"{mark}/{shown}", mark, shown, path.stat().st_size), "desk")


def _listed(v: Visit, show: str, after: str) -> dict[str, Any]:
    show = show if show in INBOX else "needs"
    at, _, last = after.partition("/")
    rows = v.store.inbox(show, (at[:40], last[:64]) if last else None, ROWS + 1)
    more = f"{rows[ROWS - 1]['received_at']}/{rows[ROWS - 1]['sha256']}" if len(rows) > ROWS else ""
    rows = rows[:ROWS]
    if show == "needs":
        rows = [row for row in (_asking(v, row) for row in rows) if row["questions"]]
    read = v.store.pages_read() if show == "reading" else {}
    rows = [_with_progress(row, read) for row in rows]
    return {"show": show, "rows": rows, "counts": v.store.inbox_counts(), "most": MOST_COUNTED, "more": more,
            "after": after}  # fmt: skip


def _asking(v: Visit, row: Row) -> Row:
    """A fax with how many questions it has and who has it; one that has none is done."""
    clerk = Clerk(v.desk, v.by, v.at)
    review = clerk.review(row["sha256"])
    questions = len(clerk.questions(review))
    if not questions:
        v.store.mark_reviewed(row["sha256"], by="casebinder", at=v.at)
    return {**row, "questions": questions, "other": holder(review, clerk)}


def _with_progress(row: Row, read: dict[str, tuple[int, int]]) -> Row:
    done, pages = read.get(row["sha256"], (0, row["pages"]))
    return {**row, "pages_read": done, "pages": pages}
