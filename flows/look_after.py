"""What is done on a schedule: free what dead workers held, check what nobody checked, tidy up, say how things stand."""

from __future__ import annotations

from prefect import flow, task

from flows import policies, steps
from flows.check_case import check_case
from flows.outcome import step

KEEP_DAYS = 90


@task(name="free-and-tidy", retries=policies.RETRIES)
def free_and_tidy() -> int:
    """Free leases that ran out and forget finished work older than `KEEP_DAYS`; returns the rows forgotten."""
    return step(steps.desk().leases().tidy, KEEP_DAYS)


@task(name="recheck", retries=policies.RETRIES)
def cases_to_check() -> list[str]:
    """Cases that changed since they were last checked."""
    return step(steps.desk().store.unchecked)


@flow(name="look-after", flow_run_name="look-after", validate_parameters=False)
def look_after() -> int:
    """Free, check, tidy; returns how many cases were checked."""
    free_and_tidy()
    case_ids = cases_to_check()
    for case_id in case_ids:
        check_case(case_id)
    return len(case_ids)
