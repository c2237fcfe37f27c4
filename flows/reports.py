"""Reports on a schedule: referrals day by day with the portal's export beside them, open referrals, denials.

None has a parameter and none logs more than counts; what comes out lies in HOME/reports.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.states import Completed

from flows import policies, report_files, steps
from flows.outcome import step


@task(name="compare-exports", retries=policies.RETRIES)
def compare_exports() -> tuple[int, int]:
    """Compare what lies in the portal's folder with our cases."""
    return step(report_files.compare_exports, steps.desk())


@task(name="write-report", retries=policies.RETRIES)
def write_report(name: str, first: date | None, last: date) -> int:
    """Write one report; returns how many files."""
    return len(step(report_files.write_report, steps.desk(), name, steps.now(), first, last))


def _today() -> date:
    return steps.now().astimezone(ZoneInfo(steps.desk().settings.timezone)).date()


@flow(name="daily-referrals", flow_run_name="daily-referrals", validate_parameters=False)
def daily_referrals() -> Any:
    """Yesterday and the 29 days before, and the portal's export; "Degraded" when an export cannot be used."""
    compared, unusable = compare_exports()
    yesterday = _today() - timedelta(1)
    write_report("daily-referrals", yesterday - timedelta(29), yesterday)
    if unusable:
        words = f"{unusable} of {compared} exports cannot be used; HOME/reports says which lines"
        return Completed(name="Degraded", message=words)
    return Completed(message=f"{compared} exports compared")


@flow(name="weekly-open-referrals", flow_run_name="weekly-open-referrals", validate_parameters=False)
def weekly_open_referrals() -> None:
    """Every open referral by age."""
    write_report("open-referrals", None, _today())


@flow(name="monthly-denial-audit", flow_run_name="monthly-denial-audit", validate_parameters=False)
def monthly_denial_audit() -> None:
    """The denials of the month before."""
    write_report("denial-audit", *report_files.last_month(_today()))
