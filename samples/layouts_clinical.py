"""Layouts of notes and tests: visit, discharge, walk test, oximetry, blood gas, sleep study, wounds, therapy."""

from __future__ import annotations

from datetime import timedelta

from samples.forms import Pen, drawer, piped, two_columns
from samples.people import Case
from samples.sheet import Sheets


def _head(p: Pen, title: str, *more: str) -> float:
    s = p.s
    p.heading(50)
    s.title(title, 88)
    return (piped if p.rng.random() < 0.4 else two_columns)(s, p.rows("member_name", "member_dob", *more), 112) + 8


def _say(p: Pen, seen: str, unseen: str) -> str:
    return unseen if p.unseen else seen


def visit_note(s: Sheets, c: Case) -> None:
    """An office note with negated, ruled-out, family and past diagnoses beside the real ones."""
    p, visit = Pen(s, c), c.ordered - timedelta(9)
    y = _head(p, _say(p, "OFFICE VISIT NOTE", "Face-to-Face Encounter"), "mrn")
    s.text(60, y, f"{p.label('visit_date')}: {p.day(visit)}")
    p.know("visit_date", visit.isoformat())
    code, words = c.codes[0]
    rest, walk = p.rng.randrange(80, 89), p.rng.randrange(76, 86)
    y = s.prose(y + 26, [
        _say(p, f"CHIEF COMPLAINT: follow-up of {words.lower()}.", f"HPI: {c.first} is seen for {words.lower()}. Lives alone, 12 steps to enter."),
        _say(p, f"VITALS: BP 132/78, HR 88, SpO2 {rest}% on room air at rest, {walk}% on room air with ambulation.",
             f"Vitals - BP 132/78 P 88 R 18. O2 sat {rest} % RA resting; oxygen saturation fell to {walk}% while walking on room air."),
        "FAMILY HISTORY: mother with asthma (J45.909). " + _say(p, "No evidence of pneumonia (J18.9).", "Pneumonia (J18.9) was ruled out. History of tobacco use (Z87.891)."),
        f"ASSESSMENT: 1. {words} {code}." + "".join(f" {n}. {w} {k}." for n, (k, w) in enumerate(c.codes[1:], 2)),
        f"PLAN: order {p.item_words().lower()}. Return in three months. Zip 44099.",
    ])  # fmt: skip
    p.know("spo2", str(rest))
    p.know("spo2", str(walk))
    for known, _ in c.codes:
        p.know("icd10", known)
    s.text(60, y + 10, f"Electronically signed by {c.doctor}, MD on {p.day(visit)} at 4:05 PM")
    p.know("signature", "present")
    p.know("signature_date", visit.isoformat())
    s.end_page("progress_note")


def discharge_summary(s: Sheets, c: Case) -> None:
    """A hospital's discharge summary with the hour of discharge."""
    p, out = Pen(s, c), c.ordered
    y = _head(p, "DISCHARGE SUMMARY", "mrn")
    rows = [("Admit Date", p.day(out - timedelta(5))),
            (_say(p, "Discharge Date/Time", "Discharged"), f"{p.day(out)} {_say(p, '14:30', '2:30 PM')}"), ("Attending", f"{c.doctor}, MD")]  # fmt: skip
    p.know("ordering_provider_name", c.doctor)
    y = drawer(p.rng, p.unseen)(s, rows, y + 6)
    p.know("discharge_at", f"{out.isoformat()}T14:30")
    for code, _ in c.codes:
        p.know("icd10", code)
    s.prose(y + 10, [
        "DISCHARGE DIAGNOSES: " + "; ".join(f"{words} ({code})" for code, words in c.codes),
        "HOSPITAL COURSE: improved on oxygen and diuretics. No evidence of pulmonary embolism (I26.99).",
        "MEDICATIONS: Furosemide 40 mg PO daily. Albuterol 2.5 mg/3 mL nebulized every 4 hours as needed. Insulin glargine 20 units subcut nightly.",
        "DISPOSITION: home with home health. Follow-up in 7 days.",
    ])  # fmt: skip
    s.end_page("progress_note")


def walk_test(s: Sheets, c: Case) -> None:
    """A six-minute walk with a table of saturations."""
    p, day = Pen(s, c), c.ordered - timedelta(5)
    y = _head(p, _say(p, "SIX MINUTE WALK TEST", "Exercise Oximetry / Ambulatory Saturation Report"), "member_id")
    s.text(60, y, f"{p.label('test_date')}: {p.day(day)}")
    p.know("test_date", day.isoformat())
    values = [str(p.rng.randrange(84, 89)), str(p.rng.randrange(76, 84)), str(p.rng.randrange(90, 96))]
    names = (
        ("At rest, room air", "Exercise, room air", "Exercise, with oxygen 2 L/min")
        if p.unseen
        else ("Rest on room air", "Walking on room air", "Walking with O2 at 2 L/min")
    )
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        line = f"{name}: SpO2 {value}%  HR {80 + 9 * number}" if p.unseen else ""
        at = y + 30 + 24 * number
        if line:
            s.text(60, at, line)
        else:
            s.text(60, at, name)
            s.text(300, at, f"SpO2 {value} %")
            s.text(420, at, f"HR {80 + 9 * number}")
        p.know("spo2", value)
    p.know("liters_per_minute", "2")
    s.text(60, y + 120, f"{_say(p, 'Distance walked', 'Total distance')}: {p.rng.randrange(120, 900)} feet   Borg 6/10")
    s.text(60, y + 144, "Tested by: respiratory therapist, pulmonary function laboratory")
    s.end_page("test_result")


def overnight_oximetry(s: Sheets, c: Case) -> None:
    """An overnight recording with summary numbers."""
    p, day = Pen(s, c), c.ordered - timedelta(6)
    y = _head(p, _say(p, "OVERNIGHT OXIMETRY REPORT", "Nocturnal Pulse Oximetry Recording"))
    lowest = str(p.rng.randrange(71, 82))
    p.know("spo2", lowest)
    p.know("spo2", "89.4")
    rows = [(p.label("test_date"), p.day(day)), ("Recording time", "7:42 hh:mm"), ("Lowest SpO2", f"{lowest}%"),
            ("Time with SpO2 <= 88%", "42.5 minutes"), ("Mean SpO2", "89.4 %"), ("Condition", "Room air, sleep")]  # fmt: skip
    p.know("test_date", day.isoformat())
    drawer(p.rng, p.unseen)(s, rows, y + 8)
    s.end_page("test_result")


def blood_gas(s: Sheets, c: Case) -> None:
    """Arterial blood gas."""
    p, day = Pen(s, c), c.ordered - timedelta(4)
    y = _head(p, _say(p, "ARTERIAL BLOOD GAS REPORT", "Laboratory Report: ABG"), "mrn")
    p.know("test_date", day.isoformat())
    rows = [("Collected", p.day(day)), ("pH", "7.38"), ("pCO2", "48 mmHg"), ("pO2", f"{p.rng.randrange(48, 56)} mmHg"),
            ("HCO3", "27 mmol/L"), ("FiO2", "21 % (room air)")]  # fmt: skip
    drawer(p.rng, p.unseen)(s, rows, y + 8)
    s.end_page("test_result")


def sleep_study(s: Sheets, c: Case) -> None:
    """A sleep study with apnea-hypopnea index."""
    p, day = Pen(s, c), c.ordered - timedelta(30)
    y = _head(p, _say(p, "POLYSOMNOGRAPHY REPORT", "Home Sleep Apnea Test - Interpretation"), "member_id")
    ahi = f"{p.rng.randrange(6, 60)}.{p.rng.randrange(10)}"
    rows = [(p.label("test_date"), p.day(day)), ("AHI" if not p.unseen else "Apnea-Hypopnea Index", f"{ahi} events/hour"),
            ("Total recording time", "412 minutes"), ("Total events", "243"), ("Minimum SpO2", "78%"), ("Diagnosis", "G47.33 Obstructive sleep apnea")]  # fmt: skip
    p.know("test_date", day.isoformat())
    p.know("ahi", ahi)
    p.know("spo2", "78")
    p.know("icd10", "G47.33")
    drawer(p.rng, p.unseen)(s, rows, y + 8)
    s.end_page("test_result")


def wound_table(s: Sheets, c: Case) -> None:
    """Wound measurements, in columns or in words."""
    p = Pen(s, c)
    y = _head(p, _say(p, "WOUND CARE FLOW SHEET", "Skin & Wound Evaluation"))
    length, width, depth = p.rng.randrange(20, 90) / 10, p.rng.randrange(10, 60) / 10, p.rng.randrange(2, 25) / 10
    size = f"{length:.1f} x {width:.1f} x {depth:.1f}"
    p.know("wound_size", size.replace(" ", ""))
    if p.unseen:
        p.know("frequency", "daily")
        s.prose(y, [f"Wound #1 sacrum, stage 3 pressure ulcer, measures {length:.1f} cm x {width:.1f} cm x {depth:.1f} cm with moderate serous exudate. "
                    "No undermining. Granulation 80 %. Dressing changed daily."])  # fmt: skip
    else:
        rows = [
            ("Location", "Sacrum"),
            ("Stage", "3"),
            ("L x W x D (cm)", size),
            ("Drainage", "moderate"),
            ("Odor", "none"),
        ]
        drawer(p.rng, False)(s, rows, y + 8)
    s.end_page("test_result")


def therapy_evaluation(s: Sheets, c: Case) -> None:
    """A therapist's mobility evaluation."""
    p = Pen(s, c)
    y = _head(p, _say(p, "PHYSICAL THERAPY EVALUATION", "PT Wheelchair / Mobility Assessment"), "mrn")
    for code, _ in c.codes[:1]:
        p.know("icd10", code)
    y = s.prose(y, [
        f"Treatment diagnosis: {c.codes[0][1]} {c.codes[0][0]}.",
        "Gait: ambulates 35 feet with rolling walker, moderate assist. Transfers: min assist. ROM: knee flexion 0-95 degrees.",
        "Strength: bilateral lower extremities 3/5. Pain 6/10. Tinetti 14/28. Timed Up and Go 32 seconds. Fell 3 times in 6 months.",
        "Home: 3 steps to enter, no ramp.",
    ])  # fmt: skip
    s.text(60, y + 8, "Electronically signed by Ruth Vantongeren, PT on " + p.day(c.ordered - timedelta(3)))
    p.know("signature", "present")
    p.know("signature_date", (c.ordered - timedelta(3)).isoformat())
    s.end_page("therapy_note")
