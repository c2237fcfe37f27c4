"""prefect.yaml on a real Prefect server: it deploys, one schedule fires, and what is written there exists."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from casefile.settings import Settings
from flows import steps
from tests.servers import ROOT, PrefectServer, Server, until

WRITTEN = yaml.safe_load((ROOT / "prefect.yaml").read_text())


class PoolWorker(Server):
    """Prefect's own worker."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        super().__init__(folder)
        self.variables = variables

    def command(self) -> list[str]:
        return [sys.executable, "-m", "prefect", "worker", "start", "--pool", "casebinder", "--limit", "1"]

    def environment(self) -> dict[str, str]:
        return self.variables


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrefectServer]:
    started = PrefectServer(tmp_path)
    started.start()
    yield started
    started.stop()


@pytest.mark.parametrize("row", WRITTEN["deployments"], ids=lambda row: row["name"])
def test_what_is_deployed_exists(row: dict[str, Any]) -> None:
    path, name = row["entrypoint"].split(":")
    flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    assert flow.name == row["name"]
    assert row["concurrency_limit"]


def test_a_schedule_fires_on_a_real_server(tmp_path: Path, server: PrefectServer) -> None:
    """Deployed as docs/deploy.md says, with the schedule's interval shortened; a worker runs it to its end."""
    variables = {
        "PREFECT_API_URL": server.api_url, "PREFECT_HOME": str(tmp_path / "client"), "PYTHONPATH": str(ROOT),
        "CASEBINDER_PROGRAM": str(ROOT), "CASEBINDER_HOME": str(tmp_path / "home"), "CASEBINDER_DATABASE_URL": "",
        "PREFECT_WORKER_QUERY_SECONDS": "1", "DO_NOT_TRACK": "1", "CASEBINDER_INBOX": "",
    }  # fmt: skip
    only = {**WRITTEN, "deployments": [row for row in WRITTEN["deployments"] if row["name"] == "look-after"]}
    only["deployments"][0]["schedules"][0]["interval"] = 5
    (tmp_path / "prefect.yaml").write_text(yaml.safe_dump(only))
    for command in (["work-pool", "create", "--type", "process", "casebinder"],
                    ["--no-prompt", "deploy", "--all", "--prefect-file", str(tmp_path / "prefect.yaml")]):  # fmt: skip
        done = subprocess.run([sys.executable, "-m", "prefect", *command], env=os.environ | variables, cwd=ROOT,
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "pool").mkdir()
    worker = PoolWorker(tmp_path / "pool", variables)
    worker.start()
    try:
        until(lambda: "COMPLETED" in states(server), 90)
    except AssertionError:
        pytest.fail(f"{states(server)} {(tmp_path / 'pool' / 'log').read_text()[-3000:]}")
    finally:
        worker.stop()
    desk = steps.Desk(Settings(home=tmp_path / "home", database_url=""))
    assert desk.store.status()["faxes"]["total"] == 0, "the flow opened our store"


def states(server: PrefectServer) -> list[str]:
    ended = {"flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}}}
    rows = httpx.post(f"{server.api_url}/flow_runs/filter", json={"limit": 50, **ended}).json()
    return [row["state_type"] for row in rows]
