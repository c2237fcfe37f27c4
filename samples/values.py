"""How offices write dates, names, numbers and codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

Style = Callable[[date], str]
DAYS_SEEN: tuple[Style, ...] = (
    lambda d: d.strftime("%m/%d/%Y"),
    lambda d: f"{d.month}/{d.day}/{d.year}",
    lambda d: d.strftime("%m-%d-%Y"),
    lambda d: f"{d:%B} {d.day}, {d.year}",
    lambda d: d.strftime("%m/%d/%y"),
)
DAYS_UNSEEN: tuple[Style, ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{d.day:02d}-{d:%b}-{d.year}",
    lambda d: f"{d:%b} {d.day}, {d.year}",
    lambda d: d.strftime("%m.%d.%Y"),
    lambda d: f"{d.day} {d:%B} {d.year}",
    lambda d: f"{d.month}-{d.day}-{d:%y}",
    lambda d: f"{d:%b} {d.day:02d} {d.year}".upper(),
    lambda d: f"{d.month}/{d.day}/{d:%y}",
)
CREDENTIALS = ("MD", "M.D.", "DO", "NP", "APRN", "PA-C", "FNP-C", "DNP")


def day_style(rng: Random, unseen: bool) -> Style:
    """How one page writes its dates."""
    return rng.choice(DAYS_UNSEEN if unseen else DAYS_SEEN)


def patient_name(rng: Random, first: str, last: str, unseen: bool) -> str:
    """A patient's name in one of the orders and cases that offices use."""
    if unseen:
        return rng.choice((f"{last}, {first}", f"{last.upper()}, {first.upper()}", f"{first.upper()} {last.upper()}",
                           f"{first} {last}", f"{last}, {first} "))  # fmt: skip
    return rng.choice((f"{first} {last}", f"{first} {last}", f"{last}, {first}", f"{last.upper()}, {first.upper()}"))


def doctor_name(rng: Random, name: str, unseen: bool) -> str:
    """A practitioner's name with credentials in one of the usual places."""
    first, _, last = name.partition(" ")
    letters = rng.choice(CREDENTIALS)
    if unseen:
        return rng.choice((f"{last}, {first} {letters}", f"Dr. {name}", f"{name.upper()}, {letters}", f"{name} {letters}",
                           f"{last}, {first}, {letters}"))  # fmt: skip
    return rng.choice((f"{name}, {letters}", f"{name} {letters}", f"Dr. {name}", name))


def npi_text(rng: Random, number: str, unseen: bool) -> str:
    """An NPI, now and then in groups."""
    if unseen and rng.random() < 0.4:
        return rng.choice((f"{number[:4]} {number[4:7]} {number[7:]}", f"{number[:4]}-{number[4:7]}-{number[7:]}"))
    return number


def phone_text(rng: Random, number: str, unseen: bool) -> str:
    """A ten-digit phone in one of the usual styles; `number` is 555-555-0100."""
    area, middle, last = number.split("-")
    if unseen:
        return rng.choice((f"({area}){middle}-{last}", f"{area}.{middle}.{last}", f"{area} {middle} {last}",
                           f"1-{area}-{middle}-{last}", f"+1 {area} {middle} {last}", f"{area}/{middle}-{last}"))  # fmt: skip
    return rng.choice((number, f"({area}) {middle}-{last}", f"{area}.{middle}.{last}"))


def mbi_text(rng: Random, value: str) -> str:
    """A Medicare number with or without hyphens."""
    return rng.choice((value, f"{value[:4]}-{value[4:7]}-{value[7:]}"))


def tax_text(number: str) -> str:
    """A tax number as printed."""
    return f"{number[:2]}-{number[2:]}"


def item_text(rng: Random, code: str, modifiers: tuple[str, ...], unseen: bool) -> str:
    """A HCPCS code with its modifiers."""
    if not modifiers:
        return code
    joiner = rng.choice((" ", "-", ", ") if unseen else ("-", " "))
    return code + "-" * (joiner == "-") + " " * (joiner != "-") + joiner.join(modifiers)


def icd_text(rng: Random, codes: tuple[tuple[str, str], ...], unseen: bool) -> list[str]:
    """Diagnoses as one or several lines."""
    if unseen:
        style = rng.choice(("numbered", "dash", "semicolon", "trailing", "plain"))
        if style == "numbered":
            return [f"{number}) {words} - {code}" for number, (code, words) in enumerate(codes, 1)]
        if style == "dash":
            return [f"{code} - {words}" for code, words in codes]
        if style == "semicolon":
            return ["; ".join(code for code, _ in codes)]
        if style == "plain":
            return [" ".join(code.replace(".", "") for code, _ in codes)]
        return [f"{words} ({code})" for code, words in codes]
    return rng.choice(([f"{code}  {words}" for code, words in codes], [", ".join(code for code, _ in codes)],
                       [f"{words} [{code}]" for code, words in codes], [f"{code}: {words}" for code, words in codes]))  # fmt: skip
