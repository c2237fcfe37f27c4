"""The steps of the main job as plain functions: each reads the store, does one thing, commits, and can be repeated.

A killed process loses at most the step it was in; the store then still names the fax or case as
waiting, and the same step runs again with the same result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from casefile.case_clocks import House
from casefile.inbox_book import InboxBook
from casefile.leases import Leases, Rules
from casefile.owner import this_process
from casefile.payers import load_profiles
from casefile.records import Reading
from casefile.settings import Settings
from casefile.store import Store
from extractors.documents import classify
from extractors.problems import find_problems
from extractors.recut import rearranged
from extractors.registry import find_all
from flows import replies
from flows.long_fax import read_long
from intake.doors import open_inbox
from intake.inbox import Drop, Inbox, is_urgent
from intake.limits import Limits
from intake.page_count import page_count
from intake.read import FileText, read_file
from intake.s3 import S3Options, place
from intake.separators import find_separators
from intake.sidecar import Sidecars
from intake.sniff import media_type, refusal
from intake.vault import Originals, Vault

ROOT = Path(__file__).parent.parent
OnPage = Callable[[int, int], None]


@dataclass(frozen=True)
class Desk:
    """Everything a step needs: settings, store and vault, opened once per process."""

    settings: Settings

    @cached_property
    def store(self) -> Store:
        """The case store, upgraded to the newest schema."""
        self.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Store.open(self.settings.database)

    @cached_property
    def vault(self) -> Originals:
        """The originals: a folder, or a bucket."""
        if not self.settings.vault.startswith("s3://"):
            return Vault(self.settings.vault_folder)
        from intake.s3_vault import S3Vault

        bucket, prefix = place(self.settings.vault)
        return S3Vault(bucket, prefix, self.settings.vault_folder, self.s3_options)

    def forget_credentials(self) -> None:
        """Let the next use of inbox and vault look for credentials afresh: they may have been mended."""
        for name in ("inbox", "vault"):
            self.__dict__.pop(name, None)

    @property
    def s3_options(self) -> S3Options:
        """How to talk to the S3 store."""
        s = self.settings
        return S3Options(s.s3_endpoint_url, s.s3_region, s.s3_addressing, s.s3_sse, s.s3_kms_key,
                         s.s3_connect_seconds, s.s3_read_seconds, s.s3_retries)  # fmt: skip

    @cached_property
    def inbox(self) -> Inbox:
        """The watched folder or bucket."""
        s, location = self.settings, self.settings.inbox_location
        if not location.startswith("s3://"):
            Path(location).mkdir(parents=True, exist_ok=True)
        return open_inbox(
            location, stable_seconds=s.stable_seconds, options=self.s3_options, processed=s.s3_processed,
            processed_prefix=s.s3_processed_prefix, queue_url=s.sqs_queue_url, queue_endpoint=s.sqs_endpoint_url,
            sidecars=Sidecars(s.sidecar_suffix, s.sidecar_seconds),
        )  # fmt: skip

    @cached_property
    def book(self) -> InboxBook:
        """What is known of the inbox."""
        return InboxBook(self.store.engine, self.settings.inbox_location)

    def leases(self) -> Leases:
        """Claims under a name of their own."""
        s = self.settings
        rules = Rules(s.lease_seconds, s.max_failures, s.max_deaths, s.work_slots)
        return Leases(self.store.engine, this_process(), rules)


def desk() -> Desk:
    """The desk for the settings in the environment, where flows read them."""
    return desk_for(Settings())


def desk_for(settings: Settings) -> Desk:
    """The desk for these settings; opened once per process."""
    return _desk_of(settings.model_dump_json())


@lru_cache(maxsize=2)
def _desk_of(settings: str) -> Desk:
    return Desk(Settings.model_validate_json(settings))


def limits_from(settings: Settings) -> Limits:
    """The reader's bounds as the settings give them."""
    return Limits(
        max_file_bytes=settings.max_file_mb << 20,
        max_pages=settings.max_pages,
        max_megapixels=settings.max_page_megapixels,
        ocr_seconds=settings.ocr_seconds,
        ocr_processes=settings.ocr_processes,
        second_words=settings.second_reader_words,
    )


def house_of(settings: Settings) -> House:
    """The organisation's time zone and payers, for the clocks."""
    return House(ZoneInfo(settings.timezone), load_profiles(settings.payers_file))


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def describe(error: BaseException) -> str:
    """An error by class and the innermost place in our own code; its message may quote a fax."""
    place, trace = "", error.__traceback__
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            place = f" at {path.relative_to(ROOT)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{place}"


def read_path(path: Path, name: str, limits: Limits, on_page: OnPage | None = None) -> Reading:
    """Read one file into findings; never raises for a bad file (see `Reading.set_aside`)."""
    text = read_file(path, limits, on_page)
    return understand(text, name, find_separators(path, text.media_type, text.pages, limits))


def understand(text: FileText, name: str, separators: Collection[int] = ()) -> Reading:
    """A file's words, with the numbers of its separator sheets → documents, findings and problems."""
    documents = classify(text.pages, separators)
    findings = find_all(text.pages, documents)
    problems = find_problems(text.pages, documents, findings)
    return Reading(
        name=name, sha256=text.sha256, media_type=text.media_type, pages=text.pages, documents=documents,
        findings=findings, problems=(*text.problems, *problems), set_aside=text.set_aside,
    )  # fmt: skip


def take_in(desk: Desk, drop: Drop) -> str:
    """Keep a dropped file's bytes and record its arrival.

    Returns:
        The fax's SHA-256. The same bytes twice are one fax with two arrivals.
    """
    with tempfile.TemporaryDirectory(prefix="casebinder-") as folder:
        local = Path(folder) / "drop"
        facts = desk.inbox.fetch(drop, local)
        drop = replace(drop, urgent=drop.urgent or is_urgent("", facts), facts=facts)
        return keep(desk, local, drop, desk.settings.inbox_location)[0]


def keep(desk: Desk, path: Path, drop: Drop, location: str) -> tuple[str, bool]:
    """Keep a file's bytes, and note where and as what it came; returns its SHA-256 and whether the arrival is new."""
    leases = desk.leases()
    sha256 = desk.vault.put(path)
    leases.announce(sha256, urgent=drop.urgent, facts=drop.facts or None)
    is_new = desk.store.record_arrival(
        location=location, key=drop.key, fingerprint=drop.fingerprint, name=drop.name, sha256=sha256,
        size=path.stat().st_size, media_type="", at=leases.now(),
    )  # fmt: skip
    return sha256, is_new


def read_fax(desk: Desk, sha256: str) -> None:
    """Read a kept fax and store its reading; a file nobody can read is set aside with its reason."""
    path, limits = desk.vault.path(sha256), limits_from(desk.settings)
    pages = page_count(path)
    if desk.settings.long_fax_pages < pages <= limits.max_pages and not refusal(path, limits.max_file_bytes):
        text = read_long(desk.store, desk.leases(), sha256, path, media_type(path) or "", pages, limits)
    else:
        text = read_file(path, limits)
    separators = find_separators(path, text.media_type, text.pages, limits)
    reading = replies.with_replies(understand(text, sha256[:12], separators), path, desk.store.open_tokens(), limits)
    if arranged := desk.store.arrangement(sha256):
        reading = rearranged(reading, arranged)
    desk.store.save_reading(reading)


def copy_packet(desk: Desk, case_id: str, kind: str, path: Path, sha256: str) -> None:
    """Copy a packet to the bucket that the settings name, if they name one; the copy's name holds no patient text."""
    if desk.settings.packets.startswith("s3://"):
        from intake.s3_vault import put_packet

        key = f"{case_id}/{kind}-{sha256[:12]}.pdf"
        put_packet(place(desk.settings.packets), desk.s3_options, key, path)


def file_fax(desk: Desk, sha256: str) -> list[str]:
    """File a read fax's documents in their cases; returns the ids of the cases touched."""
    return desk.store.file_documents(sha256, now())


def receive(desk: Desk, sha256: str, already_read: bool = False) -> list[str]:
    """Read a kept fax (unless it is), file it, and check every case it touched; returns their ids."""
    if not already_read:
        read_fax(desk, sha256)
    case_ids = file_fax(desk, sha256)
    for case_id in case_ids:
        check(desk, case_id)
    return case_ids


def check(desk: Desk, case_id: str) -> None:
    """Bring a case's verdicts, gaps, clocks and status up to date."""
    desk.store.check_case(case_id, now(), house_of(desk.settings))
