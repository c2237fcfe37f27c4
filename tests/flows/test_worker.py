"""The watcher's lanes: poison, late results, long faxes, back-pressure, and several workers on one store."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from casefile import tables as t
from casefile.database import writing
from casefile.leases import work
from casefile.picture import picture
from casefile.settings import Settings
from flows import steps, troubles
from flows.logs import JsonLines, Plain, log
from flows.watch import drain, watch
from flows.worker import Worker
from tests.faults.stage import one_page


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Plain steps (no Prefect), short pauses, and an inbox with two one-page faxes; on both databases."""
    home = tmp_path
    names = {
        "HOME": str(home), "INBOX": str(home / "inbox"), "DATABASE_URL": database_url, "STABLE_SECONDS": "0",
        "USE_PREFECT": "false", "POLL_SECONDS": "0.1", "MAX_FAILURES": "3", "MIN_FREE_MB": "1",
    }  # fmt: skip
    for name, value in names.items():
        monkeypatch.setenv(f"CASEBINDER_{name}", value)
    (home / "inbox").mkdir()
    for number in (1, 2):
        (home / "inbox" / f"{number}.pdf").write_bytes(one_page(number))
    return Settings()


def hashes(settings: Settings) -> list[str]:
    with steps.desk_for(settings).store.engine.connect() as c:
        return list(c.execute(select(t.fax.c.sha256).order_by(t.fax.c.received_at)).scalars())


def no_waiting(settings: Settings) -> None:
    with writing(steps.desk_for(settings).store.engine) as c:
        c.execute(update(work).values(not_before=""))


def poisoned(monkeypatch: pytest.MonkeyPatch, bad: list[str], error: Exception) -> None:
    real = steps.read_fax

    def read(desk: steps.Desk, sha256: str) -> None:
        if not bad:
            bad.append(sha256)
        if sha256 == bad[0]:
            raise error
        real(desk, sha256)

    monkeypatch.setattr(steps, "read_fax", read)


def test_a_fax_whose_flow_always_fails_is_set_aside_and_the_others_are_done(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log, "propagate", True)
    poisoned(monkeypatch, [], ValueError("Rosalind Kestrelman"))
    ends: list[str] = []
    for _ in range(4):
        drain(settings, lambda end, _: ends.append(end))
        no_waiting(settings)
    assert [ends.count(end) for end in ("done", "failed", "set aside")] == [1, 2, 1]
    row = picture(steps.desk_for(settings).store)
    assert row["faxes"] == {"total": 2, "read": 1, "set_aside": 1, "waiting": 0}
    assert row["failures"][0]["last_error"].startswith("ValueError at ")
    assert "Kestrelman" not in caplog.text + json.dumps(row)
    monkeypatch.undo()


def test_a_fax_set_aside_is_read_when_it_is_tried_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        poisoned(patch, [], ValueError())
        for _ in range(4):
            drain(settings)
            no_waiting(settings)
    assert len(steps.desk_for(settings).leases().retry()) == 1
    assert drain(settings) == 1
    assert picture(steps.desk_for(settings).store)["faxes"]["read"] == 2


@pytest.mark.parametrize("error, kind", [
    (OSError(28, "No space left on device"), "disk_full"), (OSError(5, "Input/output error"), "folder"),
])  # fmt: skip
def test_trouble_around_us_is_not_the_faxs_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: str
) -> None:
    poisoned(monkeypatch, [], error)
    worker = Worker(settings)
    worker.stop.set()
    worker.take_in()
    worker.some_faxes(seconds=0)
    assert [trouble.kind for trouble in worker.board.current()] == [kind]
    row = picture(steps.desk_for(settings).store)
    assert (row["failures"], row["queue"]["waiting"]) == ([], 2)


def test_a_result_that_comes_late_is_not_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = steps.read_fax, []

    def slow(desk: steps.Desk, sha256: str) -> None:
        """While the first worker reads, another takes over and finishes."""
        calls.append(sha256)
        if len(calls) == 1:
            with writing(desk.store.engine) as c:
                c.execute(update(work).where(work.c.kind == "fax").values(until="2020"))
            other = threading.Thread(target=drain, args=(settings,))
            other.start()
            other.join(timeout=30)
        real(desk, sha256)

    monkeypatch.setattr(steps, "read_fax", slow)
    ends: list[str] = []
    worker = Worker(settings, lambda end, _: ends.append(end), patient=False)
    worker.take_in()
    worker.taker.give_up()
    worker.some_faxes(seconds=0)
    assert ends == ["arrived", "arrived", "late"]
    store = steps.desk_for(settings).store
    with store.engine.connect() as c:
        pages = c.execute(select(t.page.c.sha256, t.page.c.state)).all()
    assert sorted(pages) == sorted((sha256, "exhibit") for sha256 in hashes(settings))
    assert not worker.some_faxes(seconds=0)


def test_a_long_fax_leaves_the_short_ones_lane(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.worker.page_count", lambda _path: 500)
    ends: list[str] = []
    worker = Worker(settings, lambda end, _: ends.append(end), patient=False)
    worker.take_in()
    assert [worker.some_faxes(big=False, seconds=0) for _ in range(3)] == [1, 1, 0]
    assert "done" not in ends
    assert worker.some_faxes(big=True, seconds=0)
    assert ends[-1] == "done"


def test_with_little_disk_nothing_is_taken_in_and_with_room_again_it_is(settings: Settings) -> None:
    worker = Worker(settings.model_copy(update={"min_free_mb": 1 << 40}))
    worker.stop.set()
    assert worker.take_in() == []
    assert [trouble.kind for trouble in worker.board.current()] == ["disk_low"]
    assert not worker.some_faxes(seconds=0)
    worker.settings = settings
    assert len(worker.take_in()) == 2
    assert worker.board.current() == []


def test_a_drop_that_cannot_be_recorded_holds_up_no_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = steps.take_in

    def refuse(desk: steps.Desk, drop: Any) -> str:
        if drop.name == "1.pdf":
            raise ValueError("whatever the database says")
        return real(desk, drop)

    monkeypatch.setattr(steps, "take_in", refuse)
    worker = Worker(settings)
    assert len(worker.take_in()) == 1
    assert [trouble.kind for trouble in worker.board.current()] == ["drop"]
    assert worker.take_in() == [], "not tried again at once"


def test_one_look_at_the_inbox_at_a_time_and_another_worker_takes_over(settings: Settings) -> None:
    first, second = Worker(settings), Worker(settings)
    assert len(first.take_in()) == 2
    shutil.copy(settings.home / "inbox" / "1.pdf", settings.home / "inbox" / "3.pdf")
    assert second.take_in() == []
    first.leave()
    assert len(second.take_in()) == 1


def test_two_watchers_share_a_queue_and_stop_when_told(settings: Settings) -> None:
    for number in range(3, 9):
        (settings.home / "inbox" / f"{number}.pdf").write_bytes(one_page(number))
    stop, ends = threading.Event(), []
    threads = [
        threading.Thread(
            target=watch, args=(settings, False, lambda end, sha256: ends.append((end, sha256)), True, stop)
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len([end for end, _ in ends if end == "done"]) == 8)
    stop.set()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert sorted(ends) == sorted((end, sha256) for sha256 in hashes(settings) for end in ("arrived", "done"))


def test_a_case_that_nobody_checked_is_checked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drain(settings)
    store = steps.desk_for(settings).store
    with writing(store.engine) as c:
        c.execute(update(t.case).values(unchecked=True))
    worker = Worker(settings, patient=False)
    assert not worker.one_case(), "it may yet be checked by the flow that filed it"
    assert worker.one_case(wait_seconds=0)
    drain(settings)
    assert store.unchecked() == []


def test_logs_carry_one_id_per_fax_and_json_has_no_traceback(settings: Settings) -> None:
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))
            assert Plain().format(record)

    keep = Keep()
    log.addHandler(keep)
    log.setLevel(logging.INFO)
    try:
        drain(settings)
    finally:
        log.removeHandler(keep)
    for sha256 in hashes(settings):
        assert [line["event"] for line in lines if line.get("fax") == sha256[:12]] == ["arrived", "done"]


def test_a_trouble_is_said_once_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "propagate", True)
    caplog.set_level(logging.INFO)
    board = troubles.Board()
    waits = [board.report(troubles.DATABASE) for _ in range(9)]
    board.clear("database", "bucket")
    board.clear("database")
    assert [record.getMessage() for record in caplog.records] == [troubles.DATABASE.message, "database works again"]
    assert waits[-1] > 2 * waits[0]
    assert max(waits) <= 15


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
