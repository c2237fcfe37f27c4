"""Sources prepared in processes of their own: the same packet, and a crash costs its source only a clear message."""

from __future__ import annotations

from pathlib import Path

import pytest

from packet_builder import ahead, helper
from packet_builder.errors import PacketError
from packet_builder.kept_exhibits import is_prepared
from packet_builder.page_cache import PageCache
from packet_builder.render import build_packet
from tests.packet_builder.test_reread import DAY, case_in


def build(folder: Path, cache: PageCache | None = None) -> bytes:
    result = build_packet(case_in(folder), kind="appeal", source_path=lambda sha256: folder / sha256, out=folder / "out.pdf", prefix="CB",
                          organisation="H", contact="5", letter_date=DAY, cache=cache)  # fmt: skip
    return result.path.read_bytes()


def test_one_process_or_many_or_a_cache_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = build(tmp_path)
    monkeypatch.setattr(ahead, "WORTH", 1)
    cache = PageCache(tmp_path / "cache.sqlite")
    assert build(tmp_path, cache) == alone
    cache.close()
    again = PageCache(tmp_path / "cache.sqlite")
    monkeypatch.setattr(ahead, "_Crew", None)
    assert build(tmp_path, again) == alone, "nothing was left to prepare"
    again.close()


def test_a_process_that_dies_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTH", 1)
    monkeypatch.setattr(helper.sys, "executable", "/bin/false")
    with pytest.raises(PacketError, match="crashed"):
        build(tmp_path)


def test_a_source_that_changed_is_not_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept by a hash was found out from those very bytes."""
    monkeypatch.setattr(ahead, "WORTH", 1)
    sha256 = case_in(tmp_path).exhibits[2].fax_sha256
    cache = PageCache(tmp_path / "cache.sqlite")
    with pytest.raises(PacketError, match="SHA-256 differs"):
        build_packet(case_in(tmp_path), kind="appeal", prefix="CB", organisation="H", contact="5", letter_date=DAY, cache=cache,
                     source_path=lambda key: tmp_path / (case_in(tmp_path).exhibits[3].fax_sha256 if key == sha256 else key),
                     out=tmp_path / "out.pdf")  # fmt: skip
    assert not is_prepared(case_in(tmp_path).exhibits[2], cache, "CB-000001")
    cache.close()
