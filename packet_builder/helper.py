"""A process of our own beside us: what it does to a hostile file it does not do to us, and it uses another core."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent


class HelperDied(Exception):
    """The process ended instead of answering."""


class Helper:
    """A process that runs a module of ours and answers one message at a time. Not to be shared by threads."""

    def __init__(self, module: str) -> None:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )  # fmt: skip

    def ask(self, message: Any) -> Any:
        """Send a message and wait for its answer.

        Raises:
            HelperDied: There will be none.
        """
        assert self._process.stdin and self._process.stdout
        try:
            _send(self._process.stdin, message)
            return pickle.load(self._process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise HelperDied from None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def serve(work: Callable[[Any], Any]) -> None:
    """The process: answer messages with `work` until the pipe closes."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            message = pickle.load(jobs)
        except EOFError:
            return
        _send(answers, work(message))


def _send(pipe: IO[bytes], message: Any) -> None:
    pickle.dump(message, pipe)
    pipe.flush()
