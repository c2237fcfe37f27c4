"""Faxes: pages → text → findings → case. Parameters are content hashes, never patient text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from prefect import flow, task

from flows import policies, steps
from flows.outcome import step


@task(name="fax", task_run_name="fax-{sha256}", retries=policies.RETRIES, log_prints=False)
def fax(sha256: str, already_read: bool = False) -> list[str]:
    """Read a kept fax, file its documents, and check every case it touched; returns their ids."""
    return step(steps.receive, steps.desk(), sha256, already_read)


@flow(name="receive-fax", flow_run_name="fax-{sha256}", validate_parameters=False)
def receive_fax(sha256: str, already_read: bool = False) -> list[str]:
    """One fax, by hand.

    Args:
        sha256: The fax's content hash; its bytes are in the vault.
        already_read: True when the store holds the reading and only the filing is left.

    Returns:
        The ids of the cases touched.
    """
    return fax(sha256, already_read)


def work_off(body: Callable[[], None]) -> None:
    """A flow run around `body`, which calls `fax` for one fax after the other."""
    began = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")

    @flow(name="work-off-faxes", flow_run_name=f"faxes from {began}", validate_parameters=False)
    def run() -> None:
        step(body)

    run()
