"""What is kept from an earlier build: the same bytes, no library loaded, nothing read, and anew whatever has changed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from casefile.records import CaseFile, Word
from packet_builder import kept_exhibits, kept_sheets
from packet_builder.errors import PacketError
from packet_builder.kept_sheets import plan_and_sheets
from packet_builder.page_cache import PageCache
from packet_builder.render import build_packet
from packet_builder.request import Request
from tests.packet_builder.odd_pdfs import plain
from tests.packet_builder.test_reread import DAY, built, case_in, request_of

AGAIN = """
import pickle, sys
from pathlib import Path
from packet_builder.page_cache import PageCache
from packet_builder.render import build_packet
folder = Path(sys.argv[1])
case, request = pickle.loads((folder / "asked").read_bytes())
cache = PageCache(folder / "cache.sqlite")
build_packet(case, kind="appeal", source_path=folder.joinpath, out=folder / "again.pdf", prefix="CB", organisation="H",
             contact="5", letter_date=request.letter_date, request=request, cache=cache)
cache.close()
print(sorted({"reportlab", "jinja2", "pikepdf", "PIL", "pypdfium2", "numpy", "lxml"} & set(sys.modules)))
"""


@pytest.mark.parametrize("kind", ["appeal", "volumes"])
def test_kept_sheets_give_the_same_bytes(tmp_path: Path, kind: str) -> None:
    fresh = [path.read_bytes() for path in built(tmp_path, request_of(kind)).files]
    for _ in range(2):
        cache = PageCache(tmp_path / "cache.sqlite")
        kept = built(tmp_path, request_of(kind), cache)
        cache.close()
        assert [path.read_bytes() for path in kept.files] == fresh


def test_a_second_build_of_a_stored_case_loads_no_library(tmp_path: Path) -> None:
    """Its scans bear words, as in a store: their layers are kept too."""
    cache = PageCache(tmp_path / "cache.sqlite")
    first = built(tmp_path, request_of("appeal"), cache).path.read_bytes()
    cache.close()
    (tmp_path / "asked").write_bytes(pickle.dumps((case_in(tmp_path), request_of("appeal"))))
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", AGAIN, str(tmp_path)]
    ran = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
    assert (tmp_path / "again.pdf").read_bytes() == first


def test_only_a_scan_whose_words_changed_is_laid_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, case = PageCache(None), case_in(tmp_path)
    built(tmp_path, request_of("appeal"), cache)
    laid: list[int] = []
    make = kept_exhibits.made_layer
    monkeypatch.setattr(
        kept_exhibits, "made_layer", lambda text, shape: (laid.append(text.page_number), make(text, shape))[1]
    )
    built(tmp_path, request_of("appeal"), cache)
    assert laid == []
    scan = case.exhibits[1]
    word = replace(scan.pages[0].words[0], text="Corrected")
    text = replace(scan.pages[0], words=(word, *scan.pages[0].words[1:]))
    changed = replace(case, exhibits=(case.exhibits[0], replace(scan, pages=(text,)), *case.exhibits[2:]))
    build(tmp_path, changed, request_of("appeal"), cache)
    assert laid == [1]


def build(folder: Path, case: CaseFile, request: Request, cache: PageCache) -> bytes:
    result = build_packet(case, kind="appeal", source_path=folder.joinpath, out=folder / "out.pdf", prefix="CB", organisation="H",
                          contact="5", letter_date=DAY, request=request, cache=cache)  # fmt: skip
    return result.path.read_bytes()


def other_word(case: CaseFile) -> CaseFile:
    """Another word in the notice, which is quoted."""
    notice = case.exhibits[0]
    words = (*notice.pages[0].words[:-1], Word("proven.", notice.pages[0].words[-1].box, 0.9, 0))
    pages = (replace(notice.pages[0], words=words), notice.pages[1])
    return replace(case, exhibits=(replace(notice, pages=pages), *case.exhibits[1:]))


@pytest.mark.parametrize(
    ("case_of", "request_from"),
    [
        (other_word, lambda asked: asked),
        (lambda case: replace(case, member_name="Another Person"), lambda asked: asked),
        (lambda case: replace(case, events=case.events[1:]), lambda asked: asked),
        (lambda case: replace(case, facts={"argument": "It is needed."}), lambda asked: asked),
        (lambda case: case, lambda asked: replace(asked, letter_date=date(2026, 11, 25))),
        (lambda case: case, lambda asked: replace(asked, names={"0": "a.pdf"})),
        (lambda case: case, lambda asked: replace(asked, rewritten={"x": "x"})),
    ],
)
def test_sheets_are_drawn_anew_when_what_they_show_changes(
    tmp_path: Path, case_of: Callable[[CaseFile], CaseFile], request_from: Callable[[Request], Request]
) -> None:
    cache, case, asked = PageCache(None), case_in(tmp_path), request_of("appeal")
    plan_and_sheets(case, asked, {}, (), cache)
    drawn = build(tmp_path, case_of(case), request_from(asked), PageCache(None))
    assert build(tmp_path, case_of(case), request_from(asked), cache) == drawn


def test_another_template_or_other_code_is_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (case_in(tmp_path), request_of("appeal"), {}, (), PageCache(None))
    keys = {kept_sheets._key(*asked)}
    monkeypatch.setattr(kept_sheets, "template_hashes", lambda: {"appeal.html.j2": "0"})
    keys.add(kept_sheets._key(*asked))
    monkeypatch.setattr(kept_sheets, "code_digest", lambda: "0")
    keys.add(kept_sheets._key(*asked))
    assert len(keys) == 3


def test_a_source_that_changed_is_noticed_though_all_is_kept(tmp_path: Path) -> None:
    cache, case = PageCache(None), case_in(tmp_path)
    build(tmp_path, case, request_of("appeal"), cache)
    (tmp_path / case.exhibits[2].fax_sha256).write_bytes(plain(5, "paper 9"))
    with pytest.raises(PacketError, match="SHA-256 differs"):
        build(tmp_path, case, request_of("appeal"), cache)
