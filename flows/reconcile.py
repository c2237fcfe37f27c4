"""A portal's export file beside our cases; plain functions, used by the command and by the daily flow."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casefile.errors import Refused
from casefile.referral_file import MOST_BYTES, read_export
from casefile.referral_store import reconcile
from flows.steps import Desk, now


def reconcile_file(desk: Desk, path: Path, by: str) -> dict[str, Any]:
    """Compare one export with our cases and keep it; see `referral_store.reconcile` for what is returned.

    Raises:
        Refused: The file is no export that we can read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Refused(f"{path.name} has {size >> 20} MB; at most {MOST_BYTES >> 20} MB are read")
    data, at, zone = path.read_bytes(), now(), ZoneInfo(desk.settings.timezone)
    sha256 = hashlib.sha256(data).hexdigest()
    export = read_export(data, at.astimezone(zone).date())
    found = reconcile(desk.store, export, file_sha256=sha256, zone=zone, by=by, at=at)
    return {"file": path.name, "sha256": sha256, **found}
