"""One fax: pages → text → findings → case. Parameters are content hashes, never patient text."""

from __future__ import annotations

from prefect import flow, task

from flows import policies, steps
from flows.outcome import step


@task(name="read-fax", task_run_name="read-{sha256}", retries=policies.RETRIES, log_prints=False)
def read_fax(sha256: str) -> None:
    """Read the kept fax into the store."""
    step(steps.read_fax, steps.desk(), sha256)


@task(name="file-fax", task_run_name="file-{sha256}", retries=policies.RETRIES)
def file_fax(sha256: str) -> list[str]:
    """File its documents; returns case ids."""
    return step(steps.file_fax, steps.desk(), sha256)


@task(name="check", task_run_name="check-{case_id}", retries=policies.RETRIES)
def check(case_id: str) -> None:
    """Check a case that the fax touched."""
    step(steps.check, steps.desk(), case_id)


@flow(name="receive-fax", flow_run_name="fax-{sha256}", validate_parameters=False)
def receive_fax(sha256: str, already_read: bool = False) -> list[str]:
    """Read a fax, file its documents, and check every case it touched.

    Args:
        sha256: The fax's content hash; its bytes are in the vault.
        already_read: True when the store holds the reading and only the filing is left.

    Returns:
        The ids of the cases touched.
    """
    if not already_read:
        read_fax(sha256)
    case_ids = file_fax(sha256)
    for case_id in case_ids:
        check(case_id)
    return case_ids
