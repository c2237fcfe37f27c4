"""One fax: pages → text → findings → case. Parameters are content hashes, never patient text."""

from __future__ import annotations

from prefect import flow, task

from casefile.settings import Settings
from flows import policies, steps
from flows.check_case import check_case


@task(name="read-fax", retries=policies.READ_RETRIES, log_prints=False)
def read_fax(sha256: str) -> None:
    """Read the kept fax into the store."""
    steps.read_fax(steps.Desk(Settings()), sha256)


@task(name="file-fax", retries=policies.STORE_RETRIES, retry_delay_seconds=policies.STORE_RETRY_DELAYS)
def file_fax(sha256: str) -> list[str]:
    """File its documents; returns case ids."""
    return steps.file_fax(steps.Desk(Settings()), sha256)


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
        check_case(case_id)
    return case_ids
