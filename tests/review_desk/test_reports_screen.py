"""The reports on the screen: figures, drawings beside tables, CSV that runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from casefile import tables as t
from casefile.reports import NAMES
from flows.steps import Desk, now
from review_desk.chart_svg import lying, standing

Client = Callable[..., TestClient]
EVIL = '=HYPERLINK("http://x")<script>alert(1)</script>'


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Three referrals of yesterday; one office, named by somebody who means no good, was asked."""
    at = (now() - timedelta(days=1)).isoformat()
    empty = {"verdicts": [], "clocks": [], "timeline": [], "copies": []}
    with desk.store.engine.begin() as c:
        c.execute(
            insert(t.case), [{"id": f"C-000{n}", "created_at": at, "status": "incomplete", **empty} for n in (1, 2, 3)]
        )
        c.execute(insert(t.request), [{"token": "T", "case_id": "C-0001", "office": EVIL, "items": [], "state": "open", "made_at": at, "last_sent_at": at}])  # fmt: skip
        c.execute(
            insert(t.gap), [{"case_id": "C-0001", "requirement": "x", "title": "signed", "reason": "", "opened_at": at}]
        )
    return desk


@pytest.mark.parametrize("name", NAMES)
def test_every_report_shows_its_tables_and_draws_nothing_without_data(signed_in: Client, name: str) -> None:
    answer = signed_in("cora").get(f"/reports/{name}")
    assert answer.status_code == 200
    assert "<svg" not in answer.text
    assert "No data in these days" in answer.text or "Per day" in answer.text or "by age" in answer.text


def test_figures_say_of_what_and_whether_the_target_is_met(filled: Desk, signed_in: Client) -> None:
    html = signed_in("arlo").get("/reports/metrics").text
    assert "33.3 %" in html and "1 of 3" in html and "not met: under 8 %" in html
    assert "no data" in html
    assert html.count('<svg class="chart"') == 3, "by day, by age, gaps"


def test_an_office_named_like_a_script_or_a_formula_is_text(filled: Desk, signed_in: Client) -> None:
    client = signed_in("adam")
    html = client.get("/reports/metrics").text
    assert "<script>alert" not in html
    answer = client.get("/reports/metrics/gaps.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(answer.text)))[1][0] == f"'{EVIL}"


def test_the_days_of_the_address_are_the_days_shown(filled: Desk, signed_in: Client) -> None:
    client = signed_in("cora")
    html = client.get("/reports/daily-referrals?from=2026-01-01&to=2026-01-02").text
    assert 'value="2026-01-01"' in html and "2026-01-02" in html and "2026-01-03" not in html
    rows = list(
        csv.reader(io.StringIO(client.get("/reports/daily-referrals/per_day.csv?from=2026-01-01&to=2026-01-02").text))
    )
    assert [row[0] for row in rows] == ["day", "2026-01-01", "2026-01-02"]


@pytest.mark.parametrize(("path", "status"), [
    ("/reports/profits", 404), ("/reports/metrics/nothing.csv", 404), ("/reports/metrics?from=1.1.2026", 400),
    ("/reports/metrics?from=2026-02-01&to=2026-01-01", 409), ("/reports/metrics?from=0001-01-01&to=9999-12-31", 409),
    ("/reports/open-referrals?from=0001-01-01", 409), ("/reports/metrics?to=9999-12-31", 409), ("/reports/metrics?to=0001-01-01", 409),
])  # fmt: skip
def test_what_is_no_report_is_said_plainly(signed_in: Client, path: str, status: int) -> None:
    assert signed_in("cora").get(path).status_code == status


def test_bars_are_drawn_to_scale_and_escape_their_labels() -> None:
    drawn = lying([("a<b", 4), ("half", 2), ("none", 0)], "x")
    assert "a&lt;b" in drawn and drawn.count("<rect") == 2
    assert 'width="350"' in drawn and 'width="175"' in drawn
    assert lying([("none", 0)], "x") == "" == standing([], "x")
    assert standing([("mon", 1), ("tue", 2)], "x").count("<rect") == 2
