"""The desk's own tables: what needs a person by fax, who has it, what was done last; words of pages."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()
review = Table(
    "review", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("received_at", String(32), nullable=False, default=""),
    Column("needs", Integer, nullable=False, default=0),
    Column("waits", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=0),
    Column("held_by", String(120), nullable=False, default=""),
    Column("held_until", String(32), nullable=False, default=""),
    Index("ix_review_waits", "waits", "received_at", "sha256"),
)  # fmt: skip
action = Table(
    "desk_action", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("by", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("what", Text, nullable=False),
    Column("undo", JSON, nullable=False),
    Column("undone_at", String(32), nullable=False, default=""),
)  # fmt: skip
seen_problem = Table(
    "seen_problem", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("by", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip
page_key = Table(
    "page_key", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("page", Integer, nullable=False),
    UniqueConstraint("sha256", "page"),
)  # fmt: skip
