"""Long faxes: read in parts that survive a death and that other workers can read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
import pytest

from casefile.leases import Leases, Rules
from casefile.owner import this_process
from casefile.records import PageText
from casefile.settings import Settings
from casefile.store import Store
from flows import long_fax, steps
from flows.watch import drain
from intake.limits import Limits
from intake.read import read_file
from intake.vault import sha256_of
from samples import orders, papers
from samples.people import make_case
from samples.sheet import Sheets

PAGES = 25


@pytest.fixture(scope="module")
def fax(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An order, then notes; one page is blank."""
    sheets, case = Sheets(Random(5)), make_case(Random(5))
    orders.letterhead_order(sheets, case)
    while sheets.page <= PAGES:
        papers.progress_note(sheets, case)
    path = tmp_path_factory.mktemp("long") / "long.pdf"
    with pikepdf.open(BytesIO(sheets.pdf())) as pdf:
        del pdf.pages[PAGES:]
        pdf.pages[13].Contents = pdf.make_stream(b"")
        pdf.save(path)
    return path


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, fax: Path) -> Settings:
    names = {
        "HOME": str(tmp_path), "INBOX": str(tmp_path / "inbox"), "DATABASE_URL": database_url, "STABLE_SECONDS": "0",
        "USE_PREFECT": "false", "MIN_FREE_MB": "1", "LONG_FAX_PAGES": "15",
    }  # fmt: skip
    for name, value in names.items():
        monkeypatch.setenv(f"CASEBINDER_{name}", value)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "long.pdf").write_bytes(fax.read_bytes())
    return Settings()


@pytest.fixture
def parts_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """First pages of the parts that were read; the second one fails at its first try."""
    seen: list[int] = []
    real = long_fax.read_pages

    def read(path: Path, limits: Limits, *, only: range) -> Any:
        seen.append(only.start)
        if seen.count(11) == 1 and only.start == 11:
            raise MemoryError
        return real(path, limits, only=only)

    monkeypatch.setattr(long_fax, "read_pages", read)
    return seen


def store_of(settings: Settings) -> Store:
    return steps.desk_for(settings).store


def told(pages: tuple[PageText, ...]) -> list[tuple[int, str, bool]]:
    return [(page.page_number, page.text, page.blank) for page in pages]


def test_what_was_read_before_a_failure_is_not_read_again(settings: Settings, parts_read: list[int], fax: Path) -> None:
    drain(settings)
    assert sorted(parts_read) == [1, 11, 11, 21]
    assert store_of(settings).pages_read() == {}
    assert told(store_of(settings).reading(sha256_of(fax)).pages) == told(read_file(fax, Limits()).pages)


def test_others_read_parts_and_the_faxs_own_worker_only_joins_them(settings: Settings, fax: Path) -> None:
    desk = steps.desk_for(settings)
    steps.take_in(desk, next(desk.inbox.ready()))
    sha256, limits = sha256_of(fax), Limits()
    desk.store.open_parts(sha256, PAGES, long_fax.PART_PAGES)
    other = Leases(desk.store.engine, this_process(), Rules())
    assert long_fax.help_out(desk.store, other, desk.vault, limits)
    assert desk.store.pages_read() == {sha256: (10, PAGES)}
    while long_fax.help_out(desk.store, other, desk.vault, limits):
        pass
    assert desk.store.pages_read() == {sha256: (PAGES, PAGES)}
    joined = long_fax.read_long(desk.store, desk.leases(), sha256, Path("/nowhere"), "application/pdf", PAGES, limits)
    assert told(joined.pages) == told(read_file(fax, limits).pages)
    assert joined.problems == read_file(fax, limits).problems


def test_a_part_that_another_holds_is_left_to_it(settings: Settings, fax: Path) -> None:
    desk = steps.desk_for(settings)
    steps.take_in(desk, next(desk.inbox.ready()))
    desk.store.open_parts(sha256_of(fax), PAGES, long_fax.PART_PAGES)
    for first in (1, 11, 21):
        assert desk.leases().claim("part", f"{sha256_of(fax)}:{first}")
    assert not long_fax.help_out(desk.store, desk.leases(), desk.vault, Limits())
