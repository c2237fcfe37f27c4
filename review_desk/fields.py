"""Every field in plain words, and the check a typed value must pass: the same ones that readings must. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from extractors import cpt, hcpcs_table, icd10, identifiers, npi
from extractors.day import parse_day

Check = Callable[[str, date], str]
LONGEST = 200

NAMES = {
    "member_name": "Patient name", "member_dob": "Date of birth", "member_id": "Member ID",
    "mbi": "Medicare number (MBI)", "payer_name": "Payer", "group_number": "Group number",
    "ordering_provider_name": "Ordering practitioner", "ordering_provider_npi": "Practitioner's NPI",
    "other_npi": "NPI of another provider", "icd10": "Diagnosis (ICD-10)", "hcpcs": "Item (HCPCS)",
    "cpt": "Procedure (CPT)", "modifier": "Modifier", "ndc": "Drug (NDC)", "order_date": "Order date",
    "service_start": "Date of service", "service_end": "Last day of service", "signature": "Signature",
    "signature_date": "Date of signature", "phone": "Phone", "shipping_address": "Delivery address",
    "access_barrier": "Access to the home", "authorization_number": "Authorization number",
    "reference_number": "Reference number", "claim_number": "Claim number", "denial_reason": "Reason of denial",
    "denial_code": "Denial code", "denial_date": "Date of denial", "appeal_deadline": "Last day to appeal",
    "tax_id": "Tax ID", "spo2": "Oxygen saturation (%)", "wound_size": "Wound size", "mobility_score": "Mobility score",
    "quantity": "Quantity", "length_of_need": "Length of need", "liters_per_minute": "Liters per minute",
    "frequency": "Frequency", "discharge_at": "Discharge", "ahi": "Sleep apnea index (AHI)",
}  # fmt: skip
"""Field → what people call it; the contract's fields and what the checklists ask for beside them."""


class NotValid(ValueError):
    """A value that the field cannot have; the message says what is wrong with it and what would do."""


def name_of(field: str) -> str:
    """A field in plain words."""
    return NAMES.get(field, field.replace("_", " ").capitalize())


def checked(field: str, text: str, today: date) -> str:
    """A typed value in normal form.

    Raises:
        NotValid: The field cannot have this value; the message never quotes it.
    """
    clean = " ".join(text.split())
    if not clean:
        raise NotValid("Type what stands on the page, or press D if nothing stands there.")
    if len(clean) > LONGEST or any(not glyph.isprintable() for glyph in clean):
        raise NotValid(f"At most {LONGEST} plain characters.")
    return CHECKS.get(field, _words)(clean, today)


def shown(field: str, value: str) -> str:
    """A value as people write it here: dates month first, phones in groups."""
    if field in DATES and (day := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?", value)):
        return f"{day[2]}/{day[3]}/{day[1]}" + (f" {day[4]}" if day[4] else "")
    if field == "phone" and re.fullmatch(r"\d{10}", value):
        return f"{value[:3]}-{value[3:6]}-{value[6:]}"
    if field == "mbi" and len(value) == 11:
        return f"{value[:4]}-{value[4:7]}-{value[7:]}"
    return value


def _words(text: str, _today: date) -> str:
    return text


def _npi(text: str, _today: date) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[12]\d{9}", digits):
        raise NotValid("An NPI has ten digits and begins with 1 or 2.")
    if not npi.is_valid(digits):
        raise NotValid("The check digit does not agree: a digit is wrong. If the paper itself is wrong, press D.")
    return digits


def _icd10(text: str, _today: date) -> str:
    code = re.sub(r"[\s.]", "", text).upper()
    if not re.fullmatch(r"[A-Z]\d[0-9A-Z]{1,5}", code):
        raise NotValid("A diagnosis code is a letter, a digit and up to five more, such as J44.9.")
    if not icd10.is_billable(code):
        raise NotValid("The table has no such complete code. Look for a missing character at its end.")
    return icd10.dotted(code)


def _hcpcs(text: str, _today: date) -> str:
    code = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-HJ-MP-V]\d{4}", code):
        raise NotValid("An item code is one letter and four digits, such as E1390.")
    if code not in hcpcs_table.home_care_codes() and not hcpcs_table.in_a_block(code):
        raise NotValid("No codes are assigned around this one: a character is wrong.")
    return code


def _cpt(text: str, _today: date) -> str:
    if not cpt.SHAPE.fullmatch(text.upper()):
        raise NotValid("A procedure code has five characters, the first four digits.")
    return text.upper()


def _modifier(text: str, _today: date) -> str:
    if text.upper() not in hcpcs_table.modifiers():
        raise NotValid("The table has no such modifier; it has two characters, such as RT.")
    return text.upper()


def _mbi(text: str, _today: date) -> str:
    number = re.sub(r"[\s-]", "", text).upper()
    if not identifiers.MBI.fullmatch(number):
        raise NotValid("A Medicare number has eleven characters, such as 1EG4-TE5-MK73, without S, L, O, I, B and Z.")
    return number


def _identifier(text: str, _today: date) -> str:
    token = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9./]{3,24}", token) or not re.search(r"\d", token):
        raise NotValid("A number has 3 to 24 letters and digits, at least one digit.")
    return token


def _day(text: str, _today: date) -> str:
    day = parse_day(text)
    if day is None:
        raise NotValid("No such day. Write month, day, year: 11/02/2026.")
    if not 1900 <= day.year <= 2100:
        raise NotValid("The year cannot be right.")
    return day.isoformat()


def _past(text: str, today: date) -> str:
    day = _day(text, today)
    if day > today.isoformat():
        raise NotValid("This day lies in the future.")
    return day


def _moment(text: str, today: date) -> str:
    hour = re.search(r"\b([01]?\d|2[0-3]):([0-5]\d)\b", text)
    return _day(text, today) + (f"T{int(hour[1]):02d}:{hour[2]}" if hour else "")


def _phone(text: str, _today: date) -> str:
    digits = re.sub(r"\D", "", text).removeprefix("1")
    if len(digits) != 10:
        raise NotValid("A phone number has ten digits.")
    return digits


def _tax_id(text: str, _today: date) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{9}", digits):
        raise NotValid("A tax ID has nine digits.")
    return digits


def _ndc(text: str, _today: date) -> str:
    groups = re.fullmatch(r"(\d{4,5})-(\d{3,4})-(\d{1,2})", text)
    if groups:
        return groups[1].zfill(5) + groups[2].zfill(4) + groups[3].zfill(2)
    if not re.fullmatch(r"\d{10,11}", text):
        raise NotValid("A drug code has ten or eleven digits in three groups.")
    return text


def _signature(text: str, _today: date) -> str:
    answers = {"present": "present", "yes": "present", "signed": "present", "absent": "absent", "no": "absent",
               "not signed": "absent"}  # fmt: skip
    if text.lower() not in answers:
        raise NotValid("Type present or absent.")
    return answers[text.lower()]


def _saturation(text: str, _today: date) -> str:
    number = re.fullmatch(r"(\d{2,3}(?:\.\d)?)\s?%?", text)
    if not number or not 30 <= float(number[1]) <= 100:
        raise NotValid("A saturation is a number from 30 to 100.")
    return number[1]


def _number(text: str, _today: date) -> str:
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,2})?", text):
        raise NotValid("A plain number, such as 2 or 2.5.")
    return text


DATES = frozenset({"member_dob", "order_date", "service_start", "service_end", "signature_date", "denial_date",
                   "appeal_deadline", "discharge_at"})  # fmt: skip
CHECKS: dict[str, Check] = {
    **dict.fromkeys(("ordering_provider_npi", "other_npi"), _npi),
    **dict.fromkeys(("member_id", "group_number", "claim_number"), _identifier),
    **dict.fromkeys(("authorization_number", "reference_number"), _identifier),
    **dict.fromkeys(("member_dob", "order_date", "signature_date", "denial_date"), _past),
    **dict.fromkeys(("service_start", "service_end", "appeal_deadline"), _day),
    **dict.fromkeys(("liters_per_minute", "ahi"), _number),
    "icd10": _icd10, "hcpcs": _hcpcs, "cpt": _cpt, "modifier": _modifier, "mbi": _mbi, "ndc": _ndc, "phone": _phone,
    "tax_id": _tax_id, "discharge_at": _moment, "signature": _signature, "spo2": _saturation,
}  # fmt: skip
