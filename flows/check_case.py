"""One case: completeness, clocks, timeline, status."""

from __future__ import annotations

from prefect import flow

from flows import steps
from flows.outcome import step


@flow(name="check-case", flow_run_name="case-{case_id}", validate_parameters=False)
def check_case(case_id: str) -> None:
    """Bring a case's verdicts, gaps, clocks and status up to date."""
    step(steps.check, steps.desk(), case_id)
