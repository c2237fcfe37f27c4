"""The cover letter: a template that staff may edit, every value escaped, a missing one named."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from packet_builder.errors import MissingValue

LETTERS = Path(__file__).parent.parent / "templates" / "letters"
REQUIRED = ("member_name", "payer_name", "organisation", "contact", "letter_date")


def letter_html(kind: str, values: Mapping[str, Any]) -> str:
    """The letter as HTML.

    Raises:
        MissingValue: The template asks for a value that is not given, or a required one is empty.
    """
    for name in REQUIRED:
        if not values.get(name):
            raise MissingValue(f"the {kind} letter needs '{name}', which the case does not have. Add it to the case.")
    environment = Environment(loader=FileSystemLoader(LETTERS), undefined=StrictUndefined, autoescape=True)
    try:
        return environment.get_template(f"{kind}.html.j2").render(values)
    except UndefinedError as error:
        raise MissingValue(f"the {kind} letter's template: {error.message}") from None


def letter_pdf(kind: str, values: Mapping[str, Any]) -> bytes:
    """The letter as PDF; nothing outside the template is fetched, no file and no address."""
    import weasyprint

    html = letter_html(kind, values)
    out = BytesIO()
    weasyprint.HTML(string=html, url_fetcher=_refuse).write_pdf(out)
    return out.getvalue()


def _refuse(url: str, *_args: Any, **_kwargs: Any) -> Any:
    raise ValueError("letters may not load anything from outside")
