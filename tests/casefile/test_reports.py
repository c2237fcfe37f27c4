"""Every figure of the reports, counted by hand, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from casefile import tables as t
from casefile.csv_text import csv_text
from casefile.database import writing
from casefile.errors import Refused
from casefile.report_store import make_report
from casefile.reports import Report, Table
from casefile.store import Store
from casefile.store_rows import add, note

AT = datetime(2026, 11, 24, 15, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
START = "start standard equipment or home health"


def one_case(store: Store, number: int, **values: Any) -> str:
    case_id = f"C-{number:04d}"
    row = {
        "id": case_id,
        "created_at": "2026-11-10T15:00:00+00:00",
        "status": "ready",
        "payer_name": "Lakeshore Mutual",
    }
    with writing(store.engine) as c:
        add(c, t.case, [{**row, **values}])
    return case_id


def rows(store: Store, table: Any, *values: dict[str, Any]) -> None:
    with writing(store.engine) as c:
        add(c, table, list(values))


def clock(name: str, due: str, stopped: str | None = None, kind: str = "delivered") -> dict[str, Any]:
    note = f"stopped: {kind} on {stopped}" if stopped else ""
    return {"name": name, "due": due, "stopped_on": stopped, "note": note}


def letter(store: Store, case_id: str, sha256: str, *codes: str, pages: list[int] | None = None) -> None:
    rows(store, t.fax, {"sha256": sha256, "state": "read", "received_at": "2026-11-12T15:00:00+00:00"})
    rows(
        store,
        t.document,
        {"sha256": sha256, "kind": "denial_letter", "pages": pages or [1], "confidence": 0.9, "case_id": case_id},
    )
    for code in codes:
        rows(store, t.finding, {"sha256": sha256, "page": 1, "field": "denial_code", "value": code, "row": {}})


def report(store: Store, name: str, **period: Any) -> Report:
    return make_report(store, name, zone=ZONE, at=AT, **period)


def figures(made: Report) -> dict[str, tuple[int, int]]:
    return {figure.id: (figure.numerator, figure.denominator) for figure in made.figures}


def table(made: Report, name: str) -> Table:
    return next(block for block in made.tables if block.id == name)


def test_an_empty_store_has_no_data_rather_than_zero_of_zero(store: Store) -> None:
    made = report(store, "metrics")
    assert {figure.percent for figure in made.figures} == {None}
    assert {figure.meets for figure in made.figures} == {None}
    assert "no data" in made.to_csv("figures")


def test_days_are_the_offices_own(store: Store) -> None:
    """Half past midnight in UTC is still the evening before in New York."""
    one_case(store, 1, created_at="2026-11-11T00:30:00+00:00")
    made = report(store, "daily-referrals", first=date(2026, 11, 10), last=date(2026, 11, 11))
    assert [(row[0], row[2]) for row in table(made, "per_day").rows] == [("2026-11-10", 1), ("2026-11-11", 0)]
    later = report(store, "daily-referrals", first=date(2026, 11, 11))
    assert sum(row[2] for row in table(later, "per_day").rows) == 0


def test_open_referrals_by_age(store: Store) -> None:
    one_case(store, 1, created_at="2026-11-24T12:00:00+00:00", status="incomplete")
    one_case(store, 2, created_at="2026-09-01T12:00:00+00:00", status="incomplete", next_due="2026-12-01")
    one_case(store, 3, status="closed")
    made = report(store, "open-referrals")
    assert table(made, "by_age").rows[-1] == ("all", 1, 0, 0, 0, 0, 1, 2)
    assert table(report(store, "metrics"), "by_age").rows == table(made, "by_age").rows, "the old ones count there too"
    assert table(made, "oldest").rows[0] == ("C-0002", "incomplete", "2026-09-01", 84, 0, "2026-12-01")


def test_clarification_and_acknowledgement(store: Store) -> None:
    """Zones differ between entries; an hour counts as an hour."""
    for number in range(1, 5):
        one_case(store, number)
    one_case(store, 5, created_at="2026-11-24T14:00:00+00:00")
    letter_row = {
        "office": "Pinecrest Clinic",
        "items": [],
        "state": "open",
        "made_at": "2026-11-11",
        "last_sent_at": "",
    }
    rows(
        store,
        t.request,
        {"token": "A", "case_id": "C-0001", **letter_row},
        {"token": "B", "case_id": "C-0001", **letter_row},
    )
    for number, at in ((1, "2026-11-11T09:59:00-05:00"), (2, "2026-11-11T10:01:00-05:00")):
        rows(store, t.event, {"case_id": f"C-{number:04d}", "key": "k", "row": {"kind": "called", "at": at}})
    rows(
        store, t.event, {"case_id": "C-0003", "key": "k", "row": {"kind": "ordered", "at": "2026-11-10T16:00:00+00:00"}}
    )
    counted = figures(report(store, "metrics"))
    assert counted["clarification_rate"] == (1, 5)
    assert counted["acknowledged"] == (1, 4), "the fifth has hours left"


def test_deliveries_and_deadlines(store: Store) -> None:
    clocks = [clock(START, "2026-11-13", "2026-11-13"), clock(START, "2026-11-13", "2026-11-14"), clock(START, "2026-11-20"),
              clock(START, "2026-11-13", "2026-11-12", "denied"), clock("appeal deadline", "2026-11-20"),
              clock("appeal deadline", "2026-12-20"), clock("promised: Ana calls back", "2026-11-20")]  # fmt: skip
    for number, one in enumerate(clocks):
        one_case(store, number, clocks=[one])
    one_case(
        store,
        9,
        clocks=[clock("appeal deadline", "2026-11-20")],
        status="closed",
        status_at="2026-11-15T10:00:00+00:00",
    )
    made = report(store, "metrics")
    assert figures(made)["on_time_delivery"] == (1, 3)
    assert figures(made)["deadlines_missed"] == (4, 6)
    assert table(made, "deadlines").rows == [(START, 2, 4), ("appeal deadline", 1, 1), ("promised on the phone", 1, 1)]


def test_denials_by_payer_and_reason_with_what_people_corrected(store: Store) -> None:
    for number in (1, 2, 3):
        one_case(store, number, status="denied")
    letter(store, "C-0001", "a" * 64, "50", "16")
    letter(store, "C-0002", "b" * 64, "5O")
    letter(store, "C-0003", "c" * 64)
    letter(store, "C-0003", "d" * 64, "97", pages=[2])
    said = {
        "sha256": "b" * 64,
        "page": 1,
        "field": "denial_code",
        "original": {"value": "5O"},
        "by": "vera",
        "why": "",
        "at": "",
    }
    rows(store, t.correction, {**said, "value": "51"})
    rows(store, t.correction, {**said, "value": "50"})
    made = report(store, "denial-audit")
    payer = "Lakeshore Mutual"
    assert table(made, "denials").rows == [(payer, "50", 2), (payer, "16", 1), (payer, "no code read", 1)]
    assert [row[0] for row in table(made, "cases").rows] == ["C-0001", "C-0002", "C-0003"]
    assert table(report(store, "denial-audit", first=date(2026, 11, 13)), "cases").rows == []


def test_appeals_count_when_they_end(store: Store) -> None:
    one_case(store, 1)
    with writing(store.engine) as c:
        for after in ("authorized", "authorized", "denied", "closed"):
            note(c, "C-0001", "2026-11-12T10:00:00+00:00", "vera", f"status: under appeal → {after}", "")
    assert figures(report(store, "denial-audit"))["appeals_won"] == (2, 3)


def test_gaps_by_office(store: Store) -> None:
    for number in (1, 2, 3):
        one_case(store, number)
        rows(store, t.gap, {"case_id": f"C-{number:04d}", "requirement": "r", "title": "signature", "reason": "",
                            "opened_at": "2026-11-12T10:00:00+00:00", "closed_at": "2026" if number == 1 else None})  # fmt: skip
    made_at = {"items": [], "state": "open", "made_at": "2026-11-11", "last_sent_at": ""}
    rows(store, t.request, {"token": "A", "case_id": "C-0001", "office": "=Pinecrest", **made_at})
    rows(store, t.identifier, {"case_id": "C-0002", "kind": "ordering_provider_npi", "value": "1245319599"})
    made = report(store, "metrics")
    assert set(table(made, "gaps").rows) == {("=Pinecrest", "signature", 1, 0), ("NPI 1245319599", "signature", 1, 1),
                                             ("office not known", "signature", 1, 1)}  # fmt: skip
    assert "\r\n'=Pinecrest,signature,1,0\r\n" in made.to_csv("gaps")


@pytest.mark.parametrize("period", [{"first": date(2026, 12, 1)}, {"first": date(1900, 1, 1)}])
def test_a_period_that_is_none_is_refused(store: Store, period: dict[str, date]) -> None:
    with pytest.raises(Refused):
        report(store, "metrics", **period)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\ufeff=1", "\u00a0=1", "＝1", "\n=1", "|x", "%x"])  # fmt: skip
def test_no_cell_is_a_formula(text: str) -> None:
    cell = next(csv.reader(io.StringIO(csv_text(["a"], [[text]]).split("\r\n", 1)[1])))[0]
    assert cell == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are() -> None:
    assert csv_text(["a", "b", "c"], [[-1, 'O\'Hare, "x"', None]]).split("\r\n")[1] == '-1,"O\'Hare, ""x""",'
