"""Layouts of everything that is not an order: notes, tests, cover, face sheet, delivery, calls, denial."""

from __future__ import annotations

from datetime import date, timedelta

from samples.people import Case
from samples.sheet import Sheets, long, us


def _member(s: Sheets, c: Case, y: float = 100) -> None:
    """Name, birth date and id on one line."""
    s.text(60, y, f"Patient: {c.name}    DOB: {us(c.dob)}    Member ID: {c.member_id}")
    s.know("member_name", c.name)
    s.know("member_dob", c.dob.isoformat())
    s.know("member_id", c.member_id)


def cover_sheet(s: Sheets, c: Case, pages: int = 2) -> None:
    """A fax cover sheet; sources no clinical facts."""
    s.title("FAX COVER SHEET", 120)
    rows = [("To:", "Intake, Harbor Home Care"), ("From:", c.practice), ("Fax:", c.office_fax),
            ("Phone:", c.office_phone), ("Date:", us(c.ordered + timedelta(1))), ("Pages incl. cover:", str(pages)),
            ("Re:", "New referral")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.pair(90, 180 + 30 * number, label, value, 140)
    s.prose(470, ["CONFIDENTIALITY NOTICE: this transmission is meant for the addressee only. If it reached you in "
                  "error, call the sender and destroy all pages."])  # fmt: skip
    s.end_page("cover_sheet")


def progress_note(s: Sheets, c: Case, pages: int = 1) -> None:
    """A prose office note."""
    visit = c.ordered - timedelta(6)
    s.text(60, 66, c.practice, bold=True)
    s.title("PROGRESS NOTE", 84)
    _member(s, c, 110)
    s.pair(60, 130, "Date of visit:", us(visit))
    code, words = c.codes[0]
    y = s.prose(160, [
        f"SUBJECTIVE: {c.first} returns with shortness of breath on walking from bed to kitchen. No chest pain. "
        "Mother had asthma. Denies fever.",
        "OBJECTIVE: SpO2 86 % on room air at rest, rising to 94 % on 2 L/min by nasal cannula. Weight 164 lb. "
        "Lungs with reduced breath sounds on both sides.",
        f"ASSESSMENT: {words} ({code}). Pneumonia was ruled out by chest film.",
        "PLAN: home oxygen at 2 L/min continuous with a portable system. Follow up in three months.",
    ])  # fmt: skip
    s.know("icd10", code)
    s.know("spo2", "86")
    if pages == 1:
        s.text(60, y + 20, f"Electronically signed by {c.doctor}, MD on {us(visit)} 16:05")
    s.end_page("progress_note")
    if pages == 2:
        s.text(60, 66, f"Progress note continued: {c.name}, DOB {us(c.dob)}    Page 2 of 2")
        y = s.prose(100, [
            "The patient lives alone on the second floor and manages her own medicines. Ambulates 150 feet with rests.",
            "Oxygen need discussed; alternative treatments (inhaled bronchodilator, pulmonary rehabilitation) were "
            "tried and were not enough.",
        ])  # fmt: skip
        s.text(60, y + 20, f"Electronically signed by {c.doctor}, MD on {us(visit)} 16:05")
        s.end_page("progress_note")


def oximetry_log(s: Sheets, c: Case) -> None:
    """A 6-minute-walk and oximetry log."""
    s.title("OXIMETRY / 6-MINUTE WALK TEST REPORT")
    _member(s, c)
    s.pair(60, 124, "Test date:", us(c.ordered - timedelta(6)))
    rows = [("Condition", "SpO2 %", "Pulse", "O2"), ("Rest, room air", "86", "92", "none"),
            ("Walking, room air", "83", "108", "none"), ("Walking, with oxygen", "93", "101", "2 L/min"),
            ("Recovery, 3 minutes", "92", "95", "2 L/min")]  # fmt: skip
    for number, row in enumerate(rows):
        for x, words in zip((70, 260, 350, 430), row, strict=True):
            s.text(x, 176 + 28 * number, words, bold=number == 0)
        s.box(60, 158 + 28 * number, 492, 28)
    s.prose(
        340,
        ["Distance walked: 210 feet. Test performed by a respiratory therapist at the pulmonary laboratory."],
    )
    s.end_page("test_result")


def wound_sheet(s: Sheets, c: Case) -> None:
    """Wound measurements over three weeks."""
    s.title("WOUND ASSESSMENT AND MEASUREMENT SHEET")
    _member(s, c)
    s.pair(60, 124, "Wound:", "right heel, stage 3 pressure injury")
    for number in range(4):
        y = 160 + 28 * number
        row = ("Date", "L x W x D (cm)", "Drainage", "Tissue")
        if number:
            day = c.ordered - timedelta(28 - 7 * number)
            row = (
                us(day),
                f"{4.2 - 0.3 * number:.1f} x {3.1 - 0.2 * number:.1f} x 0.{9 - number}",
                "moderate",
                "granulating",
            )
        for x, words in zip((70, 180, 320, 430), row, strict=True):
            s.text(x, y + 18, words, bold=number == 0)
        s.box(60, y, 492, 28)
    s.end_page("test_result")


def face_sheet(s: Sheets, c: Case) -> None:
    """Registration data."""
    s.title("PATIENT FACE SHEET / DEMOGRAPHICS")
    rows = [("Patient Name", c.name), ("Date of Birth", us(c.dob)), ("Address", f"{c.street}, {c.town}"),
            ("Home Phone", c.phone), ("Primary Insurance", c.payer), ("Member ID", c.member_id),
            ("Group Number", c.group), ("Medicare Number", c.mbi), ("Primary Care Provider", f"{c.doctor}, MD"),
            ("Access", "Gate code at entrance, 14 stairs, no elevator")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.pair(60, 120 + 30 * number, label + ":", value, 150)
    for name, value in (("member_name", c.name), ("member_dob", c.dob.isoformat()), ("member_id", c.member_id),
                        ("mbi", c.mbi), ("group_number", c.group), ("payer_name", c.payer)):  # fmt: skip
        s.know(name, value)
    s.end_page("face_sheet")


def delivery_proof(s: Sheets, c: Case) -> None:
    """A signed delivery ticket."""
    delivered = c.ordered + timedelta(5)
    s.title("PROOF OF DELIVERY")
    _member(s, c)
    s.pair(60, 130, "Delivery date:", us(delivered))
    s.pair(60, 156, "Delivered to:", f"{c.street}, {c.town}")
    s.pair(60, 182, "Item:", f"{c.item[0]} {c.item[1][:40]}")
    s.pair(60, 208, "Serial number:", f"HC{s.rng.randrange(100000, 999999)}")
    s.pair(60, 234, "Quantity:", "1")
    s.text(60, 310, "Received by (signature):", bold=True)
    s.rule(215, 313, 200)
    s.scrawl(225, 310)
    s.end_page("delivery_proof")


def call_log(s: Sheets, c: Case) -> None:
    """Calls to the payer."""
    s.title("CALL LOG")
    _member(s, c)
    lines = [("Date", "Time", "Spoke with", "Reference", "Outcome")]
    for number, (who, outcome) in enumerate((("Dana R.", "auth request received"), ("Lee M.", "in clinical review"),
                                             ("Dana R.", "denied, letter to follow"))):  # fmt: skip
        day = c.ordered + timedelta(20 + 9 * number)
        lines.append((us(day), f"{9 + number}:15", who, f"R{s.rng.randrange(100000, 999999)}", outcome))
    for number, row in enumerate(lines):
        for x, words in zip((64, 150, 210, 300, 390), row, strict=True):
            s.text(x, 150 + 30 * number, words, bold=number == 0)
        s.rule(60, 158 + 30 * number, 492)
    s.end_page("call_log")


def denial_letter(s: Sheets, c: Case, noticed: date | None = None) -> None:
    """A payer's denial with reason, codes and appeal window."""
    noticed = noticed or c.ordered + timedelta(45)
    s.text(60, 70, c.payer, bold=True, size=s.size + 4)
    s.text(60, 88, "P.O. Box 555, Elmbrook, OH 44099")
    s.text(60, 120, long(noticed))
    s.title("NOTICE OF DENIAL OF MEDICAL COVERAGE", 150)
    rows = [("Member:", c.name), ("Member ID:", c.member_id), ("Date of Birth:", us(c.dob)),
            ("Claim Number:", c.claim), ("Service denied:", f"{c.item[0]} {c.item[1][:40]}"),
            ("Reason codes:", "CO-50, N115")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.pair(60, 180 + 20 * number, label, value)
    s.prose(320, [
        "We denied the service listed above. The records do not show that the equipment is medically necessary under "
        "our coverage criteria, because no qualifying oxygen saturation test was found.",
        "YOUR RIGHT TO APPEAL: You may ask for an appeal within 60 calendar days of the date of this notice. If waiting "
        "could harm your health, ask for an expedited appeal and we will decide within 72 hours.",
        f"Send your appeal to: {c.payer}, Appeals Department, P.O. Box 555, Elmbrook, OH 44099, fax 555-219-0101.",
    ])  # fmt: skip
    for name, value in (("member_name", c.name), ("member_id", c.member_id), ("member_dob", c.dob.isoformat()),
                        ("claim_number", c.claim), ("denial_date", noticed.isoformat()), ("denial_code", "CO-50"),
                        ("appeal_deadline", (noticed + timedelta(60)).isoformat())):  # fmt: skip
        s.know(name, value)
    s.end_page("denial_letter")
