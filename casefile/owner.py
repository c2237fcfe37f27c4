"""Who holds a lease: a process, named so that others on the same machine can tell whether it still lives."""

from __future__ import annotations

import os
import socket
import threading
from functools import cache
from itertools import count
from pathlib import Path

_numbers = count(1)


@cache
def _place() -> str:
    """The machine since its last start, and the process namespace: pids compare only within one."""
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))[:8]
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()}/{boot}/{space}"


def this_process() -> str:
    """The name of this process as an owner of leases; each call gives another name."""
    pid = os.getpid()
    return f"{_place()}|{pid}|{_started(pid)}|{threading.get_ident()}-{next(_numbers)}"


def is_dead(owner: str) -> bool:
    """True if that process certainly no longer runs; False if it may, or runs elsewhere."""
    place, _, rest = owner.partition("|")
    machine, boot, space = (place.split("/") + ["", ""])[:3]
    here_machine, here_boot, here_space = _place().split("/")
    if machine != here_machine or not rest:
        return False
    if boot != here_boot:
        return bool(boot and here_boot)
    pid, _, tail = rest.partition("|")
    if space != here_space or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _started(int(pid)) != tail.partition("|")[0]


def _started(pid: int) -> str:
    """When a process started, in ticks; empty where the system does not tell. A zombie counts as gone."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return "" if not fields else "gone" if fields[0] == "Z" else fields[19]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
