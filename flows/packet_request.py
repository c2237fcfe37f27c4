"""What the desk asks for → a request the builder takes: recipient, route, preflight, numbers kept for life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from casefile.packets_store import PacketStore
from casefile.records import CaseFile, Cited
from casefile.settings import Settings
from flows.steps import Desk
from packet_builder.choice import chosen
from packet_builder.page_cache import PageCache
from packet_builder.preflight import find_blocks, require_clear
from packet_builder.profiles import profile
from packet_builder.request import Override, Request
from packet_builder.routes import route

UNVERIFIED = "The limits of the recipient profile '{name}' were not checked at their source: {source}."


@dataclass(frozen=True)
class Ask:
    """What a person asked for on the command line or at the desk."""

    recipient: str = "default"
    level: str = "first"
    coverage: str = ""
    state: str = ""
    hmo: bool = False
    overrides: tuple[Override, ...] = ()
    only_new: bool = False
    exhibits: tuple[str, ...] = ()
    """Which exhibits, in which order (`choice.exhibit_id`); empty: all, as they are."""
    rewritten: tuple[tuple[str, str], ...] = ()
    """The letter's paragraphs, as they were and as a person wrote them."""
    argument: str = ""
    by: str = ""


def full_case(desk: Desk, case_id: str, ask: Ask | None = None) -> CaseFile:
    """A case with the findings of its bound pages; with an ask, only the exhibits that were chosen, in that order."""
    case = desk.store.case_file(case_id)
    if ask and ask.exhibits:
        case = chosen(case, ask.exhibits, ask.by)
    if case.findings:
        return case
    found = [
        Cited(sha256, finding)
        for sha256 in dict.fromkeys(exhibit.fax_sha256 for exhibit in case.exhibits)
        for finding in desk.store.reading(sha256).findings
    ]
    return replace(case, findings=tuple(found))


def request_for(
    case: CaseFile, kind: str, ask: Ask, letter_date: date, settings: Settings, desk: Desk | None = None,
    asked_for: str = "packet", preview: bool = False,
) -> Request:  # fmt: skip
    """The request, once nothing stands against it.

    A plain folder (`asked_for` is `bind`) is asked for no notice and no deadline: nothing may be known but its files. A
    preview, which nobody gets, is held back by nothing.

    Raises:
        Blocked: The preflight found something that no override lifts.
        PacketError: There is no such recipient profile.
    """
    chosen = profile(ask.recipient)
    blocks = find_blocks(case, kind if asked_for == "packet" else "", letter_date)
    overrides = ask.overrides if preview else require_clear(blocks, ask.overrides)
    where = route(ask.coverage or case.facts.get("coverage", ""), ask.state or case.facts.get("state", ""), hmo=ask.hmo)
    checks: list[str] = []
    if kind == "complaint":
        checks += [*where.checks, *where.traps]
    if not chosen.is_verified:
        checks.append(UNVERIFIED.format(name=chosen.name, source=chosen.source))
    request = Request(
        kind, settings.bates_prefix, settings.organisation, settings.contact, letter_date, ask.level, chosen,
        where if kind == "complaint" else None, overrides, only_new=ask.only_new, checks=tuple(checks),
        rewritten=dict(ask.rewritten), argument=ask.argument, by=ask.by,
    )  # fmt: skip
    if kind == "appeal" and not any(clock.due for clock in case.clocks):
        checks.append("The last day to appeal is not known: find it before sending.")
    if desk is None or not case.case_id:
        return request
    filed = PacketStore(desk.store.engine).filed(case.case_id)
    return replace(request, filed=filed.numbers, next_number=filed.next_number, filed_on=filed.last_on)


def open_cache(settings: Settings) -> PageCache:
    """The cache of source pages under HOME."""
    return PageCache(settings.home / "cache" / "pages.sqlite")


def overrides_from(texts: Sequence[str], by: str) -> tuple[Override, ...]:
    """`CODE=reason` texts as overrides by one person."""
    return tuple(
        Override(code.strip(), reason.strip(), by) for code, _, reason in (text.partition("=") for text in texts)
    )
