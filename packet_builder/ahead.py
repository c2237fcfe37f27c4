"""Exhibits prepared ahead on every core, in processes of their own: a first build looks at each page of each source."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from casefile.records import Exhibit
from packet_builder.errors import PacketError
from packet_builder.exhibit_pages import prepared_now
from packet_builder.helper import Helper, HelperDied, serve
from packet_builder.kept_exhibits import keep_prepared
from packet_builder.page_cache import PageCache
from packet_builder.prepared import packed
from packet_builder.source_files import SourceFile, SourceHashes

WORTH = 60
"""Pages below which starting processes costs more than it saves."""
Row = tuple[Exhibit, SourceFile]


def prepare_ahead(wanted: Sequence[Row], hashes: SourceHashes, cache: PageCache, bates: str) -> None:
    """Prepare exhibits of which nothing is kept. What cannot be prepared is left to the binding, which names it.

    Raises:
        PacketError: A source is not what was read, or its reader crashed on it.
    """
    cores = len(os.sched_getaffinity(0))
    if cores < 2 or sum(len(exhibit.pages) for exhibit, _ in wanted) < WORTH:
        return
    crew = _Crew(bates)
    with ThreadPoolExecutor(min(cores, len(wanted)), initializer=crew.join) as threads:
        try:
            for exhibit, file in wanted:
                hashes.require_same(exhibit, file)
            for (exhibit, _), data in zip(wanted, threads.map(crew.prepare, wanted), strict=True):
                if data is not None:
                    keep_prepared(exhibit, cache, bates, data)
        finally:
            threads.shutdown(cancel_futures=True)
            crew.dismiss()


class _Crew:
    """One process for each thread; a process that dies takes its source's build with it, not ours."""

    def __init__(self, bates: str) -> None:
        self._bates, self._own = bates, threading.local()
        self._all: list[Helper] = []

    def join(self) -> None:
        """Start the calling thread's process."""
        self._own.helper = Helper("packet_builder.ahead")
        self._all.append(self._own.helper)

    def prepare(self, row: Row) -> bytes | None:
        """Have one exhibit prepared; None where the binding has to do it itself."""
        exhibit, file = row
        bare = tuple(replace(text, words=(), ink=()) for text in exhibit.pages)
        try:
            data: bytes | None = self._own.helper.ask((replace(exhibit, pages=bare), file, self._bates))
        except HelperDied:
            raise PacketError(
                f"{file.name} cannot be bound: the program that draws its pages crashed. Ask for a resend of it."
            ) from None
        return data

    def dismiss(self) -> None:
        """End all processes."""
        for helper in self._all:
            helper.close()


def _prepare(message: tuple[Exhibit, SourceFile, str]) -> bytes | None:
    try:
        return packed(prepared_now(*message))
    except PacketError:
        return None


if __name__ == "__main__":
    serve(_prepare)
