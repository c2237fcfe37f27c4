"""What people enter in a case, from the command line or the desk: a call logged, a letter asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from casefile.requests import Letter
from casefile.settings import Settings
from casefile.tokens import in_groups
from flows.steps import Desk, check

DETAILS = ("number", "person", "reference", "promise", "promised_by", "escalation", "note")


def log_event(desk: Desk, case_id: str, kind: str, details: Mapping[str, str], *, by: str, at: datetime) -> bool:
    """Log a call or another event of a case and check the case; False if this very entry was logged before.

    Args:
        desk: Store and settings.
        case_id: The case.
        kind: One of `timeline.LANES`.
        details: Any of `DETAILS`; `note` says what was said, `promised_by` is an ISO time and becomes a clock.
        by: Who logs it.
        at: When it happened, with its zone.
    """
    kept = {name: details.get(name, "") for name in DETAILS}
    said = f"{kind.capitalize()} {kept['person'] or kept['number']}".strip() + f": {kept['note']}"
    said += f" (reference {kept['reference']})" if kept["reference"] else ""
    entry = json.dumps([kind, at.isoformat(), kept], sort_keys=True)
    key = "log:" + hashlib.sha256(entry.encode()).hexdigest()[:24]
    is_new = desk.store.log(case_id, kind, key=key, by=by, at=at, title=said, details=kept)
    check(desk, case_id)
    return is_new


def letter_values(letter: Letter, settings: Settings) -> dict[str, object]:
    """What the template of a request letter prints."""
    about = letter.about
    return {
        "organisation": settings.organisation, "contact": settings.contact, "reply_fax": settings.reply_fax,
        "letter_date": letter.made_at[:10], "reminder": letter.reminders, "office": letter.office,
        "office_fax": letter.office_fax, "patient": about["member_name"] or "the patient named in your papers",
        "born": about["member_dob"], "item": about["hcpcs"], "ordered": about["order_date"],
        "items": letter.items, "code": in_groups(letter.token),
        "signs": any(item["field"] == "signature" for item in letter.items),
    }  # fmt: skip
