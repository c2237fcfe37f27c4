"""The letter that asks an ordering office for what is missing: a page to fill in and fax back, two if it must be."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from packet_builder.errors import PacketError

REQUESTS = Path(__file__).parent.parent / "templates" / "requests"
MOST_PAGES = 3


def request_html(values: Mapping[str, Any]) -> str:
    """The letter as HTML; every value is escaped but the code's own drawing."""
    environment = Environment(loader=FileSystemLoader(REQUESTS), undefined=StrictUndefined, autoescape=True)
    return environment.get_template("request.html.j2").render(values)


def request_pdf(values: Mapping[str, Any], token: str) -> bytes:
    """The letter as PDF, the same bytes for the same values.

    One page, set closer where much is asked; where that is not enough, more pages, each with the reply code.

    Raises:
        PacketError: It takes more than `MOST_PAGES`.
    """
    import weasyprint

    qr = _qr(token)
    for setting in ("plain", "close", "long"):
        html = request_html({**values, "qr": qr, "setting": setting})
        drawn = weasyprint.HTML(string=html, url_fetcher=_refuse).render()
        if len(drawn.pages) == 1:
            break
    if len(drawn.pages) > MOST_PAGES:
        raise PacketError(f"the request letter takes {len(drawn.pages)} pages; ask for fewer things at once")
    out = BytesIO()
    drawn.write_pdf(out)
    return out.getvalue()


def _qr(text: str) -> Markup:
    """The reply code as a QR drawing, large enough for a standard fax."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    svg = zxingcpp.write_barcode_to_svg(code, scale=8)
    return Markup(svg[svg.index("<svg") :])


def _refuse(url: str, *_args: Any, **_kwargs: Any) -> Any:
    raise ValueError("letters may not load anything from outside")
