"""The clocks that run in one case: which, from what event and page, until when. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casefile.calendar import add_business_hours, add_hours
from casefile.clocks import appeal_clock, ends
from casefile.code_lists import expand
from casefile.completeness import ANCHORS, chosen
from casefile.payers import PayerProfile, payer_kind, plan_type, profile_of
from casefile.reads import Read
from casefile.records import Clock, Event, Evidence, Finding
from casefile.terms import Situation
from casefile.timeline import document_date

RULES = Path(__file__).parent / "data" / "case_clocks.toml"
SHORTEST_FILING, LONGEST_FILING = 30, 180


@dataclass(frozen=True)
class House:
    """What the organisation sets: its time zone and what it knows of its payers."""

    zone: ZoneInfo = ZoneInfo("America/New_York")
    payers: Mapping[str, PayerProfile] = field(default_factory=dict)


Start = tuple[date | datetime, str, Evidence | None]


@cache
def clock_rules() -> tuple[Mapping[str, Any], ...]:
    """The rows of `case_clocks.toml`."""
    return tuple(tomllib.loads(RULES.read_text())["clock"])


def case_clocks(
    filed: Sequence[tuple[Read, str]], case: Situation, house: House, logged: Sequence[Event] = ()
) -> tuple[Clock, ...]:
    """Every clock of a case, the appeal first; one whose start is unknown does not run, and what came ends one."""
    done = _done(filed, logged)
    lines = {rules.id for rules in chosen(case)}
    starts = _starts(filed, house)
    clocks = [*(_answered(clock, logged) for clock in _appeal(filed, house)), *_urgent(filed, house)]
    for rule in clock_rules():
        applies = _applies(rule, lines, case) and any(
            read.is_order or read.document.kind == "plan_of_care" for read, _ in filed
        )
        if applies and rule["start"] in starts:
            clocks.append(_stopped(_run(rule, starts[rule["start"]], house), rule.get("stops", ()), done))
    filing = [_stopped(clock, ("filed", "denied"), done) for clock in _filing(filed, house)]
    return (*clocks, *filing, *_authorization(filed))


def _done(filed: Sequence[tuple[Read, str]], logged: Sequence[Event]) -> dict[str, date]:
    """Kind of event → the first day it happened, as papers and the log show."""
    rows = [(event.kind, event.on) for event in logged]
    for read, at in filed:
        kind = {"delivery_proof": "delivered", "denial_letter": "denied"}.get(read.document.kind)
        if kind:
            rows.append((kind, document_date(read) or (_moment(at).date() if at else None)))
    done: dict[str, date] = {}
    for kind, day in rows:
        if day and (kind not in done or day < done[kind]):
            done[kind] = day
    return done


def _stopped(clock: Clock, stops: Sequence[str], done: Mapping[str, date]) -> Clock:
    """The clock, stopped if one of these has happened."""
    ended = sorted((done[kind], kind) for kind in stops if kind in done)
    if not ended:
        return clock
    day, kind = ended[0]
    note = f"stopped: {kind} on {day}"
    return replace(clock, stopped_on=day, note=f"{clock.note}; {note}" if clock.note else note)


def _answered(clock: Clock, logged: Sequence[Event]) -> Clock:
    """The appeal clock, stopped if an appeal against this notice is logged."""
    since = [event for event in logged if event.on and event.on >= (clock.started_on or date.min)]
    return _stopped(clock, ("appealed",), _done((), since))


def _applies(rule: Mapping[str, Any], lines: set[str], case: Situation) -> bool:
    wanted = "lines" not in rule or lines & set(rule["lines"])
    unwanted = lines & set(rule.get("not_lines", []))
    coded = "codes" not in rule or set(case.codes) & set(expand(rule["codes"]))
    return bool(wanted and not unwanted and coded)


def _starts(filed: Sequence[tuple[Read, str]], house: House) -> dict[str, Start]:
    """Name of a start event → when it was, in words, and its page."""
    starts: dict[str, Start] = {}
    orders = [(read, at) for read, at in filed if (read.is_order or read.document.kind == "plan_of_care") and at]
    if orders:
        read, at = min(orders, key=lambda pair: pair[1])
        moment = _moment(at).astimezone(house.zone)
        starts["received"] = moment, f"received {moment:%Y-%m-%d %H:%M %Z}", _page(read)
    for name, (wanted, kinds) in {**ANCHORS, **MORE_STARTS}.items():
        for read, _ in filed:
            found = read.first(wanted) if not kinds or read.document.kind in kinds else None
            if found and (day := _day(found)) and name not in starts and wanted != "order_received":
                starts[name] = day, f"{name.replace('_', ' ')} {day.isoformat()}", read.evidence(found)
    return starts


MORE_STARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "authorized": ("authorization_date", ()), "representative_signed": ("representative_signed", ()),
}  # fmt: skip


def _run(rule: Mapping[str, Any], start: Start, house: House) -> Clock:
    """One clock from its rule."""
    began, words, page = start
    opens: date | None = None
    if "business_hours" in rule:
        due: date | datetime = add_business_hours(_at(began, house), rule["business_hours"], house.zone)
    else:
        due = ends(rule, _at(began, house) if "hours" in rule else began)
    if "opens_hours" in rule:
        opens = add_hours(_at(began, house), rule["opens_hours"]).date()
    if "opens_days" in rule:
        opens = _date(began) + timedelta(rule["opens_days"])
    day = _date(due)
    note = "" if day.weekday() < 5 or isinstance(due, datetime) else f"falls on a {day:%A} and is not moved"
    moment = due if isinstance(due, datetime) else None
    return Clock(rule["name"], day, rule["source"], words, page, note, moment, opens, _date(began))


def _appeal(filed: Sequence[tuple[Read, str]], house: House) -> list[Clock]:
    """The appeal clock of the last denial letter."""
    denials = [(read, at) for read, at in filed if read.document.kind == "denial_letter"]
    if not denials:
        return []
    read, _ = denials[-1]
    reads = [r for r, _ in filed]
    notice, last, got = read.first("denial_date"), read.first("appeal_deadline"), read.first("notice_received")
    best = max((f for r in reads if (f := r.first("payer_name"))), key=lambda f: f.confidence, default=None)
    plan = plan_type(reads, payer_kind(reads), profile_of(best.value if best else "", house.payers))
    proof = last or notice
    return [appeal_clock(
        _day(notice), _day(last), plan, received=_day(got), evidence=read.evidence(proof) if proof else None,
        letter_rule=f"the letter: {last.reason}" if last else "",
    )]  # fmt: skip


def _urgent(filed: Sequence[tuple[Read, str]], house: House) -> list[Clock]:
    """A discharge within 24 hours of the order's arrival is urgent at once."""
    for read, at in filed:
        found = read.first("discharge_at")
        if not found or not at:
            continue
        arrived = _moment(at).astimezone(house.zone)
        try:
            leaves = datetime.fromisoformat(found.value)
        except ValueError:
            continue
        leaves = leaves.replace(tzinfo=house.zone) if leaves.tzinfo is None else leaves
        if timedelta(hours=-24) <= leaves - arrived <= timedelta(hours=24):
            rule = "the organisation's own standard: discharge within 24 hours is urgent at once"
            words = f"discharge {leaves:%Y-%m-%d %H:%M}, order received {arrived:%Y-%m-%d %H:%M}"
            return [Clock("URGENT: discharge", leaves.date(), rule, words, read.evidence(found), "act now", leaves,
                          None, arrived.date())]  # fmt: skip
    return []


def _filing(filed: Sequence[tuple[Read, str]], house: House) -> list[Clock]:
    """The last day to file the claim, by the payer's contract; an unknown contract shows the shortest usual limit."""
    reads = [read for read, _ in filed]
    for read in reads:
        found = read.first("service_start") if read.document.kind == "delivery_proof" else None
        if not found or not (day := _day(found)):
            continue
        payer = max((f for r in reads if (f := r.first("payer_name"))), key=lambda f: f.confidence, default=None)
        profile = profile_of(payer.value if payer else "", house.payers)
        limit = profile.filing_days if profile else None
        note = "" if limit else (
            f"the contract's limit is not on record; limits run from {SHORTEST_FILING} to {LONGEST_FILING} days, and "
            "the shortest is shown. Enter it in payers.toml."
        )  # fmt: skip
        rule = f"{limit} days by contract" if limit else f"{SHORTEST_FILING} days, the shortest usual contract limit"
        due = day + timedelta(limit or SHORTEST_FILING)
        return [Clock("file the claim", due, rule, f"delivered {day}", read.evidence(found), note, None, None, day)]
    return []


def _authorization(filed: Sequence[tuple[Read, str]]) -> list[Clock]:
    """The end of an authorization, where one document shows its number and its last day."""
    clocks = []
    for read, _ in filed:
        number, last = read.first("authorization_number"), read.first("service_end")
        if number and last and (day := _day(last)):
            words = f"authorization ending on {day}"
            clocks.append(
                Clock("authorization ends", day, "the authorization's own last day", words, read.evidence(last))
            )
    return clocks[-1:]


def days_on(clock: Mapping[str, Any], today: date) -> dict[str, int | None]:
    """Days gone since a clock's start, and days left (negative: overdue), for a stored clock's row."""
    due, began = clock.get("due"), clock.get("started_on")
    return {
        "elapsed_days": (today - date.fromisoformat(began)).days if began else None,
        "days_left": (date.fromisoformat(due) - today).days if due and not clock.get("stopped_on") else None,
    }


def _page(read: Read) -> Evidence:
    return Evidence(read.sha256, read.document.pages[0] if read.document.pages else 1)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _at(when: date | datetime, house: House) -> datetime:
    return when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, tzinfo=house.zone)


def _date(when: date | datetime) -> date:
    return when.date() if isinstance(when, datetime) else when


def _day(finding: Finding | None) -> date | None:
    try:
        return date.fromisoformat(finding.value[:10]) if finding else None
    except ValueError:
        return None
