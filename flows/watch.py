"""The watcher: takes in what is dropped and works it off, until stopped or until nothing is left.

What waits is asked of the store, so a watcher that was killed anywhere goes on where it stopped, any number of them
may share one store, and one bad file never holds up the others.
"""

from __future__ import annotations

import threading
import time

from casefile.settings import Settings
from flows import health
from flows.worker import OnFax, Worker

STOP_SECONDS = 60.0
"""How long a worker that is told to stop may finish the faxes at hand."""


def drain(settings: Settings, on_fax: OnFax | None = None) -> int:
    """Take in and work off everything that waits now, one fax after the other.

    Args:
        settings: The settings in force (flows read the same ones from the environment).
        on_fax: Called with ("arrived" | "done" | "failed" | "set aside" | "late", sha256) as work goes on.

    Returns:
        How many faxes were worked on; failures are logged by hash and stay waiting.
    """
    worker, worked = Worker(settings, on_fax, patient=False), 0
    keeper = threading.Thread(target=worker.run_keeper, daemon=True)
    keeper.start()
    try:
        worker.take_in()
        while count := worker.some_faxes():
            worked += count
        while worker.one_case(wait_seconds=0):
            pass
    finally:
        worker.stop.set()
        worker.leave()
        keeper.join(timeout=5)
    return worked


def watch(
    settings: Settings, once: bool = False, on_fax: OnFax | None = None, intake: bool = True,
    stop: threading.Event | None = None,
) -> None:  # fmt: skip
    """Watch until `stop` is set, or drain once.

    With `once`, files younger than the stability delay are waited for, so that what lies in the inbox
    at the start is done at the end. Without `intake` the worker only works off what others took in.
    """
    if once:
        drain(settings, on_fax)
        time.sleep(settings.stable_seconds)
        drain(settings, on_fax)
        return
    worker = Worker(settings, on_fax)
    if stop is not None:
        worker.stop = stop
    lanes = [threading.Thread(target=worker.run_lane, args=(False,), daemon=True) for _ in range(settings.lanes)]
    lanes.append(threading.Thread(target=worker.run_lane, args=(True,), daemon=True))
    others = [worker.run_keeper, worker.engine.warm_up, *([worker.run_intake] if intake else [])]
    for thread in (*lanes, *(threading.Thread(target=run, daemon=True) for run in others)):
        thread.start()
    with health.serving(settings, worker.board):
        while not worker.stop.wait(1.0):
            pass
        worker.wake.set()
        end = time.monotonic() + STOP_SECONDS
        for lane in lanes:
            lane.join(timeout=max(end - time.monotonic(), 0.0))
    worker.leave()
