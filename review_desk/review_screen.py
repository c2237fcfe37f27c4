"""The review screen: a fax's pages on the left, what on them needs a person on the right."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from casefile.errors import NotFound
from casefile.records import LedgerRow
from casefile.review_store import Review
from casefile.statuses import in_words
from review_desk import review_acts
from review_desk.fields import DATES, NAMES, NotValid, shown
from review_desk.guard import Guarded, Visit
from review_desk.page_images import THUMBNAIL, NoPicture, PageImages, cache_folder
from review_desk.pages import environment, go, moment, page
from review_desk.questions import TITLES, Question
from review_desk.review_acts import Clerk, Conflict

router = APIRouter()
FINDINGS = "/faxes/{sha256}/findings"
LOOK_SECONDS = 2.0
"""So long one request looks through faxes that nobody has looked at; then the browser asks again."""
MOST_CASES = 8
STATES = {"exhibit": "in a case", "duplicate": "repeated", "blank": "blank", "other_patient": "other patient",
          "excluded": "left out", "unassigned": "in no case", "received": "not filed yet"}  # fmt: skip


@router.get("/faxes/{sha256}")
def review_fax(sha256: str, v: Guarded) -> Response:
    """The screen. Opening it holds the fax for this person, unless somebody else has it."""
    clerk, sha256 = _clerk(v), fax_hash(sha256)
    review = clerk.review(sha256)
    if v.may("POST", FINDINGS) and review.state == "read" and not review_acts.holder(review, clerk):
        v.store.claim(sha256, by=v.by, at=v.at)
        review = clerk.review(sha256)
    v.record_view("looked at a fax", sha256=sha256)
    fields = sorted(NAMES.items(), key=lambda item: item[1])
    return page(v, "review.html.j2", "Review", fields=fields, dates=DATES, **_shown(v, clerk, review))


@router.get("/faxes/{sha256}/pages/{page}.png")
def page_image(sha256: str, page: int, v: Guarded, width: int = 1700) -> Response:
    """A page's picture, upright and straight; a page that cannot be drawn says why."""
    sha256 = fax_hash(sha256)
    text = v.store.page_text(sha256, page)
    if width > THUMBNAIL:
        v.record_view(f"looked at page {page}", sha256=sha256)
    images = PageImages(cache_folder(v.desk.settings.home), v.desk.settings.max_page_megapixels)
    try:
        made = images.png(v.desk.vault.path(sha256), sha256, text, width)
    except NoPicture as why:
        raise HTTPException(422, str(why)) from None
    return Response(made, media_type="image/png")


@router.get("/faxes/{sha256}/cases")
def find_case(sha256: str, v: Guarded, q: str = "") -> Response:
    """Cases to place a page in, by any identifier or name."""
    sha256 = fax_hash(sha256)
    v.record_view("looked for a case", sha256=sha256)
    names = [q[:120]] if q.strip() else _names_on(v.store.review(sha256))
    rows = {row["id"]: row for name in names for row in v.store.search(name, MOST_CASES)}
    keys = ("id", "member_name", "payer_name", "status")
    return JSONResponse([{key: row[key] for key in keys} for row in rows.values()][:MOST_CASES])


@router.post("/faxes/{sha256}/findings")
def answer(sha256: str, v: Guarded) -> Response:
    """Confirm, change or take away what a question is about, or add what nobody read."""
    sha256 = fax_hash(sha256)
    return _acted(v, sha256, lambda clerk: review_acts.answer(clerk, sha256, v.form))


@router.post("/faxes/{sha256}/pages/{page}/place")
def place(sha256: str, page: int, v: Guarded) -> Response:
    """Put a page in a case, or leave it out with the reason."""
    sha256 = fax_hash(sha256)
    return _acted(v, sha256, lambda clerk: review_acts.place(clerk, sha256, page, v.form))


@router.post("/faxes/{sha256}/documents")
def arrange(sha256: str, v: Guarded) -> Response:
    """Cut the fax into documents anew: split, join, reorder, or say what a page is."""
    sha256 = fax_hash(sha256)
    return _acted(v, sha256, lambda clerk: review_acts.arrange(clerk, sha256, v.form))


@router.post("/faxes/{sha256}/undo")
def undo(sha256: str, v: Guarded) -> Response:
    """Take back the last thing this person did on the fax."""
    sha256 = fax_hash(sha256)
    return _acted(v, sha256, lambda clerk: review_acts.undo(clerk, sha256))


@router.post("/faxes/{sha256}/claim")
def claim(sha256: str, v: Guarded) -> Response:
    """Take a fax over from somebody who does not work on it."""
    sha256 = fax_hash(sha256)

    def take_over(clerk: Clerk) -> str:
        clerk.review(sha256)
        v.store.claim(sha256, by=v.by, at=v.at, take_over=True)
        return "The fax is yours now"

    return _acted(v, sha256, take_over)


@router.post("/faxes/{sha256}/release")
def release(sha256: str, v: Guarded) -> Response:
    """Give the fax back."""
    v.store.release(fax_hash(sha256), by=v.by)
    return go("/")


@router.get("/next-fax")
def next_fax(v: Guarded, after: str = "") -> Response:
    """The next fax that needs a person and that nobody else holds; the inbox when there is none."""
    clerk = _clerk(v)
    waiting = list(v.store.to_review(by=v.by, at=v.at))
    skipped = after in waiting
    if skipped:
        waiting = [*waiting[waiting.index(after) + 1 :], *waiting[: waiting.index(after)]]
    until = time.monotonic() + LOOK_SECONDS
    for sha256 in waiting:
        if time.monotonic() > until:
            return go(f"/next-fax?after={after}")
        if clerk.questions(clerk.review(sha256)):
            return go(f"/faxes/{sha256}")
        v.store.mark_reviewed(sha256, by="casebinder", at=v.at)
    return go("/inbox" if skipped and clerk.questions(clerk.review(after)) else "/inbox?said=nothing-left")


def _names_on(review: Review) -> list[str]:
    """What a fax itself says of its patient, the surest first: case ids, member numbers, names."""
    fields = ("member_id", "mbi", "member_name")
    found = sorted((f for f in review.reading.findings if f.field in fields), key=lambda f: -f.confidence)
    return list(dict.fromkeys([*review.homes.values(), *(f.value for f in found)]))[:6]


def _acted(v: Visit, sha256: str, act: Callable[[Clerk], str]) -> Response:
    """Do something and answer with the list as it stands afterwards; a refusal says why and changes nothing."""
    clerk, status = _clerk(v), 200
    try:
        said = act(clerk)
        v.record(f"review: {said.partition(':')[0]}", sha256=sha256)
    except NotValid as why:
        said, status = str(why), 422
    except Conflict as why:
        said, status = f"{why}.", 409
    if not v.request.headers.get("x-csrf"):
        if status != 200:
            raise HTTPException(status, said)
        said = "placed" if v.form.get("case_id") else "left-out"
        return go(f"/unmatched?said={said}" if v.form.get("back") == "unmatched" else f"/faxes/{sha256}")
    review = clerk.review(sha256)
    values = _shown(v, clerk, review)
    html = environment().get_template("review_panel.html.j2").render(visit=v, **values)
    answered = {"message": said, "html": html, "version": review.version, "left": len(values["questions"]),
                "states": {str(row["page"]): row["words"] for row in values["pages"]}}  # fmt: skip
    return JSONResponse(answered, status)


def _shown(v: Visit, clerk: Clerk, review: Review) -> dict[str, Any]:
    """What the screen and its list show of a fax."""
    questions = clerk.questions(review)
    may_act = v.may("POST", FINDINGS)
    other = review_acts.holder(review, clerk)
    if may_act and not questions and not other and review.state == "read" and not review.reviewed:
        v.store.mark_reviewed(review.sha256, by=v.by, at=v.at)
    return {
        "review": review, "questions": questions, "pages": _pages(review, questions), "cases": _cases(v, review),
        "other": other, "may_act": may_act and not other, "shown": shown, "kinds": _kinds(review),
        "bound": _bound(review), "every_kind": sorted(review_acts.KINDS),
        "undoable": bool(review.last and review.last["by"] == v.by), "arrived": moment(review.received_at, _zone(v)),
        "progress": v.store.pages_read().get(review.sha256) if review.state == "received" else None,
        "held": moment(review.held_at, _zone(v)) if other else "",
    }  # fmt: skip


def _pages(review: Review, questions: tuple[Question, ...]) -> list[dict[str, Any]]:
    """Every page with its ledger state in words, how many questions it has, and what is wrong with it."""
    states = {row.page: row for row in review.ledger}
    problems: dict[int, list[str]] = {}
    for problem in review.reading.problems:
        if problem.page and problem.code in TITLES:
            problems.setdefault(problem.page, []).append(TITLES[problem.code])
    return [
        {"page": p.page_number, "words": _state(states[p.page_number]), "case": review.homes.get(p.page_number, ""),
         "asked": sum(q.page == p.page_number for q in questions), "problems": problems.get(p.page_number, [])}
        for p in review.reading.pages
    ]  # fmt: skip


def _state(row: LedgerRow) -> str:
    return STATES[row.state]


def _kinds(review: Review) -> list[dict[str, Any]]:
    """The fax's documents in words, with their pages."""
    return [
        {"kind": d.kind.replace("_", " "), "first": d.pages[0], "last": d.pages[-1]} for d in review.reading.documents
    ]


def _bound(review: Review) -> list[dict[str, Any]]:
    """The pages in the order of their documents; `kind` where a document begins, "" where it goes on."""
    rows = [{"page": page, "kind": d.kind if page == d.pages[0] else ""}
            for d in review.reading.documents for page in d.pages]  # fmt: skip
    known = {row["page"] for row in rows}
    loose = [page for page in review_acts.loose_and_bound(review) if page not in known]
    return [*rows, *({"page": page, "kind": "other"} for page in loose)]


def _cases(v: Visit, review: Review) -> list[dict[str, Any]]:
    """The cases that the fax's pages are in, with their gaps."""
    found = []
    for case_id in list(dict.fromkeys(review.homes.values()))[:MOST_CASES]:
        for row in v.store.search(case_id, 1):
            words = in_words(row["status"], row["open_gaps"])
            found.append({**row, "words": words, "open": [gap for gap in row["gaps"] if not gap["closed_at"]],
                          "closed": [gap for gap in row["gaps"] if gap["closed_at"]]})  # fmt: skip
    return found


def _zone(v: Visit) -> ZoneInfo:
    return ZoneInfo(v.desk.settings.timezone)


def _clerk(v: Visit) -> Clerk:
    return Clerk(v.desk, v.by, v.at)


def fax_hash(sha256: str) -> str:
    """A fax's name in an address.

    Raises:
        NotFound: It cannot be one.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise NotFound("no such fax")
    return sha256
