"""What the review screen shows of a fax, JSON-ready: what needs a person, both readers' readings, pages, who has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from casefile.desk_store import Hold
from casefile.needs import Need
from casefile.page_words import tokens
from casefile.records import Box, PageText, Word
from casefile.rows import page_of
from casefile.store_rows import Row
from review_desk.guard import Visit
from review_desk.pages import in_words
from review_desk.values import Unfit, normal_form

SAW = re.compile(r"the other reader saw '([^']{1,80})'")
PADDING = 0.004


def state_of(v: Visit, sha256: str, hold: Hold | None = None, said: str = "") -> Row:
    """The screen's whole state after any change.

    Args:
        v: The request.
        sha256: The fax.
        hold: Who has it, if that is known already.
        said: What has just been done, in words.
    """
    hold = hold or v.store.hold(sha256)
    fax = v.store.fax(sha256)
    texts: dict[int, PageText] = {}
    needs = [_need_row(v, sha256, need, texts) for need in v.store.needs(sha256)]
    held = hold.is_others(v.by, v.at)
    return {
        "sha256": sha256, "version": hold.version, "needs": needs, "said": said,
        "pages": [_page_row(row, fax["documents"]) for row in fax["pages"]],
        "heldBy": hold.by if held else "", "mayEdit": v.may("POST", "/faxes/{sha256}/confirm") and not held,
        "cases": sorted({d["case_id"] for d in fax["documents"] if d["case_id"]}),
    }  # fmt: skip


def _page_row(row: Row, documents: Sequence[Row]) -> Row:
    home = next((d for d in documents if row["page_number"] in d["pages"]), None)
    kind, case_id = (in_words(home["kind"]), home["case_id"] or "") if home else ("", "")
    state = in_words(row["state"])
    return {"page": row["page_number"], "state": state, "reason": row["reason"], "kind": kind, "case": case_id}


def _need_row(v: Visit, sha256: str, need: Need, texts: dict[int, PageText]) -> Row:
    row: dict[str, Any] = {
        "kind": need.kind, "page": need.page or 1, "box": list(need.box), "field": need.field, "value": need.value,
        "raw": need.raw, "role": need.role, "reason": need.reason, "code": need.code, "problemPage": need.page,
        "label": in_words(need.field or need.code or "page in no case"), "sure": round(need.confidence * 100),
        "choices": [],
    }  # fmt: skip
    if need.kind == "finding":
        if need.page not in texts:
            texts[need.page] = page_of(need.page, v.store.page_row(sha256, need.page))
        row["choices"] = readings(need, texts[need.page])
    return row


def readings(need: Need, page: PageText) -> list[Row]:
    """The value as read, what the other reader makes of it, and whether each can be right."""
    made = [need.value] if need.value else []
    inside = [word for word in page.words if _is_in(word, need.box)]
    others = [" ".join(word.other or word.text for word in inside)] if any(w.other for w in inside) else []
    others += SAW.findall(need.reason)
    for other in others:
        try:
            value = normal_form(need.field, other)
        except Unfit:
            continue
        if value not in made:
            made.append(value)
    return [{"value": value, "from": "as read" if value == need.value else "the other reader"} for value in made]


def _is_in(word: Word, box: Box) -> bool:
    across, down = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    left, top, right, bottom = box
    return left - PADDING <= across <= right + PADDING and top - PADDING <= down <= bottom + PADDING


def hits(words: str, page: PageText) -> list[Box]:
    """Boxes of the words somebody searched for."""
    wanted = tokens(words)
    return [w.box for w in page.words if any(part.startswith(x) for part in tokens(w.text) for x in wanted)]
