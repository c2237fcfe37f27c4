"""Telling a step's own error from the orchestrator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_kept: ContextVar[list[BaseException] | None] = ContextVar("step_error", default=None)


@contextmanager
def watched() -> Iterator[list[BaseException]]:
    """Within this block the last step's error, if it had one, stands in the list."""
    kept: list[BaseException] = []
    token = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(token)


def step(run: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a step and keep its error."""
    kept = _kept.get()
    if kept is not None:
        kept.clear()
    try:
        return run(*args, **kwargs)
    except BaseException as error:
        if kept is not None:
            kept.append(error)
        raise
