"""The store's tables. Times are ISO strings in UTC; JSON columns hold records as the contract prints them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

fax = Table(
    "fax", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(40), nullable=False, default=""),
    Column("size", Integer, nullable=False, default=0),
    Column("state", String(12), nullable=False),  # received, read, set_aside
    Column("reason", Text, nullable=False, default=""),
    Column("filed", Boolean, nullable=False, default=False),
    Column("received_at", String(32), nullable=False),
)  # fmt: skip
arrival = Table(
    "arrival", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("location", String(500), nullable=False),
    Column("key", String(1024), nullable=False),
    Column("fingerprint", String(200), nullable=False),
    Column("name", String(255), nullable=False),
    Column("arrived_at", String(32), nullable=False),
    UniqueConstraint("location", "key", "fingerprint"),
)  # fmt: skip
page = Table(
    "page", metadata,
    Column("sha256", ForeignKey("fax.sha256"), primary_key=True),
    Column("page_number", Integer, primary_key=True),
    Column("state", String(14), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("of_page", Integer),
    Column("text", JSON, nullable=False),
)  # fmt: skip
case = Table(
    "patient_case", metadata,
    Column("id", String(12), primary_key=True),
    Column("member_name", String(200), nullable=False, default=""),
    Column("member_dob", String(10), nullable=False, default=""),
    Column("member_id", String(60), nullable=False, default="", index=True),
    Column("payer_name", String(200), nullable=False, default=""),
    Column("status", String(30), nullable=False, default="new"),
    Column("unchecked", Boolean, nullable=False, default=True),
    Column("created_at", String(32), nullable=False),
    Column("verdicts", JSON, nullable=False, default=list),
    Column("clocks", JSON, nullable=False, default=list),
    Column("timeline", JSON, nullable=False, default=list),
)  # fmt: skip
document = Table(
    "document", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(300), nullable=False, default=""),
    Column("pages", JSON, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("case_id", ForeignKey("patient_case.id"), index=True),
    Column("why", Text, nullable=False, default=""),
)  # fmt: skip
finding = Table(
    "finding", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("field", String(40), nullable=False),
    Column("value", Text, nullable=False),
    Column("row", JSON, nullable=False),
)  # fmt: skip
problem = Table(
    "problem", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("row", JSON, nullable=False),
)  # fmt: skip
gap = Table(
    "gap", metadata,
    Column("case_id", ForeignKey("patient_case.id"), primary_key=True),
    Column("requirement", String(60), primary_key=True),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("closed_at", String(32)),
    Column("closed_by", JSON),
)  # fmt: skip
event = Table(
    "event", metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("patient_case.id"), nullable=False, index=True),
    Column("key", String(200), nullable=False),
    Column("row", JSON, nullable=False),
    UniqueConstraint("case_id", "key"),
)  # fmt: skip
packet = Table(
    "packet", metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("patient_case.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
)  # fmt: skip
