"""A plain folder: nothing left out in silence, no OCR done twice, the same bytes each time."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

from casefile.errors import CasebinderError
from casefile.records import PageText, Problem
from casefile.settings import Settings
from flows import packet_readings
from flows.bind_folder import bind_folder
from flows.packet_request import Ask
from intake.limits import Limits
from intake.read import read_pages
from packet_builder.page_names import page_names
from packet_builder.render import PacketResult
from packet_builder.verify import read_manifest, verify_packet
from tests.packet_builder.odd_pdfs import plain

DAY = date(2026, 11, 24)


def fax(path: Path, words: str) -> None:
    image = Image.new("1", (1728, 2200), 1)
    ImageDraw.Draw(image).text((150, 300), words, fill=0, font=ImageFont.truetype("DejaVuSans.ttf", 44))
    image.save(path, compression="group4", dpi=(204, 196))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exhibits"
    (made / "more").mkdir(parents=True)
    (made / "01-letter.pdf").write_bytes(plain(2, "a letter with enough words to be believed"))
    fax(made / "02-fax.tif", "Saturation was measured\nat rest on room air")
    (made / "more" / "03-late.pdf").write_bytes(plain(1, "a late paper with enough words in it"))
    return made


def bind(
    folder: Path, tmp_path: Path, name: str = "out.pdf", ask: Ask | None = None
) -> tuple[PacketResult, list[str], list[tuple[str, str]]]:
    read: list[str] = []
    left_out: list[tuple[str, str]] = []
    result = bind_folder(
        folder, tmp_path / name, settings=Settings(home=tmp_path / "home"), letter_date=DAY, on_file=read.append, ask=ask,
        on_excluded=lambda file, why: left_out.append((file, why)),
    )  # fmt: skip
    return result, read, left_out


def test_a_second_binding_reads_nothing_and_gives_the_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, read, _ = bind(folder, tmp_path, "a.pdf")
    assert read == ["01-letter.pdf", "02-fax.tif", "more/03-late.pdf"]
    with monkeypatch.context() as patch:
        for name in ("read_pages", "read_file"):
            patch.setattr(packet_readings, name, lambda *_, **__: pytest.fail("read again"))
        second, read, _ = bind(folder, tmp_path, "b.pdf")
    assert read == []
    assert first.path.read_bytes() == second.path.read_bytes()
    assert "Saturation" in "".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(second.path))


def test_after_one_file_changed_only_that_one_is_read(folder: Path, tmp_path: Path) -> None:
    bind(folder, tmp_path)
    (folder / "01-letter.pdf").write_bytes(plain(3, "another letter with words enough to be believed"))
    _, read, _ = bind(folder, tmp_path)
    assert read == ["01-letter.pdf"]


def scan(path: Path, texts: list[str]) -> None:
    """Pages that hold nothing but a picture, as TIFF frames or in a PDF."""
    images = []
    for text in texts:
        fax(path.with_suffix(".tif"), text)
        with Image.open(path.with_suffix(".tif")) as image:
            images.append(image.copy())
    whole = path.with_suffix(".tif")
    images[0].save(whole, save_all=True, append_images=images[1:], compression="group4", dpi=(204, 196))
    if path.suffix == ".pdf":
        path.write_bytes(img2pdf.convert(whole.read_bytes(), nodate=True) or b"")
        whole.unlink()


@pytest.mark.parametrize("name", ["04-scan.tif", "04-scan.pdf"])
def test_after_one_page_changed_or_came_between_only_it_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pages = ["Saturation was measured", "Patient is homebound", "Oxygen two liters"]
    scan(folder / name, pages)
    bind(folder, tmp_path)
    scan(folder / name, ["Mrs Kestrelman walked", pages[1], "Seen at her own home", pages[2], pages[0]])
    numbers: list[int] = []

    def read(path: Path, limits: Limits, only: range) -> list[tuple[PageText, Problem | None]]:
        numbers.extend(only)
        return read_pages(path, limits, only=only)

    with monkeypatch.context() as patch:
        patch.setattr(packet_readings, "read_pages", read)
        patch.setattr(packet_readings, "read_file", lambda *_: pytest.fail("the whole file was read"))
        result, _, _ = bind(folder, tmp_path, "a.pdf")
    assert numbers == [1, 3]
    afresh = bind_folder(folder, tmp_path / "b.pdf", settings=Settings(home=tmp_path / "other"), letter_date=DAY)
    assert result.path.read_bytes() == afresh.path.read_bytes()
    text = "".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(result.path))
    assert text.index("walked") < text.index("homebound") < text.index("own home") < text.index("Oxygen")


def test_pages_are_told_apart_by_all_that_they_show(tmp_path: Path) -> None:
    """Other words, another turn, another box, other resources, a note drawn on it: another name. Another place: the same."""
    (tmp_path / "a.pdf").write_bytes(plain(2, "a letter with enough words to be believed"))
    first, second = page_names(tmp_path / "a.pdf", "application/pdf", 80) or ()
    seen = {first}

    def changed(**entries: Any) -> list[str]:
        with pikepdf.open(tmp_path / "a.pdf") as pdf:
            for name, entry in entries.items():
                pdf.pages[0].obj[f"/{name}"] = pdf.make_stream(entry) if isinstance(entry, bytes) else entry
            pdf.save(tmp_path / "b.pdf")
        return page_names(tmp_path / "b.pdf", "application/pdf", 80) or []

    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([300, 60, 400, 80]))
    for name, entry in (
        ("Rotate", 90), ("CropBox", Array([0, 0, 300, 300])), ("Annots", Array([note])), ("Resources", Dictionary()),
        ("Contents", b"BT ET"),
    ):  # fmt: skip
        names = changed(**{name: entry})
        assert names[1] == second
        seen.add(names[0])
    assert len(seen) == 6
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.pages.reverse()
        pdf.save(tmp_path / "c.pdf")
    assert page_names(tmp_path / "c.pdf", "application/pdf", 80) == [second, first]


def test_what_is_no_document_is_named_and_told(folder: Path, tmp_path: Path) -> None:
    (folder / "notes.txt").write_text("call them")
    (folder / ".hidden").write_text("x")
    shutil.copy(folder / "01-letter.pdf", folder / "04-same.pdf")
    result, _, left_out = bind(folder, tmp_path)
    assert {name for name, _ in left_out} == {"notes.txt", ".hidden"}
    manifest = read_manifest(result.path) or {}
    assert {row["name"] for row in manifest["excluded"]} == {"notes.txt", ".hidden", "04-same.pdf"}
    assert "notes.txt" in pdfium.PdfDocument(result.path)[result.pages - 1].get_textpage().get_text_bounded()
    assert verify_packet(result.path) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [("order.docx", b"PK\x03\x04"), ("scan.pdf", b""), ("scan.tif", b"II*\x00"), ("pic.heic", b"heic")],
)
def test_what_may_be_evidence_stops_the_binding_by_name(folder: Path, tmp_path: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    with pytest.raises(CasebinderError, match=name):
        bind(folder, tmp_path)


def test_a_case_toml_names_exhibits_and_gives_the_letter_its_words(folder: Path, tmp_path: Path) -> None:
    (folder / "case.toml").write_text(
        'member_name = "Rosalind Kestrelman"\npayer_name = "Northfield"\nargument = "She cannot breathe at rest."\n'
        '[exhibits."02-fax.tif"]\ntitle = "Oximetry report"\nkind = "test_result"\ndate = 2026-09-02\n'
    )
    result, _, _ = bind(folder, tmp_path)
    text = "".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(result.path))
    assert "She cannot breathe at rest." in text
    assert "Oximetry report" in text
    assert [part.title for part in result.plan.exhibits()][0] == "Oximetry report"  # type: ignore[union-attr]


def test_a_packet_without_its_numbers_can_be_bound_from_kept_words(folder: Path, tmp_path: Path) -> None:
    fax(folder / "05-ssn.tif", "SSN 219-09-9999\nis on this page")
    bind(folder, tmp_path)
    result, read, _ = bind(folder, tmp_path, "r.pdf", Ask(recipient="regulator"))
    assert read == []
    text = "".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(result.path))
    assert "219-09" not in text
    assert "on this page" in text.replace("\r\n", " ")
