"""Which pages the full-text index knows, and under which number."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData()
page_key = Table(
    "page_key", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("page", Integer, nullable=False),
    UniqueConstraint("sha256", "page"),
)  # fmt: skip
