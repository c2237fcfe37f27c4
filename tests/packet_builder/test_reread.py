"""Packets of every kind, opened again by other programs: where links land, what a search finds, what a screen reader hears."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont

from casefile.records import (
    CaseFile,
    Cited,
    Clock,
    Event,
    Evidence,
    Exhibit,
    Finding,
    LedgerRow,
    PageText,
    Verdict,
    Word,
)
from packet_builder.page_cache import PageCache
from packet_builder.profiles import Profile, profile
from packet_builder.render import PacketResult, build_packet
from packet_builder.request import Request
from packet_builder.routes import route
from packet_builder.verify import verify_packet
from tests.packet_builder.odd_pdfs import plain

DAY = date(2026, 11, 24)
NUMBER = re.compile(r"CB-\d{6}")
SMALL_VOLUMES = Profile("p", "p", max_pages=24, verified_at="x")
KINDS = ("appeal", "complaint", "volumes", "fax", "archive", "archive-3b")


def scan() -> tuple[bytes, tuple[Word, ...]]:
    """A fax page with words drawn at known places, and those places as a reader would give them."""
    image = Image.new("1", (1728, 2200), 1)
    draw, words = ImageDraw.Draw(image), []
    font = ImageFont.load_default(40)
    for line, row in enumerate(("Saturation at rest 86", "Patient is homebound", "Oxygen two liters")):
        x = 200
        for text in row.split():
            left, top, right, bottom = draw.textbbox((x, 300 + 120 * line), text, font=font)
            draw.text((x, 300 + 120 * line), text, fill=0, font=font)
            words.append(Word(text, (left / 1728, top / 2200, right / 1728, bottom / 2200), 0.95, line))
            x = int(right) + 40
    out = BytesIO()
    image.save(out, "TIFF", compression="group4", dpi=(204, 196))
    return out.getvalue(), tuple(words)


def case_in(folder: Path, notes: int = 2) -> CaseFile:
    """A denied case with a notice, a scan, and text papers; every drawn part has something to show."""

    def add(data: bytes, title: str, kind: str, media: str, texts: tuple[PageText, ...]) -> Exhibit:
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256).write_bytes(data)
        return Exhibit(title, kind, sha256, media, texts, DAY)

    tiff, words = scan()
    notice_words = tuple(
        Word(text, (0.1 + 0.05 * n, 0.3, 0.14 + 0.05 * n, 0.32), 0.95, 0)
        for n, text in enumerate(
            ["The", "request", "is", "denied", "because", "medical", "necessity", "was", "not", "shown."]
        )
    )
    notice = (PageText(1, notice_words, "text-layer", 0.95), PageText(2, (), "text-layer"))
    papers = [
        add(plain(2, "notice"), "Denial notice", "denial_letter", "application/pdf", notice),
        add(tiff, "Oximetry report", "test_result", "image/tiff", (PageText(1, words, "ocr", 0.95, dpi=(204, 196)),)),
        *(
            add(plain(5, f"paper {n}"), f"Progress note {n}", "progress_note", "application/pdf",
                tuple(PageText(p + 1, (), "text-layer") for p in range(5)))
            for n in range(notes)
        ),
    ]  # fmt: skip
    ledger = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in papers for p in e.pages)
    proof = Evidence(papers[1].fax_sha256, 1, (0.1, 0.13, 0.5, 0.16), "Saturation at rest 86")
    finding = Finding("spo2", "86", "86", 1, (0.4, 0.13, 0.45, 0.16), 0.97)
    return CaseFile(
        "C-0001", "Rosalind Kestrelman", member_id="U284872097", payer_name="Northfield Health Plan", denial_date="2026-11-02",
        denial_reason="medical necessity was not shown", exhibits=tuple(papers), ledger=ledger,
        events=tuple(Event("seen", "clinical", f"Seen {n}", DAY, None, Evidence(e.fax_sha256, 1)) for n, e in enumerate(papers)),
        verdicts=(Verdict("o2.test", "Qualifying test", "met", "86 % at rest", "o2/1", proof),),
        clocks=(Clock("appeal deadline", date(2027, 5, 1), "180 days", "notice"),), findings=(Cited(papers[1].fax_sha256, finding),),
    )  # fmt: skip


def request_of(name: str) -> Request:
    asked = Request("appeal", "CB", "Harbor Home Care", "555-010-0199", DAY)
    if name == "complaint":
        return replace(asked, kind="complaint", route=route("insured", "OH"))
    return replace(asked, profile={"appeal": profile("default"), "volumes": SMALL_VOLUMES}.get(name) or profile(name))


def built(folder: Path, request: Request, cache: PageCache | None = None) -> PacketResult:
    case = case_in(folder, 6 if request.profile is SMALL_VOLUMES else 2)
    return build_packet(case, kind=request.kind, source_path=lambda sha256: folder / sha256, out=folder / "out.pdf",
                        prefix="CB", organisation="H", contact="5", letter_date=DAY, request=request, cache=cache)  # fmt: skip


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PacketResult]:
    """One packet of each kind."""
    return {name: built(tmp_path_factory.mktemp(name), request_of(name)) for name in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_qpdf_finds_nothing_wrong(packets: dict[str, PacketResult], kind: str) -> None:
    program = shutil.which("qpdf")
    if not program:
        pytest.skip("qpdf is not installed: apt-get install qpdf")
    for path in packets[kind].files:
        subprocess.run([program, "--check", str(path)], check=True, capture_output=True)
        assert verify_packet(path) == []


def links_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """(words under the link, what the link says of itself, label of the page it lands on), by pdfium and qpdf together."""
    document = pdfium.PdfDocument(path)
    with pikepdf.open(path) as pdf:
        places = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        for index, page in enumerate(pdf.pages):
            text = document[index].get_textpage()
            for note in page.obj.get("/Annots", []):
                left, bottom, right, top = (float(edge) for edge in note.Rect)
                words = text.get_text_bounded(left - 1, bottom - 1, right + 1, top + 1)
                yield words, str(note.get("/Contents", "")), document.get_page_label(places[note.Dest[0].objgen])


@pytest.mark.parametrize("kind", ["appeal", "complaint", "volumes", "archive"])
def test_links_land_on_the_page_whose_number_they_name(packets: dict[str, PacketResult], kind: str) -> None:
    for path in packets[kind].files:
        named = [(words, label) for words, _, label in links_of(path) if NUMBER.search(words)]
        assert len(named) >= 3
        for words, label in named:
            assert NUMBER.search(words)[0] == label, words  # type: ignore[index]


@pytest.mark.parametrize("kind", KINDS)
def test_bookmarks_land_on_the_page_whose_number_they_name(packets: dict[str, PacketResult], kind: str) -> None:
    for path in packets[kind].files:
        document = pdfium.PdfDocument(path)
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
        assert marks
        for title, index in marks:
            label = document.get_page_label(index)
            assert title.endswith(f"({label})")
            assert label in document[index].get_textpage().get_text_bounded()


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_can_be_seen_where_a_search_finds_it(packets: dict[str, PacketResult], kind: str) -> None:
    for path in packets[kind].files:
        document = pdfium.PdfDocument(path)
        for index, page in enumerate(document):
            text, (start, below, _, top) = page.get_textpage(), page.get_mediabox()
            label = document.get_page_label(index)
            found = [n for n in searched(text, label) if text.get_charbox(n)[1] - below < 40]
            assert found, label
            left, bottom, _, _ = text.get_charbox(found[0])
            right, upper = text.get_charbox(found[0] + len(label) - 1)[2:]
            dark = page.render(scale=2, grayscale=True).to_numpy().squeeze() < 128
            ink = dark[
                int(2 * (top - upper)) : int(2 * (top - bottom)) + 1,
                int(2 * (left - start)) : int(2 * (right - start)) + 1,
            ]
            assert 0.1 < ink.mean() < 0.7, label


def searched(text: pdfium.PdfTextPage, words: str) -> Iterator[int]:
    """Where words begin, each time they stand on a page."""
    search = text.search(words)
    while found := search.get_next():
        yield found[0]


def test_numbers_run_on_over_volumes_and_each_cover_tells_its_own(packets: dict[str, PacketResult]) -> None:
    result = packets["volumes"]
    assert len(result.files) >= 2
    labels: list[str] = []
    for number, path in enumerate(result.files, 1):
        document = pdfium.PdfDocument(path)
        assert len(document) <= SMALL_VOLUMES.max_pages
        own = [document.get_page_label(n) for n in range(len(document))]
        labels += own
        if number > 1:
            cover = document[0].get_textpage().get_text_bounded()
            assert f"Volume {number} of {len(result.files)}" in cover
            assert own[0] in cover
            assert own[-1] in cover
    assert labels == [f"CB-{n + 1:06d}" for n in range(result.pages)]


def test_volumes_obey_the_megabyte_cap(tmp_path: Path) -> None:
    """Photographs that do not compress: ten of 0.25 MB under a cap of 1 MB."""
    noise = np.random.default_rng(3)
    exhibits = []
    for _ in range(10):
        out = BytesIO()
        Image.fromarray(noise.integers(0, 255, (500, 500), dtype=np.uint8)).save(out, "PNG")
        sha256 = hashlib.sha256(out.getvalue()).hexdigest()
        (tmp_path / sha256).write_bytes(out.getvalue())
        exhibits.append(Exhibit("Photo", "photo", sha256, "image/png", (PageText(1),), DAY))
    ledger = tuple(LedgerRow(e.fax_sha256, 1, "exhibit") for e in exhibits)
    case = CaseFile("C-0001", "R", payer_name="N", exhibits=tuple(exhibits), ledger=ledger)
    request = replace(request_of("appeal"), profile=Profile("p", "p", max_megabytes=1.0, verified_at="x"))
    result = build_packet(case, kind="appeal", source_path=lambda sha256: tmp_path / sha256, out=tmp_path / "out.pdf", prefix="CB",
                          organisation="H", contact="5", letter_date=DAY, request=request)  # fmt: skip
    assert len(result.files) > 2
    assert all(path.stat().st_size <= 1e6 and verify_packet(path) == [] for path in result.files)
    bound = [page for path in result.files for page in range(len(pdfium.PdfDocument(path)))]
    assert len(bound) == result.pages


@pytest.mark.parametrize("kind", ["appeal", "fax", "archive"])
def test_a_search_finds_a_scans_words_over_their_ink(packets: dict[str, PacketResult], kind: str) -> None:
    result = packets[kind]
    assert result.plan
    index = next(part.first + 1 for part in result.plan.exhibits() if part.title == "Oximetry report")
    page = pdfium.PdfDocument(result.path)[index]
    text, (_, _, width, height) = page.get_textpage(), page.get_mediabox()
    scale = 2
    dark = page.render(scale=scale, grayscale=True).to_numpy().squeeze() < 128
    for word in ("Saturation", "homebound", "liters", "86"):
        start, count = text.search(word).get_next()
        boxes = [text.get_charbox(n) for n in range(start, start + count)]
        left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
        bottom, top = min(box[1] for box in boxes), max(box[3] for box in boxes)
        assert 0 <= left < right <= width
        ink = dark[
            int((height - top) * scale) : int((height - bottom) * scale) + 1, int(left * scale) : int(right * scale) + 1
        ]
        assert 0.05 < ink.mean() < 0.7, word
        columns = np.flatnonzero(ink.any(axis=0))
        assert columns[0] < 0.15 * ink.shape[1], f"{word} begins where its ink begins"
        assert columns[-1] > 0.85 * ink.shape[1], f"{word} ends where its ink ends"


@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_reader_is_told_title_language_and_structure(packets: dict[str, PacketResult], kind: str) -> None:
    for path in packets[kind].files:
        with pikepdf.open(path) as pdf:
            root = pdf.Root
            assert str(root.Lang) == "en-US"
            assert bool(root.MarkInfo.Marked)
            assert bool(root.ViewerPreferences.DisplayDocTitle)
            assert "packet" in str(pdf.docinfo.Title)
            with pdf.open_metadata() as meta:
                assert meta["dc:title"] == str(pdf.docinfo.Title)
            tree = nums_of(root.StructTreeRoot.ParentTree)
            kinds = {kind for kind, _ in elements(root.StructTreeRoot.K)}
            assert {"Document", "Sect", "H1", "P", "Table", "TR", "TH", "TD"} <= {str(kind)[1:] for kind in kinds}
            for page in pdf.pages:
                assert str(page.obj.Tabs) == "/S"
                marks = marked(page)
                assert marks == set(range(len(tree[int(page.obj.StructParents)]))), "each mark has its element"
                for note in page.obj.get("/Annots", []):
                    assert str(tree[int(note.StructParent)].S) == "/Link"
                    assert str(note.Contents)


def nums_of(tree: pikepdf.Object) -> dict[int, pikepdf.Object]:
    return {int(tree.Nums[n]): tree.Nums[n + 1] for n in range(0, len(tree.Nums), 2)}


def elements(kids: pikepdf.Object) -> Iterator[tuple[pikepdf.Object, pikepdf.Object]]:
    """All structure elements with their kind."""
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid.S, kid
            yield from elements(kid.get("/K", pikepdf.Array()))


def marked(page: pikepdf.Page) -> set[int]:
    """Marked-content numbers on a page; everything drawn stands within a mark or is an artifact."""
    marks, depth, shown = set(), 0, ("Tj", "TJ", "Do", "'", '"')
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in {"BDC", "BMC"}:
            depth += 1
            if len(operands) == 2 and "/MCID" in operands[1]:
                marks.add(int(operands[1].MCID))
        elif str(operator) == "EMC":
            depth -= 1
        elif str(operator) in shown:
            assert depth > 0, "drawn outside any mark"
    assert depth == 0
    return marks


def test_the_letter_names_what_answers_the_notice_and_only_what_was_surely_read(tmp_path: Path) -> None:
    case = case_in(tmp_path)
    (sure,) = case.findings
    guess = replace(sure, finding=replace(sure.finding, value="83", role="exertion", confidence=0.8))
    case = replace(case, findings=(replace(sure, finding=replace(sure.finding, role="rest, room air")), guess))
    out = tmp_path / "out.pdf"
    build_packet(case, kind="appeal", source_path=lambda sha256: tmp_path / sha256, out=out, prefix="CB", organisation="H",
                 contact="5", letter_date=DAY)  # fmt: skip
    pages = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(out)]
    letter = " ".join(pages[0].split())
    assert "Oxygen saturation: 86 %, rest, room air (oximetry report of 2026-11-24): Exhibit B, CB-" in letter
    assert "83" not in letter
    assert any("Oxygen saturation: 83 %, exertion" in " ".join(page.split()) for page in pages[1:])
