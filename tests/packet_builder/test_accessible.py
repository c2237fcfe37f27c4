"""What a PDF/UA validator says of packets: the program's own sheets conform, and no packet claims what its exhibits are not."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from casefile.records import CaseFile, Exhibit, LedgerRow, PageText
from packet_builder.drawing import face
from packet_builder.render import build_packet
from tests.packet_builder.test_reread import DAY, case_in, elements, request_of

NOT_CLAIMED = {"PDFUA1-ID-PART-001", "PDFUA1-ID-SCHEMA-001"}
"""No packet says of itself that it is PDF/UA: its exhibits are what others wrote."""
EXHIBITS_OWN = {"PDFUA1-FONT-EMBEDDING-001", "PDFUA1-FONT-UNICODE-VALUE-001"}
"""The fonts of these exhibits; an archive binds such pages as pictures, so that there every font is ours."""


def linked() -> bytes:
    """Two pages in an embedded face, the first with a link to the second."""
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    for number in (1, 2):
        canvas.setFont(face("serif"), 12)
        canvas.drawString(100, 500, f"paper with a link, page {number}")
        canvas.bookmarkPage(f"p{number}")
        if number == 1:
            canvas.linkRect("", "p2", (100, 490, 300, 510))
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def photo() -> bytes:
    image = Image.new("RGB", (600, 800), (180, 150, 130))
    ImageDraw.Draw(image).ellipse((200, 300, 400, 500), fill=(150, 60, 60))
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def case_with_all(folder: Path) -> CaseFile:
    """A case with a photograph, and a paper that has a link of its own."""
    case, more = case_in(folder), []
    for data, title, kind, media, pages in (
        (linked(), "Paper with a link", "progress_note", "application/pdf", (PageText(1, (), "text-layer"), PageText(2, (), "text-layer"))),
        (photo(), "Wound photo", "photo", "image/jpeg", (PageText(1),)),
    ):  # fmt: skip
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256).write_bytes(data)
        more.append(Exhibit(title, kind, sha256, media, pages, DAY))
    rows = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in more for p in e.pages)
    return replace(case, exhibits=(*case.exhibits, *more), ledger=(*case.ledger, *rows))


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for name in ("appeal", "complaint", "archive"):
        folder = tmp_path_factory.mktemp(name)
        request = request_of(name)
        made[name] = build_packet(
            case_with_all(folder), kind=request.kind, source_path=folder.joinpath, out=folder / "out.pdf", prefix="CB",
            organisation="H", contact="5", letter_date=DAY, request=request,
        ).path  # fmt: skip
    return made


@pytest.mark.parametrize("kind", ["appeal", "complaint", "archive"])
def test_a_validator_finds_only_what_is_not_ours(packets: dict[str, Path], kind: str) -> None:
    page = pytest.importorskip("page", reason="page-validation is not installed")
    report = page.validate_pdf(packets[kind], profile=page.ValidationProfile.PDF_UA_1)
    found = {failure.rule_id for failure in report.failures}
    assert found - (EXHIBITS_OWN if kind != "archive" else set()) == NOT_CLAIMED
    assert b"pdfuaid" not in packets[kind].read_bytes()


def test_a_page_without_words_is_a_figure_that_says_what_it_is(packets: dict[str, Path]) -> None:
    with pikepdf.open(packets["appeal"]) as pdf:
        figures = [element for kind, element in elements(pdf.Root.StructTreeRoot.K) if str(kind) == "/Figure"]
        (alt,) = [str(figure.Alt) for figure in figures]
    assert "Wound photo, page 1" in alt


def test_an_exhibits_own_link_says_where_it_leads(packets: dict[str, Path]) -> None:
    with pikepdf.open(packets["appeal"]) as pdf:
        labels = {page.obj.objgen: page.label for page in pdf.pages}
        links = [note for page in pdf.pages for note in page.obj.get("/Annots", []) if note.Dest[0].objgen in labels]
        own = [note for note in links if list(map(float, note.Rect)) == [100, 490, 300, 510]]
        (note,) = own
        assert str(note.Contents) == f"Go to {labels[note.Dest[0].objgen]}"
        assert "/StructParent" in note


def test_heads_of_tables_say_what_they_are_head_of(packets: dict[str, Path]) -> None:
    with pikepdf.open(packets["appeal"]) as pdf:
        kinds = [(str(kind), element) for kind, element in elements(pdf.Root.StructTreeRoot.K)]
        heads = [element for kind, element in kinds if kind == "/TH"]
        assert {str(head.A.Scope) for head in heads} == {"/Column", "/Row"}
        for kind, table in kinds:
            if kind == "/Table":
                rows = [[int(cell.get("/A", {}).get("/ColSpan", 1)) for cell in row.K] for row in table.K]
                assert len({sum(row) for row in rows}) == 1
