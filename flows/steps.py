"""The steps of the main job as plain functions: each reads the store, does one thing, commits, and can be repeated.

A killed process loses at most the step it was in; the store then still names the fax or case as
waiting, and the same step runs again with the same result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from casefile.case_clocks import House
from casefile.payers import load_profiles
from casefile.records import Reading
from casefile.settings import Settings
from casefile.store import Store
from extractors.documents import classify
from extractors.problems import find_problems
from extractors.registry import find_all
from flows import replies
from intake.inbox import Drop, Inbox, open_inbox
from intake.limits import Limits
from intake.read import read_file
from intake.vault import Vault

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
    def vault(self) -> Vault:
        """The folder of originals."""
        return Vault(self.settings.vault_folder)

    @cached_property
    def inbox(self) -> Inbox:
        """The watched folder or bucket."""
        location = self.settings.inbox_location
        if not location.startswith("s3://"):
            Path(location).mkdir(parents=True, exist_ok=True)
        return open_inbox(
            location, stable_seconds=self.settings.stable_seconds, endpoint_url=self.settings.s3_endpoint_url
        )


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


def read_path(path: Path, name: str, limits: Limits, on_page: OnPage | None = None) -> Reading:
    """Read one file into findings; never raises for a bad file (see `Reading.set_aside`)."""
    text = read_file(path, limits, on_page)
    documents = classify(text.pages)
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
        desk.inbox.fetch(drop, local)
        sha256 = desk.vault.put(local)
        size = local.stat().st_size
    desk.store.record_arrival(
        location=desk.settings.inbox_location, key=drop.key, fingerprint=drop.fingerprint, name=drop.name,
        sha256=sha256, size=size, media_type="", at=now(),
    )  # fmt: skip
    return sha256


def take_in_all(desk: Desk) -> list[str]:
    """Take in every drop that is ready and not yet recorded; returns their SHA-256s in order."""
    seen = desk.store.seen(desk.settings.inbox_location)
    return [take_in(desk, drop) for drop in desk.inbox.ready() if (drop.key, drop.fingerprint) not in seen]


def read_fax(desk: Desk, sha256: str) -> None:
    """Read a kept fax and store its reading; a file nobody can read is set aside with its reason."""
    path, limits = desk.vault.path(sha256), limits_from(desk.settings)
    reading = replies.with_replies(read_path(path, sha256[:12], limits), path, desk.store.open_tokens(), limits)
    desk.store.save_reading(reading)


def file_fax(desk: Desk, sha256: str) -> list[str]:
    """File a read fax's documents in their cases; returns the ids of the cases touched."""
    return desk.store.file_documents(sha256, now())


def check(desk: Desk, case_id: str) -> None:
    """Bring a case's verdicts, gaps, clocks and status up to date."""
    desk.store.check_case(case_id, now(), house_of(desk.settings))
