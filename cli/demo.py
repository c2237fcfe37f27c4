"""The demo: one oxygen order's story, dropped file by file through the same door the watcher uses."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from casefile.settings import Settings

WRITTEN, LAST_DAY = date(2026, 11, 24), date(2027, 1, 1)
"""When the story's denial has arrived, and the last day to appeal it."""


def run(out: str) -> None:
    """Write the sample faxes, drop them one by one, say what was found, bind the packet."""
    folder = Path(out).absolute()
    _fresh(folder)
    settings = _settings(folder)
    from flows import policies

    policies.prepare_prefect(settings.home)
    from flows.steps import Desk
    from flows.watch import drain
    from samples.story import write_demo

    console = Console(highlight=False, markup=False)
    desk = Desk(settings)
    with tempfile.TemporaryDirectory() as staging:
        files = sorted(write_demo(Path(staging)))
        console.print(f"{len(files)} sample faxes, all people invented. Dropping them into {settings.inbox_location}\n")
        before: dict[str, Any] = {}
        for path in track(files, "reading", disable=not console.is_terminal, console=console, transient=True):
            shutil.copy(path, Path(settings.inbox_location) / path.name)
            drain(settings)
            before = _tell(console, desk, path.name, before)
    _bind(console, settings, desk, folder)


def _letter_date() -> str:
    """Today, within the story: a letter after its last day to appeal would be held back."""
    return min(max(date.today(), WRITTEN), LAST_DAY).isoformat()


def _fresh(folder: Path) -> None:
    """An empty demo folder; an older demo's data is replaced, anything else is left alone."""
    if (folder / ".casebinder-demo").exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".casebinder-demo").touch()
    (folder / "data" / "inbox").mkdir(parents=True, exist_ok=True)


def _settings(folder: Path) -> Settings:
    """The demo's own settings, set in the environment because flows read them there."""
    os.environ |= {
        "CASEBINDER_HOME": str(folder / "data"),
        "CASEBINDER_INBOX": str(folder / "data" / "inbox"),
        "CASEBINDER_DATABASE_URL": "",
        "CASEBINDER_STABLE_SECONDS": "0",
    }
    return Settings()


def _tell(console: Console, desk: Any, name: str, before: dict[str, Any]) -> dict[str, Any]:
    """Print what one dropped file changed; returns the new picture to compare with next time."""
    status = desk.store.status()
    console.print(f"{name}")
    faxes, old = status["faxes"], before.get("faxes", {"total": 0, "set_aside": 0})
    if faxes["set_aside"] > old["set_aside"]:
        console.print(f"    set aside: {desk.store.set_aside_reasons()[-1]}")
    elif faxes["total"] == old["total"]:
        console.print("    the same bytes arrived before: one fax, two arrivals, linked")
    else:
        for line in desk.store.latest_documents():
            console.print(f"    read: {line}")
    gaps = {}
    for row in desk.store.cases():
        for gap in desk.store.case(row["id"])["gaps"]:
            gaps[row["id"], gap["requirement"]] = gap
    for key, gap in gaps.items():
        was = before.get("gaps", {}).get(key)
        if not gap["closed_at"] and was is None:
            console.print(f"    MISSING: {gap['title']}. {gap['reason']}")
        if gap["closed_at"] and (was is None or not was["closed_at"]):
            console.print(f"    CURED: {gap['title']} ({gap['closed_at'][:10]})")
    return {"faxes": faxes, "gaps": gaps}


def _bind(console: Console, settings: Settings, desk: Any, folder: Path) -> None:
    """Bind every case that has a denial, and print where the packets lie."""
    from flows import policies
    from flows.build_packet import build_packet_flow
    from packet_builder.verify import verify_packet

    console.print()
    for row in desk.store.cases():
        case = desk.store.case(row["id"])
        console.print(f"{row['id']}  {row['member_name']}  {row['payer_name']}  status: {row['status']}")
        for clock in (clock for clock in case["clocks"] if not clock["stopped_on"]):
            console.print(f"    deadline: {clock['due'] or 'cannot be told'} ({clock['name']}: {clock['rule']})")
        if row["status"] != "denied":
            continue
        out = folder / f"{row['id']}-appeal.pdf"
        with policies.without_heartbeat():
            result = build_packet_flow(row["id"], "appeal", str(out), _letter_date())
        state = "checked, every page accounted for" if not verify_packet(out) else "DOES NOT VERIFY"
        console.print(f"    packet: {result.path}  {result.pages} pages, {result.bates_first} to "
                      f"{result.bates_last}, {state}")  # fmt: skip
        _complain(console, row["id"], folder)
    home = f"CASEBINDER_HOME={settings.home} CASEBINDER_INBOX={settings.inbox_location}"
    console.print(f"\nLook around: {home} .venv/bin/casebinder cases", soft_wrap=True)
    console.print("The review desk with these faxes, first an account (it asks for a password), then the desk:")
    console.print(f"    {home} .venv/bin/casebinder user add me --role admin", soft_wrap=True)
    console.print(f"    {home} .venv/bin/casebinder desk", soft_wrap=True)


def _complain(console: Console, case_id: str, folder: Path) -> None:
    """Bind a complaint to a state's insurance department as well, with what that state wants minded."""
    from flows import policies
    from flows.build_packet import build_packet_as_asked
    from flows.packet_request import Ask

    out = folder / f"{case_id}-complaint.pdf"
    ask = Ask(recipient="tdi", coverage="insured", state="TX")
    with policies.without_heartbeat():
        result = build_packet_as_asked(case_id, "complaint", str(out), _letter_date(), ask)
    console.print(f"    complaint, had the policy been written in Texas: {result.path}  {result.pages} pages")
    for check in result.notes:
        console.print(f"        check: {check}")
