"""The reports at the desk: figures, charts with their tables, CSV without formulas, and a browser's look at it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casefile import tables as t
from casefile.database import writing
from casefile.reports import NAMES
from casefile.store_rows import add
from flows.steps import Desk
from review_desk.charts import bars, columns
from tests.review_desk.browser import chromium, new_desk, person
from tests.servers import served

EVIL = '=HYPERLINK("http://x")<script>alert(1)</script>'


def fill(desk: Desk) -> None:
    """A month of invented referrals."""
    now = datetime.now(UTC)
    with writing(desk.store.engine) as c:
        for n in range(60):
            at = (now - timedelta(days=n * 7 % 29 + 1)).isoformat()
            status = ("incomplete", "ready", "denied", "delivered", "requested")[n % 5]
            due = (now - timedelta(days=n % 20)).date().isoformat()
            clock = {"name": "start standard equipment or home health", "due": due, "note": "stopped: delivered on it",
                     "stopped_on": due if n % 9 else None}  # fmt: skip
            case_id, sha256 = f"C-{n + 1:04d}", f"{n:064x}"
            add(c, t.case, [{"id": case_id, "created_at": at, "status": status, "clocks": [clock],
                             "payer_name": ("Lakeshore Mutual", EVIL, "Pinewood Health")[n % 3]}])  # fmt: skip
            titles = ("order signed by the practitioner", EVIL, "progress note that names the need", "order date")
            add(
                c,
                t.gap,
                [{"case_id": case_id, "requirement": "r", "title": titles[n % 4], "reason": "", "opened_at": at}],
            )
            add(c, t.event, [{"case_id": case_id, "key": "k", "row": {"kind": "called", "at": at}}] if n % 10 else [])
            if status == "denied":
                add(c, t.fax, [{"sha256": sha256, "state": "read", "received_at": at}])
                add(
                    c,
                    t.document,
                    [{"sha256": sha256, "kind": "denial_letter", "pages": [1], "confidence": 1, "case_id": case_id}],
                )
                add(
                    c,
                    t.finding,
                    [{"sha256": sha256, "page": 1, "field": "denial_code", "value": str(16 + n % 3), "row": {}}],
                )


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_a_page_with_tables_and_csv(desk: Desk, signed_in: Callable[[str], TestClient], name: str) -> None:
    client = signed_in("cora")
    assert client.get(f"/reports/{name}").status_code == 200, "without data"
    fill(desk)
    shown = client.get(f"/reports/{name}")
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert 'class="chart"' in shown.text
    links = [part.split('"')[0] for part in shown.text.split('href="')[1:] if ".csv" in part]
    assert links
    for link in links:
        answer = client.get(link)
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) > 1, link
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-"))]
        assert answer.headers["content-disposition"].startswith("attachment")


def test_the_period_is_kept_and_a_wrong_one_is_said(desk: Desk, signed_in: Callable[[str], TestClient]) -> None:
    client = signed_in("adam")
    shown = client.get("/reports/metrics?from=2026-11-01&to=2026-11-02")
    assert "/reports/denial-audit?from=2026-11-01&amp;to=2026-11-02" in shown.text
    assert client.get("/reports/metrics?from=x").status_code == 400
    assert client.get("/reports/metrics?from=2026-11-02&to=2026-11-01").status_code == 409
    assert client.get("/reports/weather").status_code == 404
    assert client.get("/reports/metrics/weather.csv").status_code == 404


def test_charts_say_in_words_what_they_show_and_escape_it() -> None:
    drawn = bars("Denials", [(EVIL, 3), ("b", 1)]) + columns("Days", [("11/01", 1), ("11/02", 4)])
    assert "<script" not in drawn
    assert 'aria-label="Days. Highest: 11/02, 4.' in drawn
    assert bars("Denials", []) == columns("Days", [("11/01", 0)]) == ""


def test_the_reports_in_a_browser(tmp_path: Path) -> None:
    """Nothing serious for axe-core, no complaint on the console, no request to others; also on a tablet."""
    desk = new_desk(tmp_path)
    fill(desk)
    with chromium() as browser, served(desk) as address:
        for width, names in ((1280, NAMES), (820, NAMES[-1:])):
            cora = person(browser, address, "cora", width=width)
            for name in names:
                cora.open(f"/reports/{name}")
                cora.page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
                assert cora.violations() == []
                wide = cora.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width
            assert (cora.complaints, cora.strangers) == ([], [])
