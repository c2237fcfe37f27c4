"""Layouts of orders and requests: sections, item tables, checkboxes, letters, prior-authorization forms, plans of care."""

from __future__ import annotations

from datetime import timedelta

from samples.forms import Pen, UnseenSheets, boxes, drawer, piped, stacked, two_columns
from samples.people import EXTRAS, Case, extra_item
from samples.sheet import Sheets, long

TITLES_SEEN = (
    "PHYSICIAN ORDER",
    "STANDARD WRITTEN ORDER",
    "DME ORDER FORM",
    "PRESCRIPTION FOR HOME MEDICAL EQUIPMENT",
    "DETAILED WRITTEN ORDER",
)
TITLES_UNSEEN = ("Durable Medical Equipment Prescription", "Rx - Home Oxygen", "Equipment & Supply Order", "HOME CARE REFERRAL / ORDERS",
                 "WRITTEN ORDER PRIOR TO DELIVERY", "Supply Reorder Prescription", "Order Requisition")  # fmt: skip


def _title(p: Pen, y: float) -> None:
    p.s.title(p.rng.choice(TITLES_UNSEEN if p.unseen else TITLES_SEEN), y)


def _diagnoses(p: Pen, y: float) -> float:
    p.s.text(60, y, p.label("icd10") + ":", bold=True)
    lines = p.diagnoses()
    if len(lines) == 1 and p.rng.random() < 0.5:
        p.s.text(72 + p.s.canvas.stringWidth(p.label("icd10") + ":", p.s.bold, p.s.size), y, lines[0])
        return y + p.s.size * 1.8
    for line in lines:
        y += p.s.size * 1.5
        p.s.text(72, y, line)
    return y + p.s.size * 1.8


def section_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """Sections for patient, prescriber and supplier, each with rows of its own."""
    p, draw = Pen(s, c), drawer(s.rng, isinstance(s, UnseenSheets))
    p.heading()
    _title(p, 104)
    y = _headed(p, 130, "PATIENT INFORMATION")
    y = draw(s, p.rows("member_name", "member_dob", "member_id", "payer_name", "phone", "sex"), y)
    y = _headed(p, y, "ORDER")
    y = draw(s, p.rows("order_date", "hcpcs", "description", "quantity", "length_of_need"), y)
    y = _diagnoses(p, y + 4)
    y = _headed(p, y, "PRESCRIBER")
    y = draw(s, p.rows("ordering_provider_name", "ordering_provider_npi", "office_phone", "office_fax", "license"), y)
    if p.rng.random() < 0.5 and y < 600:
        y = _headed(p, y, "SUPPLIER")
        y = draw(s, p.rows("supplier", "supplier_npi", "ptan"), y)
    p.sign(min(y + 10, 720), signed)
    s.end_page("order")


def _headed(p: Pen, y: float, words: str) -> float:
    p.s.text(54, y, words if not p.upper else words.title(), bold=True)
    p.s.rule(54, y + 3, 500)
    return y + p.s.size * 2.2


def table_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A table of two items with rulings, columns in a shuffled order, diagnosis pointers."""
    p, other = Pen(s, c), extra_item(c)
    _title(p, 64)
    y = two_columns(s, p.rows("member_name", "member_dob", "mbi", "payer_name", "order_date", "address"), 96) + 10
    y = _diagnoses(p, y)
    columns = [("hcpcs", 84), ("description", 190), ("quantity", 70), ("frequency", 110)]
    if p.unseen:
        p.rng.shuffle(columns)
    first = [p.row(name) for name, _ in columns]
    second = {"hcpcs": other[0], "description": other[1], "quantity": "2", "frequency": "as needed"}
    for field in ("hcpcs", "quantity", "frequency"):
        p.know(field, second[field])
    for number, texts in enumerate(
        ([row[0] for row in first], [row[1] for row in first], [second[name] for name, _ in columns])
    ):
        x = 54.0
        for (_, width), words in zip(columns, texts, strict=True):
            s.box(x, y + 22 * number, width, 22)
            fit = (width - 8) * 10 / max(1.0, s.canvas.stringWidth(words, s.bold, 10))
            s.text(x + 4, y + 22 * number + 15, words, bold=number == 0, size=min(s.size - 2, fit))
            x += width
    y += 96
    y = drawer(p.rng, p.unseen)(s, p.rows("ordering_provider_name", "ordering_provider_npi", "facility_npi"), y)
    p.sign(y + 16, signed)
    s.end_page("order")


def checkbox_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A list of items to tick; only what is ticked was ordered."""
    p = Pen(s, c)
    p.heading(54)
    _title(p, 90)
    y = (stacked if p.unseen else boxes)(
        s, p.rows("member_name", "member_dob", "member_id", "order_date", "payer_name", "phone"), 112
    ) + 8
    s.text(54, y, "Check all items that apply:", bold=True)
    marks = p.rng.choice((("[x]", "[ ]"), ("(X)", "( )")) if p.unseen else (("[X]", "[ ]"), ("[X]", "[_]")))
    items = [c.item, *[extra for extra in EXTRAS if extra[0] != c.item[0]][:5]]
    p.rng.shuffle(items)
    for number, (code, words) in enumerate(items):
        x, line = 60 + 250 * (number % 2), y + 20 + 20 * (number // 2)
        words = p.item_words(26) if code == c.item[0] else words
        s.text(x, line, f"{marks[0] if code == c.item[0] else marks[1]} {code} {words[:26]}", size=s.size - 1)
    p.know("hcpcs", c.item[0])
    y = _diagnoses(p, y + 96)
    y = drawer(p.rng, p.unseen)(s, p.rows("length_of_need", "ordering_provider_name", "ordering_provider_npi"), y)
    p.sign(y + 10, signed)
    s.end_page("order")


def letter_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """An order written as a letter, in sentences."""
    p = Pen(s, c)
    p.heading()
    for field, value in (("member_name", c.name), ("member_dob", c.dob.isoformat()), ("order_date", c.ordered.isoformat()),
                         ("ordering_provider_name", c.doctor), ("hcpcs", c.item[0])):  # fmt: skip
        p.know(field, value)
    s.text(60, 120, long(c.ordered) if not p.unseen else p.day(c.ordered))
    s.text(60, 150, f"RE: {c.name}, DOB {p.day(c.dob)}")
    for code, _ in c.codes:
        p.know("icd10", code)
    listed = " and ".join(f"{words.lower()} ({code})" for code, words in c.codes)
    opening = ("To whom it may concern: please provide", "Please dispense", "I am ordering")[p.rng.randrange(3)]
    y = s.prose(184, [
        f"{opening} {p.item_words().lower()} ({c.item[0]}) for my patient {c.name}, who has {listed}. This is the written order for the item.",
        f"The expected need is {c.need}. Call our office at {c.office_phone} with questions. ZIP 44099, suite 10115.",
    ])  # fmt: skip
    p.know("ordering_provider_npi", c.npi)
    s.text(60, y + 10, "Sincerely,")
    y = p.sign(y + 20, signed)
    s.text(60, y + 6, f"{c.doctor}, MD   NPI {c.npi}")
    s.end_page("order")


def printout_head_order(s: Sheets, c: Case, signed: bool = True) -> None:
    """A chart system's printout: a head with bars, then an order block."""
    p = Pen(s, c)
    y = piped(s, p.rows("member_name", "member_dob", "mrn", "payer_name", "member_id", "sex"), 56) + 10
    s.rule(54, y - 8, 500)
    _title(p, y + 8)
    y = drawer(p.rng, p.unseen)(
        s,
        p.rows(
            "order_date",
            "description",
            "hcpcs",
            "quantity",
            "frequency",
            "ordering_provider_name",
            "ordering_provider_npi",
        ),
        y + 34,
    )
    y = _diagnoses(p, y + 6)
    s.text(
        60,
        y,
        f"Order #: {p.rng.randrange(10**9, 2 * 10**9)}   Encounter: {p.rng.randrange(10**8, 10**9)}   Dept: 10482",
        size=s.size - 2,
    )
    p.sign(y + 10, signed)
    s.end_page("order")


def prior_auth_request(s: Sheets, c: Case, signed: bool = True) -> None:
    """A plan's request form: requesting and servicing provider, codes, dates."""
    p = Pen(s, c)
    s.text(54, 54, c.payer, bold=True, size=s.size + 2)
    s.title("PRIOR AUTHORIZATION REQUEST FORM" if not p.unseen else "Request for Precertification - DME", 80)
    y = _headed(p, 106, "MEMBER")
    y = (stacked if p.unseen else boxes)(s, p.rows("member_name", "member_dob", "member_id"), y) + 4
    y = _headed(p, y, "REQUESTING PROVIDER")
    y = two_columns(s, p.rows("ordering_provider_name", "ordering_provider_npi", "office_phone", "office_fax"), y) + 6
    y = _headed(p, y, "SERVICING PROVIDER")
    y = two_columns(s, p.rows("supplier", "supplier_npi", "tax_id"), y) + 6
    y = _headed(p, y, "SERVICE REQUESTED")
    y = drawer(p.rng, p.unseen)(s, p.rows("hcpcs", "quantity", "service_start"), y)
    y = _diagnoses(p, y)
    p.know("payer_name", c.payer)
    p.sign(y, signed)
    s.end_page("order")


def rx_pad(s: Sheets, c: Case, signed: bool = True) -> None:
    """A prescription slip, little on it, NPI in the head beside the name."""
    p = Pen(s, c)
    s.title(f"{c.doctor}, MD", 70)
    s.canvas.drawCentredString(
        306, 792 - 90, f"{c.practice}  NPI: {c.npi}  DEA: FK5550013  Lic {p.rng.randrange(10000, 99999)}"
    )
    s.canvas.drawCentredString(306, 792 - 106, f"Tel {c.office_phone}   Fax {c.office_fax}")
    p.know("ordering_provider_npi", c.npi)
    p.know("ordering_provider_name", c.doctor)
    s.rule(54, 114, 500)
    y = two_columns(s, p.rows("member_name", "member_dob", "address", "order_date"), 140)
    s.text(60, y + 20, "Rx", bold=True, size=s.size + 8)
    p.know("hcpcs", c.item[0])
    s.text(80, y + 48, f"{p.item_words()}   {c.item[0]}")
    y = _diagnoses(p, y + 76)
    y = two_columns(s, p.rows("quantity", "refills", "length_of_need"), y)
    p.sign(y + 20, signed)
    s.end_page("order")


def numbered_plan_of_care(s: Sheets, c: Case, signed: bool = True) -> None:
    """A plan of care in the arrangement of the old federal form, boxes with numbers."""
    p, start = Pen(s, c), c.ordered
    s.title(
        "HOME HEALTH CERTIFICATION AND PLAN OF CARE" if not p.unseen else "Plan of Treatment / Certification (485)", 54
    )
    day, width = p.day, 168
    cell = [("1. Patient's HI Claim No.", p.row("mbi")[1]), ("2. Start Of Care Date", day(start)),
            ("3. Certification Period", f"From: {day(start)} To: {day(start + timedelta(59))}"),
            ("4. Medical Record No.", str(p.rng.randrange(10**5, 10**6))), ("5. Provider No.", f"{p.rng.randrange(10**5, 10**6)}"),
            ("6. Patient's Name", p.row("member_name")[1]), ("7. Provider's Name", c.agency), ("8. Date of Birth", p.row("member_dob")[1]),
            ("9. Sex", "F")]  # fmt: skip
    for number, (label, value) in enumerate(cell):
        x, top = 54 + width * (number % 3), 70 + 36 * (number // 3)
        s.box(x, top, width, 36)
        s.text(x + 4, top + 10, label, size=s.size - 3)
        s.text(
            x + 4, top + 27, value, size=min(s.size - 2, 1580 / max(1.0, s.canvas.stringWidth(value, s.regular, 10)))
        )
    p.know("service_start", start.isoformat())
    p.know("service_end", (start + timedelta(59)).isoformat())
    y = 196.0
    for number, (code, words) in enumerate(c.codes):
        label = "11. ICD Principal Diagnosis" if number == 0 else f"13. ICD Other Pertinent Diagnoses ({number})"
        s.box(54, y - 12, 504, 32)
        s.text(58, y - 2, label, size=s.size - 3)
        s.text(58, y + 14, f"{code}   {words}   {day(start - timedelta(90))}", size=s.size - 1)
        p.know("icd10", code)
        y += 32
    s.text(
        58,
        y + 8,
        "10. Medications: Dose/Frequency/Route (N)ew (C)hanged: Furosemide 40 mg PO daily; Albuterol 2.5 mg neb q4h prn",
        size=s.size - 3,
    )
    s.text(58, y + 26, "21. Orders for Discipline and Treatments: SN 2W4, 1W5; PT 2W3 for gait.", size=s.size - 2)
    y = two_columns(
        s,
        [("24. Physician's Name", p.row("ordering_provider_name")[1]), ("NPI", p.row("ordering_provider_npi")[1])],
        y + 56,
    )
    p.sign(y + 12, signed)
    s.end_page("plan_of_care")
