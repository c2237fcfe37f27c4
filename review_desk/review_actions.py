"""What a person does on the review screen. Every answer is the new state; a change needs the version it saw."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from casefile.errors import Refused
from casefile.records import Box
from flows.steps import check, file_fax
from review_desk.guard import Guarded, Visit
from review_desk.page_images import Sha
from review_desk.pages import in_words
from review_desk.review_state import state_of
from review_desk.values import FIELDS, Unfit, normal_form

router = APIRouter()
LEFT_OUT = {"other patient": "other patient", "duplicate": "duplicate", "not needed": "not needed"}


@router.post("/faxes/{sha256}/confirm")
def confirm(v: Guarded, sha256: Sha) -> Response:
    """Confirm a reading, or say what stands there instead."""
    field, page = _field(v), _page(v)
    value = _fit(field, v.form.get("value", ""))
    read = v.form.get("read_as", "")
    same = value == read
    why = "looked at the page" if same else "looked at the page and typed what stands there"

    def change() -> list[str]:
        return v.store.correct(sha256, page, field, value, by=v.by, why=why, at=v.at, role=v.form.get("role") or None,
                               read_as=read if read else None)  # fmt: skip

    return _corrected(v, sha256, change, f"{'confirmed' if same else 'corrected'} {in_words(field)} on page {page}")


@router.post("/faxes/{sha256}/remove")
def remove(v: Guarded, sha256: Sha) -> Response:
    """Say that nothing stands where something was read."""
    field, page = _field(v), _page(v)

    def change() -> list[str]:
        return v.store.correct(sha256, page, field, "", by=v.by, why="nothing of the kind stands there", at=v.at,
                               read_as=v.form.get("read_as", ""))  # fmt: skip

    return _corrected(v, sha256, change, f"took away {in_words(field)} on page {page}")


@router.post("/faxes/{sha256}/add")
def add(v: Guarded, sha256: Sha) -> Response:
    """Add what the readers missed, with the box a person drew around it."""
    field, page, box = _field(v), _page(v), _box(v)
    value = _fit(field, v.form.get("value", ""))

    def change() -> list[str]:
        return v.store.correct(sha256, page, field, value, by=v.by, why="read it on the page", at=v.at, box=box)

    return _corrected(v, sha256, change, f"added {in_words(field)} on page {page}")


@router.post("/faxes/{sha256}/seen")
def seen(v: Guarded, sha256: Sha) -> Response:
    """A problem was looked at and needs nothing more."""
    code, page = v.form.get("code", "")[:40], _page(v, least=0)
    if not any(need.code == code and need.page == page for need in v.store.needs(sha256)):
        raise Refused("this problem was dealt with already. Reload the page")
    v.store.begin_change(sha256, v.by, v.form.get("version", ""), v.at)
    v.store.see_problem(sha256, code, page, by=v.by, why=v.form.get("why", "")[:500], at=v.at)
    return _answer(v, sha256, f"saw {in_words(code)}")


@router.post("/faxes/{sha256}/place")
def place(v: Guarded, sha256: Sha) -> Response:
    """Put a page in a case, or leave it out with a reason."""
    page, case_id, why = _page(v), v.form.get("case", "").strip().upper()[:12], v.form.get("why", "").strip()[:400]
    how = v.form.get("how", "")
    if how == "case":
        if not case_id:
            raise HTTPException(400, "Type the case’s number, like C-0001.")
        v.store.case(case_id)
        reason = why or "a person assigned it"
    elif how in LEFT_OUT:
        if how == "not needed" and not why:
            raise HTTPException(400, "Say in a few words why this page is not needed.")
        case_id, reason = "", f"{LEFT_OUT[how]}: {why}" if why else LEFT_OUT[how]
    else:
        raise HTTPException(400, "Choose what to do with the page.")
    before = v.store.placement(sha256, page)
    v.store.begin_change(sha256, v.by, v.form.get("version", ""), v.at)
    touched = set(v.store.cases_of_fax(sha256))
    v.store.place(sha256, page, case_id or None, by=v.by, why=reason, at=v.at)
    what = f"put page {page} in {case_id}" if case_id else f"left out page {page} ({reason})"
    v.store.note_placement(sha256, page, before, by=v.by, at=v.at, what=what)
    _file_again(v, sha256, touched)
    return _answer(v, sha256, what)


@router.post("/faxes/{sha256}/undo")
def undo(v: Guarded, sha256: Sha) -> Response:
    """Take back this person's last action on the fax."""
    v.store.begin_change(sha256, v.by, v.form.get("version", ""), v.at)
    touched = set(v.store.cases_of_fax(sha256))
    what = v.store.undo_last(sha256, by=v.by, at=v.at)
    _file_again(v, sha256, touched)
    return _answer(v, sha256, f"undone: {what}")


@router.post("/faxes/{sha256}/release")
def release(v: Guarded, sha256: Sha) -> Response:
    """Give the fax back, so that others can take it."""
    v.store.release_fax(sha256, v.by)
    return JSONResponse({"said": "released"})


def _corrected(v: Visit, sha256: str, change: Callable[[], list[str]], what: str) -> Response:
    v.store.begin_change(sha256, v.by, v.form.get("version", ""), v.at)
    touched = change()
    v.store.note_correction(sha256, by=v.by, at=v.at, what=what)
    for case_id in touched:
        check(v.desk, case_id)
    return _answer(v, sha256, what)


def _file_again(v: Visit, sha256: str, touched: set[str]) -> None:
    """File the fax anew where that is asked for, and bring every case it is or was in up to date."""
    if sha256 in v.store.unmatched():
        touched |= set(file_fax(v.desk, sha256))
    for case_id in sorted(touched | set(v.store.cases_of_fax(sha256))):
        check(v.desk, case_id)


def _answer(v: Visit, sha256: str, what: str) -> Response:
    v.record(what, sha256=sha256)
    return JSONResponse(state_of(v, sha256, said=f"{what[0].upper()}{what[1:]}."))


def _field(v: Visit) -> str:
    field = v.form.get("field", "")
    known = field in FIELDS or re.fullmatch(r"[a-z][a-z0-9_]{1,39}", field)
    if not known:
        raise HTTPException(400, "Choose which field it is.")
    return field


def _page(v: Visit, least: int = 1) -> int:
    text = v.form.get("page", "")
    if not re.fullmatch(r"\d{1,5}", text) or int(text) < least:
        raise HTTPException(400, "The page number is missing. Reload the page.")
    return int(text)


def _fit(field: str, typed: str) -> str:
    try:
        return normal_form(field, typed)
    except Unfit as error:
        raise HTTPException(422, str(error)) from None


def _box(v: Visit) -> Box:
    """The drawn box, inside the page and not empty."""
    try:
        left, top, right, bottom = (min(max(float(edge), 0.0), 1.0) for edge in v.form.get("box", "").split(","))
    except ValueError:
        raise HTTPException(400, "Draw a box around it first.") from None
    if not (right - left > 0.002 and bottom - top > 0.002):
        raise HTTPException(400, "Draw a box around it first.")
    return left, top, right, bottom
