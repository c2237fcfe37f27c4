"""Layouts of orders: letterhead, boxed grid, two-column printout, line items, plan of care."""

from __future__ import annotations

from datetime import timedelta

from samples.people import Case
from samples.sheet import Sheets, us


def _know_member(s: Sheets, c: Case) -> None:
    s.know("member_name", c.name)
    s.know("member_dob", c.dob.isoformat())
    s.know("member_id", c.member_id)


def _know_order(s: Sheets, c: Case, signed: bool, shown: int = 9) -> None:
    """What an order says; `shown`: how many diagnoses its layout has room for."""
    _know_member(s, c)
    s.know("ordering_provider_npi", c.npi)
    s.know("ordering_provider_name", c.doctor)
    s.know("order_date", c.ordered.isoformat())
    for code, _ in c.codes[:shown]:
        s.know("icd10", code)
    s.know("signature", "present" if signed else "absent")
    if signed:
        s.know("signature_date", (c.ordered + timedelta(2)).isoformat())


def letterhead_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A practice's letterhead with labelled lines and a ruled signature line."""
    s.canvas.setFont(s.bold, s.size + 6)
    s.canvas.drawCentredString(306, 792 - 70, c.practice)
    s.canvas.setFont(s.regular, s.size - 1)
    s.canvas.drawCentredString(306, 792 - 88, f"Phone {c.office_phone}    Fax {c.office_fax}")
    s.rule(60, 98, 492)
    s.title("PHYSICIAN ORDER FOR HOME MEDICAL EQUIPMENT", 126)
    rows = [
        ("Patient Name:", c.name), ("Date of Birth:", us(c.dob)), ("Member ID:", c.member_id),
        ("Insurance:", c.payer), ("Order Date:", us(c.ordered)), ("Equipment:", c.item[1]), ("HCPCS:", c.item[0]),
    ]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.pair(60, 165 + 26 * number, label, value)
    y = 165 + 26 * len(rows)
    s.text(60, y, "Diagnosis (ICD-10):", bold=True)
    for number, (code, words) in enumerate(c.codes):
        s.text(180, y + 20 * number, f"{code}  {words}")
    y += 20 * len(c.codes) + 14
    s.pair(60, y, "Length of need:", "99 months")
    s.pair(60, y + 26, "Liter flow:", "2 L/min continuous, nasal cannula")
    s.pair(60, y + 52, "Ordering Physician:", f"{c.doctor}, MD", 140)
    s.pair(60, y + 78, "NPI:", c.npi)
    _signature_line(s, y + 140, c, signed)
    s.know("hcpcs", c.item[0])
    s.know("payer_name", c.payer)
    _know_order(s, c, signed)
    s.end_page("order")


def _signature_line(s: Sheets, y: float, c: Case, signed: bool) -> None:
    s.text(60, y, "Physician Signature:", bold=True)
    s.rule(190, y + 3, 200)
    s.text(405, y, "Date:", bold=True)
    s.rule(440, y + 3, 110)
    if signed:
        s.scrawl(200, y)
        s.penned(445, y, us(c.ordered + timedelta(2)))


def grid_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A form of ruled boxes, a small label in each."""
    s.title("DURABLE MEDICAL EQUIPMENT ORDER FORM")
    cells = [
        ("Patient name", f"{c.last.upper()}, {c.first.upper()}"), ("DOB", us(c.dob)), ("Insurance ID", c.member_id),
        ("Payer", c.payer), ("Date ordered", us(c.ordered)), ("Procedure code", c.item[0]),
        ("Item description", c.item[1][:34]), ("Quantity", "1"), ("Prescriber", f"{c.doctor} MD"),
        ("Prescriber NPI", c.npi), ("Dx 1", c.codes[0][0]), ("Dx 2", c.codes[1][0] if len(c.codes) > 1 else ""),
    ]  # fmt: skip
    for number, (label, value) in enumerate(cells):
        x, y = 60 + 246 * (number % 2), 100 + 46 * (number // 2)
        s.box(x, y, 246, 46)
        s.above(x + 6, y + 14, label, value)
    y = 100 + 46 * 6
    s.box(60, y, 330, 70)
    s.above(66, y + 14, "Prescriber signature", "")
    s.box(390, y, 162, 70)
    s.above(396, y + 14, "Date signed", us(c.ordered + timedelta(2)) if signed else "")
    if signed:
        s.scrawl(120, y + 52)
    s.know("hcpcs", c.item[0])
    _know_order(s, c, signed, 2)
    s.end_page("order")


def printout_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """Two columns from a chart system, labels above values, signed electronically."""
    s.text(60, 66, c.practice, bold=True, size=s.size + 2)
    s.text(400, 66, "Order Summary")
    s.rule(60, 74, 492)
    left = [
        ("PATIENT", c.name),
        ("DATE OF BIRTH", us(c.dob)),
        ("MEMBER #", c.member_id),
        ("PRIMARY PAYER", c.payer),
    ]
    right = [
        ("ORDERING PROVIDER", f"{c.doctor}, MD"), ("NPI", c.npi), ("ORDER DATE", us(c.ordered)),
        ("HCPCS CODE", c.item[0]),
    ]  # fmt: skip
    for number in range(4):
        s.above(60, 104 + 44 * number, *left[number])
        s.above(330, 104 + 44 * number, *right[number])
    s.text(60, 300, "DIAGNOSES", size=s.size - 2.5)
    for number, (code, words) in enumerate(c.codes):
        s.text(60, 316 + 17 * number, f"{words} [{code}]", bold=True)
    s.above(60, 380, "ORDER DETAILS", c.item[1])
    if signed:
        s.text(60, 470, f"Electronically signed by {c.doctor}, MD on {us(c.ordered + timedelta(2))} 09:42 AM")
    else:
        s.text(60, 470, "Signature: pending review")
    s.know("hcpcs", c.item[0])
    _know_order(s, c, signed)
    s.end_page("order")


def item_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A table of items with code, description, quantity and diagnosis pointer."""
    s.title("SUPPLY ORDER / DETAILED WRITTEN ORDER")
    s.pair(60, 110, "Member Name:", c.name)
    s.pair(340, 110, "D.O.B.:", us(c.dob), 60)
    s.pair(60, 134, "Policy #:", c.member_id)
    s.pair(340, 134, "Plan:", c.payer, 60)
    s.pair(60, 158, "Date of Order:", us(c.ordered))
    s.pair(60, 182, "ICD-10 Codes:", ", ".join(code for code, _ in c.codes))
    columns = (60, 150, 390, 450)
    for x, words in zip(columns, ("HCPCS", "Description", "Qty", "Frequency"), strict=True):
        s.text(x + 4, 222, words, bold=True)
    s.box(60, 208, 492, 72)
    s.rule(60, 228, 492)
    for x, words in zip(columns, (c.item[0], c.item[1][:38], "1", "monthly"), strict=True):
        s.text(x + 4, 246, words)
    s.pair(60, 330, "Treating Practitioner:", f"{c.doctor}, NP", 150)
    s.pair(60, 354, "NPI #:", c.npi)
    _signature_line(s, 420, c, signed)
    s.know("hcpcs", c.item[0])
    _know_order(s, c, signed)
    s.end_page("order")


def plan_of_care(s: Sheets, c: Case, signed: bool = True) -> None:
    """A home-health plan of care with numbered boxes."""
    s.title("HOME HEALTH CERTIFICATION AND PLAN OF CARE")
    start = c.ordered
    cells = [
        ("1. Patient's Member ID", c.member_id), ("2. Start of Care Date", us(start)),
        ("3. Certification Period", f"{us(start)} - {us(start + timedelta(59))}"), ("4. Patient's Name", c.name),
        ("5. Date of Birth", us(c.dob)), ("6. Payer", c.payer),
        ("7. Principal Diagnosis", f"{c.codes[0][0]} {c.codes[0][1]}"[:38]), ("8. Orders: discipline", "SN 2 x week x 9"),
        ("9. Attending Physician", f"{c.doctor}, MD"), ("10. Physician NPI", c.npi),
    ]  # fmt: skip
    for number, (label, value) in enumerate(cells):
        x, y = 60 + 246 * (number % 2), 100 + 48 * (number // 2)
        s.box(x, y, 246, 48)
        s.above(x + 5, y + 14, label, value)
    s.prose(370, ["11. Goals: patient will manage the condition at home with skilled observation and teaching. "
                  "Homebound: needs a walker and another person to leave home; leaving takes a taxing effort."])  # fmt: skip
    _signature_line(s, 470, c, signed)
    _know_member(s, c)
    s.know("icd10", c.codes[0][0])
    s.know("ordering_provider_npi", c.npi)
    s.know("signature", "present" if signed else "absent")
    s.end_page("plan_of_care")
