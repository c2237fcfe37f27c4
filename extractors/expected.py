"""What a field's value must look like before a label's neighbour is taken for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from extractors.day import ANY, labelled_day
from extractors.names import is_name
from extractors.wordings import fold, wordings

Fits = Callable[[str], bool]
DIGITS = re.compile(r"(?:[0-9OoIlSBZ|][\s-]?){9}[0-9OoIlSBZ|]")
AMOUNT = re.compile(
    r"\d|\b(?:one|two|three|four|six|daily|weekly|monthly|nightly|yearly|annually|lifetime|life|as needed|prn|indefinite|continuous|once|twice|every|each|per|q\d?[dhw]?|bid|tid|qid)\b",
    re.IGNORECASE,
)
NEED = re.compile(
    r"\W*(?:(?:approx\w*|about|est\w*|for|the|patient'?s?|ongoing)\W+){0,2}(?:[x#]\s?)?(?:\d{1,3}(?!\d|:\d)|[\[(☐☒].{0,3}\s?\w|life|indefinite|permanent|one|two|three|four|six|nine|twelve|long[- ]term|ongoing|continuous|as needed|chronic|month|year)",
    re.IGNORECASE,
)
"""How a time of need begins; a clock's time is none."""
CODE = re.compile(r"[A-Z£€$§&8][0-9OoIlSBZ]{3,4}|\d{5}")
NO_ID = re.compile(
    r"\W*(?:(?:page|pg|phone|ph|tel|telephone|fax|line|room|suite|ste|call(?=\s))\b|(?:1[-. ]|\()?\d{3}\)?[-. ]\s?\d{3}[-. ]\d{4}(?![\w-]))",
    re.IGNORECASE,
)
"""What numbers no identifier, and a telephone number as it is written."""
PHONE = re.compile(r"\d{3}\D{0,3}\d{3}\D{0,2}\d{4}")


def _is_id(text: str) -> bool:
    return (
        bool(re.match(r"\W*(?:[A-Za-z]{1,6}[\s.-]){0,2}[A-Za-z]{0,6}[\s.-]?\w*\d", text))
        and sum(ch.isdigit() for ch in text[:24]) >= 3
        and not ANY.match(text)
        and not NO_ID.match(text)
    )


def _is_company(text: str) -> bool:
    return (
        bool(re.search(r"[A-Za-z]{3}", text))
        and text.strip(" _-:'\"")[:1].isupper()
        and len(re.sub(r"\(.*", "", text).split()) <= 8
        and not re.match(r"\W*(?:or|and|of|if)\b", text, re.IGNORECASE)
        and fold(text) not in wordings()
    )


def _is_address(text: str) -> bool:
    named = r"(?:(?-i:[A-Z])[\w.'’-]*\s){1,3}(?-i:[A-Z])[\w'’-]+,\s+(?=\d)"
    return bool(re.match(rf"\W*(?:{named})?(?:\d+\s+\w+|p\.?\s?o\.?\s+box)", text, re.IGNORECASE))


DATES = ("member_dob", "order_date", "signature_date", "generic_date", "service_start", "service_end", "cert_period", "visit_date",
         "test_date", "delivery_date", "admit_date", "discharge_at", "denial_date", "appeal_deadline")  # fmt: skip
NAMES = ("member_name", "generic_name", "ordering_provider_name", "rendering_name", "case_manager")
IDS = ("member_id", "mbi", "group_number", "claim_number", "reference_number", "authorization_number", "tax_id")
NPIS = ("npi", "ordering_npi", "supplier_npi", "facility_npi", "rendering_npi")
SMALL = ("ahi", "po2", "pco2")
AMOUNTS = ("quantity", "length_of_need", "frequency", "liters_per_minute", "refills", "ahi", "po2", "pco2", "weight")
FITS: dict[str, Fits] = {
    **dict.fromkeys(DATES, lambda text: labelled_day(text[:80]) is not None),
    **dict.fromkeys(NAMES, is_name),
    **dict.fromkeys((*IDS, "license_number"), _is_id),
    **dict.fromkeys(NPIS, lambda text: bool(DIGITS.search(text[:60]))),
    **dict.fromkeys(AMOUNTS, lambda text: bool(AMOUNT.search(text[:60]))),
    **dict.fromkeys(SMALL, lambda text: bool(re.match(r"\D{0,8}\d{1,3}(?:\.\d+)?(?!\d|\s*min)", text))),
    "quantity": lambda text: bool(re.match(r"\W{0,3}\d", text) or re.fullmatch(r"(?:one|two|three|four|five|six|ten)\b.{0,30}", text, re.IGNORECASE)),
    "length_of_need": lambda text: bool(NEED.match(text)) and not ANY.match(text),
    "frequency": lambda text: bool(AMOUNT.search(text[:60])) and not ANY.search(text[:40]) and not re.match(r"[\d\s./-]+$", text),
    **dict.fromkeys(("code", "cpt"), lambda text: bool(CODE.search(text[:60]))),
    **dict.fromkeys(("phone", "fax"), lambda text: bool(PHONE.search(text[:40]))),
    **dict.fromkeys(("last_name", "first_name"), lambda text: bool(re.match(r"[A-Z][\w'’-]+", text)) and fold(text) not in wordings()),
    "page_count": lambda text: bool(re.match(r"\W*\(?\d{1,3}\b(?![/.-]\d)", text)),
    "spo2": lambda text: bool(re.match(r"\D{0,8}\d{2,3}", text)),
    "payer_name": _is_company,
    "supplier_name": _is_company,
    "facility_name": _is_company,
    "shipping_address": _is_address,
    "wound": lambda text: bool(re.search(r"\d\s*(?:cm)?\s*[x×X*]", text)),
}  # fmt: skip


def fits(field: str, text: str) -> bool:
    """Whether a text can be this field's value; fields without a rule take anything."""
    rule = FITS.get(field)
    return bool(text.strip(" _-.:")) and (rule is None or rule(text))
