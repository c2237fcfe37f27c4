"""The packet: every page once, numbered, linked, searchable, the same each time, and checked."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from casefile.records import CaseFile, Event, Evidence, Exhibit, LedgerRow, PageText, Word
from packet_builder.errors import MissingValue, PacketError
from packet_builder.letter import letter_html
from packet_builder.plan import letter_of, plan_packet
from packet_builder.render import build_packet
from packet_builder.verify import verify_packet

DAY = date(2026, 11, 24)
WORDS = (Word("Saturation", (0.1, 0.1, 0.3, 0.12), 0.9, 0), Word("(86)\\", (0.32, 0.1, 0.4, 0.12), 0.9, 0))


class Sources:
    """A vault in miniature."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, data: bytes, media: str, pages: int, source: str = "text-layer", rotation: int = 0) -> Exhibit:
        sha256 = hashlib.sha256(data).hexdigest()
        (self.folder / sha256).write_bytes(data)
        texts = tuple(PageText(n + 1, WORDS, source, 0.9, rotation, dpi=(204, 98)) for n in range(pages))  # type: ignore[arg-type]
        return Exhibit("Order", "order", sha256, media, texts, DAY)

    def path(self, sha256: str) -> Path:
        return self.folder / sha256


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def pdf_bytes(pages: int = 2, **entries: Any) -> bytes:
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    for number in range(pages):
        canvas.drawString(100, 500, f"source page {number + 1}")
        canvas.showPage()
    canvas.save()
    with pikepdf.open(BytesIO(stream.getvalue())) as pdf:
        for page in pdf.pages:
            for key, value in entries.items():
                page.obj[f"/{key}"] = value
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def fax_bytes() -> bytes:
    frames = []
    for number in (1, 2):
        image = Image.new("1", (1728, 1078), 1)
        ImageDraw.Draw(image).text((300, 300), f"fax page {number}", fill=0)
        frames.append(image)
    out = BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(204, 98))
    return out.getvalue()


def case_of(*exhibits: Exhibit) -> CaseFile:
    ledger = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in exhibits for p in e.pages)
    event = Event("ordered", "clinical", "Order written", DAY, None, Evidence(exhibits[0].fax_sha256, 1))
    return CaseFile(
        "C-0001",
        "Rosalind <Kestrelman>",
        payer_name="Northfield & Co",
        exhibits=exhibits,
        ledger=ledger,
        events=(event,),
    )


def build(case: CaseFile, sources: Sources, out: Path, kind: str = "appeal") -> Path:
    return build_packet(case, kind=kind, source_path=sources.path, out=out, prefix="CB", organisation="Harbor Home Care",
                        contact="555-010-0199", letter_date=DAY).path  # fmt: skip


def last_exhibit_page(path: Path) -> pdfium.PdfPage:
    """The page before the annex."""
    document = pdfium.PdfDocument(path)
    return document[len(document) - 2]


@pytest.fixture
def case(sources: Sources) -> CaseFile:
    return case_of(sources.add(pdf_bytes(), "application/pdf", 2), sources.add(fax_bytes(), "image/tiff", 2, "ocr"))


@pytest.mark.parametrize("kind", ["appeal", "complaint"])
def test_two_builds_are_the_same_bytes_and_verify(case: CaseFile, sources: Sources, tmp_path: Path, kind: str) -> None:
    first, second = (build(case, sources, tmp_path / name, kind) for name in ("a.pdf", "b.pdf"))
    assert first.read_bytes() == second.read_bytes()
    assert verify_packet(first) == []


def test_every_page_bears_its_number_and_label(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    document = pdfium.PdfDocument(build(case, sources, tmp_path / "a.pdf"))
    for index, page in enumerate(document):
        number = f"CB-{index + 1:06d}"
        assert number in page.get_textpage().get_text_bounded()
        assert document.get_page_label(index) == number


def test_words_of_scanned_pages_can_be_searched(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    document = pdfium.PdfDocument(build(case, sources, tmp_path / "a.pdf"))
    text = document[len(document) - 2].get_textpage().get_text_bounded()
    assert "Saturation" in text
    assert "(86)\\" in text


def test_bookmarks_land_on_the_page_whose_number_they_name(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    document = pdfium.PdfDocument(build(case, sources, tmp_path / "a.pdf"))
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    assert len(marks) > 8
    assert all(f"(CB-{index + 1:06d})" in title for title, index in marks)


def test_a_fax_page_is_bound_black_on_white_at_its_true_size(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    page = last_exhibit_page(build(case, sources, tmp_path / "a.pdf"))
    assert [round(side) for side in page.get_size()] == [610, 792]
    assert page.render(grayscale=True).to_numpy().mean() > 240


@pytest.mark.parametrize("entries", [
    {"Rotate": 90}, {"Rotate": 180}, {"Rotate": 270}, {"CropBox": [100, 100, 400, 600]},
    {"MediaBox": [-50, -50, 545, 791], "Rotate": 90}, {"MediaBox": [595, 842, 0, 0]},
])  # fmt: skip
def test_the_stamp_stands_in_the_corner_a_person_sees(
    sources: Sources, tmp_path: Path, entries: dict[str, Any]
) -> None:
    values = {key: pikepdf.Array(value) if isinstance(value, list) else value for key, value in entries.items()}
    case = case_of(sources.add(pdf_bytes(1, **values), "application/pdf", 1))
    page = last_exhibit_page(build(case, sources, tmp_path / "a.pdf"))
    bitmap = page.render(scale=2, grayscale=True).to_numpy().squeeze()
    corner = bitmap[-60:, -180:]
    assert (corner < 128).sum() > 60, "digits in the lower right corner as shown"


def test_scripts_do_not_come_along(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    assert b"app.alert" not in build(case, sources, tmp_path / "a.pdf").read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        assert "/OpenAction" not in pdf.Root


def test_qpdf_finds_nothing_wrong(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    program = shutil.which("qpdf")
    if not program:
        pytest.skip("qpdf is not installed: apt-get install qpdf")
    subprocess.run([program, "--check", str(build(case, sources, tmp_path / "a.pdf"))], check=True, capture_output=True)


def test_an_altered_page_is_noticed(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    build(case, sources, tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.pages[5].contents_add(pikepdf.Stream(pdf, b"0 0 100 100 re f"))
        pdf.save(tmp_path / "b.pdf")
    assert ["changed" in problem for problem in verify_packet(tmp_path / "b.pdf")] == [True]


def test_a_source_that_cannot_be_opened_stops_the_build_by_name(
    case: CaseFile, sources: Sources, tmp_path: Path
) -> None:
    name = case.exhibits[0].fax_sha256
    sources.path(name).write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(PacketError, match=name[:12]):
        build(case, sources, tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_a_page_without_an_end_state_stops_the_build(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    unbalanced = replace(case, ledger=(*case.ledger, LedgerRow("f" * 64, 1, "received")))
    with pytest.raises(PacketError, match="no end state"):
        build(unbalanced, sources, tmp_path / "a.pdf")


def test_an_exhibit_page_left_out_stops_the_build(case: CaseFile, sources: Sources, tmp_path: Path) -> None:
    with pytest.raises(PacketError, match="does not balance"):
        build(replace(case, exhibits=case.exhibits[:1]), sources, tmp_path / "a.pdf")


def test_letter_values_are_escaped_and_missing_ones_named() -> None:
    values = {name: "x" for name in ("member_id", "member_dob", "claim_number", "service", "denial_date", "provider_name",
                                     "provider_npi", "denial_reason", "deadline", "deadline_rule", "payer_name",
                                     "organisation", "contact", "letter_date")}  # fmt: skip
    html = letter_html("appeal", {**values, "member_name": "<script>", "exhibits": []})
    assert "&lt;script&gt;" in html
    with pytest.raises(MissingValue, match="member_name"):
        letter_html("appeal", {**values, "exhibits": []})
    with pytest.raises(MissingValue, match="exhibits"):
        letter_html("appeal", {**values, "member_name": "x"})


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(1, 5))
def test_numbers_are_unique_and_unbroken(counts: list[int], letter: int) -> None:
    exhibits = tuple(
        Exhibit("x", "other", str(n), "", tuple(PageText(p + 1) for p in range(c))) for n, c in enumerate(counts)
    )
    plan = plan_packet(
        CaseFile("", "", exhibits=exhibits),
        "CB",
        {"letter": letter, "contents": 1, "timeline": 2, "annex": 1},
    )
    places = [index for part in plan.parts for index in range(part.first, part.last + 1)]
    assert places == list(range(plan.pages))
    assert plan.pages == letter + 4 + sum(counts) + len(counts)
    assert len({part.name for part in plan.parts}) == len(plan.parts)


def test_exhibit_letters_go_on_after_z() -> None:
    assert [letter_of(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
