"""Deadlines from rules kept as data: days, months, hours and business days, and the appeal clock. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from casefile.calendar import add_business_days, add_hours, add_months, next_business_day
from casefile.records import Clock, Evidence

RULES = Path(__file__).parent / "data" / "appeal_rules.toml"
UNITS = ("days", "months", "hours", "business_days")
Step = Mapping[str, Any]


@cache
def appeal_rules() -> Mapping[str, Step]:
    """Plan type → its source and its steps."""
    return {name: row for name, row in tomllib.loads(RULES.read_text()).items() if isinstance(row, dict)}


def ends(step: Step, start: date | datetime) -> date | datetime:
    """When a step ends that starts then. Hours need a moment with a zone, and stay hours; other units give a day.

    Raises:
        ValueError: Hours were to be counted from a day without a time.
    """
    if "hours" in step:
        if not isinstance(start, datetime) or start.tzinfo is None:
            raise ValueError("hours are counted from a moment, not from a day")
        return add_hours(start, step["hours"])
    day = start.date() if isinstance(start, datetime) else start
    if step.get("noon_next_day"):
        zone = start.tzinfo if isinstance(start, datetime) else None
        return datetime.combine(day + timedelta(1), time(12), zone)
    if "business_days" in step:
        return add_business_days(day, step["business_days"])
    due = add_months(day, step["months"]) if "months" in step else day + timedelta(step["days"])
    return next_business_day(due) if step.get("roll") == "next_business_day" else due


def length(step: Step) -> str:
    """How long a step is, in words."""
    if step.get("noon_next_day"):
        return "noon of the next day"
    unit = next(unit for unit in UNITS if unit in step)
    return f"{step[unit]} {unit.replace('_', ' ')}"


def step_clock(plan: str, name: str, start: date | datetime, evidence: Evidence | None = None) -> Clock:
    """The clock of any step of an appeal: a decision that is due, the next level, an external review."""
    rules = appeal_rules()[plan]
    step = rules[name]
    due = ends(step, start)
    title = f"{name.replace('_', ' ')} ({plan.replace('_', ' ')})"
    notes = [step["note"]] if "note" in step else []
    if "extension_days" in step:
        notes.append(f"may be extended by {step['extension_days']} days")
    rule = f"{length(step)} from {step['counted_from']}, {rules['source']}"
    return _clock(title, due, rule, f"{step['counted_from']} of {start.isoformat()}", evidence, notes, start)


def appeal_clock(
    notice: date | None, letter_deadline: date | None, plan_type: str = "", *, received: date | None = None,
    evidence: Evidence | None = None, letter_rule: str = "",
) -> Clock:  # fmt: skip
    """The last day to appeal, by rule and by letter; the letter's own earlier date wins and a conflict is shown.

    Weekends and holidays move a date only where the rule says so. An unknown plan type leaves what the letter says.
    """
    rules = appeal_rules()
    refused = plan_type in rules["refused"]["plans"]
    plan = rules.get(plan_type) if plan_type not in {"", "refused"} else None
    step = plan.get("appeal") if plan else None
    by_rule = _by_rule(step, notice, received) if step else None
    started = f"notice of {notice.isoformat()}" if notice else "notice date unknown"
    notes = [f"{plan_type}: {rules['refused']['source']}"] if refused else []
    if by_rule is None and letter_deadline is None:
        notes.append("The plan type or the notice date is unknown: a person must set this deadline.")
        return Clock("appeal deadline", None, "", started, evidence, "; ".join(notes), started_on=notice)
    day = by_rule.date() if isinstance(by_rule, datetime) else by_rule
    due = min(d for d in (day, letter_deadline) if d)
    rule = letter_rule or "the letter's own date"
    if plan and step and due == day:
        rule = f"{length(step)}, {plan['source']}, counted from {step['counted_from']}"
    if day and letter_deadline and day != letter_deadline:
        notes.append(f"letter says {letter_deadline.isoformat()}, rule gives {day.isoformat()}; the earlier counts")
    if step and "note" in step:
        notes.append(step["note"])
    moment = by_rule if isinstance(by_rule, datetime) and due == day else due
    return _clock("appeal deadline", moment, rule, started, evidence, notes, notice)


def _clock(
    name: str, due: date | datetime, rule: str, started: str, evidence: Evidence | None, notes: list[str],
    start: date | datetime | None,
) -> Clock:  # fmt: skip
    """A clock whose weekend end is reported, not moved."""
    day = due.date() if isinstance(due, datetime) else due
    if day.weekday() >= 5 and not isinstance(due, datetime):
        notes = [*notes, f"falls on a {day:%A} and is not moved"]
    moment = due if isinstance(due, datetime) else None
    first = start.date() if isinstance(start, datetime) else start
    return Clock(name, day, rule, started, evidence, "; ".join(notes), moment, None, first)


def _by_rule(step: Step, notice: date | None, received: date | None) -> date | datetime | None:
    """Counted from receipt where that is known or presumed, else from the notice."""
    presumed = step.get("presumed_receipt_days", 0)
    from_receipt = step["counted_from"] == "receipt"
    if received and from_receipt:
        return ends(step, received)
    return ends(step, notice + timedelta(presumed)) if notice else None
