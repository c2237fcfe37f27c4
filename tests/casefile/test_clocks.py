"""Deadlines: every step of the appeal table, months and leap years, hours across summer time, office hours, a case's clocks."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from casefile.calendar import add_business_days, add_business_hours, add_hours, add_months, is_business_day
from casefile.case_clocks import House, case_clocks, days_on
from casefile.clocks import appeal_clock, appeal_rules, ends, step_clock
from casefile.completeness import situation_of
from casefile.payers import PayerProfile
from casefile.reads import Read
from casefile.records import Clock, Event
from casefile.timeline import events as timeline_events
from tests.casefile.built import doc, order, plan

EAST = ZoneInfo("America/New_York")
D = date


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EAST)


@pytest.mark.parametrize("day, months, wanted", [
    (D(2026, 3, 2), 4, D(2026, 7, 2)), (D(2026, 10, 31), 4, D(2027, 3, 1)), (D(2027, 10, 31), 4, D(2028, 3, 1)),
    (D(2027, 10, 29), 4, D(2028, 2, 29)), (D(2026, 10, 29), 4, D(2027, 3, 1)), (D(2026, 12, 31), 2, D(2027, 3, 1)),
    (D(2026, 8, 31), 1, D(2026, 10, 1)), (D(2024, 2, 29), 12, D(2025, 3, 1)), (D(2026, 12, 1), 1, D(2027, 1, 1)),
])  # fmt: skip
def test_months_without_a_matching_date_end_on_the_first(day: date, months: int, wanted: date) -> None:
    assert add_months(day, months) == wanted


@pytest.mark.parametrize(
    "day, wanted", [(D(2026, 8, 31), D(2026, 2, 28)), (D(2028, 8, 31), D(2028, 2, 29)), (D(2026, 9, 8), D(2026, 3, 8))]
)
def test_looking_back_six_months_takes_the_months_last_day(day: date, wanted: date) -> None:
    assert add_months(day, -6, roll_over=False) == wanted


@pytest.mark.parametrize("plan_type, step, start, due", [
    ("medicare_advantage", "decision_service", D(2026, 3, 2), D(2026, 4, 1)), ("medicare_advantage", "decision_part_b_drug", D(2026, 3, 2), D(2026, 3, 9)),
    ("medicare_advantage", "decision_payment", D(2026, 3, 2), D(2026, 5, 1)), ("medicare_advantage", "hearing", D(2026, 3, 2), D(2026, 5, 1)),
    ("medicare_advantage_request", "decision", D(2026, 3, 2), D(2026, 3, 9)), ("medicare_advantage_request", "decision_other", D(2026, 3, 2), D(2026, 3, 16)),
    ("part_d", "decision", D(2028, 2, 25), D(2028, 3, 3)), ("part_d", "initial_payment", D(2026, 2, 20), D(2026, 3, 6)),
    ("part_b", "decision", D(2026, 12, 15), D(2027, 2, 13)), ("part_b", "reconsideration", D(2026, 3, 2), D(2026, 8, 29)),
    ("part_b", "hearing", D(2026, 3, 2), D(2026, 5, 1)), ("part_b", "council", D(2026, 3, 2), D(2026, 5, 1)),
    ("erisa", "decision_pre_service", D(2026, 1, 31), D(2026, 3, 2)), ("erisa", "decision_post_service", D(2026, 3, 2), D(2026, 5, 1)),
    ("medicaid_managed_care", "decision", D(2026, 3, 2), D(2026, 4, 1)), ("medicaid_managed_care", "fair_hearing", D(2026, 3, 2), D(2026, 5, 31)),
    ("medicaid_managed_care", "continue_benefits", D(2026, 3, 2), D(2026, 3, 12)), ("medicaid_plan_request", "decision", D(2026, 3, 2), D(2026, 3, 9)),
    ("external_review", "appeal", D(2026, 3, 2), D(2026, 7, 2)), ("external_review", "appeal", D(2026, 10, 31), D(2027, 3, 1)),
    ("external_review", "appeal", D(2026, 3, 4), D(2026, 7, 6)),  # 4 July is a Saturday; its holiday is Friday the 3rd
    ("external_review", "appeal", D(2026, 8, 25), D(2026, 12, 28)),  # Christmas on a Friday, then a weekend
    ("external_review", "preliminary_review", D(2026, 11, 20), D(2026, 11, 30)),  # Thanksgiving lies between
    ("external_review", "decision", D(2026, 3, 2), D(2026, 4, 16)),
])  # fmt: skip
def test_every_step_ends_on_its_day(plan_type: str, step: str, start: date, due: date) -> None:
    assert step_clock(plan_type, step, start).due == due


@pytest.mark.parametrize("plan_type, received, due", [
    ("medicare_advantage", None, D(2026, 5, 6)), ("part_b", None, D(2026, 7, 5)), ("part_d", None, D(2026, 5, 6)),
    ("medicaid_managed_care", None, D(2026, 5, 1)), ("medicaid_managed_care", D(2026, 3, 9), D(2026, 5, 1)),
    ("medicaid_fee_for_service", None, D(2026, 5, 31)), ("erisa", D(2026, 3, 2), D(2026, 8, 29)), ("aca", D(2026, 3, 2), D(2026, 8, 29)),
    ("external_review", D(2026, 3, 2), D(2026, 7, 2)), ("medicare_advantage", D(2026, 3, 4), D(2026, 5, 3)),
    ("part_b", D(2026, 3, 20), D(2026, 7, 18)), ("ending_services", None, D(2026, 3, 3)),
])  # fmt: skip
def test_a_notice_of_2_march_2026(plan_type: str, received: date | None, due: date) -> None:
    assert appeal_clock(D(2026, 3, 2), None, plan_type, received=received).due == due


def test_a_leap_day_counts() -> None:
    assert appeal_clock(D(2028, 1, 1), None, "medicare_advantage").due == D(2028, 3, 6)
    assert appeal_clock(D(2027, 1, 1), None, "medicare_advantage").due == D(2027, 3, 7)


@pytest.mark.parametrize(
    "plan_type", ["fehb", "tricare", "va", "workers_compensation", "church", "grandfathered", "", "unheard_of"]
)
def test_other_systems_get_no_guessed_date(plan_type: str) -> None:
    clock = appeal_clock(D(2026, 3, 2), None, plan_type)
    assert clock.due is None
    assert "person" in clock.note


def test_only_external_review_moves_off_a_weekend() -> None:
    rolled = {
        name
        for name, row in appeal_rules().items()
        for step in row.values()
        if isinstance(step, dict) and "roll" in step
    }
    assert rolled == {"external_review"}
    sunday = appeal_clock(D(2026, 3, 2), None, "part_b")
    assert sunday.due == D(2026, 7, 5)
    assert "Sunday" in sunday.note


@pytest.mark.parametrize("start, hours, wanted", [
    ("2026-03-06T10:00", 72, "2026-03-09T11:00"),  # the clock goes forward on the 8th: 72 real hours
    ("2026-10-30T10:00", 72, "2026-11-02T09:00"),  # and back on 1 November
    ("2026-06-01T10:00", 72, "2026-06-04T10:00"), ("2026-03-08T01:30", 1, "2026-03-08T03:30"), ("2027-12-31T23:00", 24, "2028-01-01T23:00"),
])  # fmt: skip
def test_hours_stay_hours(start: str, hours: int, wanted: str) -> None:
    assert add_hours(at(start), hours).isoformat()[:16] == wanted
    assert ends({"hours": hours}, at(start)).isoformat()[:16] == wanted


def test_hours_are_not_counted_from_a_day() -> None:
    with pytest.raises(ValueError, match="moment"):
        ends({"hours": 72}, D(2026, 3, 2))


@pytest.mark.parametrize("start, wanted", [
    ("2026-11-24T09:00", "2026-11-25T09:00"), ("2026-11-24T17:00", "2026-11-25T17:00"), ("2026-11-25T17:00", "2026-11-27T17:00"),  # Thanksgiving
    ("2026-11-27T17:30", "2026-11-30T17:30"), ("2026-11-28T12:00", "2026-11-30T18:00"), ("2026-11-24T19:00", "2026-11-25T18:00"),
    ("2026-11-24T05:00", "2026-11-24T18:00"), ("2026-07-02T12:00", "2026-07-06T12:00"), ("2026-03-06T17:00", "2026-03-09T17:00"),
])  # fmt: skip
def test_one_business_day_is_ten_office_hours(start: str, wanted: str) -> None:
    assert add_business_hours(at(start), 10, EAST).isoformat()[:16] == wanted


def test_business_days_leave_out_federal_holidays() -> None:
    assert not is_business_day(D(2026, 7, 3))
    assert add_business_days(D(2026, 12, 24), 1) == D(2026, 12, 28)


def running(filed: list[tuple[Read, str]], house: House | None = None) -> dict[str, Clock]:
    case = situation_of([read for read, _ in filed])
    return {clock.name: clock for clock in case_clocks(filed, case, house or House())}


def test_a_new_order_is_acknowledged_in_a_day_and_started_in_72_hours() -> None:
    clocks = running([(order(hcpcs="E0431"), "2026-11-24T14:00:00+00:00")])
    assert clocks["acknowledge the referral"].due_at == at("2026-11-25T09:00")
    started = clocks["start standard equipment or home health"]
    assert (started.opens, started.due_at) == (D(2026, 11, 25), at("2026-11-27T09:00"))
    assert all(c.rule and c.started_by and c.evidence for c in clocks.values())


def test_complex_equipment_has_7_to_14_days() -> None:
    clock = running([(order(hcpcs="K0823"), "2026-11-24T14:00:00+00:00")])["start complex equipment or service"]
    assert (clock.opens, clock.due) == (D(2026, 12, 1), D(2026, 12, 8))


@pytest.mark.parametrize(
    "leaves, urgent", [("2026-11-25T08:00", True), ("2026-11-25T09:30", False), ("2026-11-24T16:00", True)]
)
def test_a_discharge_within_24_hours_is_urgent_at_once(leaves: str, urgent: bool) -> None:
    clocks = running([(order(discharge_at=leaves), "2026-11-24T14:00:00+00:00")])
    assert ("URGENT: discharge" in clocks) is urgent


def test_what_has_happened_stops_the_clock_that_waited_for_it() -> None:
    received = "2026-09-09T12:00:00+00:00"
    clocks = running([(order(hcpcs="E0431"), received), (DELIVERED, received)])
    assert clocks["start standard equipment or home health"].stopped_on == D(2026, 9, 20)
    assert clocks["acknowledge the referral"].stopped_on == D(2026, 9, 20)
    assert clocks["file the claim"].stopped_on is None
    called = Event("called", "paperwork", "Called", D(2026, 9, 10))
    case = situation_of([order()])
    (clock, *_) = case_clocks([(order(), received)], case, House(), [called])
    assert (clock.name, clock.stopped_on) == ("acknowledge the referral", D(2026, 9, 10))


DELIVERED = doc("delivery_proof", service_start=("2026-09-20", "delivery"))


@pytest.mark.parametrize("days, due", [(None, D(2026, 10, 20)), (90, D(2026, 12, 19)), (180, D(2027, 3, 19))])
def test_claims_are_filed_by_contract_and_an_unknown_one_is_said(days: int | None, due: date) -> None:
    house = House(payers={"medicare": PayerProfile(filing_days=days)} if days else {})
    clock = running([(order(), "2026-09-09T12:00:00+00:00"), (DELIVERED, "2026-09-21T12:00:00+00:00")], house)[
        "file the claim"
    ]
    assert clock.due == due
    assert ("not on record" in clock.note) is (days is None)


def test_retests_and_renewals_run_from_their_own_events() -> None:
    received = "2026-09-09T12:00:00+00:00"
    oxygen = running([(order(hcpcs="E1390"), received), (DELIVERED, received)])[
        "oxygen: repeat test and new order (Groups II and III)"
    ]
    assert (oxygen.opens, oxygen.due) == (D(2026, 11, 19), D(2026, 12, 18))
    assert running([(order(hcpcs="A6196"), received)])["surgical dressings: renew the order"].due == D(2026, 12, 8)
    assert running([(plan(), received)])["home health: recertify"].due == D(2026, 11, 7)
    authorization = doc("other", authorization_number="PA77", service_end="2027-02-28")
    assert running([(order(), received), (authorization, received)])["authorization ends"].due == D(2027, 2, 28)


def test_the_payers_file_names_the_plan_and_the_appeal_counts_by_it() -> None:
    denial = doc("denial_letter", denial_date="2026-03-02", payer_name="Lakeshore Mutual")
    unknown = running([(denial, "2026-03-05T12:00:00+00:00")])["appeal deadline"]
    assert unknown.due is None
    house = House(payers={"lakeshore mutual": PayerProfile("medicaid_managed_care")})
    assert running([(denial, "2026-03-05T12:00:00+00:00")], house)["appeal deadline"].due == D(2026, 5, 1)


def test_an_appeal_logged_since_the_notice_stops_its_clock() -> None:
    denial = doc("denial_letter", denial_date="2026-03-02", appeal_deadline="2026-06-01")
    filed = [(denial, "2026-03-05T12:00:00+00:00")]

    def appeal(on: date) -> Clock:
        event = Event("appealed", "paperwork", "sent", on, None, None)
        return case_clocks(filed, situation_of([denial]), House(), [event])[0]

    assert appeal(D(2026, 3, 30)).stopped_on == D(2026, 3, 30)
    assert appeal(D(2026, 3, 1)).stopped_on is None, "it answered the notice before"


def test_days_gone_and_left_are_counted_from_the_day_asked() -> None:
    row = {"due": "2026-12-08", "started_on": "2026-11-24"}
    assert days_on(row, D(2026, 12, 1)) == {"elapsed_days": 7, "days_left": 7}
    assert days_on(row, D(2026, 12, 10))["days_left"] == -2


def test_the_patients_birth_is_no_delivery() -> None:
    """A torn label may make the birth date of a delivery slip its delivery date too."""
    slip = doc("delivery_proof", member_dob="1958-04-05", service_start="1958-04-05")
    assert not [event for event in timeline_events([(slip, "")]) if event.on]
