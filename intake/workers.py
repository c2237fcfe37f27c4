"""Worker processes for OCR: one a core, models loaded once, each page bounded in time.

A worker that hangs or dies is killed and replaced; its page is tried once more and then given up, so that it costs
itself and nothing else. The workers live as long as the program and serve the pages of many faxes.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

START_SECONDS = 60
"""Loading Python, libraries and models, on a busy machine."""
MEMORY_BYTES = 6 << 30
"""Address space of one worker; real use stays far below."""


class WorkerTimeout(Exception):
    """No answer in time, twice."""


class WorkerDied(Exception):
    """The worker was killed or crashed, twice."""


class Workers:
    """A fixed number of processes that run `work(job)`; `work` must be importable by name."""

    def __init__(self, count: int, work: Callable[[Any], Any]) -> None:
        self._work = work
        self._jobs: queue.SimpleQueue[tuple[Any, float, Future[Any]] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Any, seconds: float) -> Future[Any]:
        """Queue one job; its future ends with the answer, the work's own error, WorkerTimeout or WorkerDied."""
        future: Future[Any] = Future()
        self._jobs.put((job, seconds, future))
        return future

    def close(self) -> None:
        """Let running jobs end, then stop the processes."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout=5)

    def _serve(self) -> None:
        """One thread looks after one process."""
        worker: _Worker | None = None
        while (item := self._jobs.get()) is not None:
            job, seconds, future = item
            problem: Exception = WorkerDied()
            for _ in range(2):
                try:
                    worker = worker or _Worker(self._work)
                    answer = worker.ask(job, seconds)
                except (WorkerTimeout, WorkerDied) as error:
                    problem = error
                    if worker:
                        worker.kill()
                    worker = None
                    continue
                future.set_exception(answer) if isinstance(answer, Exception) else future.set_result(answer)
                break
            else:
                future.set_exception(problem)
        if worker:
            worker.kill()


class _Worker:
    """One process and the pipe to it.

    A fresh interpreter that imports only the work's own module: the caller's main module is not run again, and no
    thread or lock of the caller is inherited.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        name = f"{work.__module__}:{work.__qualname__}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "intake.workers", name, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        theirs.close()
        self._wait(START_SECONDS)

    def ask(self, job: Any, seconds: float) -> Any:
        try:
            self._pipe.send(job)
        except (BrokenPipeError, OSError):
            raise WorkerDied from None
        return self._wait(seconds)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(timeout=5)
        self._pipe.close()

    def _wait(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            raise WorkerTimeout
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            raise WorkerDied from None


def _run(pipe: Connection, work: Callable[[Any], Any]) -> None:
    """The process: answer jobs until the pipe closes. Errors go back as values, without their tracebacks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory()
    pipe.send("ready")
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(work(job))
        except Exception as error:
            pipe.send(RuntimeError(type(error).__name__))


def _bound_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    except (ImportError, ValueError, OSError):
        return


_pools: dict[tuple[int, Callable[[Any], Any]], Workers] = {}
_lock = threading.Lock()


def pool(count: int, work: Callable[[Any], Any]) -> Workers:
    """The program's own workers for this work, started at first use."""
    count = count or os.cpu_count() or 1
    with _lock:
        if (count, work) not in _pools:
            _pools[count, work] = Workers(count, work)
        return _pools[count, work]


@atexit.register
def _close_all() -> None:
    for workers in _pools.values():
        workers.close()


if __name__ == "__main__":
    _module, _function = sys.argv[1].split(":")
    _run(Connection(int(sys.argv[2])), getattr(importlib.import_module(_module), _function))
