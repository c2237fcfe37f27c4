"""What the desk shows of a packet before it is built, builds that run beside the desk's pages, and what was sent."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from casefile.errors import CasebinderError
from casefile.packets_store import PacketStore
from casefile.records import CaseFile, Exhibit
from flows.build_packet import bind_case
from flows.packet_request import Ask, full_case, request_for
from flows.steps import Desk, describe
from packet_builder.choice import exhibit_id
from packet_builder.errors import PacketError
from packet_builder.plan import SECTIONS, in_order
from packet_builder.preflight import Block, find_blocks
from packet_builder.profiles import Profile, profile, profiles
from packet_builder.render import PacketResult
from packet_builder.routes import Route, coverages, states
from packet_builder.sheets import letter_paragraphs
from packet_builder.verify import read_manifest, verify_packet

KEPT_JOBS, KEPT_PREVIEWS = 60, 12
State = Literal["waiting", "building", "done", "failed"]
FILED = {("appeal", "payment"): "under appeal", ("complaint", "oversight"): "filed with regulator"}
"""What a case is once its packet went out, by kind and purpose; a copy for the patient changes nothing."""
VOLUME = re.compile(r"-1-of-(\d+)\.pdf$")


@dataclass(frozen=True)
class Choice:
    """One exhibit as it can be chosen."""

    id: str
    exhibit: Exhibit
    section: str
    used: bool


@dataclass(frozen=True)
class Outlook:
    """What a packet would be, as asked."""

    case: CaseFile
    choices: tuple[Choice, ...]
    blocks: tuple[Block, ...]
    route: Route | None
    checks: tuple[str, ...]
    profile: Profile
    paragraphs: tuple[str, ...]
    problem: str = ""
    """Why the letter cannot be shown; empty where it can."""


def outlook(desk: Desk, case_id: str, kind: str, ask: Ask, letter_date: date) -> Outlook:
    """What stands for and against a packet, before a byte of it is written."""
    whole = full_case(desk, case_id)
    with suppress(PacketError):
        case = full_case(desk, case_id, ask)
        request = request_for(case, kind, ask, letter_date, desk.settings, desk, preview=True)
        paragraphs: tuple[str, ...] = ()
        problem = ""
        try:
            paragraphs = tuple(letter_paragraphs(case, request))
        except PacketError as error:
            problem = str(error)
        return Outlook(
            case, _choices(whole, ask), tuple(find_blocks(case, kind, letter_date)), request.route, request.checks,
            request.profile, paragraphs, problem,
        )  # fmt: skip
    none = Block("no-exhibit", "no exhibit is chosen. Choose at least one.")
    return Outlook(whole, _choices(whole, ask), (none,), None, (), profile(ask.recipient), (), none.message)


def _choices(case: CaseFile, ask: Ask) -> tuple[Choice, ...]:
    """All exhibits by section, the chosen ones first in their order."""
    titles = {name: title for name, title, _ in SECTIONS}
    order = {name: rank for rank, name in enumerate(ask.exhibits)}
    rows = [
        Choice(exhibit_id(e), e, titles[section], not order or exhibit_id(e) in order)
        for section, e in in_order(case.exhibits)
    ]
    ranks = [title for _, title, _ in SECTIONS]
    return tuple(sorted(rows, key=lambda row: (ranks.index(row.section), order.get(row.id, len(order)))))


def recipients() -> list[Profile]:
    """All recipient profiles."""
    return list(profiles().values())


def coverage_types() -> list[str]:
    """Coverage types that a complaint can be routed by."""
    return coverages()


def state_codes() -> list[str]:
    """States that a complaint can be routed by."""
    return states()


@dataclass
class Job:
    """One build: how far it is, and what became of it."""

    id: str
    case_id: str
    kind: str
    is_preview: bool
    state: State = "waiting"
    done: int = 0
    of: int = 0
    message: str = ""
    files: tuple[Path, ...] = ()
    volume_pages: tuple[int, ...] = ()
    sha256: str = ""
    pages: int = 0
    numbers: str = ""
    checks: tuple[str, ...] = ()


@dataclass
class PacketJobs:
    """Builds, one after the other, on a thread of their own; the last ones are remembered."""

    desk: Desk
    _jobs: dict[str, Job] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "packets"))

    def start(self, case_id: str, kind: str, ask: Ask, letter_date: date, *, is_preview: bool = False) -> Job:
        """Begin a build; what stands against it has been looked at by the caller."""
        job = Job(secrets.token_hex(8), case_id, kind, is_preview)
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT_JOBS:
                self._jobs.pop(next(iter(self._jobs)))
        self._thread.submit(self._run, job, ask, letter_date)
        return job

    def get(self, job_id: str) -> Job | None:
        """A build by its id."""
        return self._jobs.get(job_id)

    def _run(self, job: Job, ask: Ask, letter_date: date) -> None:
        def progress(done: int, of: int) -> None:
            job.done, job.of = done, of

        job.state = "building"
        try:
            out = self._place(job, ask)
            result = bind_case(
                job.case_id, job.kind, out, letter_date, ask, progress, desk=self.desk, preview=job.is_preview
            )
        except (CasebinderError, PacketError) as error:
            job.message, job.state = str(error), "failed"
        except Exception as error:
            job.message, job.state = f"Something went wrong on our side ({describe(error)}). Try once more.", "failed"
        else:
            job.files, job.sha256, job.pages, job.checks = result.files, result.sha256, result.pages, result.notes
            job.volume_pages = _pages_by_volume(result)
            job.numbers = f"{result.bates_first} to {result.bates_last}"
            job.state = "done"

    def _place(self, job: Job, ask: Ask) -> Path:
        """Where the file goes; its name holds no patient data."""
        home = self.desk.settings.home
        if job.is_preview:
            folder = home / "cache" / "previews"
            for old in sorted(folder.glob("*.pdf"), key=lambda path: path.stat().st_mtime)[:-KEPT_PREVIEWS]:
                old.unlink(missing_ok=True)
            return folder / f"{job.id}.pdf"
        level = f"-{ask.level}" if job.kind == "appeal" else ""
        return home / "packets" / job.case_id / f"{job.case_id}-{job.kind}{level}-{job.id}.pdf"


def _pages_by_volume(result: PacketResult) -> tuple[int, ...]:
    counts = Counter[int]()
    for part in result.plan.parts if result.plan else ():
        counts[part.volume] += part.pages
    return tuple(counts[number] for number in sorted(counts))


def files_of(path: Path) -> tuple[Path, ...]:
    """All volumes of a recorded packet, of which the store keeps the first."""
    found = VOLUME.search(path.name)
    if not found:
        return (path,)
    count = int(found[1])
    return tuple(path.with_name(VOLUME.sub(f"-{n}-of-{count}.pdf", path.name)) for n in range(1, count + 1))


def record_sent(
    desk: Desk, case_id: str, files: Sequence[Path], *, to: str, how: str, confirmation: str, purpose: str, by: str,
    at: datetime,
) -> bool:  # fmt: skip
    """Log that a packet was sent, all its volumes; False if it was logged before.

    Raises:
        PacketError: A file is gone or not what was bound.
    """
    manifests = []
    for path in files:
        if not path.is_file():
            raise PacketError("the packet's file is gone. Build it again, then send and record that one.")
        if problems := verify_packet(path):
            raise PacketError(f"{path.name} is not logged, since it {problems[0]}.")
        manifests.append(read_manifest(path) or {})
    if any(kept.get("case") != case_id for kept in manifests):
        raise PacketError("this packet is another case's.")
    store = PacketStore(desk.store.engine)
    why = f"{purpose}; by {how}" + (f", confirmation {confirmation}" if confirmation else ", no confirmation number")
    fresh = False
    for path, kept in zip(files, manifests, strict=True):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        fresh |= store.disclose(kept, packet_sha256=sha256, recipient=to, purpose=why, by=by, at=at)
    status = FILED.get((manifests[0]["kind"], purpose))
    if fresh and status:
        desk.store.set_status(case_id, status, by=by, why=f"packet sent by {how}", at=at)
    return fresh
