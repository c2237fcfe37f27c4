"""Inbox, vault, reader: what counts, what is kept, what is set aside."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import boto3
import numpy as np
import pytest
from moto import mock_aws
from PIL import Image

from casefile.records import Word
from intake import pages, read
from intake.banner import parse_banner, split_banner
from intake.folder_inbox import FolderInbox
from intake.limits import Limits
from intake.lines import in_lines
from intake.photo import photo_page
from intake.read import read_file
from intake.s3_inbox import S3Inbox
from intake.vault import Vault, sha256_of
from samples import broken, orders
from samples.degrade import fax
from samples.people import make_case
from samples.sheet import Sheets
from tests.fakes import page_work


@pytest.fixture(scope="module")
def order_pdf() -> bytes:
    sheets = Sheets(Random(3))
    orders.letterhead_order(sheets, make_case(Random(3)))
    return sheets.pdf()


def test_a_file_counts_only_once_it_stands_still(tmp_path: Path) -> None:
    path = tmp_path / "fax.pdf"
    path.write_bytes(b"half")
    inbox = FolderInbox(tmp_path, stable_seconds=60)
    assert list(inbox.ready()) == []
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 90))
    assert list(inbox.ready()) == []
    assert [drop.name for drop in inbox.ready()] == ["fax.pdf"]


def test_links_hidden_and_half_written_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "real.pdf").write_bytes(b"x")
    for name in (".hidden.pdf", "half.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "real.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    assert [drop.name for drop in FolderInbox(tmp_path, 0).ready()] == ["real.pdf"]


def test_a_bucket_is_listed_and_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "specimen")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="faxes")
        for name in ("in/a.pdf", "in/b.pdf", "in/folder/", "out/c.pdf"):
            client.put_object(Bucket="faxes", Key=name, Body=name.encode())
        inbox = S3Inbox("faxes", "in/")
        drops = list(inbox.ready())
        inbox.fetch(drops[1], tmp_path / "b")
    assert [drop.key for drop in drops] == ["in/a.pdf", "in/b.pdf"]
    assert (tmp_path / "b").read_bytes() == b"in/b.pdf"


def test_the_vault_keeps_bytes_and_forgets_nothing(tmp_path: Path) -> None:
    source = tmp_path / "fax"
    source.write_bytes(b"original bytes")
    vault = Vault(tmp_path / "vault")
    sha256 = vault.put(source)
    assert vault.put(source) == sha256 == sha256_of(source)
    assert vault.path(sha256).read_bytes() == b"original bytes"
    assert vault.path(sha256).stat().st_mode & 0o777 == 0o400
    assert len([p for p in (tmp_path / "vault").rglob("*") if p.is_file()]) == 1


@pytest.mark.parametrize("line, expected", [
    ("11/24/2026 08:14 FROM:CLINIC 5551234567 P.002/007", ("2026-11-24T08:14", "5551234567", 2, 7)),
    ("11/02/2026 17:47 FROM:5557655194 PAGE 001/003", ("2026-11-02T17:47", "5557655194", 1, 3)),
    ("Nov report of the clinic", None),
    ("11-24-26 5:47 PM FAX 555-765-5194 Page 2 of 3", ("2026-11-24T17:47", "5557655194", 2, 3)),
])  # fmt: skip
def test_banners(line: str, expected: tuple[str, str, int, int] | None) -> None:
    banner = parse_banner(line)
    assert (banner and (banner.sent_at, banner.sender, banner.page, banner.of)) == expected


def test_words_of_one_height_are_one_line_across_a_gap() -> None:
    raw = [
        Word("b", (0.8, 0.1, 0.9, 0.12), 1.0, 0),
        Word("a", (0.1, 0.101, 0.2, 0.121), 1.0, 0),
        Word("c", (0.1, 0.14, 0.2, 0.16), 1.0, 0),
    ]
    assert [(w.text, w.line) for w in in_lines(raw)] == [("a", 0), ("b", 0), ("c", 1)]


def test_stacked_banners_below_the_margin_are_cut_and_printed_headers_stay() -> None:
    lines = ["09/14/2026 17:47 FROM:5556305449 PAGE 001/002", "09/13/2026 08:10 FROM:5556305000 PAGE 003/004",
             "Printed 09/12/2026 10:02 page 1 of 3", "ORDER FORM"]  # fmt: skip
    words = tuple(
        Word(text, (0.1 * place, 0.02 + 0.02 * number, 0.1 * place + 0.08, 0.032 + 0.02 * number), 0.9, number)
        for number, line in enumerate(lines, 0)
        for place, text in enumerate(line.split())
    )
    lower = tuple(
        replace(w, box=(w.box[0], w.box[1] + 0.02, w.box[2], w.box[3] + 0.02)) if w.line else w for w in words
    )
    left, banner = split_banner(lower)
    assert {word.line for word in left} == {2, 3}
    assert banner and (banner.sender, banner.of) == ("5556305449", 2)


def test_a_standard_fax_is_read_with_square_pixels_and_its_banner(tmp_path: Path, order_pdf: bytes) -> None:
    path = tmp_path / "fax.tif"
    fax(order_pdf, path, Random(1), standard=True, banner="09/14/2026 17:47 FROM:5556305449")
    (page,) = read_file(path, Limits()).pages
    assert (page.dpi, page.source, page.rotation) == ((204, 98), "ocr", 0)
    assert make_case(Random(3)).npi in page.text
    assert page.banner
    assert "17:47" not in page.text


def test_an_upside_down_page_is_turned(tmp_path: Path, order_pdf: bytes) -> None:
    path = tmp_path / "fax.tif"
    fax(order_pdf, path, Random(1), upside_down=frozenset({1}))
    (page,) = read_file(path, Limits()).pages
    assert page.rotation == 180
    assert "PHYSICIAN" in page.text


def test_born_digital_pages_never_go_through_ocr(
    tmp_path: Path, order_pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "pool", lambda *_: pytest.fail("OCR ran"))
    path = tmp_path / "order.pdf"
    path.write_bytes(order_pdf)
    (page,) = read_file(path, Limits()).pages
    assert page.source == "text-layer"
    assert page.ink, "the pen's signature is seen on a born-digital page too"


def make_broken(folder: Path, name: str, pdf: bytes) -> Path:
    path = folder / name
    {"cut": broken.truncated, "locked": broken.encrypted}.get(name, lambda _pdf, p: None)(pdf, path)
    {"empty": broken.empty, "office": broken.office}.get(name, lambda p: None)(path)
    return path


@pytest.mark.parametrize("name, code", [
    ("cut", "damaged_file"), ("locked", "encrypted_pdf"), ("empty", "damaged_file"), ("office", "unsupported_type"),
])  # fmt: skip
def test_what_cannot_be_read_is_set_aside_with_its_reason(
    tmp_path: Path, order_pdf: bytes, name: str, code: str
) -> None:
    text = read_file(make_broken(tmp_path, name, order_pdf), Limits())
    assert text.set_aside
    assert [problem.code for problem in text.problems] == [code]


def test_too_many_bytes_or_pages_are_too_large(tmp_path: Path, order_pdf: bytes) -> None:
    path = tmp_path / "order.pdf"
    path.write_bytes(order_pdf)
    for limits in (Limits(max_file_bytes=10), Limits(max_pages=0)):
        assert [p.code for p in read_file(path, limits).problems] == ["too_large"]


def test_a_blank_page_is_blank_and_a_single_word_is_not(tmp_path: Path) -> None:
    blank = np.full((2200, 1700), 255, np.uint8)
    assert pages.is_blank(blank)
    blank[1000:1030, 800:810] = blank[1000:1030, 820:830] = blank[1000:1030, 840:850] = blank[1000:1030, 860:870] = 0
    assert not pages.is_blank(blank)


@pytest.mark.parametrize("work, code", [
    (page_work.dies_on_page_1, "low_quality"), (page_work.fails_on_page_1, "low_quality"), (page_work.hangs_on_page_1, "timed_out"),
])  # fmt: skip
def test_a_worker_that_hangs_dies_or_fails_costs_its_page_not_the_fax(
    tmp_path: Path, order_pdf: bytes, monkeypatch: pytest.MonkeyPatch, work: Any, code: str
) -> None:
    monkeypatch.setattr(read, "read_page", work)
    path = tmp_path / "two.tif"
    sheets = Sheets(Random(3))
    for _ in range(2):
        orders.letterhead_order(sheets, make_case(Random(3)))
    fax(sheets.pdf(), path, Random(1))
    text = read_file(path, Limits(ocr_processes=1, ocr_seconds=4))
    assert [problem.code for problem in text.problems] == [code]
    assert "Kestrelman" not in text.problems[0].message
    assert [page.source for page in text.pages] == ["none", "ocr"]


def test_a_photo_with_a_camera_turn_is_upright(tmp_path: Path) -> None:
    image, exif = Image.new("L", (200, 100), 255), Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "photo.jpg", exif=exif)
    assert photo_page(tmp_path / "photo.jpg", 80).pixels.shape[0] > 200  # type: ignore[union-attr]
