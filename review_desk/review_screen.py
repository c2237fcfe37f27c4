"""The review screen of one fax: its pages on the left, on the right what needs a person, one thing at a time."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from casefile.rows import page_of
from review_desk.guard import Guarded
from review_desk.page_images import PageNumber, Sha
from review_desk.pages import go, page
from review_desk.review_state import hits, state_of
from review_desk.values import FIELDS

router = APIRouter()


@router.get("/faxes/{sha256}")
def review(v: Guarded, sha256: Sha, find: str = "") -> Response:
    """The screen; who may change things takes the fax, unless somebody else has it."""
    shown = v.request.query_params.get("page", "")
    v.record_view("opened a fax", sha256=sha256)
    may_edit = v.may("POST", "/faxes/{sha256}/confirm")
    fax = v.store.fax(sha256)
    hold = v.store.claim_fax(sha256, v.by, v.at) if may_edit and fax["pages"] else v.store.hold(sha256)
    state = state_of(v, sha256, hold)
    numbers = [row["page"] for row in state["pages"]]
    first = int(shown) if shown.isdigit() and int(shown) in numbers else None
    state |= {"first": first, "find": find[:120]}
    return page(v, "review.html.j2", fax["name"], fax=fax, state=state, fields=FIELDS)


@router.get("/faxes/{sha256}/pages/{page}.json")
def page_words(v: Guarded, sha256: Sha, page: PageNumber, find: str = "") -> Response:
    """A page's text for those who do not see the picture, and the boxes of words searched for."""
    v.record_view(f"looked at page {page}", sha256=sha256)
    text = page_of(page, v.store.page_row(sha256, page))
    return JSONResponse({"text": text.text, "hits": hits(find[:120], text) if find else []})


@router.get("/review/next")
def next_fax(v: Guarded) -> Response:
    """The fax that has waited longest and that nobody else has."""
    for row in v.store.inbox("needs", None, 50):
        if not row["held_by"] or row["held_by"] == v.by or row["held_until"] < v.at.isoformat():
            return go(f"/faxes/{row['sha256']}")
    return go("/inbox?show=needs")
