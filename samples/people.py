"""Invented people, practices and payers; phones are 555, identifiers are specimens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

FIRST = ["Marisol", "Edgar", "Joanne", "Tobias", "Priya", "Leland", "Corinne", "Desmond", "Yvette", "Harold", "Anneliese",
         "Rufus", "Mary Ann", "Li", "José", "Bernadette", "Kwame", "Ingrid", "Al", "Theodora", "Siobhan", "Omar"]  # fmt: skip
LAST = ["Okafor-Lind", "Brandvold", "Castellane", "Drummey", "Espinal", "Fairweather", "Gunderly", "Hathorne", "Ibarrola",
        "Kestrel", "O'Dowdall", "Van Houtte", "Nuñez", "McCrillis", "Petrossian", "Quill", "St. Amand", "Tran", "Urquiza",
        "Wexley Jr."]  # fmt: skip
PAYERS = ["Northfield Health Plan", "Blue Harbor Advantage", "Prairie State Medicaid Plan", "Lakeshore Mutual",
          "Summit Ridge HMO", "Evergreen Employee Benefit Trust", "Medicare Part B", "UniCrest PPO", "Coastal Care Insurance Co."]  # fmt: skip
SUPPLIERS = ["Harbor Home Medical Supply", "Tideline Respiratory LLC", "Good Neighbor DME Inc."]
AGENCIES = ["Maple Terrace Home Health", "St. Brendan Hospital", "Willow Bay Rehab Center"]
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
    supplier: str = "Harbor Home Medical Supply"
    supplier_npi: str = "1234567893"
    agency: str = "Maple Terrace Home Health"
    agency_npi: str = "1245319599"
    tax_id: str = "123456789"
    auth: str = "PA0055501"
    reference: str = "R5550100"
    modifiers: tuple[str, ...] = ()
    quantity: str = "1"
    frequency: str = "daily"
    need: str = "12 months"
    flow: str = "2"

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
    (("L89.153", "Pressure ulcer of sacrum, stage 3"), ("E43", "Severe malnutrition")),
    (("G35.D", "Multiple sclerosis"), ("R26.89", "Abnormal gait")),
    (("S72.001D", "Hip fracture, healing"), ("Z74.09", "Reduced mobility"), ("I10", "Hypertension")),
    (("E10.65", "Type 1 diabetes with hyperglycemia"), ("Z79.4", "Long term insulin use")),
    (("G12.21", "Amyotrophic lateral sclerosis"), ("R13.12", "Dysphagia, oropharyngeal phase")),
    (("I69.351", "Hemiplegia after stroke, right side"), ("N39.41", "Urge incontinence")),
]
ITEMS = [
    ("E1390", "Oxygen concentrator, 2 L/min continuous by nasal cannula"),
    ("E1390", "Stationary oxygen concentrator"),
    ("A6196", "Alginate wound dressing"),
    ("E0601", "CPAP device"),
    ("L1833", "Knee orthosis, adjustable joints"),
    ("E0277", "Powered pressure-reducing mattress"),
    ("K0823", "Power wheelchair, group 2"),
    ("E0143", "Folding wheeled walker"),
    ("A4239", "Glucose monitor supplies, one month"),
    ("B4150", "Enteral formula, 1.0 kcal/mL"),
    ("K0001", "Standard wheelchair"),
]
EXTRAS = [
    ("E0431", "Portable gas oxygen system"), ("E0434", "Portable liquid oxygen"), ("A6212", "Foam dressing with border"),
    ("A7030", "Full face mask"), ("L1812", "Elastic knee sleeve"), ("E0181", "Overlay pump"), ("E2601", "Seat cushion"),
    ("E0163", "Commode chair"), ("E2103", "Glucose monitor receiver"), ("B4035", "Pump feeding kit"), ("E0973", "Armrest"),
]  # fmt: skip
"""The second item that may stand beside the first, in the same order."""
MODIFIERS = (("RR",), ("NU",), ("RR", "KX"), ("RR", "KH"), ("NU", "RT"), ("RR", "KX", "GA"))


def extra_item(case: Case) -> tuple[str, str]:
    """A second line that goes with the case's item."""
    return next((extra for item, extra in zip(ITEMS, EXTRAS, strict=True) if item == case.item), EXTRAS[0])


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


def member_id(rng: Random) -> str:
    """A card number in one of the shapes that plans use."""
    body = str(rng.randrange(10**8, 10**9 - 1))
    return rng.choice((rng.choice("HWUK") + body, body, "XYZ" + body, f"{rng.choice('RU')}{body[:8]}", body + "01",
                       f"W{body[:4]}Q{body[4:]}"))  # fmt: skip


def make_case(rng: Random) -> Case:
    """One invented case."""
    kind = rng.randrange(len(ITEMS))
    town = rng.choice(TOWNS)
    return Case(
        first=rng.choice(FIRST), last=rng.choice(LAST), dob=date(1938, 1, 1) + timedelta(rng.randrange(12000)),
        member_id=member_id(rng), mbi=mbi(rng),
        group=f"G{rng.randrange(10000, 99999)}", payer=rng.choice(PAYERS), phone=phone(rng),
        street=f"{rng.randrange(12, 990)} {rng.choice(STREETS)}", town=f"{town[0]}, {town[1]} {town[2]}",
        doctor=f"{rng.choice(FIRST)} {rng.choice(LAST)}", npi=npi(rng), practice=rng.choice(PRACTICES),
        office_phone=phone(rng), office_fax=phone(rng), ordered=date(2026, 8, 20) + timedelta(rng.randrange(40)),
        codes=DIAGNOSES[kind], item=ITEMS[kind], claim=f"NF{rng.randrange(10**8, 10**9 - 1)}",
        supplier=rng.choice(SUPPLIERS), supplier_npi=npi(rng), agency=rng.choice(AGENCIES), agency_npi=npi(rng),
        tax_id=f"{rng.randrange(10, 99)}{rng.randrange(10**6, 10**7)}", auth=f"{rng.choice(('PA', 'A', '', 'AUTH'))}{rng.randrange(10**6, 10**8)}",
        reference=f"{rng.choice(('R', '', 'REF', '2026-'))}{rng.randrange(10**6, 10**7)}",
        modifiers=rng.choice(((), *MODIFIERS)), quantity=rng.choice(("1", "2", "30", "1 each", "3 boxes")),
        frequency=rng.choice(("daily", "monthly", "3 times per week", "every 3 months", "nightly")),
        need=rng.choice(("99 months", "12 months", "Lifetime", "6 months", "99 (lifetime)")),
        flow=rng.choice(("1", "1.5", "2", "3", "4")),
    )  # fmt: skip
