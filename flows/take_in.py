"""Looks at the inbox and takes in what is new. One worker at a time does it, under a lease of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from time import monotonic

from casefile.leases import Lease, LeaseLost, Leases
from flows import metrics, steps, troubles
from flows.logs import about, event
from intake.inbox import Changed, Drop, Position
from intake.s3_inbox import S3Inbox

Tell = Callable[[str, str], None]
WHOLE = {troubles.BUCKET.kind, troubles.NO_BUCKET.kind, troubles.DISK.kind, troubles.DATABASE.kind,
         troubles.LOGIN.kind, troubles.CLOCK.kind}  # fmt: skip
"""Troubles that stop the whole look; any other with one drop leaves the rest alone."""

MARKS = 100
"""Processed objects tagged or moved at one look."""


class Taker:
    """One per process. `look` may raise; the caller waits and looks again."""

    def __init__(self, desk: steps.Desk, leases: Leases, board: troubles.Board, tell: Tell) -> None:
        self.desk, self.leases, self.board, self.tell = desk, leases, board, tell
        self.lease: Lease | None = None
        self._bad: dict[tuple[str, str], tuple[int, float]] = {}

    def ours(self) -> bool:
        """Take or keep the right to look; False while another worker has it."""
        if self.lease and not self.leases.still_ours(self.lease):
            self.lease = None
        if not self.lease:
            name = hashlib.sha256(self.desk.settings.inbox_location.encode()).hexdigest()[:16]
            self.lease = self.leases.claim("inbox", name)
        return self.lease is not None

    def give_up(self) -> None:
        """Let another worker look."""
        lease, self.lease = self.lease, None
        if lease:
            self.leases.release(lease)

    def look(self) -> list[str]:
        """Take in every drop that is ready and not yet recorded, then mark what is done; returns SHA-256s."""
        if not self.ours() or not self.lease:
            return []
        book, taken = self.desk.book, []
        start = stored = Position(*book.position())
        with self.leases.held(self.lease):
            for drops, position in self.desk.inbox.look(start):
                new = self._new(drops)
                taken += [sha256 for drop in new if (sha256 := self._take(drop))]
                start = position
                if new and start != stored:
                    book.keep_position(start.after, start.highest)
                    stored = start
            if start != stored:
                book.keep_position(start.after, start.highest)
            self._mark()
        self._all_well()
        return taken

    def _new(self, drops: list[Drop]) -> list[Drop]:
        """What is not recorded yet, urgent first; what failed lately waits."""
        seen = self.desk.book.seen(drop.key for drop in drops) if drops else set()
        new = {(d.key, d.fingerprint): d for d in drops if (d.key, d.fingerprint) not in seen}
        due = [d for mark, d in new.items() if self._bad.get(mark, (0, 0.0))[1] <= monotonic()]
        return sorted(due, key=lambda drop: not drop.urgent)

    def _take(self, drop: Drop) -> str | None:
        """Take in one drop; one that cannot be fetched costs itself alone and is tried again, ever more rarely."""
        mark = (drop.key, drop.fingerprint)
        try:
            sha256 = steps.take_in(self.desk, drop)
        except Changed:
            return None
        except LeaseLost:
            raise
        except Exception as error:
            trouble = troubles.recognise(error) or troubles.DROP
            if trouble.kind in WHOLE:
                raise
            times = self._bad.get(mark, (0, 0.0))[0] + 1
            self._bad[mark] = times, monotonic() + min(2.0**times, 600.0)
            which = hashlib.sha256(drop.key.encode()).hexdigest()[:12]
            self.board.report(trouble, f"drop {which}: {steps.describe(error)}")
            return None
        self._bad.pop(mark, None)
        with about(sha256):
            event("arrived", bytes=drop.size, urgent=drop.urgent)
        metrics.ARRIVED.inc()
        self.tell("arrived", sha256)
        return sha256

    def _mark(self) -> None:
        if self.desk.settings.s3_processed == "leave" or not isinstance(self.desk.inbox, S3Inbox):
            return
        for row in self.desk.book.to_mark(MARKS):
            self.desk.book.marked(row.id, self.desk.inbox.mark(row.key, row.fingerprint))

    def _all_well(self) -> None:
        """The look went through; say which troubles are over, and whether a clock is wrong."""
        if not self._bad:
            self.board.clear(troubles.KEYS.kind, troubles.FOLDER.kind, troubles.DROP.kind)
        self.board.clear(troubles.BUCKET.kind, troubles.NO_BUCKET.kind, troubles.DISK.kind)
        metrics.LOOKED.set_to_current_time()
        skew = getattr(self.desk.inbox, "skew_seconds", 0.0)
        behind = (self.leases.now() - steps.now()).total_seconds()
        worst = max(skew, behind, key=abs)
        if abs(worst) > self.desk.settings.max_clock_skew_seconds:
            self.board.report(troubles.CLOCK, f"{abs(worst):.0f} s {'behind' if worst > 0 else 'ahead'}")
        else:
            self.board.clear(troubles.CLOCK.kind)
