"""Layouts of the office: face sheets, delivery tickets, call logs, credentials, photo pages, cover sheets."""

from __future__ import annotations

from datetime import timedelta

from samples.forms import Pen, drawer
from samples.people import Case
from samples.sheet import Sheets


def registration(s: Sheets, c: Case) -> None:
    """A face sheet in any form."""
    p = Pen(s, c)
    s.title("PATIENT REGISTRATION FORM" if not p.unseen else "Client Demographics / Intake", 60)
    draw = drawer(p.rng, p.unseen)
    y = draw(s, p.rows("member_name", "member_dob", "sex", "address", "phone", "mrn"), 92)
    s.text(54, y + 8, "INSURANCE", bold=True)
    y = draw(s, p.rows("payer_name", "member_id", "group_number", "mbi"), y + 32)
    s.text(54, y + 8, "EMERGENCY CONTACT", bold=True)
    s.text(60, y + 30, "Name: Ottoline Prewitt   Relationship: daughter   Phone: 555-377-2040")
    p.know("phone", "5553772040")
    note = (
        "Access: gate code 4471#, 3 flights of stairs, no elevator"
        if not p.unseen
        else "Delivery notes: dog on premises; use buzzer 12; 14 steps to entry"
    )
    s.text(60, y + 54, note)
    s.text(
        60,
        y + 78,
        "Case Manager: Dana Rowland, RN  ext. 4412"
        if not p.unseen
        else "Care coordinator: Lee Maddern (555) 266-0114 x 207",
    )
    if p.unseen:
        p.know("phone", "5552660114")
    s.end_page("face_sheet")


def delivery_ticket(s: Sheets, c: Case) -> None:
    """A supplier's ticket, signed by the recipient."""
    p, delivered = Pen(s, c), c.ordered + timedelta(6)
    s.text(54, 50, c.supplier, bold=True)
    s.title("DELIVERY TICKET" if not p.unseen else "Equipment Delivery Receipt & Acknowledgement", 76)
    y = drawer(p.rng, p.unseen)(
        s, [*p.rows("member_name", "address"), (p.label("delivery_date"), p.day(delivered))], 104
    )
    p.know("delivery_date", delivered.isoformat())
    p.know("hcpcs", c.item[0])
    s.text(
        60,
        y + 10,
        f"{c.item[0]}   {p.item_words(36)}   Qty 1   S/N A{p.rng.randrange(1000, 9999)}-{p.rng.randrange(10**6, 10**7)}   Lot B4471",
    )
    p.know("quantity", "1")
    s.text(60, y + 70, "Received by (patient or representative):")
    s.rule(280, y + 72, 200)
    s.scrawl(290, y + 70)
    s.end_page("delivery_proof")


def phone_log(s: Sheets, c: Case) -> None:
    """Calls with references."""
    p = Pen(s, c)
    s.title("TELEPHONE LOG" if not p.unseen else "Payer Contact Record", 60)
    y = drawer(p.rng, p.unseen)(s, p.rows("member_name", "member_id"), 92)
    s.text(
        60,
        y + 6,
        f"{p.day(c.ordered + timedelta(20))} 9:15 AM - spoke with Dana R. at {c.payer}. {p.label('reference_number')}: {c.reference}",
    )
    p.know("reference_number", c.reference.replace("-", ""))
    s.text(
        60,
        y + 26,
        f"{p.day(c.ordered + timedelta(24))} 2:40 PM - left message with Lee M., case manager, ext. 3391. Outcome: pending.",
    )
    s.end_page("call_log")


def tax_form(s: Sheets, c: Case) -> None:
    """A W-9 in outline."""
    p = Pen(s, c)
    s.title("Form W-9  Request for Taxpayer Identification Number", 60)
    s.text(60, 100, f"1 Name: {c.supplier}")
    s.text(60, 130, "Employer identification number" if p.unseen else "EIN:")
    s.text(60 if p.unseen else 100, 146 if p.unseen else 130, p.row("tax_id")[1])
    s.text(60, 200, f"Address: 88 Dock Street, Elmbrook, OH 44099   Account number {p.rng.randrange(10**9, 10**10)}")
    s.end_page("credential")


def licence(s: Sheets, c: Case) -> None:
    """A state licence."""
    p = Pen(s, c)
    s.title("STATE BOARD OF MEDICINE", 90)
    s.title("License to Practice" if not p.unseen else "CERTIFICATE OF LICENSURE", 130)
    s.text(90, 190, f"Name: {c.doctor}")
    s.text(90, 215, f"License number: {p.rng.randrange(10**5, 10**6)}")
    s.text(90, 240, f"Expiration date: {p.day(c.ordered + timedelta(400))}")
    s.end_page("credential")


def photo_page(s: Sheets, c: Case) -> None:
    """A picture with a caption."""
    p = Pen(s, c)
    s.text(
        60,
        60,
        f"Photo of wound, {c.first} {c.last[0]}., taken {p.day(c.ordered)}"
        if not p.unseen
        else f"Image 1 of 1 - sacral wound photograph {p.day(c.ordered)}",
    )
    s.canvas.setFillGray(0.55)
    s.canvas.ellipse(150, 250, 450, 560, fill=1)
    s.canvas.setFillGray(0.3)
    s.canvas.ellipse(230, 330, 370, 480, fill=1)
    s.canvas.setFillGray(0)
    s.end_page("photo")


def fax_cover(s: Sheets, c: Case, pages: int = 1) -> None:
    """A cover sheet with a page count."""
    p = Pen(s, c)
    s.title("FACSIMILE TRANSMITTAL" if p.unseen else "FAX", 80)
    rows = [("To", "Harbor Home Care Intake"), ("From", c.practice), ("Date", p.day(c.ordered)), ("Fax", c.office_fax), ("Phone", c.office_phone),
            ("Number of pages including cover" if not p.unseen else "Total Pages (w/ cover)", str(pages)), ("Re", f"Orders for {c.first[0]}{c.last[0]}")]  # fmt: skip
    y = drawer(p.rng, p.unseen)(s, rows, 120)
    s.prose(y + 20, ["CONFIDENTIAL: this fax holds protected health information. If you are not the intended recipient, destroy it and call the sender. "
                     "Diagnosis codes such as J44.9 must not be written on this sheet."])  # fmt: skip
    s.end_page("cover_sheet")
