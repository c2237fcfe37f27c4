"""The lanes of one worker: each claims a fax, works it off under its lease, and tells the queue how it ended."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from time import monotonic

from casefile.leases import Lease, LeaseLost, Leases
from casefile.settings import Settings
from flows import metrics, steps, troubles
from flows.engine import Engine
from flows.logs import about, event
from flows.long_fax import help_out
from flows.take_in import Taker
from intake.page_count import page_count

OnFax = Callable[[str, str], None]
RUN_SECONDS = 60.0
"""Faxes claimed one after the other within this time share one flow run."""
IDLE_SECONDS = 1.0
CASE_SECONDS = 5.0
"""A case that stays unchecked this long has lost the flow that would have checked it."""


class Worker:
    """One process's share of the work. `patient`: wait troubles out; otherwise raise them."""

    def __init__(self, settings: Settings, on_fax: OnFax | None = None, patient: bool = True) -> None:
        self.settings, self.patient = settings, patient
        self.tell = on_fax or (lambda _step, _sha256: None)
        self.board = troubles.Board()
        self.engine = Engine(settings, self.board, wait=not patient)
        self.stop, self.wake = threading.Event(), threading.Event()
        self._held: set[Lease] = set()
        self._lock = threading.Lock()
        self._unchecked: dict[str, float] = {}
        self._young = False

    @property
    def desk(self) -> steps.Desk:
        """Store, vault and inbox; opened at first use, which may fail while a server is down."""
        return steps.desk_for(self.settings)

    @cached_property
    def leases(self) -> Leases:
        """This worker's claims."""
        return self.desk.leases()

    @cached_property
    def taker(self) -> Taker:
        """This worker's eye on the inbox."""
        return Taker(self.desk, self.leases, self.board, self.tell)

    # loops, one thread each

    def run_lane(self, big: bool) -> None:
        """Work off faxes of one size until stopped."""
        while not self.stop.is_set():
            if not self._try("lane", lambda: self.some_faxes(big) or (self.one_part() if big else self.one_case())):
                self.wake.wait(IDLE_SECONDS)

    def run_intake(self) -> None:
        """Look at the inbox until stopped; sooner again while files are still being written."""
        while not self.stop.is_set():
            self._try("intake", self.take_in)
            self.stop.wait(min(self.settings.poll_seconds, 0.4) if self._young else self.settings.poll_seconds)

    def run_keeper(self) -> None:
        """Renew this process's leases until stopped."""
        while not self.stop.wait(min(self.settings.lease_seconds / 4, 4.0)):
            with self._lock:
                held = list(self._held)
            if "taker" in self.__dict__ and (lease := self.taker.lease):
                held.append(lease)
            if held:
                self._try("keeper", lambda held=held: self.leases.renew(held))  # type: ignore[misc]

    def _try(self, loop: str, work: Callable[[], object]) -> object:
        """Do it; a trouble, or an error of ours, is said once and waited out. Nothing ends the loop."""
        ours = troubles.Trouble(f"error_{loop}", "Unexpected error; going on. Report this line.")
        try:
            result = work()
        except Exception as error:
            trouble = troubles.recognise(error)
            self._wait_out(trouble or ours, "" if trouble else steps.describe(error))
            return None
        self.board.clear(troubles.DATABASE.kind, troubles.LOGIN.kind, ours.kind)
        return result

    # one thing at a time

    def take_in(self) -> list[str]:
        """Look at the inbox once, unless the disk is low."""
        if self._disk_low(self.settings.min_free_mb):
            return []
        taken = self.taker.look()
        self._young = getattr(self.desk.inbox, "unsettled", False)
        if taken:
            self.wake.set()
        return taken

    def some_faxes(self, big: bool | None = None, seconds: float = RUN_SECONDS) -> int:
        """Work off the faxes whose turn it is, for so long or until none is left; returns how many.

        Args:
            big: The lane: True: long faxes; False: the others; None: any.
            seconds: After this the next one begins another flow run; 0: one fax.
        """
        lease, end, count = self._claim(big), monotonic() + seconds, 0

        def run() -> None:
            nonlocal lease, count
            while lease:
                with self._holding(lease):
                    self._work_on(lease, big)
                lease, count = None, count + 1
                if monotonic() < end and not self.stop.is_set():
                    lease = self._claim(big)

        if lease:
            with self._holding(lease):
                self.engine.run_of_faxes(run)
        return count

    def _claim(self, big: bool | None) -> Lease | None:
        self.wake.clear()
        if self._disk_low(self.settings.min_free_mb / 2):
            return None
        return self.leases.claim_fax(big=big, big_pages=self.settings.long_fax_pages)

    def _work_on(self, lease: Lease, big: bool | None) -> None:
        limit = self.settings.long_fax_pages
        with about(lease.subject):
            try:
                if big is False and not lease.already_read and not lease.pages:
                    pages = page_count(self.desk.vault.path(lease.subject))
                    if pages > limit:
                        event("long fax, goes to its own lane", pages=pages)
                        self._settle(lambda: self.leases.release(lease, pages))
                        return
                self._work(lease)
            except Exception as error:
                self._went_wrong(lease, error)

    def one_case(self, wait_seconds: float = CASE_SECONDS) -> bool:
        """Check a case that nobody checked; False if there is none."""
        waiting, now = self.desk.store.unchecked(), monotonic()
        self._unchecked = {case_id: self._unchecked.get(case_id, now) for case_id in waiting}
        for case_id, since in self._unchecked.items():
            if now - since < wait_seconds or not (lease := self.leases.claim("case", case_id)):
                continue
            with self._holding(lease):
                try:
                    with self.leases.held(lease):
                        self.engine.check(case_id)
                    self._settle(lambda lease=lease: self.leases.finish(lease, 0.0))  # type: ignore[misc]
                except Exception as error:
                    self._went_wrong(lease, error)
            return True
        return False

    def one_part(self) -> bool:
        """Read a part of a long fax that another worker has in hand; False if there is none."""
        if self._disk_low(self.settings.min_free_mb / 2):
            return False
        return help_out(self.desk.store, self.leases, self.desk.vault, steps.limits_from(self.settings))

    def _work(self, lease: Lease) -> None:
        start = monotonic()
        with self.leases.held(lease):
            self.engine.receive(lease.subject, lease.already_read)
        seconds = monotonic() - start
        self._settle(lambda: self.leases.finish(lease, seconds))
        self.board.clear(troubles.DISK.kind, troubles.FOLDER.kind)
        metrics.SECONDS.observe(seconds)
        self._ended("done", lease, seconds=round(seconds, 2))

    def _went_wrong(self, lease: Lease, error: Exception) -> None:
        """Late, hindered, or failed: tell the queue which."""
        if isinstance(error, LeaseLost):
            self._ended("late", lease)
        elif trouble := troubles.recognise(error):
            self._wait_out(trouble)
            self._settle(lambda: self.leases.release(lease))
            self._ended("hindered", lease, logging.INFO)
            if not self.patient:
                raise error
        else:
            aside = self._settle(lambda: self.leases.fail(lease, steps.describe(error)))
            self._ended("set aside" if aside else "failed", lease, logging.ERROR, error=steps.describe(error))

    def _ended(self, end: str, lease: Lease, level: int = logging.INFO, **facts: object) -> None:
        event(end, level, **facts)
        metrics.ENDED.labels(end).inc()
        self.tell(end, lease.subject)

    def _settle(self, note: Callable[[], object]) -> object:
        """Tell the queue, waiting out a database that is away; a claim that runs out meanwhile is no harm."""
        while True:
            try:
                return note()
            except Exception as error:
                trouble = troubles.recognise(error)
                if trouble is None or not self.patient or self.stop.is_set():
                    raise
                self._wait_out(trouble)

    def _wait_out(self, trouble: troubles.Trouble, detail: str = "") -> None:
        """Say it, and wait a while before the next try."""
        if trouble.kind == troubles.KEYS.kind:
            self.desk.forget_credentials()
        wait = self.board.report(trouble, detail)
        self.stop.wait(wait if self.patient else 0)

    @contextmanager
    def _holding(self, lease: Lease) -> Iterator[None]:
        with self._lock:
            self._held.add(lease)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(lease)

    def _disk_low(self, need_mb: float) -> bool:
        """Whether home or vault has less room than this; said once."""
        folders = [f for f in (self.settings.home, self.settings.vault_folder) if f.exists()]
        if any(shutil.disk_usage(folder).free < need_mb * (1 << 20) for folder in folders):
            self._wait_out(troubles.DISK_LOW)
            return True
        if need_mb >= self.settings.min_free_mb:
            self.board.clear(troubles.DISK_LOW.kind)
        return False

    def leave(self) -> None:
        """Give back what is held, so that others need not wait for it to expire."""
        with self._lock:
            held = list(self._held)
        for lease in held:
            self.leases.release(lease)
        if "taker" in self.__dict__:
            self.taker.give_up()
