"""One case: completeness, clocks, timeline, status."""

from __future__ import annotations

from prefect import flow, task

from casefile.settings import Settings
from flows import policies, steps


@task(name="check", retries=policies.STORE_RETRIES, retry_delay_seconds=policies.STORE_RETRY_DELAYS)
def check(case_id: str) -> None:
    """Check the case and store what was found."""
    steps.check(steps.Desk(Settings()), case_id)


@flow(name="check-case", flow_run_name="case-{case_id}", validate_parameters=False)
def check_case(case_id: str) -> None:
    """Bring a case's verdicts, gaps, clocks and status up to date."""
    check(case_id)
