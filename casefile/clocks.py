"""Deadlines from rules kept as data. Pure."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from casefile.records import Clock, Evidence

RULES = Path(__file__).parent / "data" / "appeal_rules.toml"


@cache
def appeal_rules() -> dict[str, Any]:
    """Plan type → days, presumed receipt, source."""
    return {name: row for name, row in tomllib.loads(RULES.read_text()).items() if isinstance(row, dict)}


def appeal_clock(
    notice: date | None, letter_deadline: date | None, plan_type: str = "", *, received: date | None = None,
    evidence: Evidence | None = None, letter_rule: str = "",
) -> Clock:  # fmt: skip
    """The last day to appeal, by rule and by letter; the letter's own earlier date wins and a conflict is shown.

    Weekends and holidays do not move a date. An unknown plan type leaves only what the letter says.
    """
    rule = appeal_rules().get(plan_type)
    by_rule = _by_rule(rule, notice, received) if rule else None
    started = f"notice of {notice.isoformat()}" if notice else "notice date unknown"
    if by_rule is None and letter_deadline is None:
        note = "The plan type or the notice date is unknown: a person must set this deadline."
        return Clock("appeal deadline", None, "", started, evidence, note)
    due = min(day for day in (by_rule, letter_deadline) if day)
    text = (
        f"{rule['days']} days, {rule['source']}" if rule and due == by_rule else letter_rule or "the letter's own date"
    )
    notes = []
    if by_rule and letter_deadline and by_rule != letter_deadline:
        notes.append(f"letter says {letter_deadline.isoformat()}, rule gives {by_rule.isoformat()}; the earlier counts")
    if due.weekday() >= 5:
        notes.append(f"falls on a {due:%A} and is not moved")
    return Clock("appeal deadline", due, text, started, evidence, "; ".join(notes))


def _by_rule(rule: dict[str, Any], notice: date | None, received: date | None) -> date | None:
    """Days counted from receipt where that is known, else from the notice with its presumption."""
    if received and rule["presumed_receipt_days"]:
        return received + timedelta(rule["days"])
    start = received if received and "receipt" in rule["source"] else notice
    return start + timedelta(rule["presumed_receipt_days"] + rule["days"]) if start else None
