"""/health and /metrics on 127.0.0.1."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from casefile.settings import Settings
from flows import health, steps, troubles
from flows.worker import Worker
from tests.faults.stage import one_page
from tests.servers import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "Kestrelman.pdf").write_bytes(one_page(1))
    return Settings(home=tmp_path, inbox=str(tmp_path / "inbox"), database_url="", stable_seconds=0, use_prefect=False,
                    health_port=free_port(), min_free_mb=1)  # fmt: skip


def test_health_and_metrics_answer_and_hold_no_names(settings: Settings) -> None:
    worker, url = Worker(settings), f"http://127.0.0.1:{settings.health_port}"
    worker.take_in()
    with health.serving(settings, worker.board):
        assert (httpx.get(f"{url}/health").status_code, httpx.get(f"{url}/else").status_code) == (200, 404)
        text = httpx.get(f"{url}/metrics").text
        assert "casebinder_queue_waiting 1.0" in text
        worker.board.report(troubles.PREFECT)
        assert httpx.get(f"{url}/health").json()["ok"], "work goes on without Prefect"
        worker.board.report(troubles.BUCKET)
        answer = httpx.get(f"{url}/health")
        assert (answer.status_code, [row["kind"] for row in answer.json()["troubles"]]) == (503, ["prefect", "bucket"])
        text += httpx.get(f"{url}/metrics").text
        assert 'casebinder_trouble{kind="bucket"} 1.0' in text
    assert "Kestrelman" not in text + answer.text
    worker.leave()


def test_a_port_that_is_taken_stops_nothing(settings: Settings) -> None:
    with health.serving(settings, troubles.Board()), health.serving(settings, troubles.Board()):
        assert steps.desk_for(settings).store.status()["faxes"]["total"] == 0


def test_a_database_that_is_away_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:9/none"})
    row = health.report(away, troubles.Board())
    assert (row["ok"], row["troubles"][0]["kind"], row["queue"]) == (False, "database", None)
