"""Denials of a period by reason and payer: letters from the database, people's corrections on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from casefile import tables as t
from casefile.report_counts import appeals_made, within
from casefile.reports import Grid, Period

NOT_READ = "no reason read"
NO_PAYER = "payer unknown"
NO_CASE = "letter in no case yet"


@dataclass
class Tally:
    """Cases of one reason and payer."""

    denied: set[str] = field(default_factory=set)
    appealed: set[str] = field(default_factory=set)
    won: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Letter:
    """One denial letter: its case ("": none yet), the payer of the case, and the reasons it gives."""

    case_id: str
    payer: str
    reasons: frozenset[str]


def denial_letters(c: Connection, period: Period) -> list[Letter]:
    """The denial letters whose fax arrived in the period."""
    d = t.document.c
    query = (
        select(d.sha256, d.pages, d.case_id, t.case.c.payer_name)
        .join(t.fax, t.fax.c.sha256 == d.sha256)
        .outerjoin(t.case, t.case.c.id == d.case_id)
        .where(d.kind == "denial_letter", within(t.fax.c.received_at, period))
    )
    rows = c.execute(query).tuples().all()
    reasons = _reasons(c, period)
    found = []
    for sha256, pages, case_id, payer in rows:
        own = frozenset(reason for page in pages for reason in reasons.get((sha256, page), ()))
        found.append(Letter(case_id or "", payer or "", own))
    return found


def _reasons(c: Connection, period: Period) -> dict[tuple[str, int], set[str]]:
    """(fax, page) → reasons read there, as people corrected them."""
    f = t.finding.c
    query = (
        select(f.sha256, f.page, f.value)
        .join(t.fax, t.fax.c.sha256 == f.sha256)
        .where(f.field == "denial_reason", within(t.fax.c.received_at, period))
        .where(f.sha256.in_(select(t.document.c.sha256).where(t.document.c.kind == "denial_letter")))
    )
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for sha256, page, value in c.execute(query).tuples():
        found[sha256, page].add(value)
    changes = select(t.correction).filter_by(field="denial_reason").order_by(t.correction.c.id)
    for row in c.execute(changes).mappings():
        place = found[row["sha256"], row["page"]]
        place.discard((row["original"] or {}).get("value"))
        if row["value"]:
            place.add(row["value"])
    return found


def tallies(c: Connection, letters: Iterable[Letter], today: date) -> dict[tuple[str, str], Tally]:
    """(reason, payer) → its cases, what was appealed, how it ended, and whose last day passed unused."""
    appealed, ends, missed = appeals_made(c), _ends(c), _missed(c, today)
    found: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for letter in letters:
        if not letter.case_id:
            continue
        for reason in letter.reasons or {NOT_READ}:
            tally = found[reason.replace("_", " "), letter.payer or NO_PAYER]
            tally.denied.add(letter.case_id)
            ended = ends.get(letter.case_id)
            if letter.case_id in appealed or ended:
                tally.appealed.add(letter.case_id)
            elif letter.case_id in missed:
                tally.missed.add(letter.case_id)
            if ended:
                (tally.won if ended == "appeal_won" else tally.lost).add(letter.case_id)
    return found


def denial_grids(c: Connection, period: Period, today: date) -> tuple[int, tuple[Grid, ...]]:
    """(cases denied, the table by reason and payer and the table by payer)."""
    letters = denial_letters(c, period)
    found = tallies(c, letters, today)
    payers: dict[str, Tally] = defaultdict(Tally)
    for (_, payer), tally in found.items():
        for name in Tally.__dataclass_fields__:
            getattr(payers[payer], name).update(getattr(tally, name))
    homeless = sum(not letter.case_id for letter in letters)
    note = "A case with several reasons is counted under each."
    if homeless:
        note += f" {homeless} denial letter{'s are' if homeless > 1 else ' is'} in no case yet and not counted."
    columns = ("cases denied", "appealed", "won", "lost", "appeal deadline passed unused")
    by_reason = sorted(((*key, *_counts(tally)) for key, tally in found.items()), key=lambda r: (-r[2], r[0], r[1]))
    by_payer = sorted(((payer, *_counts(tally)) for payer, tally in payers.items()), key=lambda r: (-r[1], r[0]))
    denied = {letter.case_id for letter in letters if letter.case_id}
    return len(denied), (
        Grid("denials", "Denials by reason and payer", ("reason", "payer", *columns), tuple(by_reason), note),
        Grid("payers", "Denials by payer", ("payer", *columns), tuple(by_payer), "Every case once.", "cases denied"),
    )


def _counts(tally: Tally) -> tuple[int, int, int, int, int]:
    return len(tally.denied), len(tally.appealed), len(tally.won), len(tally.lost), len(tally.missed)


def _ends(c: Connection) -> dict[str, str]:
    """Case → the last outcome logged."""
    kind = t.event.c.row["kind"].as_string()
    query = select(t.event.c.case_id, kind).where(kind.in_(("appeal_won", "appeal_lost"))).order_by(t.event.c.id)
    return dict(c.execute(query).tuples().all())


def _missed(c: Connection, today: date) -> set[str]:
    """Cases whose appeal deadline passed."""
    k = t.clock.c
    query = select(k.case_id).where(k.name == "appeal deadline", k.due < today.isoformat(), k.stopped_on.is_(None))
    return set(c.execute(query).scalars())
