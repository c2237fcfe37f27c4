"""A watcher that is killed (SIGKILL) just before or just after one of its steps commits.

Usage: python killed_watcher.py STEP before|after
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from casefile.settings import Settings
from casefile.store import Store
from flows.watch import drain
from intake.vault import Vault

STEPS: dict[str, type] = {
    "put": Vault, "record_arrival": Store, "save_reading": Store, "file_documents": Store, "check_case": Store,
}  # fmt: skip


def dying(step: Callable[..., Any], moment: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        if moment == "after":
            step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return run


if __name__ == "__main__":
    name, moment = sys.argv[1:]
    owner = STEPS[name]
    setattr(owner, name, dying(getattr(owner, name), moment))
    drain(Settings())
    sys.exit("the step was never reached")
