"""Odd sources: each ends as pages of the packet, or stops the build by name. None is dropped."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from casefile.records import CaseFile, Exhibit, LedgerRow, PageText
from packet_builder.errors import PacketError
from packet_builder.page_parts import brackets_of
from packet_builder.render import PacketResult, build_packet
from packet_builder.verify import verify_packet
from tests.packet_builder.odd_pdfs import changed, form, named_link, plain, refused_set, whole_set

ODD = list(whole_set())


def bound(folder: Path, files: list[tuple[str, bytes, int]], out: str = "out.pdf") -> PacketResult:
    exhibits, ledger = [], []
    for name, data, pages in files:
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256).write_bytes(data)
        texts = tuple(PageText(n + 1, (), "text-layer") for n in range(pages))
        exhibits.append(Exhibit(name, "other", sha256, "application/pdf", texts))
        ledger += [LedgerRow(sha256, text.page_number, "exhibit") for text in texts]
    case = CaseFile(
        "C-0001", "Rosalind Kestrelman", payer_name="Northfield", exhibits=tuple(exhibits), ledger=tuple(ledger)
    )
    from datetime import date

    return build_packet(case, kind="appeal", source_path=lambda sha256: folder / sha256, out=folder / out, prefix="CB",
                        organisation="Harbor Home Care", contact="555-010-0199", letter_date=date(2026, 11, 24))  # fmt: skip


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> PacketResult:
    """All odd files in one packet."""
    return bound(tmp_path_factory.mktemp("odd"), ODD)


def test_sixty_odd_files_are_all_there(everything: PacketResult) -> None:
    assert len(ODD) >= 58
    assert everything.plan
    with pikepdf.open(everything.path) as pdf:
        assert len(pdf.pages) == everything.plan.pages
    assert len(everything.plan.places) == sum(pages for _, _, pages in ODD)
    assert verify_packet(everything.path) == []


def test_every_page_shows_its_number_where_a_person_sees_it(everything: PacketResult) -> None:
    assert_numbered(pdfium.PdfDocument(everything.path))


def assert_numbered(document: pdfium.PdfDocument) -> None:
    for index, page in enumerate(document):
        number = f"CB-{index + 1:06d}"
        assert document.get_page_label(index) == number
        text = page.get_textpage()
        found = text.search(number).get_next()
        assert found, number
        box = text.get_charbox(found[0])
        sheet = page.get_mediabox()
        assert sheet[0] <= box[0] < box[2] <= sheet[2], number
        assert sheet[1] <= box[1] < box[3] <= sheet[3], number


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_full_page_gets_a_band_for_its_number(tmp_path: Path, turn: int) -> None:
    """On a page that is black to its edges the number stands beside the content, never on it."""

    def black(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(pikepdf.Stream(pdf, b"0 g 0 0 2000 2000 re f"))
        pdf.pages[0].obj.Rotate = turn

    data = changed(black)
    result = bound(tmp_path, [("black", data, 2)])
    document = pdfium.PdfDocument(result.path)
    assert_numbered(document)
    page = document[result.plan.places[hashlib.sha256(data).hexdigest(), 1]]  # type: ignore[union-attr]
    image = page.render(scale=1, grayscale=True).to_numpy().squeeze()
    was = pdfium.PdfDocument(data)[0].get_size()
    assert image.shape[0] > was[1] + 10
    assert (image[: int(was[1]) - 1] < 20).all(), "the content is as it was"
    band = image[int(was[1]) + 2 :]
    assert 20 < (band < 128).sum() < 0.2 * band.size, "digits on white"


def test_pages_look_like_their_sources(tmp_path: Path) -> None:
    """The middle of each bound page renders as the source's page does; what was hidden stays hidden."""
    for name, data, _ in ODD:
        result = bound(tmp_path, [(name, data, 2)])
        try:
            source = pdfium.PdfDocument(data)
        except pdfium.PdfiumError:
            continue
        packet = pdfium.PdfDocument(result.path)
        index = result.plan.places[hashlib.sha256(data).hexdigest(), 1]  # type: ignore[union-attr]
        if name in {
            "tiny",
            "huge",
            "narrow",
            "flat-box",
            "box-of-words",
            "user-unit-odd",
            "crop-outside",
            "rotated-oddly",
        }:
            continue
        before, after = source[0].render(scale=0.5, grayscale=True), packet[index].render(scale=0.5, grayscale=True)
        was, now = before.to_numpy().squeeze(), after.to_numpy().squeeze()
        high, wide = min(was.shape[0], now.shape[0]) - 25, min(was.shape[1], now.shape[1])
        differ = abs(was[:high, :wide].astype(int) - now[:high, :wide].astype(int)) > 96
        assert differ.mean() < 0.002, name


@pytest.mark.parametrize(("name", "data"), list(refused_set()), ids=[name for name, _ in refused_set()])
def test_what_cannot_be_bound_stops_the_build_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    with pytest.raises(PacketError, match=sha256[:12]):
        bound(tmp_path, [("fine", plain(), 2), (name, data, 1)])
    assert not list(tmp_path.glob("*.pdf"))


def test_a_source_changed_since_it_was_read_stops_the_build(tmp_path: Path) -> None:
    data = plain()
    bound(tmp_path, [("x", data, 2)])
    (tmp_path / hashlib.sha256(data).hexdigest()).write_bytes(plain(3))
    with pytest.raises(PacketError, match="not the file that was read"):
        build_again(tmp_path, data)


def build_again(folder: Path, data: bytes) -> None:
    from datetime import date

    sha256 = hashlib.sha256(data).hexdigest()
    exhibit = Exhibit("x", "other", sha256, "application/pdf", (PageText(1, (), "text-layer"),))
    case = CaseFile("C-0001", "R", payer_name="N", exhibits=(exhibit,), ledger=(LedgerRow(sha256, 1, "exhibit"),))
    build_packet(case, kind="appeal", source_path=lambda key: folder / key, out=folder / "o.pdf", prefix="CB", organisation="H", contact="5",
                 letter_date=date(2026, 11, 24))  # fmt: skip


def test_nothing_that_acts_comes_along(everything: PacketResult) -> None:
    with pikepdf.open(everything.path) as pdf:
        text = b"".join(obj.unparse() for obj in pdf.objects if not isinstance(obj, pikepdf.Stream))
        kinds = {str(note.Subtype) for page in pdf.pages for note in page.obj.get("/Annots", [])}
        assert set(pdf.attachments) == {"manifest.json"}
        assert "/AcroForm" not in pdf.Root
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/OpenAction", b"/AA", b"secret.txt"):
        assert not re.search(word + rb"\b", text), word
    assert kinds == {"/Link"}


def test_form_values_are_part_of_the_page(tmp_path: Path) -> None:
    """Two forms with a field of the same name keep each its own value, in view."""
    first, second = changed(form("Rosalind")), changed(form("Bartholomew"))
    result = bound(tmp_path, [("a", first, 2), ("b", second, 2)])
    document = pdfium.PdfDocument(result.path)
    for data, value in ((first, "Rosalind"), (second, "Bartholomew")):
        index = result.plan.places[hashlib.sha256(data).hexdigest(), 1]  # type: ignore[union-attr]
        assert value in document[index].get_textpage().get_text_bounded()


def test_links_with_the_same_name_stay_in_their_own_exhibit(tmp_path: Path) -> None:
    files = [("a", changed(named_link), 2), ("b", changed(named_link, pages=3), 3)]
    result = bound(tmp_path, files)
    with pikepdf.open(result.path) as pdf:
        places = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for _, data, _ in files:
            first, second = (result.plan.places[hashlib.sha256(data).hexdigest(), n] for n in (1, 2))  # type: ignore[union-attr]
            (note,) = pdf.pages[first].obj.Annots
            assert places[note.Dest[0].objgen] == second


def test_what_binding_took_off_is_said_on_the_slip_sheet(everything: PacketResult) -> None:
    document = pdfium.PdfDocument(everything.path)
    slips = {part.title: document[part.first].get_textpage().get_text_bounded() for part in everything.plan.exhibits()}  # type: ignore[union-attr]
    assert "digital signature" in slips["signed"]
    assert "attached files" in slips["attachment"]
    assert "scripts" in slips["launch"]


@pytest.mark.parametrize(("content", "opened", "closed"), [
    (b"q 1 0 0 1 0 0 cm /Im0 Do Q", 0, 0), (b"q q Q", 0, 1), (b"Q q", 1, 1), (b"Q Q (q Q) Tj", 2, 0), (b"/q gs [(Q)] TJ q", 0, 1),
    (b"1 0 0 1 9 9 cm", 0, 0), (b"", 0, 0), (b"q%Q\nQ", 0, 0), (b"q BI /W 1 /H 1 ID Q EI Q", 0, 0),
])  # fmt: skip
def test_what_a_content_leaves_open_is_closed_and_no_more(content: bytes, opened: int, closed: int) -> None:
    with pikepdf.new() as pdf:
        assert brackets_of([pikepdf.Stream(pdf, content)])[:2] == (opened, closed)
