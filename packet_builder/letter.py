"""The cover letter: a template that staff may edit, every value escaped, a missing one named."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, UndefinedError

from packet_builder.errors import MissingValue, PacketError

LETTERS = Path(__file__).parent.parent / "templates" / "letters"
REQUIRED = ("member_name", "payer_name", "organisation", "contact", "letter_date")
LEVELS = ("first", "second", "external", "expedited")
OPTIONAL: Mapping[str, Any] = {
    "argument": "", "proofs": (), "agency": None, "agencies": (), "traps": (), "earlier_filing": "", "relationship": "", "resolution_wanted": "",
    "group_number": "", "coverage": "", "recipient": "", "urgency": "", "first_decision_date": "",
}  # fmt: skip


def template_name(kind: str, level: str = "first") -> str:
    """The template of a kind and level: `appeal`, `appeal_second`, `appeal_external`, `appeal_expedited`, `complaint`."""
    return kind if kind != "appeal" or level == "first" else f"appeal_{level}"


def letter_html(kind: str, values: Mapping[str, Any]) -> str:
    """The letter as HTML; `kind` names the template.

    Raises:
        MissingValue: The template asks for a value that is not given, or a required one is empty.
        PacketError: The template itself has a mistake; the message says where.
    """
    for name in REQUIRED:
        if not values.get(name):
            raise MissingValue(f"the {kind} letter needs '{name}', which the case does not have. Add it to the case.")
    try:
        return _environment(LETTERS).get_template(f"{kind}.html.j2").render({**OPTIONAL, **values})
    except UndefinedError as error:
        raise MissingValue(
            f"the {kind} letter's template: {error.message}. Add it to the case, or take it out of the template."
        ) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise PacketError(
            f"the template {kind}.html.j2 has a mistake" + (f" in line {line}" if line else "") + f": {error.message}"
        ) from None


@cache
def _environment(folder: Path) -> Environment:
    """The templates, compiled once; an edited file is read again."""
    return Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=True)
