"""Laws of the plan: numbers, volumes, deltas; and the written file keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.records import CaseFile, Exhibit, LedgerRow, PageText
from packet_builder.errors import PacketError
from packet_builder.plan import PacketPlan, plan_packet
from packet_builder.profiles import Profile
from packet_builder.render import PacketResult, build_packet
from packet_builder.request import Request
from packet_builder.verify import read_manifest, verify_packet
from packet_builder.volumes import cut, narrowed
from tests.packet_builder.odd_pdfs import plain

DAY = date(2026, 11, 24)
KINDS = st.sampled_from(["order", "denial_letter", "progress_note", "call_log", "other", "photo"])
COUNTS = st.lists(st.tuples(st.integers(1, 9), KINDS), min_size=1, max_size=30)
LENGTHS = {"letter": 1, "contents": 2, "timeline": 1, "annex": 3}
ASKED = Request("appeal", "CB", "Harbor Home Care", "555-010-0199", DAY)


def case_of(counts: list[tuple[int, str]]) -> CaseFile:
    exhibits = tuple(
        Exhibit("x", kind, f"{n:064x}", "application/pdf", tuple(PageText(p + 1) for p in range(c)))
        for n, (c, kind) in enumerate(counts)
    )
    ledger = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in exhibits for p in e.pages)
    return CaseFile("C-0001", "R", payer_name="N", exhibits=exhibits, ledger=ledger)


def all_numbers(plan: PacketPlan) -> list[str]:
    return [plan.bates(index) for index in range(plan.pages)]


@given(COUNTS, st.integers(1, 5), st.integers(0, 3))
def test_pages_in_are_pages_out_and_numbers_are_unbroken(
    counts: list[tuple[int, str]], letter: int, measures: int
) -> None:
    plan = plan_packet(case_of(counts), "CB", LENGTHS | {"letter": letter, "measures": measures})
    assert set(plan.places) == {(f"{n:064x}", p + 1) for n, (c, _) in enumerate(counts) for p in range(c)}
    assert len(set(plan.places.values())) == sum(c for c, _ in counts)
    assert all_numbers(plan) == [f"CB-{n + 1:06d}" for n in range(plan.pages)]
    assert [i for part in plan.parts for i in range(part.first, part.last + 1)] == list(range(plan.pages))


@given(COUNTS, st.integers(12, 40))
def test_volumes_keep_to_the_cap(counts: list[tuple[int, str]], cap: int) -> None:
    sizes = [(c + 1, 1000.0 * c) for c, _ in counts]
    cuts = cut(sizes, (4, 0.0), (1, 0.0), (1, 0.0), cap, 0)
    volumes, pages = [], 4
    for number, (more, _) in enumerate(sizes):
        if number in cuts:
            volumes.append(pages)
            pages = 1
        pages += more
    volumes.append(pages + 1)
    assert max(volumes) <= cap
    assert cuts == sorted(set(cuts))


@given(COUNTS, COUNTS)
def test_delta_and_previous_are_the_whole(before: list[tuple[int, str]], added: list[tuple[int, str]]) -> None:
    first = plan_packet(case_of(before), "CB", LENGTHS)
    filed = {key: index + 1 for key, index in first.places.items()}
    whole_case = case_of(before + added)
    after = first.pages + 1
    whole = plan_packet(whole_case, "CB", LENGTHS | {"new": 1}, filed=filed, next_number=after)
    delta = plan_packet(narrowed(whole_case, replace(ASKED, filed=filed, only_new=True)), "CB", LENGTHS | {"new": 1}, filed=filed,
                        next_number=after)  # fmt: skip
    numbers = all_numbers(whole)
    assert len(set(numbers)) == len(numbers)
    assert {whole.bates(whole.places[key]) for key in filed} == {first.bates(first.places[key]) for key in filed}
    assert set(delta.places) | set(first.places) == set(whole.places)
    assert not set(delta.places) & set(first.places)
    fresh = sorted(number for number in numbers if number not in all_numbers(first))
    assert fresh == [f"CB-{after + n:06d}" for n in range(len(fresh))]


class Shelf:
    """Sources on disk, and builds from them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def case(self, *files: tuple[bytes, int]) -> CaseFile:
        exhibits = []
        for number, (data, pages) in enumerate(files):
            sha256 = hashlib.sha256(data).hexdigest()
            (self.folder / sha256).write_bytes(data)
            exhibits.append(Exhibit(f"Paper {number}", "other", sha256, "application/pdf",
                                    tuple(PageText(n + 1, (), "text-layer") for n in range(pages))))  # fmt: skip
        ledger = tuple(LedgerRow(e.fax_sha256, p.page_number, "exhibit") for e in exhibits for p in e.pages)
        return CaseFile(
            "C-0001", "Rosalind Kestrelman", payer_name="Northfield", exhibits=tuple(exhibits), ledger=ledger
        )

    def build(self, case: CaseFile, request: Request, name: str = "out.pdf") -> PacketResult:
        return build_packet(case, kind=request.kind, source_path=lambda sha256: self.folder / sha256, out=self.folder / name, prefix="CB",
                            organisation="H", contact="5", letter_date=DAY, request=request)  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_volumes_are_written_within_the_caps_and_number_on(shelf: Shelf) -> None:
    case = shelf.case(*[(plain(6, f"paper {n}"), 6) for n in range(8)])
    result = shelf.build(case, replace(ASKED, profile=Profile("p", "p", max_pages=20, verified_at="x")))
    assert len(result.files) > 2
    labels = []
    for path in result.files:
        assert verify_packet(path) == []
        document = pdfium.PdfDocument(path)
        assert len(document) <= 20
        labels += [document.get_page_label(n) for n in range(len(document))]
    assert labels == [f"CB-{n + 1:06d}" for n in range(result.pages)]
    contents = pdfium.PdfDocument(result.files[0])[1].get_textpage().get_text_bounded()
    assert "Volume" in contents


def test_an_exhibit_over_the_cap_stops_the_build_by_name(shelf: Shelf) -> None:
    case = shelf.case((plain(30), 30))
    with pytest.raises(PacketError, match="Exhibit A"):
        shelf.build(case, replace(ASKED, profile=Profile("p", "p", max_pages=12, verified_at="x")))


def test_pages_keep_their_numbers_at_the_next_level(shelf: Shelf) -> None:
    old = shelf.case((plain(3, "old"), 3))
    first = shelf.build(old, ASKED, "first.pdf")
    kept = {(row["source_sha256"], row["source_page"]): int(row["bates"][3:])
            for row in (read_manifest(first.path) or {})["pages"] if row["source_sha256"]}  # fmt: skip
    both = shelf.case((plain(3, "old"), 3), (plain(2, "new"), 2))
    request = replace(ASKED, level="second", filed=kept, next_number=first.pages + 1, filed_on="2026-11-24")
    second = shelf.build(both, request, "second.pdf")
    document = pdfium.PdfDocument(second.path)
    labels = [document.get_page_label(n) for n in range(len(document))]
    assert verify_packet(second.path) == []
    for key, number in kept.items():
        index = second.plan.places[key]  # type: ignore[union-attr]
        assert labels[index] == f"CB-{number:06d}"
        assert f"CB-{number:06d}" in document[index].get_textpage().get_text_bounded()
    delta = shelf.build(both, replace(request, only_new=True), "delta.pdf")
    assert {key for key in second.plan.places if key not in kept} == set(delta.plan.places)  # type: ignore[union-attr]


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda pdf: pdf.pages.__delitem__(3), "missing"),
    (lambda pdf: pdf.pages.append(pdf.pages[0]), "pages"),
    (lambda pdf: pdf.pages.reverse(), "here stands the page"),
    (lambda pdf: pdf.pages[2].__setattr__("MediaBox", pikepdf.Array([0, 0, 300, 300])), "changed"),
    (lambda pdf: pdf.Root.__delattr__("PageLabels"), "label"),
    (lambda pdf: pdf.attachments.__delitem__("manifest.json"), "no manifest"),
])  # fmt: skip
def test_verify_says_what_was_done_to_a_packet(shelf: Shelf, spoil: Callable[[pikepdf.Pdf], None], says: str) -> None:
    result = shelf.build(shelf.case((plain(3), 3)), ASKED)
    with pikepdf.open(result.path) as pdf:
        spoil(pdf)
        pdf.save(shelf.folder / "spoilt.pdf")
    problems = verify_packet(shelf.folder / "spoilt.pdf")
    assert any(says in problem for problem in problems), problems


def test_a_resaved_packet_still_verifies(shelf: Shelf) -> None:
    """Another program may renumber objects and pack streams anew; the pages are the same."""
    result = shelf.build(shelf.case((plain(3), 3)), ASKED)
    with pikepdf.open(result.path) as pdf:
        pdf.save(shelf.folder / "again.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable, recompress_flate=True)
    assert verify_packet(shelf.folder / "again.pdf") == []
