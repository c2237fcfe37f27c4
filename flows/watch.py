"""The watcher: looks at the inbox, takes in what is new, and runs one flow per fax that waits.

What waits is asked of the store at every round, so a watcher that was killed anywhere goes on where
it stopped, and one bad file never holds up the others.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from casefile.settings import Settings
from flows import policies, steps

log = logging.getLogger("casebinder.watch")

OnFax = Callable[[str, str], None]


def drain(settings: Settings, on_fax: OnFax | None = None) -> int:
    """Take in and work off everything that waits now.

    Args:
        settings: The settings in force (flows read the same ones from the environment).
        on_fax: Called with ("arrived" | "done" | "failed", sha256) as work goes on.

    Returns:
        How many faxes were worked on; failures are logged by hash and stay waiting.
    """
    policies.prepare_prefect(settings.home)
    from flows.check_case import check_case
    from flows.receive_fax import receive_fax

    tell = on_fax or (lambda _step, _sha256: None)
    desk = steps.Desk(settings)
    for sha256 in steps.take_in_all(desk):
        tell("arrived", sha256)
    waiting = [(sha256, False) for sha256 in desk.store.unfinished()]
    waiting += [(sha256, True) for sha256 in desk.store.unmatched()]
    unchecked = desk.store.unchecked()
    if not waiting and not unchecked:
        return 0
    with policies.without_heartbeat():
        for sha256, already_read in waiting:
            tell(_run(receive_fax, sha256, sha256, already_read), sha256)
        for case_id in desk.store.unchecked():
            _run(check_case, case_id, case_id)
    return len(waiting)


def _run(flow: Callable[..., object], label: str, *arguments: object) -> str:
    """Run one flow; a failure is logged by id and class only, since messages may hold patient text."""
    try:
        flow(*arguments)
    except Exception as error:
        log.error("%s failed with %s; it stays waiting and is tried again", label[:12], type(error).__name__)
        return "failed"
    return "done"


def watch(settings: Settings, once: bool = False, on_fax: OnFax | None = None) -> None:
    """Watch until stopped, or drain once.

    With `once`, files younger than the stability delay are waited for, so that what lies in the inbox
    at the start is done at the end.
    """
    if once:
        drain(settings, on_fax)
        time.sleep(settings.stable_seconds)
        drain(settings, on_fax)
        return
    while True:
        drain(settings, on_fax)
        time.sleep(settings.poll_seconds)
