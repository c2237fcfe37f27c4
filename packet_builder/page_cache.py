"""What is costly to find out about a source page and never changes: kept by the source's hash, bounded, safe to delete."""

from __future__ import annotations

import sqlite3
from pathlib import Path

MAX_BYTES = 2 << 30
PAGE = 1 << 15
"""Bytes of a page of the database: most rows are larger than the usual four thousand."""
SCHEMA = """
drop table if exists kept;
drop table if exists turn;
create table if not exists piece (
    source text not null, page integer not null, kind text not null, data blob not null, primary key (source, page, kind)
) without rowid;
create table if not exists last_use (source text primary key, number integer not null) without rowid;
"""
"""`last_use` says in which build each source was used last; builds are counted, not timed."""


class PageCache:
    """Rows of (source SHA-256, page number, kind) → bytes. Page 0 speaks of the whole source.

    Kinds carry their own version in their name, so that another reader's or writer's rows are never taken.
    The sources least recently used go first when the cache is over its bound.
    """

    def __init__(self, path: Path | None, max_bytes: int = MAX_BYTES) -> None:
        self._max = max_bytes
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path or ":memory:", timeout=30)
        if path is not None:
            path.chmod(0o600)
        self._db.executescript(f"pragma page_size={PAGE}; pragma journal_mode=wal; pragma synchronous=normal;" + SCHEMA)
        (self._turn,) = self._db.execute("select coalesce(max(number), 0) + 1 from last_use").fetchone()
        self._touched: set[str] = set()

    def get(self, source: str, page: int, kind: str) -> bytes | None:
        """What was kept, or None."""
        self._touched.add(source)
        row = self._db.execute(
            "select data from piece where source=? and page=? and kind=?", (source, page, kind)
        ).fetchone()
        return bytes(row[0]) if row else None

    def has(self, source: str, page: int, kind: str) -> bool:
        """Whether something was kept."""
        self._touched.add(source)
        query = "select 1 from piece where source=? and page=? and kind=?"
        return self._db.execute(query, (source, page, kind)).fetchone() is not None

    def pages(self, source: str, kind: str) -> dict[int, bytes]:
        """All pages' rows of one source and kind."""
        self._touched.add(source)
        rows = self._db.execute("select page, data from piece where source=? and kind=?", (source, kind))
        return {page: bytes(data) for page, data in rows}

    def put(self, source: str, page: int, kind: str, data: bytes) -> None:
        """Keep a row; written to disk when the cache is closed."""
        self._touched.add(source)
        self._db.execute("insert or replace into piece values (?,?,?,?)", (source, page, kind, data))

    def close(self) -> None:
        """Write what is new, drop what is too much."""
        rows = [(source, self._turn) for source in sorted(self._touched)]
        self._db.executemany("insert or replace into last_use values (?,?)", rows)
        self._shrink()
        self._db.commit()
        self._db.close()

    def _shrink(self) -> None:
        (pages,), (size,), (free,) = (
            self._db.execute(f"pragma {name}").fetchone() for name in ("page_count", "page_size", "freelist_count")
        )
        if (pages - free) * size <= self._max:
            return
        rows = self._db.execute(
            "select source, coalesce(number, 0), sum(length(data)) from piece left join last_use using (source) "
            "group by source order by 2, 1"
        ).fetchall()
        over = (pages - free) * size - self._max * 3 // 4
        for source, _, held in rows:
            if over <= 0:
                return
            self._db.execute("delete from piece where source=?", (source,))
            self._db.execute("delete from last_use where source=?", (source,))
            over -= held
