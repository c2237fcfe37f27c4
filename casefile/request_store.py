"""The store's requests for what is missing: one open letter a case, its reply code, its reminders, its office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from casefile import tables as t
from casefile.calendar import add_business_days
from casefile.database import writing
from casefile.errors import NotFound, Refused
from casefile.reads import Read
from casefile.requests import Letter, letter_items, office_of
from casefile.rows import verdict_of
from casefile.store_rows import Part, Row, add, case_row, filed_in, note
from casefile.tokens import new_token

OPEN_SHOWN = ("case_id", "token", "office", "office_fax", "made_at", "last_sent_at", "reminders")
COUNTED = ("letters", "open", "answered", "reminders")
REMIND_AFTER = 2
"""Business days after which a letter without an answer is worth a reminder."""


class RequestStore(Part):
    """Requests to ordering offices."""

    def request(self, case_id: str, *, by: str, at: datetime, remind: bool = False) -> Letter:
        """The letter for what a case lacks: the open one again if it still asks for the same, else a new one.

        Args:
            case_id: The case.
            by: Who sends it.
            at: When.
            remind: Count this as a reminder of the open letter.

        Raises:
            Refused: Nothing is missing that the office could send, or there is no open letter to remind of.
        """
        with writing(self.engine) as c:
            row = case_row(c, case_id)
            filed = filed_in(c, case_id, with_pages=True)
            items = letter_items([verdict_of(v) for v in row["verdicts"]])
            if not items:
                raise Refused(
                    f"{case_id} lacks nothing that the ordering office could send; `casebinder case {case_id}`"
                )
            reads = [read for read, _ in filed]
            office, fax = office_of(reads)
            old = c.execute(select(t.request).filter_by(case_id=case_id, state="open")).mappings().first()
            same = old is not None and [i["id"] for i in old["items"]] == [i["id"] for i in items]
            if remind and not same:
                raise Refused(
                    f"{case_id} has no open letter that asks for what is missing now; make one without --remind"
                )
            if old is not None and same:
                found = _remind(c, case_id, old, by, at) if remind else dict(old)
            else:
                found = _open(c, case_id, old, office, fax, items, by, at)
            c.execute(update(t.case).filter_by(id=case_id).values(unchecked=True))
        return Letter(case_id, found["token"], found["office"], found["office_fax"], tuple(found["items"]),
                      found["made_at"], found["reminders"], _about(row, reads))  # fmt: skip

    def letter(self, case_id: str, token: str) -> Letter:
        """A letter that was made before, as it is printed.

        Raises:
            NotFound: The case has no letter with this reply code.
        """
        with self.engine.connect() as c:
            row = case_row(c, case_id)
            found = c.execute(select(t.request).filter_by(case_id=case_id, token=token)).mappings().first()
            if found is None:
                raise NotFound(f"{case_id} has no letter with the reply code {token[:20]}")
            about = _about(row, [read for read, _ in filed_in(c, case_id)])
        return Letter(case_id, token, found["office"], found["office_fax"], tuple(found["items"]), found["made_at"],
                      found["reminders"], about)  # fmt: skip

    def open_tokens(self) -> dict[str, list[Row]]:
        """Reply code → items asked for, of every letter that may still be answered."""
        with self.engine.connect() as c:
            query = select(t.request.c.token, t.request.c["items"]).where(t.request.c.state != "closed")
            return {token: items for token, items in c.execute(query)}

    def requests(self, today: date) -> list[Row]:
        """Open letters, oldest first, with the day a reminder is due. JSON-ready."""
        with self.engine.connect() as c:
            query = select(t.request).filter_by(state="open").order_by(t.request.c.last_sent_at, t.request.c.token)
            rows = c.execute(query).mappings().all()
        return [_open_row(row, today) for row in rows]

    def offices(self) -> list[Row]:
        """Per ordering office: letters, open ones, answered ones, reminders, mean days to an answer. JSON-ready."""
        columns = t.request.c
        with self.engine.connect() as c:
            rows = c.execute(
                select(columns.office, columns.state, columns.reminders, columns.made_at, columns.answered_at)
            )
            offices: dict[str, Row] = {}
            for office, state, reminders, made, answered in rows:
                row = offices.setdefault(
                    office, {"office": office, "letters": 0, "open": 0, "answered": 0, "reminders": 0, "days": []}
                )
                row["letters"] += 1
                row["reminders"] += reminders
                row["open"] += state == "open"
                row["answered"] += state == "answered"
                if answered:
                    row["days"].append((datetime.fromisoformat(answered) - datetime.fromisoformat(made)).days)
        for row in offices.values():
            days = row.pop("days")
            row["mean_days"] = round(sum(days) / len(days), 1) if days else None
        return sorted(offices.values(), key=lambda row: (-row["open"], row["office"]))


def _open(c: Connection, case_id: str, old: Any, office: str, fax: str, items: list[Row], by: str, at: datetime) -> Row:
    """A new letter; an open one that asked for other things is closed by it."""
    now = at.isoformat()
    if old is not None:
        c.execute(update(t.request).filter_by(token=old["token"]).values(state="closed"))
        note(c, case_id, now, by, f"request {old['token']} closed", "replaced by a newer letter")
    made = {"token": new_token(), "case_id": case_id, "office": office, "office_fax": fax, "items": items,
            "state": "open", "made_at": now, "reminders": 0, "last_sent_at": now, "answered_at": ""}  # fmt: skip
    add(c, t.request, [made])
    add(c, t.identifier, [{"case_id": case_id, "kind": "token", "value": made["token"]}])
    asked = ", ".join(item["ask"] for item in items)
    _log(c, case_id, f"request:{made['token']}", f"Asked {office}: {asked}", by, now)
    return made


def _remind(c: Connection, case_id: str, old: Any, by: str, at: datetime) -> Row:
    """The same letter once more."""
    sent = old["reminders"] + 1
    values = {"reminders": sent, "last_sent_at": at.isoformat()}
    c.execute(update(t.request).filter_by(token=old["token"]).values(**values))
    _log(c, case_id, f"request:{old['token']}:{sent}", f"Reminder {sent} to {old['office']}", by, at.isoformat())
    return {**old, **values}


def _log(c: Connection, case_id: str, key: str, title: str, by: str, at: str) -> None:
    row = {"kind": "requested", "title": title, "at": at, "by": by}
    add(c, t.event, [{"case_id": case_id, "key": key, "row": row}])
    note(c, case_id, at, by, "requested what is missing", title)


def _open_row(row: Any, today: date) -> Row:
    sent = date.fromisoformat(row["last_sent_at"][:10])
    due = add_business_days(sent, REMIND_AFTER)
    return {**{key: row[key] for key in OPEN_SHOWN}, "asks_for": [item["ask"] for item in row["items"]],
            "remind_on": due.isoformat(), "remind_now": due <= today,
            "days_open": (today - date.fromisoformat(row["made_at"][:10])).days}  # fmt: skip


def _about(row: Any, reads: list[Read]) -> dict[str, str]:
    """What the letter says of the patient and the order: no more than the office needs to find the chart."""
    orders = [read for read in reads if read.is_order or read.document.kind == "plan_of_care"]
    values = {name: next((v for read in orders if (v := read.value(name))), "") for name in
              ("order_date", "hcpcs", "ordering_provider_name")}  # fmt: skip
    return {"member_name": row["member_name"], "member_dob": row["member_dob"], **values}
