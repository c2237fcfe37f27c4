"""Metadata files beside faxes, as mail gateways and fax servers export them: JSON, XML or `name: value` lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 64_000
LINE = re.compile(r"^\s*([A-Za-z][\w .-]{0,40}?)\s*[:=]\s*(.{1,200}?)\s*$", re.MULTILINE)
TAG = re.compile(r"<([A-Za-z_][\w.-]{0,40})(?:\s[^<>]*)?>([^<>]{1,200})</\1>")
KNOWN = {
    "from": "from", "sender": "from", "callerid": "from", "remoteid": "from", "csid": "from", "tsid": "from",
    "fromnumber": "from", "receivedat": "received_at", "received": "received_at", "date": "received_at",
    "datetime": "received_at", "pages": "pages", "pagecount": "pages", "numpages": "pages", "urgent": "urgent",
    "priority": "priority", "jobid": "id", "faxid": "id", "messageid": "id", "to": "to", "did": "to",
}  # fmt: skip


@dataclass(frozen=True)
class Sidecars:
    """Which files are metadata. `suffix` "" means that none are; `fax.tif` has `fax.json` or `fax.tif.json`."""

    suffix: str = ""
    wait_seconds: float = 10.0

    def is_sidecar(self, path: Path) -> bool:
        """Whether this file is metadata and no fax."""
        return bool(self.suffix) and path.name.lower().endswith(self.suffix.lower())

    def waits_for(self, fax: Path, known_seconds: float, age_seconds: float) -> bool:
        """Whether a fax should wait a little longer for its metadata."""
        if not self.suffix or max(known_seconds, age_seconds) >= self.wait_seconds:
            return False
        return self._beside(fax) is None

    def read(self, fax: Path) -> dict[str, str]:
        """What the metadata file says, under our names; {} if there is none or it makes no sense."""
        path = self._beside(fax)
        if path is None:
            return {}
        try:
            with path.open("rb") as stream:
                return parse(stream.read(MAX_BYTES).decode("utf-8", "replace"))
        except OSError:
            return {}

    def _beside(self, fax: Path) -> Path | None:
        if not self.suffix:
            return None
        for path in (fax.with_name(fax.name + self.suffix), fax.with_suffix(self.suffix)):
            if path.is_file() and not path.is_symlink():
                return path
        return None


def parse(text: str) -> dict[str, str]:
    """Metadata in JSON, XML or `name: value` lines → the facts that we know; never raises."""
    try:
        rows = json.loads(text)
        pairs = list(rows.items()) if isinstance(rows, dict) else []
    except (ValueError, RecursionError):
        pairs = TAG.findall(text) or LINE.findall(text)
    return named(pairs)


def named(pairs: list[tuple[str, object]]) -> dict[str, str]:
    """Facts under our names; nested and unknown ones are left out, the first of each kind stays."""
    facts: dict[str, str] = {}
    for name, value in pairs:
        ours = KNOWN.get(re.sub(r"[^a-z]", "", str(name).lower()))
        if ours and isinstance(value, (str, int, float, bool)):
            facts.setdefault(ours, str(value)[:200])
    return facts
