"""Words of every page, found by full text: SQLite's FTS5, or PostgreSQL's own index. Beginnings of words count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from casefile.desk_tables import page_key

MOST_WORDS = 8


def create_index(c: Connection) -> None:
    """The index beside `page_key`, whose ids it uses."""
    if c.dialect.name == "postgresql":
        c.execute(text("alter table page_key add column words tsvector"))
        c.execute(text("create index ix_page_key_words on page_key using gin (words)"))
    else:
        c.execute(text("create virtual table page_words using fts5(words, tokenize='unicode61 remove_diacritics 2')"))


def keep_words(c: Connection, sha256: str, pages: Iterable[tuple[int, str]]) -> None:
    """Make a fax's pages findable by (page number, text), in place of what was kept of it."""
    postgres = c.dialect.name == "postgresql"
    if not postgres:
        old = {"sha256": sha256}
        c.execute(text("delete from page_words where rowid in (select id from page_key where sha256=:sha256)"), old)
    c.execute(delete(page_key).where(page_key.c.sha256 == sha256))
    for number, words in pages:
        made = c.execute(insert(page_key).values(sha256=sha256, page=number).returning(page_key.c.id)).scalar_one()
        row = {"id": made, "words": words[:200_000]}
        if postgres:
            c.execute(text("update page_key set words=to_tsvector('simple', :words) where id=:id"), row)
        else:
            c.execute(text("insert into page_words(rowid, words) values (:id, :words)"), row)


def tokens(words: str) -> list[str]:
    """The words somebody searches for, lower case."""
    return re.findall(r"\w+", words.lower())[:MOST_WORDS]


def find_pages(c: Connection, words: str, limit: int, before: int = 0) -> list[tuple[int, str, int]]:
    """(id, SHA-256, page) of pages that have every word, newest first.

    Args:
        c: A connection.
        words: What to look for; the beginning of each word is enough.
        limit: At most so many.
        before: Go on behind this id; 0: from the start.
    """
    wanted = tokens(words)
    if not wanted:
        return []
    below: Any = {"before": before or 2**62, "limit": limit}
    if c.dialect.name == "postgresql":
        query = "words @@ to_tsquery('simple', :q) and id < :before"
        found = text(f"select id from page_key where {query} order by id desc limit :limit")
        below["q"] = " & ".join(f"{word}:*" for word in wanted)
    else:
        query = "page_words match :q and rowid < :before"
        found = text(f"select rowid from page_words where {query} order by rowid desc limit :limit")
        below["q"] = " ".join(f'"{word}"*' for word in wanted)
    ids = list(c.execute(found, below).scalars())
    rows = c.execute(select(page_key.c.id, page_key.c.sha256, page_key.c.page).where(page_key.c.id.in_(ids)))
    return sorted(rows.tuples(), reverse=True)
