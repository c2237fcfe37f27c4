"""Layouts of payers: five kinds of denial letter, an explanation of benefits."""

from __future__ import annotations

from datetime import date, timedelta

from samples.forms import Pen, drawer, tight, two_columns
from samples.people import Case
from samples.sheet import Sheets, long

REASONS = {
    "not medically necessary": (
        "we decided that the equipment is not medically necessary under our clinical policy. Your records do not show a qualifying test.",
        "the documentation does not support medical necessity. The service did not meet the criteria of Local Coverage Determination L33797."),
    "records missing": (
        "the information we asked for was not received. The medical records were not submitted within the time allowed.",
        "there is insufficient documentation: the clinical notes we requested have not been provided."),
    "no or wrong authorization": (
        "prior authorization was required and was not obtained before the service.",
        "this item needs precertification and no approval is on file for it."),
    "non-covered benefit": (
        "this item is not a covered benefit of your plan. It is listed under exclusions.",
        "your benefit booklet excludes coverage for this type of supply."),
    "order defect": (
        "the written order was incomplete: the order was not signed by the practitioner before delivery.",
        "the prescription on file is not valid because it lacks the practitioner's signature."),
}  # fmt: skip


def _letter(p: Pen, payer: str, title: str, noticed: date) -> float:
    s = p.s
    s.text(60, 60, payer, bold=True, size=s.size + 3)
    s.text(60, 76, f"P.O. Box {p.rng.randrange(100, 9999)}, Elmbrook, OH 44099", size=s.size - 2)
    day = long(noticed) if not p.unseen else p.day(noticed)
    if p.unseen and p.rng.random() < 0.5:
        s.text(60, 104, f"{p.label('denial_date')}: {day}")
    else:
        s.text(60, 104, day)
    p.know("denial_date", noticed.isoformat())
    s.text(60, 124, p.c.name)
    s.text(60, 138, f"{p.c.street}")
    s.text(60, 152, p.c.town)
    s.title(title, 180)
    rows = p.rows(
        "member_name",
        "member_id",
        "claim_number" if p.rng.random() < 0.5 else "reference_number",
        "ordering_provider_name",
    )
    p.know("payer_name", payer)
    y = (tight if not p.unseen else two_columns)(s, rows, 204)
    s.text(60, y + 4, f"Service: {p.item_words(40)} ({p.c.item[0]})")
    p.know("hcpcs", p.c.item[0])
    return y + 28


def _reason(p: Pen) -> str:
    kind = p.rng.choice(list(REASONS))
    p.know("denial_reason", kind)
    return REASONS[kind][p.unseen]


def _denial(
    s: Sheets, c: Case, payer: str, title: str, days: int, appeal: str, tail: str, printed_days: int = -1
) -> None:
    """A letter: what was denied and why, then the right to appeal with a window or a printed last day."""
    p, noticed = Pen(s, c), c.ordered + timedelta(40)
    y = _letter(p, payer, title, noticed)
    due = noticed + timedelta(days)
    if printed_days >= 0:
        due = noticed + timedelta(printed_days)
    p.know("appeal_deadline", due.isoformat())
    reason = _reason(p)
    s.prose(y, [
        f"Dear {c.first} {c.last}: We reviewed the request from {c.doctor}, MD. " + ("We denied this request because " if not p.unseen else "This request has been denied since ") + reason,
        appeal.format(day=long(due) if not p.unseen else p.day(due), days=days),
        tail,
    ])  # fmt: skip
    s.end_page("denial_letter")


def advantage_denial(s: Sheets, c: Case) -> None:
    """A Medicare Advantage plan's notice."""
    _denial(s, c, "Blue Harbor Advantage", "NOTICE OF DENIAL OF MEDICAL COVERAGE", 65,
            "If you want to appeal, you must ask within {days} days of the date of this notice.",
            "Mail: Blue Harbor Advantage Appeals, P.O. Box 555, Elmbrook, OH 44099. Fax: 555-219-0101. Expedited: we decide within 72 hours. "
            "If we uphold the denial, we send your case to an independent reviewer.")  # fmt: skip


def group_plan_denial(s: Sheets, c: Case) -> None:
    """An employer plan's adverse benefit determination."""
    _denial(s, c, "Evergreen Employee Benefit Trust", "ADVERSE BENEFIT DETERMINATION", 180,
            "You have {days} calendar days from receipt of this letter to file an appeal.",
            "You may ask for external review by an independent review organization within four months. You may request free copies of all "
            "documents relevant to your claim. Your physician may call 555-219-0107 for a peer-to-peer discussion within 14 days.")  # fmt: skip


def medicaid_denial(s: Sheets, c: Case) -> None:
    """A Medicaid plan's notice of action."""
    _denial(s, c, "Prairie State Medicaid Plan", "NOTICE OF ADVERSE ACTION", 60,
            "You must ask for an appeal no later than {day}. That is {days} calendar days from the date on this notice.",
            "After the plan appeal you may ask for a State fair hearing. To keep your services during the appeal, ask within 10 days. "
            "Send to: Grievance and Appeals Unit, P.O. Box 777, Port Sable, MI 48999.", 60)  # fmt: skip


def medicare_denial(s: Sheets, c: Case) -> None:
    """A Medicare contractor's decision with redetermination rights."""
    _denial(s, c, "Medicare Part B", "MEDICARE CLAIM DECISION - DENIAL NOTICE", 125,
            "To appeal, your request for redetermination must be received by {day}.",
            "Mail the request with the claim number, the item, the date of service and the reason you disagree.", 125)  # fmt: skip


def commercial_denial(s: Sheets, c: Case) -> None:
    """A commercial plan's letter to the provider."""
    _denial(s, c, "Lakeshore Mutual", "DETERMINATION LETTER: REQUEST NOT APPROVED", 90,
            "An appeal may be submitted within ninety ({days}) days after the date of this letter.",
            "To speak with a medical director call 555-219-0119, ext. 4410. Expedited review is available when delay could harm the patient.")  # fmt: skip


def remittance(s: Sheets, c: Case) -> None:
    """An explanation of benefits: lines with amounts, group and reason codes, remarks."""
    p, served = Pen(s, c), c.ordered + timedelta(4)
    s.text(54, 56, c.payer, bold=True)
    p.know("payer_name", c.payer)
    s.title("EXPLANATION OF BENEFITS" if not p.unseen else "Provider Remittance Advice", 84)
    y = drawer(p.rng, p.unseen)(s, p.rows("member_name", "member_id", "claim_number"), 110) + 10
    columns = (54, 130, 200, 262, 330, 400, 470)
    group, carc, rarc = p.rng.choice(
        (("CO", "50", "N115"), ("PR", "204", "N130"), ("CO", "16", "M127"), ("OA", "18", "N522"), ("CO", "197", "M62"))
    )
    head = ("Service date", "HCPCS", "Billed", "Allowed", "Paid", "Adj", "Remark")
    row = (
        served.strftime("%m/%d/%Y"),
        c.item[0] + (" RR" if p.unseen else ""),
        "$412.50",
        "0.00",
        "0.00",
        f"{group}-{carc}" if not p.unseen else f"{group} {carc}",
        rarc,
    )
    for number, texts in enumerate((head, row)):
        for x, words in zip(columns, texts, strict=True):
            s.text(x, y + 20 * number, words, bold=number == 0, size=s.size - 3)
        s.rule(54, y + 5 + 20 * number, 500)
    p.know("hcpcs", c.item[0])
    if p.unseen:
        p.know("modifier", "RR")
    p.know("service_start", served.isoformat())
    p.know("denial_code", f"{group}-{carc}")
    p.know("denial_code", rarc)
    p.know("denial_reason", {"50": "not medically necessary", "204": "non-covered benefit", "16": "records missing", "18": "duplicate claim",
                             "197": "no or wrong authorization"}[carc])  # fmt: skip
    s.text(
        54,
        y + 70,
        f"Check number 0088214  Check date {p.day(served + timedelta(20))}  Total paid $0.00",
        size=s.size - 2,
    )
    s.end_page("denial_letter")
