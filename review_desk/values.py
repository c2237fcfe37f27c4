"""What people type into a field, brought to its normal form and judged by the same rules as what is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from extractors import icd10, npi
from extractors.day import parse_day
from extractors.people import MBI

DATES = frozenset(
    {"member_dob", "order_date", "service_start", "service_end", "signature_date", "denial_date", "appeal_deadline"}
)
FIELDS = (
    "member_name", "member_dob", "member_id", "mbi", "payer_name", "group_number", "ordering_provider_name",
    "ordering_provider_npi", "other_npi", "icd10", "hcpcs", "cpt", "modifier", "ndc", "order_date", "service_start",
    "service_end", "signature", "signature_date", "phone", "shipping_address", "access_barrier",
    "authorization_number", "reference_number", "claim_number", "denial_reason", "denial_code", "denial_date",
    "appeal_deadline", "tax_id", "spo2", "wound_size", "mobility_score", "quantity", "length_of_need",
    "liters_per_minute", "frequency", "discharge_at",
)  # fmt: skip
LONGEST = 500


class Unfit(ValueError):
    """The value cannot be what the field holds; the message says what would."""


def normal_form(field: str, typed: str) -> str:
    """A typed value as the field keeps it.

    Raises:
        Unfit: It cannot be right.
    """
    text = " ".join(typed.split())[:LONGEST]
    if not text:
        raise Unfit("Type a value, or say that nothing stands there.")
    check = CHECKS.get("date" if field in DATES else field)
    return check(text) if check else text


def _date(text: str) -> str:
    day = parse_day(text)
    if day is None:
        raise Unfit("Not a date. Type it like 11/24/2026.")
    return day.isoformat()


def _npi(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{10}", digits):
        raise Unfit("An NPI has ten digits.")
    if not npi.is_valid(digits):
        raise Unfit("The check digit does not agree: one of the ten digits is not as printed.")
    return digits


def _icd10(text: str) -> str:
    code = icd10.dotted(re.sub(r"[\s.]", "", text).upper())
    if not icd10.is_billable(code):
        raise Unfit("Not a billable ICD-10-CM code of this year’s list.")
    return code


def _hcpcs(text: str) -> str:
    code = text.upper().replace(" ", "")
    if not re.fullmatch(r"[A-V]\d{4}", code):
        raise Unfit("A HCPCS code is one letter and four digits, like E1390.")
    return code


def _mbi(text: str) -> str:
    number = re.sub(r"[\s-]", "", text).upper()
    if not MBI.fullmatch(number):
        raise Unfit("Not the form of a Medicare number: 11 characters, like 1EG4-TE5-MK73.")
    return number


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    if len(digits) != 10:
        raise Unfit("A phone number has ten digits.")
    return digits


def _signature(text: str) -> str:
    if text.lower() not in {"present", "absent"}:
        raise Unfit("Type present or absent.")
    return text.lower()


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


CHECKS: dict[str, Callable[[str], str]] = {
    "date": _date, "ordering_provider_npi": _npi, "other_npi": _npi, "icd10": _icd10, "hcpcs": _hcpcs, "mbi": _mbi,
    "phone": _phone, "signature": _signature, "member_id": _bare, "group_number": _bare,
    "claim_number": _bare, "reference_number": _bare, "authorization_number": _bare,
}  # fmt: skip
