"""One office's hand: its wordings, its date style, and the ways it sets a label and a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

from samples import values
from samples.people import Case
from samples.sheet import Sheets
from samples.wordings import wording

Row = tuple[str, str]
Draw = Callable[[Sheets, Sequence[Row], float], float]
"""Draws (label, value) rows from y downwards and returns where they end."""


class UnseenSheets(Sheets):
    """Pages in the wordings and styles that are kept back for measuring."""


class Pen:
    """Chooses wordings and styles once a page, and notes the truth of what it hands out."""

    def __init__(self, s: Sheets, c: Case) -> None:
        self.s, self.c, self.rng = s, c, s.rng
        self.unseen = isinstance(s, UnseenSheets)
        self.day = values.day_style(s.rng, self.unseen)
        self.upper = s.rng.random() < 0.25
        self.words: dict[str, str] = {}

    def label(self, field: str) -> str:
        """This page's words for a field."""
        if field not in self.words:
            words = wording(self.rng, field, self.unseen)
            self.words[field] = words.upper() if self.upper else words
        return self.words[field]

    def row(self, field: str) -> Row:
        """A label with its value, noted as truth."""
        printed = getattr(self, f"_{field}", None)
        return self.label(field), printed() if printed else str(getattr(self.c, field, ""))

    def rows(self, *fields: str) -> list[Row]:
        """Several."""
        return [self.row(field) for field in fields]

    def know(self, field: str, value: str) -> None:
        """Note the truth."""
        self.s.know(field, value)

    def _member_name(self) -> str:
        self.know("member_name", self.c.name)
        return values.patient_name(self.rng, self.c.first, self.c.last, self.unseen)

    def _member_dob(self) -> str:
        self.know("member_dob", self.c.dob.isoformat())
        return self.day(self.c.dob)

    def _member_id(self) -> str:
        self.know("member_id", self.c.member_id)
        return self.c.member_id

    def _mbi(self) -> str:
        self.know("mbi", self.c.mbi)
        return values.mbi_text(self.rng, self.c.mbi)

    def _payer_name(self) -> str:
        self.know("payer_name", self.c.payer)
        return self.c.payer

    def _group_number(self) -> str:
        self.know("group_number", self.c.group)
        return self.c.group

    def _address(self) -> str:
        self.know("shipping_address", f"{self.c.street}, {self.c.town}")
        return f"{self.c.street}, {self.c.town}"

    def _phone(self) -> str:
        self.know("phone", self.c.phone.replace("-", ""))
        return values.phone_text(self.rng, self.c.phone, self.unseen)

    def _office_phone(self) -> str:
        self.know("phone", self.c.office_phone.replace("-", ""))
        return values.phone_text(self.rng, self.c.office_phone, self.unseen)

    def _office_fax(self) -> str:
        return values.phone_text(self.rng, self.c.office_fax, self.unseen)

    def _sex(self) -> str:
        return self.rng.choice(("F", "M", "Female", "Male"))

    def _mrn(self) -> str:
        return str(self.rng.randrange(10**6, 10**8))

    def _order_date(self) -> str:
        self.know("order_date", self.c.ordered.isoformat())
        return self.day(self.c.ordered)

    def _service_start(self) -> str:
        self.know("service_start", (self.c.ordered + timedelta(4)).isoformat())
        return self.day(self.c.ordered + timedelta(4))

    def _ordering_provider_name(self) -> str:
        self.know("ordering_provider_name", self.c.doctor)
        return values.doctor_name(self.rng, self.c.doctor, self.unseen)

    def _ordering_provider_npi(self) -> str:
        self.know("ordering_provider_npi", self.c.npi)
        return values.npi_text(self.rng, self.c.npi, self.unseen)

    def _supplier_npi(self) -> str:
        self.know("other_npi", self.c.supplier_npi)
        return self.c.supplier_npi

    def _facility(self) -> str:
        return self.c.agency

    def _facility_npi(self) -> str:
        self.know("other_npi", self.c.agency_npi)
        return self.c.agency_npi

    def _license(self) -> str:
        return f"{self.rng.choice(('OH', 'ME', ''))}{self.rng.randrange(10**4, 10**6)}"

    def _ptan(self) -> str:
        return f"{self.rng.randrange(10**8, 10**9)}1"

    def _tax_id(self) -> str:
        self.know("tax_id", self.c.tax_id)
        return values.tax_text(self.c.tax_id)

    def _quantity(self) -> str:
        self.know("quantity", self.c.quantity)
        return self.c.quantity

    def _frequency(self) -> str:
        self.know("frequency", self.c.frequency)
        return self.c.frequency

    def _length_of_need(self) -> str:
        self.know("length_of_need", self.c.need)
        return self.c.need

    def _liters_per_minute(self) -> str:
        self.know("liters_per_minute", self.c.flow)
        return f"{self.c.flow} {self.rng.choice(('L/min', 'LPM', 'liters per minute') if self.unseen else ('L/min', 'lpm'))}"

    def _refills(self) -> str:
        return str(self.rng.randrange(0, 12))

    def _hcpcs(self) -> str:
        self.know("hcpcs", self.c.item[0])
        for modifier in self.c.modifiers:
            self.know("modifier", modifier)
        return values.item_text(self.rng, self.c.item[0], self.c.modifiers, self.unseen)

    def _description(self) -> str:
        return self.item_words(40)

    def _claim_number(self) -> str:
        self.know("claim_number", self.c.claim)
        return self.c.claim

    def _authorization_number(self) -> str:
        self.know("authorization_number", self.c.auth)
        return self.c.auth

    def _reference_number(self) -> str:
        self.know("reference_number", self.c.reference.replace("-", ""))
        return self.c.reference

    def _weight(self) -> str:
        return f"{self.rng.randrange(95, 320)} lb"

    def _height(self) -> str:
        return f"{self.rng.randrange(58, 76)} in"

    def item_words(self, most: int = 99) -> str:
        """The item in words; a flow printed among them is true as well."""
        words = self.c.item[1][:most]
        if "2 L/m" in words:
            self.know("liters_per_minute", "2")
        return words

    def diagnoses(self) -> list[str]:
        """Diagnosis lines, noted as truth."""
        for code, _ in self.c.codes:
            self.know("icd10", code)
        return values.icd_text(self.rng, self.c.codes, self.unseen)

    def signed_day(self, signed: bool) -> str:
        """The signature's date, empty on an unsigned page; notes both truths."""
        self.know("signature", "present" if signed else "absent")
        if not signed:
            return ""
        self.know("signature_date", (self.c.ordered + timedelta(2)).isoformat())
        return self.day(self.c.ordered + timedelta(2))

    def heading(self, y: float = 66) -> None:
        """A letterhead: who sends, with numbers that are nobody's data."""
        s, c = self.s, self.c
        if self.unseen:
            s.text(60, y, c.practice.upper(), bold=True, size=s.size + 1)
            s.text(
                60,
                y + 14,
                f"{self.rng.randrange(100, 9999)} Harbor Way, Suite {self.rng.randrange(10, 900)}, Elmbrook, OH 44099-0{self.rng.randrange(100, 999)}",
                size=s.size - 2,
            )
            s.text(370, y + 14, f"Ph {c.office_phone} Fx {c.office_fax}", size=s.size - 2)
        else:
            s.title(c.practice, y)
            s.canvas.setFont(s.regular, s.size - 2)
            s.canvas.drawCentredString(306, 792 - y - 14, f"Tel {c.office_phone} | Fax {c.office_fax}")
        self.know("phone", c.office_phone.replace("-", ""))

    def sign(self, y: float, signed: bool) -> float:
        """A place to sign, in one of the usual forms."""
        s, label, when = self.s, self.label("signature"), self.label("signature_date")
        day = self.signed_day(signed)
        style = self.rng.choice(
            ("caption", "box", "x", "esign") if self.unseen else ("line", "line", "esign", "two lines")
        )
        if style == "esign" and signed:
            return self._e_sign(y, day)
        y += 30
        if style == "caption":
            s.rule(60, y, 250)
            s.rule(340, y, 130)
            s.text(60, y + 11, label, size=s.size - 2)
            s.text(340, y + 11, when, size=s.size - 2)
            return self._marks(70, y - 2, 345, day, y + 26)
        if style == "box":
            s.box(60, y - 26, 300, 44)
            s.box(360, y - 26, 180, 44)
            s.text(64, y - 16, label, size=s.size - 2)
            s.text(364, y - 16, when, size=s.size - 2)
            return self._marks(110, y + 10, 370, day, y + 40)
        if style == "two lines":
            s.text(60, y, f"{label}:")
            s.rule(200, y + 2, 220)
            s.text(60, y + 28, f"{when}:")
            s.rule(200, y + 30, 120)
            if day:
                s.scrawl(210, y)
                s.text(206, y + 28, day)
            return y + 50
        mark = f"X {label}" if style == "x" and label.lower() != "x" else "Signature"
        words = f"{label}:" if style == "line" else mark + ":"
        left = 74 + s.canvas.stringWidth(words, s.bold, s.size)
        s.text(60, y, words, bold=True)
        s.rule(left, y + 2, 180)
        s.text(left + 195, y, f"{when}:", bold=True)
        start = left + 205 + s.canvas.stringWidth(f"{when}:", s.bold, s.size)
        s.rule(start, y + 2, 80)
        return self._marks(left + 5, y, start, day, y + 30, 130)

    def _marks(self, x: float, y: float, x_day: float, day: str, end: float, width: float = 150) -> float:
        if day:
            self.s.scrawl(x, y, width)
            self.s.text(x_day, y, day)
        return end

    def _e_sign(self, y: float, day: str) -> float:
        c, hour = self.c, f"{self.rng.randrange(1, 12)}:{self.rng.randrange(10, 59)} PM"
        line = self.rng.choice((f"Electronically signed by: {c.doctor}, MD on {day} at {hour}", f"Digitally signed by {c.doctor} {day} {hour}",
                                f"/s/ {c.doctor}, MD  {day}", f"Authenticated by {c.doctor}, MD, {day} {hour}", f"E-signed: {c.doctor} MD {day}")
                               if self.unseen else (f"Electronically signed by {c.doctor}, MD on {day} {hour}", f"Electronically Signed: {c.doctor} {day}"))  # fmt: skip
        self.s.text(60, y + 20, line)
        return y + 40


def beside(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Label, colon, value at a fixed distance."""
    for label, value in rows:
        s.pair(60, y, label + ":", value, 170)
        y += s.size * 1.9
    return y


def tight(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Label: value, in one run of text."""
    for label, value in rows:
        s.text(60, y, f"{label}: {value}")
        y += s.size * 1.6
    return y


def two_columns(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Two label-value pairs a line."""
    column, size = 0, s.size - 1
    for label, value in rows:
        head = 8 + s.canvas.stringWidth(label + ":", s.bold, size)
        wide = max(86.0, head) + s.canvas.stringWidth(value, s.regular, size) > 250
        if wide and column:
            y, column = y + s.size * 1.8, 0
        x = 50 + 260 * column
        s.text(x, y, label + ":", bold=True, size=size)
        s.text(x + max(86.0, head), y, value, size=size)
        y, column = (y + s.size * 1.8, 0) if column or wide else (y, 1)
    return y + s.size * 1.8 * column


def boxes(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Ruled cells, the label small above the value."""
    for number, (label, value) in enumerate(rows):
        x = 54 + 168 * (number % 3)
        s.box(x, y, 168, 36)
        s.text(x + 4, y + 10, label, size=s.size - 3)
        s.text(
            x + 4,
            y + 27,
            value,
            size=min(s.size - 1, 158 * s.size / max(1.0, s.canvas.stringWidth(value, s.regular, s.size))),
        )
        y += 36 * (number % 3 == 2)
    return y + (52 if len(rows) % 3 else 14)


def cells(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """A ruled table of two columns: label left, value right, no colon."""
    for label, value in rows:
        s.box(54, y - s.size - 2, 170, s.size * 1.7)
        s.box(224, y - s.size - 2, 330, s.size * 1.7)
        s.text(59, y, label)
        s.text(230, y, value)
        y += s.size * 1.7
    return y + 6


def right_aligned(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Labels set flush right against their values."""
    for label, value in rows:
        s.canvas.setFont(s.bold, s.size)
        s.canvas.drawRightString(215, 792 - y, label + ":")
        s.text(223, y, value)
        y += s.size * 1.7
    return y


def piped(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Three pairs a line with bars between, as chart systems print heads."""
    for start in range(0, len(rows), 3):
        s.text(54, y, " | ".join(f"{label}: {value}" for label, value in rows[start : start + 3]), size=s.size - 2)
        y += s.size * 1.6
    return y


def dotted(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Leaders between label and value."""
    for label, value in rows:
        s.text(60, y, f"{label} {'.' * max(3, 34 - len(label))} {value}")
        y += s.size * 1.6
    return y


def underscored(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """The value written on a rule, the label before it."""
    for label, value in rows:
        left = 68 + s.canvas.stringWidth(label + ":", s.regular, s.size)
        s.text(60, y, label + ":")
        s.rule(left, y + 2, 240)
        s.text(left + 4, y, value)
        y += s.size * 2.0
    return y


def stacked(s: Sheets, rows: Sequence[Row], y: float) -> float:
    """Three columns without rules, label above value."""
    for number, (label, value) in enumerate(rows):
        fit = min(s.size, 162 * s.size / max(1.0, s.canvas.stringWidth(value, s.bold, s.size)))
        s.text(56 + 172 * (number % 3), y, label, size=s.size - 2.5)
        s.text(56 + 172 * (number % 3), y + 14, value, bold=True, size=fit)
        y += 36 * (number % 3 == 2)
    return y + (40 if len(rows) % 3 else 6)


DRAWS_SEEN: tuple[Draw, ...] = (beside, tight, two_columns, boxes, cells)
DRAWS_UNSEEN: tuple[Draw, ...] = (right_aligned, piped, dotted, underscored, stacked, tight, boxes)


def drawer(rng: Random, unseen: bool) -> Draw:
    """How one page sets its rows."""
    return rng.choice(DRAWS_UNSEEN if unseen else DRAWS_SEEN)
