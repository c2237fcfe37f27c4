"""Prefect's temporary server as a child that ends when its parent does, even if the parent is killed.

Usage: python -m flows.local_server PORT. Listens on 127.0.0.1 only.
"""

from __future__ import annotations

import os
import sys
import threading
import time


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    """Serve until stopped or orphaned."""
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    import uvicorn

    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=int(sys.argv[1]),
                log_level="error", lifespan="on")  # fmt: skip


if __name__ == "__main__":
    main()
