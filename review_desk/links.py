"""Addresses inside the desk. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def page_link(evidence: Mapping[str, Any]) -> str:
    """Where an evidence row is shown: its fax, page and box."""
    return fax_link(evidence["fax_sha256"], evidence["page"], evidence.get("box"))


def fax_link(sha256: str, page: int, *boxes: Sequence[float] | None) -> str:
    """The review screen of a fax at a page, with boxes lit on it."""
    lit = "".join("&box=" + ",".join(f"{edge:.4f}" for edge in box) for box in boxes if box)
    return f"/faxes/{sha256}?page={page}{lit}"


def image_link(sha256: str, page: int, width: int) -> str:
    """A page's picture."""
    return f"/faxes/{sha256}/pages/{page}.png?width={width}"
