"""The case screen: what it has and lacks, its clocks, its timeline; decide, log a call, ask the office for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Response

from casefile.records import Box
from casefile.requests import letter_items
from casefile.rows import verdict_of
from casefile.statuses import STATUSES
from casefile.timeline import LANES
from casefile.tokens import in_groups
from flows.case_entries import DETAILS, letter_values, log_event
from flows.steps import check
from packet_builder.request_letter import request_pdf
from review_desk.guard import Guarded, Visit
from review_desk.pages import go, page
from review_desk.timeline_svg import timeline_svg

router = APIRouter()
ORDER = ("missing", "needs_person", "met", "not_applicable")
KINDS = ("called", "emailed", *sorted(set(LANES) - {"called", "emailed", "received", "faxed", "requested", "denied"}))
"""What people log; what papers show by themselves is left out."""
LONGEST = 500
MOST_SHOWN = 200
"""Entries of the history on the screen; all of it is in `casebinder audit export`."""
Row = dict[str, Any]


@router.get("/cases/{case_id}")
def case(v: Guarded, case_id: str) -> Response:
    """Everything known of a case."""
    row = v.store.case(case_id, v.at.astimezone(_zone(v)).date())
    v.record_view("looked at the case", case_id=case_id)
    return page(v, "case.html.j2", f"Case {case_id}", case=row, **_parts(row), kinds=KINDS, statuses=STATUSES,
                in_groups=in_groups, picture=timeline_svg(row["timeline"]),
                numbers=v.store.numbers(case_id), people=v.store.people(case_id))  # fmt: skip


@router.post("/cases/{case_id}/decide")
def decide(v: Guarded, case_id: str) -> Response:
    """Keep a person's judgement on a requirement."""
    why = _said(v, "why", "Say how you know: an auditor will ask.")
    v.store.decide(case_id, v.form.get("requirement", ""), v.form.get("answer", ""), by=v.by, why=why, at=v.at)
    check(v.desk, case_id)
    return go(f"/cases/{case_id}?said=decided#checklist")


@router.post("/cases/{case_id}/log")
def log(v: Guarded, case_id: str) -> Response:
    """Keep a call or another event; a promise becomes a clock."""
    details = {name: v.form.get(name, "").strip()[:LONGEST] for name in DETAILS}
    details["note"] = _said(v, "note", "Say in a line what was said.")
    promised = _moment(v, "promised_by")
    details["promised_by"] = promised.isoformat() if promised else ""
    at = _moment(v, "at") or v.at.astimezone(_zone(v))
    is_new = log_event(v.desk, case_id, v.form.get("kind", "called"), details, by=v.by, at=at)
    return go(f"/cases/{case_id}?said={'logged' if is_new else 'logged-before'}#timeline")


@router.post("/cases/{case_id}/status")
def set_status(v: Guarded, case_id: str) -> Response:
    """Set the status by hand, or let it follow the papers again."""
    why = _said(v, "why", "Say why: an auditor will ask.")
    v.store.set_status(case_id, v.form.get("status", ""), by=v.by, why=why, at=v.at)
    check(v.desk, case_id)
    return go(f"/cases/{case_id}?said=status")


@router.post("/cases/{case_id}/request")
def request(v: Guarded, case_id: str) -> Response:
    """Make the letter that asks the office for what is missing, or count a reminder of the open one."""
    v.store.request(case_id, by=v.by, at=v.at, remind=bool(v.form.get("remind")))
    check(v.desk, case_id)
    return go(f"/cases/{case_id}?said=asked#requests")


@router.get("/cases/{case_id}/requests/{token}.pdf")
def letter(v: Guarded, case_id: str, token: str) -> Response:
    """A letter as PDF, to fax; the same one however often it is fetched."""
    found = v.store.letter(case_id, token)
    v.record("took the request letter", case_id=case_id)
    pdf = request_pdf(letter_values(found, v.desk.settings), token)
    name = f"request-{case_id}-{token}.pdf"
    return Response(
        pdf, media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _parts(row: Row) -> Row:
    """A case's lists as the screen shows them: what presses first."""
    verdicts = sorted(row["verdicts"], key=lambda verdict: ORDER.index(verdict["answer"]))
    clocks = sorted(row["clocks"], key=lambda clock: (clock["days_left"] is None, clock["days_left"] or 0))
    return {
        "verdicts": [{**verdict, "crop": crop(verdict["evidence"])} for verdict in verdicts],
        "counts": {answer: sum(v["answer"] == answer for v in verdicts) for answer in ORDER},
        "running": [clock for clock in clocks if not clock.get("stopped_on")],
        "stopped": [clock for clock in clocks if clock.get("stopped_on")],
        "open_gaps": [gap for gap in row["gaps"] if not gap["closed_at"]],
        "closed_gaps": [gap for gap in row["gaps"] if gap["closed_at"]],
        "askable": letter_items([verdict_of(verdict) for verdict in row["verdicts"]]),
        "open_letter": next((r for r in row["requests"] if r["state"] == "open"), None),
        "pages": _pages(row["ledger"]),
        "done": [entry for entry in reversed(row["history"]) if not entry["what"].startswith("looked")][:MOST_SHOWN],
        "looks": [entry for entry in reversed(row["history"]) if entry["what"].startswith("looked")][:MOST_SHOWN],
    }


def _pages(ledger: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Fax → its pages' ledger rows."""
    faxes: dict[str, list[Mapping[str, Any]]] = {}
    for row in ledger:
        faxes.setdefault(row["fax"], []).append(row)
    return faxes


def crop(evidence: Mapping[str, Any] | None) -> Row | None:
    """The strip of a page around an evidence's box, in units of a page 1000 wide and 1294 high.

    Returns:
        `view` (an SVG viewBox), and the box as `x`, `y`, `width`, `height`; None without a box.
    """
    if not evidence or not evidence.get("box"):
        return None
    left, top, right, bottom = _sane(evidence["box"])
    x, y, width, height = left * 1000, top * 1294, (right - left) * 1000, (bottom - top) * 1294
    across, down = max(420.0, width + 60), max(70.0, height + 36)
    view_x = min(max(0.0, x - (across - width) / 2), max(0.0, 1000 - across))
    view = f"{view_x:.0f} {max(0.0, y - (down - height) / 2):.0f} {across:.0f} {down:.0f}"
    return {"view": view, "x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}


def _sane(box: Iterable[float]) -> Box:
    left, top, right, bottom = (min(max(float(edge), 0.0), 1.0) for edge in box)
    return left, top, max(left, right), max(top, bottom)


def _said(v: Visit, name: str, otherwise: str) -> str:
    """A field that may not be empty."""
    text = v.form.get(name, "").strip()[:LONGEST]
    if not text:
        raise HTTPException(400, f"{otherwise} Go back; what you wrote is still there.")
    return text


def _moment(v: Visit, name: str) -> datetime | None:
    """A time typed in the office's zone; None when left empty."""
    text = v.form.get(name, "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "The time is not one like 2026-11-24T09:15. Go back and set it again.") from None
    return at if at.tzinfo else at.replace(tzinfo=_zone(v))


def _zone(v: Visit) -> ZoneInfo:
    return ZoneInfo(v.desk.settings.timezone)
