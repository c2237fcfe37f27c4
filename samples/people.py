"""Invented people, practices and payers; phones are 555, identifiers are specimens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

FIRST = [
    "Marisol",
    "Edgar",
    "Joanne",
    "Tobias",
    "Priya",
    "Leland",
    "Corinne",
    "Desmond",
    "Yvette",
    "Harold",
    "Anneliese",
    "Rufus",
]
LAST = [
    "Okafor-Lind",
    "Brandvold",
    "Castellane",
    "Drummey",
    "Espinal",
    "Fairweather",
    "Gunderly",
    "Hathorne",
    "Ibarrola",
    "Kestrel",
]
PAYERS = [
    "Northfield Health Plan",
    "Blue Harbor Advantage",
    "Prairie State Medicaid Plan",
    "Lakeshore Mutual",
]
STREETS = ["Alder Bend Road", "Quarry Hill Lane", "Mill Pond Street", "Ferry Landing Way"]
TOWNS = [("Elmbrook", "OH", "44099"), ("Port Sable", "MI", "48999"), ("Granite Falls", "NC", "28699")]
PRACTICES = ["Cedar Ridge Pulmonary Associates", "Lakeview Family Medicine", "Northgate Wound Care Center"]
MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


@dataclass(frozen=True)
class Case:
    """One invented patient's facts, enough to fill any layout."""

    first: str
    last: str
    dob: date
    member_id: str
    mbi: str
    group: str
    payer: str
    phone: str
    street: str
    town: str
    doctor: str
    npi: str
    practice: str
    office_phone: str
    office_fax: str
    ordered: date
    codes: tuple[tuple[str, str], ...]
    item: tuple[str, str]
    claim: str

    @property
    def name(self) -> str:
        """First Last."""
        return f"{self.first} {self.last}"


DIAGNOSES = [
    (("J44.9", "Chronic obstructive lung disease"), ("J96.11", "Chronic respiratory failure with hypoxia")),
    (("I50.22", "Chronic systolic heart failure"), ("R09.02", "Hypoxemia")),
    (("E11.621", "Type 2 diabetes with foot ulcer"), ("L97.412", "Non-pressure ulcer of right heel")),
    (("G47.33", "Obstructive sleep apnea"),),
    (("M17.11", "Osteoarthritis, right knee"),),
]
ITEMS = [
    ("E1390", "Oxygen concentrator, 2 L/min continuous by nasal cannula"),
    ("E1390", "Stationary oxygen concentrator"),
    ("A6196", "Alginate wound dressing"),
    ("E0601", "CPAP device"),
    ("L1833", "Knee orthosis, adjustable joints"),
]


def npi(rng: Random) -> str:
    """A ten-digit number whose last digit agrees with the check rule for provider numbers."""
    body = "1" + "".join(str(rng.randrange(10)) for _ in range(8))
    return body + str(_luhn_digit("80840" + body))


def _luhn_digit(digits: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def mbi(rng: Random) -> str:
    """A well-formed Medicare identifier of nobody."""

    def letter() -> str:
        return rng.choice(MBI_LETTERS)

    def digit() -> str:
        return str(rng.randrange(10))

    return (str(rng.randrange(1, 10)) + letter() + letter() + digit() + letter() + letter() + digit()
            + letter() + letter() + digit() + digit())  # fmt: skip


def phone(rng: Random) -> str:
    """A number in the 555 range."""
    return f"555-{rng.randrange(200, 990)}-{rng.randrange(10000):04d}"


def make_case(rng: Random) -> Case:
    """One invented case."""
    kind = rng.randrange(len(ITEMS))
    town = rng.choice(TOWNS)
    return Case(
        first=rng.choice(FIRST), last=rng.choice(LAST), dob=date(1938, 1, 1) + timedelta(rng.randrange(12000)),
        member_id=f"{rng.choice('HWUK')}{rng.randrange(10**8, 10**9 - 1)}", mbi=mbi(rng),
        group=f"G{rng.randrange(10000, 99999)}", payer=rng.choice(PAYERS), phone=phone(rng),
        street=f"{rng.randrange(12, 990)} {rng.choice(STREETS)}", town=f"{town[0]}, {town[1]} {town[2]}",
        doctor=f"{rng.choice(FIRST)} {rng.choice(LAST)}", npi=npi(rng), practice=rng.choice(PRACTICES),
        office_phone=phone(rng), office_fax=phone(rng), ordered=date(2026, 8, 20) + timedelta(rng.randrange(40)),
        codes=DIAGNOSES[kind], item=ITEMS[kind], claim=f"NF{rng.randrange(10**8, 10**9 - 1)}",
    )  # fmt: skip
