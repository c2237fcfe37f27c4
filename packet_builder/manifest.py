"""The manifest inside every packet: which page came from where, and what each page's content was."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

import pikepdf

from casefile.records import CaseFile
from packet_builder.plan import PacketPlan

NAME = "manifest.json"
LIBRARIES = ("pikepdf", "reportlab", "weasyprint", "pillow")


def page_hash(page: pikepdf.Page) -> str:
    """SHA-256 over a page's boxes, turn, content and images, however the file stores them."""
    digest = hashlib.sha256(repr([float(edge) for edge in page.mediabox]).encode())
    digest.update(str(int(page.obj.get("/Rotate", 0))).encode())
    contents = page.obj.get("/Contents", pikepdf.Array())
    for stream in contents if isinstance(contents, pikepdf.Array) else [contents]:
        digest.update(b"\n" + stream.read_bytes())
    objects = page.obj.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
    for name in sorted(objects.keys()):
        digest.update(name.encode() + _bytes(objects[name]))
    return digest.hexdigest()


def _bytes(stream: pikepdf.Object) -> bytes:
    """Decoded bytes where qpdf can decode without loss, else the coded ones."""
    if str(stream.get("/Filter", "")) in {"/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/JPXDecode"}:
        return stream.read_raw_bytes()
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()


def manifest(case: CaseFile, kind: str, plan: PacketPlan, pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Everything needed to show, months later, what was sent and from which pages."""
    sources: dict[int, tuple[str, int]] = {}
    for part in plan.exhibits():
        assert part.exhibit
        for offset, text in enumerate(part.exhibit.pages):
            sources[part.first + 1 + offset] = (part.exhibit.fax_sha256, text.page_number)
    pages = [
        {"bates": plan.bates(index), "content_sha256": page_hash(page),
         "source_sha256": sources.get(index, ("", 0))[0] or None, "source_page": sources.get(index, ("", 0))[1] or None}
        for index, page in enumerate(pdf.pages)
    ]  # fmt: skip
    return {
        "schema": "casebinder.manifest/1", "case": case.case_id, "kind": kind, "pages": pages,
        "sources": sorted({sha256 for sha256, _ in sources.values()}),
        "ledger": [{"fax": r.fax_sha256, "page": r.page, "state": r.state, "reason": r.reason} for r in case.ledger],
        "rules": sorted({verdict.rule for verdict in case.verdicts}),
        "made_with": {name: version(name) for name in LIBRARIES},
    }  # fmt: skip


def attach(pdf: pikepdf.Pdf, content: dict[str, Any]) -> None:
    """Put the manifest into the file, undated so that the same inputs give the same bytes."""
    data = json.dumps(content, indent=1, sort_keys=True).encode()
    pdf.attachments[NAME] = pikepdf.AttachedFileSpec(
        pdf, data, filename=NAME, mime_type="application/json", creation_date="", mod_date="",
    )  # fmt: skip


def read(pdf: pikepdf.Pdf) -> dict[str, Any] | None:
    """The manifest of a packet, or None."""
    if NAME not in pdf.attachments:
        return None
    return json.loads(pdf.attachments[NAME].get_file().read_bytes())  # type: ignore[no-any-return]
