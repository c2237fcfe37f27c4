"""The packet screen's form ↔ what the builder is asked. Nothing is taken that does not stand in our own lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

from fastapi import HTTPException

from flows.packet_desk import Outlook, coverage_types, recipients, state_codes
from flows.packet_request import Ask
from packet_builder.request import Override

KINDS = ("appeal", "complaint")
LEVELS = {"first": "First level", "second": "Second level", "external": "External review", "expedited": "Expedited"}
NEXT = {"first": "second", "second": "external", "expedited": "second"}
MOST_PARAGRAPHS, LONGEST = 40, 20_000
Kind = Literal["appeal", "complaint"]


@dataclass(frozen=True)
class Asked:
    """A form as it was sent."""

    kind: Kind
    ask: Ask
    on: date
    reasons: Mapping[str, str]
    """Block code → why it is sent all the same."""


def read(values: Mapping[str, str], by: str, today: date) -> Asked:
    """Read a form, or a page's address.

    Raises:
        HTTPException: 400, a value is none of those offered.
    """
    kind = _one_of(values.get("kind", "") or KINDS[0], KINDS)
    reasons = {
        name.removeprefix("lift."): text.strip()[:500] for name, text in values.items()
        if name.startswith("lift.") and text.strip()
    }  # fmt: skip
    ids = tuple(name for name in values.get("order", "").split(",") if name and f"use.{name}" in values)
    ask = Ask(
        recipient=_one_of(values.get("recipient", "") or "default", [profile.name for profile in recipients()]),
        level=_one_of(values.get("level", "") or "first", tuple(LEVELS)) if kind == "appeal" else "first",
        coverage=_one_of(values.get("coverage", ""), ["", *coverage_types()]),
        state=_one_of(values.get("state", ""), ["", *state_codes()]),
        hmo="hmo" in values, only_new="only_new" in values,
        exhibits=ids if ids or "order" not in values else ("",),
        rewritten=_paragraphs(values), argument=_plain(values.get("argument", "")), by=by,
    )  # fmt: skip
    try:
        on = date.fromisoformat(values.get("on", "") or today.isoformat())
    except ValueError:
        raise HTTPException(400, "The letter's date is not a date.") from None
    return Asked(cast(Kind, kind), ask, on, reasons)


def settled(asked: Asked, found: Outlook, by: str) -> Asked:
    """The form as the builder gets it: reasons for what was found, paragraphs that stand in this letter."""
    codes = {block.code for block in found.blocks}
    overrides = tuple(Override(code, reason, by) for code, reason in sorted(asked.reasons.items()) if code in codes)
    standing = tuple(row for row in asked.ask.rewritten if row[0] in found.paragraphs)
    return replace(asked, ask=replace(asked.ask, overrides=overrides, rewritten=standing))


def _paragraphs(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    rows = []
    for number in range(MOST_PARAGRAPHS):
        old, new = values.get(f"old.{number}"), values.get(f"new.{number}")
        if old is not None and new is not None:
            rows.append((_plain(old), _plain(new)))
    return tuple(rows)


def _plain(text: str) -> str:
    """Lines as we write them, whatever the browser sent."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST].split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _one_of(value: str, known: tuple[str, ...] | list[str]) -> str:
    if value not in known:
        raise HTTPException(400, "The form has a value that is not offered. Reload the page and choose again.")
    return value
