"""The packet of a case: choose, rewrite, check, look, build, hand out, and go on to the next level."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from casefile.errors import NotFound
from casefile.packets_store import PacketStore
from flows.packet_desk import (
    Job,
    PacketJobs,
    coverage_types,
    files_of,
    outlook,
    recipients,
    record_sent,
    state_codes,
)  # fmt: skip
from packet_builder.errors import PacketError
from packet_builder.page_pictures import Pictures
from review_desk.guard import Guarded, Visit
from review_desk.packet_form import LEVELS, NEXT, Asked, read, settled
from review_desk.pages import go, page

router = APIRouter()
WAYS = ("fax", "portal", "mail", "courier", "e-mail", "by hand")
HELD = "The packet is held back. Mend what is named under Checks, or give a reason there."
PURPOSES = ("payment", "oversight", "at the patient's request")


@router.get("/cases/{case_id}/packet")
def packet(v: Guarded, case_id: str) -> Response:
    """The screen as it opens."""
    shown = _screen(v, case_id, read(v.request.query_params, v.by, _today(v)))
    v.record_view("packet screen", case_id=case_id)
    return shown


@router.post("/cases/{case_id}/packet")
def changed(v: Guarded, case_id: str) -> Response:
    """The screen after a choice was changed: another letter, other checks."""
    return _screen(v, case_id, read(v.form, v.by, _today(v)))


@router.post("/cases/{case_id}/packet/preview")
def preview(v: Guarded, case_id: str) -> Response:
    """Build a packet to look at, whatever stands against it; it is not kept."""
    return _build(v, case_id, is_preview=True)


@router.post("/cases/{case_id}/packet/build")
def build(v: Guarded, case_id: str) -> Response:
    """Build the packet, unless something holds it back."""
    return _build(v, case_id, is_preview=False)


@router.get("/cases/{case_id}/packet/jobs/{job_id}")
def job_page(v: Guarded, case_id: str, job_id: str) -> Response:
    """A build: its progress, then its pages."""
    job = _job(v.request, case_id, job_id)
    row = next((row for row in v.store.case(case_id)["packets"] if row["sha256"] == job.sha256), None)
    return page(
        v, "packet_job.html.j2", "Preview" if job.is_preview else "Packet", case_id=case_id, job=job, row=row,
        ways=WAYS, purposes=PURPOSES, today=_today(v).isoformat(), shown=_shown(job),
    )  # fmt: skip


@router.get("/cases/{case_id}/packet/jobs/{job_id}/state")
def job_state(v: Guarded, case_id: str, job_id: str) -> Response:
    """How far a build is, for the page to ask."""
    job = _job(v.request, case_id, job_id)
    return JSONResponse({"state": job.state, "done": job.done, "of": job.of, "message": job.message})


@router.get("/cases/{case_id}/packet/jobs/{job_id}/pages/{number}.png")
def job_picture(v: Guarded, case_id: str, job_id: str, number: int, width: int = 220) -> Response:
    """A page of a build as an image; pages count from 1 over all volumes."""
    job = _job(v.request, case_id, job_id)
    if not 1 <= number <= job.pages:
        raise HTTPException(404)
    file, index = _place(job, number - 1)
    png = _pictures(v.request).png(file, index, width)
    if png is None:
        raise HTTPException(404, "This page cannot be drawn. Open the file itself.")
    return Response(png, media_type="image/png")


@router.get("/cases/{case_id}/packets/{sha256}/{volume}")
def download(v: Guarded, case_id: str, sha256: str, volume: int) -> Response:
    """A packet's file; volumes count from 1."""
    files = files_of(_recorded(v, case_id, sha256))
    if not 1 <= volume <= len(files) or not files[volume - 1].is_file():
        raise NotFound(f"the file of this packet is gone; build it again for case {case_id}")
    v.record("packet downloaded", case_id=case_id, sha256=sha256)
    path = files[volume - 1]
    return FileResponse(path, media_type="application/pdf", filename=path.name)


@router.get("/cases/{case_id}/packets/{sha256}")
def hand_out(v: Guarded, case_id: str, sha256: str) -> Response:
    """One packet that was built, to record where it went; often a day after it was built."""
    row = next((row for row in v.store.case(case_id)["packets"] if row["sha256"] == sha256), None)
    if row is None:
        raise NotFound(f"case {case_id} has no such packet")
    sendings = [s for s in PacketStore(v.store.engine).disclosures(case_id) if s["packet_sha256"] == sha256]
    return page(
        v, "packet_sent.html.j2", "Hand out a packet", case_id=case_id, row=row, sendings=sendings, ways=WAYS,
        purposes=PURPOSES, today=_today(v).isoformat(),
    )  # fmt: skip


@router.post("/cases/{case_id}/packets/{sha256}/sent")
def sent(v: Guarded, case_id: str, sha256: str) -> Response:
    """Note that a packet was handed out: from now on its pages keep their numbers."""
    to, how, purpose = (v.form.get(name, "").strip()[:200] for name in ("to", "how", "purpose"))
    if not to or how not in WAYS or purpose not in PURPOSES:
        raise HTTPException(400, "Say to whom the packet went, how, and why. Go back and fill in the form.")
    try:
        on = date.fromisoformat(v.form.get("on", ""))
    except ValueError:
        raise HTTPException(400, "The day it was sent is not a date. Go back and fill it in.") from None
    if on > _today(v):
        raise HTTPException(400, "The day it was sent lies ahead. Go back and mend it.")
    at = v.at if on == _today(v) else v.at.replace(year=on.year, month=on.month, day=on.day)
    confirmation = v.form.get("confirmation", "").strip()[:120]
    files = files_of(_recorded(v, case_id, sha256))
    try:
        record_sent(v.desk, case_id, files, to=to, how=how, confirmation=confirmation, purpose=purpose, by=v.by, at=at)
    except PacketError as error:
        raise HTTPException(409, f"{error}") from error
    v.record("packet sent", case_id=case_id, sha256=sha256, why=f"by {how}")
    return go(f"/cases/{case_id}/packet?said=sent")


def _screen(v: Visit, case_id: str, asked: Asked, status: int = 200, alarm: str = "") -> Response:
    found = outlook(v.desk, case_id, asked.kind, asked.ask, asked.on)
    sendings = PacketStore(v.store.engine).disclosures(case_id)
    packets = [{**row, "volumes": len(files_of(Path(row["path"]))), "there": Path(row["path"]).is_file(),
                "sent": [s for s in sendings if s["packet_sha256"] == row["sha256"]]}
               for row in reversed(v.store.case(case_id)["packets"])]  # fmt: skip
    last = next((s["level"] for s in reversed(sendings) if s["kind"] == "appeal"), "")
    return page(
        v, "packet.html.j2", f"Packet for case {case_id}", status, case_id=case_id, asked=asked, found=found,
        alarm=alarm, packets=packets, levels=LEVELS, recipients=recipients(), coverages=coverage_types(),
        states=state_codes(), edits=dict(asked.ask.rewritten), ways=WAYS, purposes=PURPOSES,
        next_level=NEXT.get(last, ""), today=_today(v).isoformat(),
    )  # fmt: skip


def _build(v: Visit, case_id: str, *, is_preview: bool) -> Response:
    asked = read(v.form, v.by, _today(v))
    found = outlook(v.desk, case_id, asked.kind, asked.ask, asked.on)
    asked = settled(asked, found, v.by)
    if found.problem:
        return _screen(v, case_id, asked, 409, found.problem)
    lifted = {override.code for override in asked.ask.overrides}
    if not is_preview and any(block.code not in lifted for block in found.blocks):
        return _screen(
            v, case_id, asked, 409, "The packet is held back. Mend what is named under Checks, or give a reason."
        )
    job = _jobs(v.request).start(case_id, asked.kind, asked.ask, asked.on, is_preview=is_preview)
    v.record("packet previewed" if is_preview else "packet built", case_id=case_id, why=", ".join(sorted(lifted)))
    return go(f"/cases/{case_id}/packet/jobs/{job.id}")


def _recorded(v: Visit, case_id: str, sha256: str) -> Path:
    """Where a packet of this case lies."""
    for row in v.store.case(case_id)["packets"]:
        if row["sha256"] == sha256:
            return Path(row["path"])
    raise NotFound(f"case {case_id} has no such packet")


def _job(request: Request, case_id: str, job_id: str) -> Job:
    job = _jobs(request).get(job_id)
    if job is None or job.case_id != case_id:
        raise NotFound("this build is not remembered any more; what was built stands on the packet's screen")
    return job


def _jobs(request: Request) -> PacketJobs:
    state = request.app.state
    if not hasattr(state, "packet_jobs"):
        state.packet_jobs = PacketJobs(state.desk)
    jobs: PacketJobs = state.packet_jobs
    return jobs


def _pictures(request: Request) -> Pictures:
    state = request.app.state
    if not hasattr(state, "packet_pictures"):
        state.packet_pictures = Pictures()
    pictures: Pictures = state.packet_pictures
    return pictures


def _shown(job: Job) -> range:
    """Which pages are shown at once; more on demand."""
    return range(1, min(job.pages, 60) + 1)


def _place(job: Job, index: int) -> tuple[Path, int]:
    """The volume and the page in it of a packet's page."""
    for path, pages in zip(job.files, job.volume_pages, strict=True):
        if index < pages:
            return path, index
        index -= pages
    raise HTTPException(404)


def _today(v: Visit) -> date:
    return v.at.astimezone(ZoneInfo(v.desk.settings.timezone)).date()
