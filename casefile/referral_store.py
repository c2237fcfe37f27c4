"""A portal's export beside our cases: what is in both, what in one only. Kept in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from casefile import tables as t
from casefile.database import writing
from casefile.matching import ENOUGH, Identity, score
from casefile.referral_file import Export, Referral
from casefile.reports import Period
from casefile.store import Store
from casefile.store_rows import Row, add, note

CHUNK = 400
SLACK_DAYS = 7
"""Our case may be opened so many days after a portal's date."""


@dataclass(frozen=True)
class Candidate:
    """A case that a referral may be."""

    case_id: str
    identity: Identity
    order_dates: frozenset[str] = frozenset()


def choose(referral: Referral, cases: Sequence[Candidate]) -> tuple[str | None, str]:
    """The one case that a referral is, or None and why not; of several cases of one person the order's date decides."""
    wanted = Identity(referral.member_name, referral.member_dob, referral.member_id)
    ranked = [(*score(wanted, case.identity), case) for case in cases]
    fits = [case for points, _, case in ranked if points >= ENOUGH]
    if len(fits) > 1:
        fits = [case for case in fits if referral.order_date and referral.order_date in case.order_dates]
        if len(fits) != 1:
            return None, "more than one case of this person fits"
    if fits:
        return fits[0].case_id, ""
    doubt = max(((points, why) for points, why, _ in ranked), default=(0.0, ""))
    return None, f"{doubt[1]}; look at it" if doubt[0] >= 0.5 else ""


def reconcile(store: Store, export: Export, *, file_sha256: str, zone: ZoneInfo, by: str, at: datetime) -> Row:
    """Compare an export with our cases, and keep it if every row of it can be used.

    Returns:
        JSON-ready: `rows`, `imported`, `new` and `known` referrals, `both` (how many are in both), `bad` rows,
        `only_in_export`, `unsure` (a person decides), and `only_with_us`: cases opened in the export's own period.
    """
    with writing(store.engine) as c:
        cases = _candidates(c, export.referrals)
        homes = [(referral, *choose(referral, _of(referral, cases))) for referral in export.referrals]
        matched = {case_id for _, case_id, _ in homes if case_id}
        first, last = _span(export)
        result: Row = {
            "rows": len(export.referrals) + len(export.bad) + export.repeated, "repeated": export.repeated,
            "imported": not export.bad, "both": sum(case_id is not None for _, case_id, _ in homes),
            "bad": [{"line": row.line, "reason": row.reason} for row in export.bad],
            "only_in_export": [_shown(referral) for referral, case_id, why in homes if not case_id and not why],
            "unsure": [{**_shown(referral), "reason": why} for referral, case_id, why in homes if why],
            "from": first, "to": last, "only_with_us": _without(c, matched, first, last, zone), "new": 0, "known": 0,
        }  # fmt: skip
        if not export.bad:
            result |= _keep(c, homes, file_sha256, at.isoformat())
            if result["new"] or result["changed"]:
                words = f"imported a portal's export {file_sha256[:12]}: {result['new']} new referrals"
                note(c, None, at.isoformat(), by, words, f"{result['both']} of {result['rows']} are cases of ours")
    return result


def _shown(referral: Referral) -> Row:
    names = ("line", "member_name", "member_dob", "member_id", "order_date", "payer_name", "reference")
    return {name: getattr(referral, name) for name in names}


def _span(export: Export) -> tuple[str, str]:
    days = [referral.order_date for referral in export.referrals if referral.order_date]
    return (min(days), max(days)) if days else ("", "")


Known = tuple[dict[str, list[Candidate]], dict[str, list[Candidate]]]


def _candidates(c: Connection, referrals: Sequence[Referral]) -> Known:
    """Our cases by member id and by birth date, as far as the export has them."""
    ids = sorted({referral.member_id for referral in referrals} - {""})
    days = sorted({referral.member_dob for referral in referrals} - {""})
    rows: dict[str, Any] = {}
    for column, values in ((t.case.c.member_id, ids), (t.case.c.member_dob, days)):
        for part in _chunks(values):
            query = select(t.case.c.id, t.case.c.member_name, t.case.c.member_dob, t.case.c.member_id)
            rows |= {row.id: row for row in c.execute(query.where(column.in_(part)))}
    orders: dict[str, set[str]] = {}
    for part in _chunks(sorted(rows)):
        found = select(t.document.c.case_id, t.finding.c.value).join(
            t.finding, t.finding.c.sha256 == t.document.c.sha256
        )
        wanted = t.document.c.case_id.in_(part), t.finding.c.field == "order_date"
        for case_id, day in c.execute(found.where(*wanted)):
            orders.setdefault(case_id, set()).add(day)
    by_id: dict[str, list[Candidate]] = {}
    by_day: dict[str, list[Candidate]] = {}
    for case_id, row in sorted(rows.items()):
        identity = Identity(row.member_name, row.member_dob, row.member_id)
        case = Candidate(case_id, identity, frozenset(orders.get(case_id, ())))
        by_id.setdefault(row.member_id.upper(), []).append(case)
        by_day.setdefault(row.member_dob, []).append(case)
    return by_id, by_day


def _of(referral: Referral, cases: Known) -> list[Candidate]:
    by_id, by_day = cases
    found = [*by_id.get(referral.member_id or "-", ()), *by_day.get(referral.member_dob or "-", ())]
    return list({case.case_id: case for case in found}.values())


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), CHUNK):
        yield values[first : first + CHUNK]


def _without(c: Connection, matched: set[str], first: str, last: str, zone: ZoneInfo) -> list[Row]:
    """Cases opened in the export's period that are not in it."""
    if not first:
        return []
    period = Period(date.fromisoformat(first), date.fromisoformat(last) + timedelta(SLACK_DAYS), zone)
    opened = t.case.c.created_at
    query = select(t.case.c.id, opened, t.case.c.member_name, t.case.c.member_id, t.case.c.payer_name, t.case.c.status)
    rows = c.execute(query.where(opened >= period.since, opened < period.until).order_by(t.case.c.id)).mappings()
    return [{("case" if key == "id" else key): value for key, value in row.items()}
            for row in rows if row["id"] not in matched]  # fmt: skip


def _keep(
    c: Connection, homes: Iterable[tuple[Referral, str | None, str]], file_sha256: str, at: str
) -> dict[str, int]:  # fmt: skip
    """Write new referrals and newly found cases; the same export twice writes nothing."""
    homes = list(homes)
    kept: dict[str, str | None] = {}
    for part in _chunks([referral.key for referral, _, _ in homes]):
        query = select(t.portal_referral.c.key, t.portal_referral.c.case_id).where(t.portal_referral.c.key.in_(part))
        kept |= {key: case_id for key, case_id in c.execute(query)}
    fresh, changed = [], 0
    for referral, case_id, _ in homes:
        if referral.key not in kept:
            row = {name: value for name, value in _shown(referral).items() if name != "line"}
            fresh.append({**row, "key": referral.key, "case_id": case_id, "file_sha256": file_sha256, "at": at})
        elif case_id and kept[referral.key] != case_id:
            changed += 1
            c.execute(update(t.portal_referral).filter_by(key=referral.key).values(case_id=case_id))
    add(c, t.portal_referral, fresh)
    return {"new": len(fresh), "known": len(homes) - len(fresh), "changed": changed}
