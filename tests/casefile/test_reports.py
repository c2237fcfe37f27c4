"""Reports: known cases give known figures, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, insert, select, text

from casefile import tables as t
from casefile.errors import Refused
from casefile.packets_store import disclosure
from casefile.reports import NAMES, Figure, Grid, Period, Report, age_of, figure_rules, local_day, period_of
from casefile.store import Store
from tests.casefile.test_store import MEMBER, reading, take_in
from tests.casefile.test_upgrade import move

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)


def moment(day: int, hour: int = 15) -> str:
    return datetime(2026, 11, day, hour, tzinfo=UTC).isoformat()


def opened(store: Store, case_id: str, at: str, status: str = "incomplete", **more: Any) -> None:
    row = {
        "id": case_id,
        "created_at": at,
        "status": status,
        "verdicts": [],
        "clocks": [],
        "timeline": [],
        "copies": [],
        **more,
    }
    with store.engine.begin() as c:
        c.execute(insert(t.case), [row])


def rows(store: Store, table: Any, *found: dict[str, Any]) -> None:
    with store.engine.begin() as c:
        c.execute(insert(table), list(found))


def event(store: Store, case_id: str, kind: str, at: str) -> None:
    rows(
        store,
        t.event,
        {"case_id": case_id, "key": f"{kind}{at}", "row": {"kind": kind, "title": "", "at": at, "by": "ana"}},
    )


def request(store: Store, case_id: str, office: str, at: str) -> None:
    rows(store, t.request, {"token": f"{case_id}{at[5:13]}", "case_id": case_id, "office": office, "items": [], "state": "open",
                            "made_at": at, "last_sent_at": at})  # fmt: skip


def figures(store: Store, period: Period = NOVEMBER) -> dict[str, Figure]:
    return {figure.name: figure for figure in store.report("metrics", period, NOW).figures}


def grid(report: Report, name: str) -> Grid:
    return next(grid for grid in report.grids if grid.name == name)


@pytest.fixture
def month(store: Store) -> Store:
    """Four referrals of November and one of October."""
    opened(store, "C-0001", "2026-11-01T03:30:00+00:00")  # October in New York
    opened(store, "C-0002", moment(2), "incomplete")
    opened(store, "C-0003", moment(3), "delivered")
    opened(store, "C-0004", moment(3, 23), "requested")
    opened(store, "C-0005", moment(30, 12), "new")  # five hours old
    return store


def test_days_are_those_of_the_office(month: Store) -> None:
    days = grid(month.report("daily-referrals", NOVEMBER, NOW), "days")
    counted = {row[0]: row[3] for row in days.rows if row[3]}
    assert counted == {"2026-11-02": 1, "2026-11-03": 2, "2026-11-30": 1}
    assert len(days.rows) == 30
    october = Period(date(2026, 10, 31), date(2026, 10, 31), ZONE)
    assert grid(month.report("daily-referrals", october, NOW), "days").rows[0][3] == 1


def test_the_clarification_rate_counts_cases_not_letters(month: Store) -> None:
    request(month, "C-0004", "Kestrel Clinic", moment(4))
    request(month, "C-0004", "Kestrel Clinic", moment(5))
    request(month, "C-0001", "Kestrel Clinic", moment(5))  # opened in October
    found = figures(month)["clarification_rate"]
    assert (found.numerator, found.denominator, found.value, found.target, found.met) == (
        1,
        4,
        25.0,
        "under 8 %",
        False,
    )


def test_acknowledged_means_the_first_answer_within_24_hours_whatever_its_zone(month: Store) -> None:
    event(month, "C-0002", "called", "2026-11-03T10:00:00-05:00")  # 24 hours to the minute
    event(month, "C-0002", "called", moment(20))
    event(month, "C-0003", "emailed", "2026-11-04T10:01:00-05:00")  # a minute late
    event(month, "C-0004", "delivered", moment(4))  # no answer
    found = figures(month)["acknowledged_24h"]
    assert (found.numerator, found.denominator) == (1, 3), "the youngest may still be answered"
    event(month, "C-0005", "verified", moment(30, 13))
    assert (figures(month)["acknowledged_24h"].numerator, figures(month)["acknowledged_24h"].denominator) == (2, 4)


def clock(store: Store, case_id: str, name: str, due: str, stopped: str | None = None, by: str | None = None) -> None:
    rows(store, t.clock, {"case_id": case_id, "name": name, "due": due, "stopped_on": stopped, "stopped_by": by})


STANDARD = "start standard equipment or home health"


def test_deliveries_are_on_time_up_to_the_last_day(month: Store) -> None:
    clock(month, "C-0002", STANDARD, "2026-11-05", "2026-11-05", "delivered")
    clock(month, "C-0003", STANDARD, "2026-11-05", "2026-11-06", "delivered")
    clock(month, "C-0004", STANDARD, "2026-11-05", "2026-11-04", "denied")
    clock(month, "C-0004", "acknowledge the referral", "2026-11-05", "2026-11-04", "delivered")
    clock(month, "C-0001", STANDARD, "2026-10-05", "2026-10-05", "delivered")
    found = figures(month)["delivered_on_time"]
    assert (found.numerator, found.denominator, found.met) == (1, 2, False)


def test_a_deadline_is_missed_late_or_never_but_not_before_it_is_over(month: Store) -> None:
    clock(month, "C-0002", "acknowledge the referral", "2026-11-04", "2026-11-04", "called")
    clock(month, "C-0003", "acknowledge the referral", "2026-11-04", "2026-11-05", "called")
    clock(month, "C-0004", "acknowledge the referral", "2026-11-04")
    clock(month, "C-0004", STANDARD, "2026-11-30")  # today
    opened(month, "C-0006", moment(6), "closed", status_at=moment(7))
    clock(month, "C-0006", STANDARD, "2026-11-09")  # closed before
    report = month.report("metrics", NOVEMBER, NOW)
    assert grid(report, "deadlines").rows == (("acknowledge the referral", 3, 1, 1),)
    found = figures(month)["deadlines_missed"]
    assert (found.numerator, found.denominator) == (2, 3)


def test_open_referrals_by_age_without_what_is_over(month: Store) -> None:
    report = month.report("open-referrals", NOVEMBER, NOW)
    counted = {row[0]: row[1] for row in grid(report, "ages").rows if row[1]}
    assert counted == {"0 to 1 day": 1, "15 to 30 days": 3}
    assert [row[0] for row in grid(report, "cases").rows] == ["C-0001", "C-0002", "C-0004", "C-0005"]
    assert report.figures[0].numerator == 4
    only = month.report("open-referrals", NOVEMBER, NOW, open_only_in_period=True)
    assert only.figures[0].numerator == 3
    assert "Kestrelman" not in str(report.to_json())


def test_gap_reasons_are_counted_by_the_office_last_asked(month: Store) -> None:
    request(month, "C-0002", "Old Clinic", moment(3))
    request(month, "C-0002", "New Clinic", moment(4))
    gap = {"requirement": "swo.signature", "title": "signed by the practitioner", "reason": "", "opened_at": moment(3)}
    rows(month, t.gap, {**gap, "case_id": "C-0002", "closed_at": moment(9)}, {**gap, "case_id": "C-0003", "closed_at": None},
         {**gap, "case_id": "C-0004", "closed_at": None}, {**gap, "case_id": "C-0001", "opened_at": "2026-10-02", "closed_at": None})  # fmt: skip
    assert grid(month.report("metrics", NOVEMBER, NOW), "gaps").rows == (
        ("no letter sent yet", "signed by the practitioner", 2, 2), ("New Clinic", "signed by the practitioner", 1, 0),
    )  # fmt: skip


def denied(store: Store, sha: str, dob: str, reason: str = "", at: datetime = NOW - timedelta(days=9)) -> str:
    facts = {**MEMBER, "member_dob": dob, "member_id": f"U{sha * 9}", "member_name": f"Edgar {sha * 6}"}
    if reason:
        facts["denial_reason"] = reason
    return "".join(take_in(store, reading(sha * 64, "denial_letter", **facts), at))


def test_denials_by_reason_and_payer_with_what_became_of_them(store: Store) -> None:
    won, lost, waiting, silent = (denied(store, sha, f"1950-01-0{n}", reason) for n, (sha, reason) in
                                  enumerate([("a", "not_medically_necessary"), ("b", "not_medically_necessary"), ("c", "not_covered"), ("d", "")], 1))  # fmt: skip
    denied(store, "e", "1950-01-09", "not_covered", NOW - timedelta(days=90))
    take_in(store, reading("f" * 64, "denial_letter", denial_reason="not_covered"), NOW)  # names nobody
    with store.engine.begin() as c:
        c.execute(t.case.update().where(t.case.c.id.in_([won, lost])).values(payer_name="Lakeshore Mutual"))
    event(store, won, "appealed", moment(22))
    event(store, won, "appeal_lost", moment(23))
    event(store, won, "appeal_won", moment(24))
    event(store, lost, "appeal_lost", moment(24))
    clock(store, waiting, "appeal deadline", "2026-11-29")
    clock(store, silent, "appeal deadline", "2026-12-29")
    report = store.report("denial-audit", NOVEMBER, NOW)
    assert grid(report, "denials").rows == (
        ("not medically necessary", "Lakeshore Mutual", 2, 2, 1, 1, 0),
        ("no reason read", "payer unknown", 1, 0, 0, 0, 0), ("not covered", "payer unknown", 1, 0, 0, 0, 1),
    )  # fmt: skip
    assert "1 denial letter is in no case yet" in grid(report, "denials").note
    counted = {figure.name: figure for figure in report.figures}
    assert (counted["denials"].numerator, counted["appeals_won"].in_words) == (4, "50.0 %")


def test_a_corrected_reason_counts_as_corrected_and_a_packet_handed_out_is_an_appeal(store: Store) -> None:
    case_id = denied(store, "a", "1950-01-01", "not_covered")
    store.correct("a" * 64, 1, "denial_reason", "timely filing", by="ana", why="read it", at=NOW)
    rows(store, disclosure, {"case_id": case_id, "packet_sha256": "0", "kind": "appeal", "level": "", "recipient": "", "purpose": "",
                             "disclosed_by": "", "pages": 1, "overrides": [], "at": moment(25)})  # fmt: skip
    report = store.report("denial-audit", NOVEMBER, NOW)
    assert grid(report, "denials").rows == (("timely filing", "payer unknown", 1, 1, 0, 0, 0),)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_store_has_no_data_rather_than_a_division(store: Store, name: str) -> None:
    report = store.report(name, NOVEMBER, NOW)
    for figure in report.figures:
        assert figure.in_words in {"no data", "0"}
        assert figure.met is None
    assert report.to_json()["schema"] == "casebinder.report/1"
    assert all(len(row) == len(grid.columns) for grid in report.all_grids() for row in grid.rows)


def test_an_office_named_like_a_formula_is_harmless_in_csv(month: Store) -> None:
    request(month, "C-0002", '=HYPERLINK("http://x")', moment(3))
    rows(
        month,
        t.gap,
        {"case_id": "C-0002", "requirement": "x", "title": "@SUM(A1)", "reason": "", "opened_at": moment(3)},
    )
    cells = [cell for row in csv.reader(io.StringIO(month.report("metrics", NOVEMBER, NOW).to_csv())) for cell in row]
    assert '\'=HYPERLINK("http://x")' in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_checked_case_keeps_its_clocks_as_rows(store: Store) -> None:
    (case_id,) = take_in(
        store, reading("a" * 64, "denial_letter", denial_date="2026-09-08", appeal_deadline="2026-12-07", **MEMBER)
    )
    store.check_case(case_id, NOW)
    store.check_case(case_id, NOW)
    query = select(t.clock.c.name, t.clock.c.due, t.clock.c.stopped_on, t.clock.c.stopped_by)
    with store.engine.connect() as c:
        assert c.execute(query).tuples().all() == [("appeal deadline", "2026-12-07", None, None)]
    store.log(case_id, "appealed", key="k", by="ana", at=datetime(2026, 9, 30, tzinfo=UTC), title="sent", details={})
    store.check_case(case_id, NOW)
    with store.engine.connect() as c:
        assert c.execute(query).tuples().all() == [("appeal deadline", "2026-12-07", "2026-09-30", "appealed")]
    assert store.worklist()[0]["next_due"] is None


def test_an_appeal_before_the_notice_does_not_stop_its_clock(store: Store) -> None:
    (case_id,) = take_in(
        store, reading("a" * 64, "denial_letter", denial_date="2026-09-08", appeal_deadline="2026-12-07", **MEMBER)
    )
    store.log(
        case_id, "appealed", key="k", by="ana", at=datetime(2026, 9, 1, tzinfo=UTC), title="the one before", details={}
    )
    store.check_case(case_id, NOW)
    assert store.worklist()[0]["next_due"] == "2026-12-07"


def test_the_upgrade_fills_the_clocks_of_older_cases(database_url: str) -> None:
    store = Store.open(database_url)
    kept = {
        "name": "appeal deadline",
        "due": "2026-12-07",
        "stopped_on": "2026-09-30",
        "note": "x; stopped: appealed on 2026-09-30",
    }
    opened(store, "C-0001", moment(2), clocks=[kept, {**kept, "due": None}])
    store.close()
    move(database_url, "downgrade", "0011_accounts")
    engine = create_engine(database_url)
    with engine.connect() as c, pytest.raises(Exception, match="clock"):
        c.execute(text("select * from clock"))
    Store.open(database_url).close()
    with engine.connect() as c:
        found = c.execute(select(t.clock.c.case_id, t.clock.c.due, t.clock.c.stopped_by)).tuples().all()
    engine.dispose()
    assert found == [("C-0001", "2026-12-07", "appealed")]


def test_periods_are_thirty_days_unless_given_and_never_backwards() -> None:
    today = date(2026, 11, 30)
    assert period_of(None, None, today, ZONE).first == date(2026, 11, 1)
    assert period_of(None, date(2026, 3, 2), today, ZONE).first == date(2026, 2, 1)
    assert Period(date(2026, 3, 8), date(2026, 3, 8), ZONE).begins == "2026-03-08T05:00:00"
    assert Period(date(2026, 3, 8), date(2026, 3, 8), ZONE).ends == "2026-03-09T04:00:00", "the clocks went forward"
    for first, last in ((date(2026, 12, 1), None), (date(1990, 1, 1), None)):
        with pytest.raises(Refused):
            period_of(first, last, today, ZONE)


def test_ages_and_days() -> None:
    assert [age_of(n) for n in (-1, 0, 1, 2, 30, 31)] == ["0 to 1 day"] * 3 + [
        "2 to 3 days",
        "15 to 30 days",
        "more than 30 days",
    ]
    assert local_day("2026-11-01T03:5", ZONE) == date(2026, 10, 31)


def test_every_figure_says_what_it_counts_and_targets_say_which_way() -> None:
    for rule in figure_rules().values():
        assert rule["title"] and rule["numerator"]
        assert rule["unit"] == "count" or rule["denominator"]
        assert "target" not in rule or rule["better"] in {"lower", "higher"}
    assert Figure("clarification_rate", 8, 100).met is False, "the target is under 8 %"
    assert Figure("clarification_rate", 79, 1000).met is True
    assert Figure("delivered_on_time", 951, 1000).met is True
    assert Figure("delivered_on_time", 95, 100).met is False
