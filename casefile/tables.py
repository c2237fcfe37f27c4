"""The store's tables. Times are ISO strings in UTC; JSON columns hold records as the contract prints them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
NEVER = "9999-12-31"
"""Sorts cases without a deadline behind all others."""
EXACT = String(80).with_variant(String(80, collation="C"), "postgresql")
"""Text compared byte by byte, so that an index serves prefixes too."""

fax = Table(
    "fax", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(40), nullable=False, default=""),
    Column("size", Integer, nullable=False, default=0),
    Column("state", String(12), nullable=False),  # received, read, set_aside
    Column("reason", Text, nullable=False, default=""),
    Column("filed", Boolean, nullable=False, default=False),
    Column("received_at", String(32), nullable=False),
    Index("ix_fax_work", "state", "filed", "received_at"),
    Index("ix_fax_received", "received_at"),
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
    Index("ix_page_state", "state"),
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
    Column("copies", JSON, nullable=False, default=list, server_default="[]"),
    Column("open_gaps", Integer, nullable=False, default=0, server_default="0"),
    Column("next_due", String(10), nullable=False, default=NEVER, server_default=NEVER),
    Column("status_by_person", String(30), nullable=False, default="", server_default=""),
    Column("status_at", String(32), nullable=False, default="", server_default=""),
    Index("ix_case_dob", "member_dob"),
    Index("ix_case_work", "next_due", "id"),
    Index("ix_case_status_work", "status", "next_due", "id"),
    Index("ix_case_unchecked", "unchecked"),
)  # fmt: skip
part = Table(
    "part", metadata,
    Column("sha256", ForeignKey("fax.sha256"), primary_key=True),
    Column("first_page", Integer, primary_key=True),
    Column("last_page", Integer, nullable=False),
    Column("answers", JSON(none_as_null=True)),  # nothing: still to be read
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
identifier = Table(
    "identifier", metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("patient_case.id"), nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("value", EXACT, nullable=False),
    Index("ix_identifier_value", "value", "case_id"),
)  # fmt: skip
correction = Table(
    "correction", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("field", String(60), nullable=False),
    Column("value", Text, nullable=False),
    Column("role", String(60)),
    Column("original", JSON),  # the finding as read, or nothing where the readers saw none
    Column("by", String(120), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
decision = Table(
    "decision", metadata,
    Column("case_id", ForeignKey("patient_case.id"), primary_key=True),
    Column("requirement", String(60), primary_key=True),
    Column("answer", String(20), nullable=False),
    Column("by", String(120), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
placement = Table(
    "placement", metadata,
    Column("sha256", ForeignKey("fax.sha256"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("case_id", ForeignKey("patient_case.id")),  # nothing: left out of every case
    Column("by", String(120), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
review = Table(
    "review", metadata,
    Column("sha256", ForeignKey("fax.sha256"), primary_key=True),
    Column("held_by", String(120), nullable=False, default=""),
    Column("held_at", String(32), nullable=False, default=""),
    Column("done_by", String(120), nullable=False, default=""),  # nobody: not looked at since it was read
    Column("done_at", String(32), nullable=False, default=""),
    Index("ix_review_open", "sha256", sqlite_where=text("done_by = ''"), postgresql_where=text("done_by = ''")),
)  # fmt: skip
review_action = Table(
    "review_action", metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("fax.sha256"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # correct, place, seen
    Column("item", String(40), nullable=False),  # the question it answered
    Column("details", JSON, nullable=False),  # what takes it back
    Column("by", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Column("undone_at", String(32), nullable=False, default=""),
)  # fmt: skip
request = Table(
    "request", metadata,
    Column("token", String(20), primary_key=True),
    Column("case_id", ForeignKey("patient_case.id"), nullable=False, index=True),
    Column("office", String(200), nullable=False, index=True),
    Column("office_fax", String(20), nullable=False, default=""),
    Column("items", JSON, nullable=False),
    Column("state", String(10), nullable=False, index=True),  # open, answered, closed
    Column("made_at", String(32), nullable=False),
    Column("reminders", Integer, nullable=False, default=0),
    Column("last_sent_at", String(32), nullable=False),
    Column("answered_at", String(32), nullable=False, default=""),
)  # fmt: skip
audit = Table(
    "audit", metadata,  # append-only, see casefile/audit_chain.py; 0011 adds the triggers that refuse anything else
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("case_id", ForeignKey("patient_case.id"), index=True),
    Column("sha256", String(64)),
    Column("at", String(32), nullable=False),
    Column("by", String(120), nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("previous", String(64), nullable=False, server_default=""),
    Column("hash", String(64), nullable=False, server_default=""),
    Index("ix_audit_at", "at"),
)  # fmt: skip
account = Table(
    "account", metadata,
    Column("name", String(120), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password", String(200), nullable=False),  # argon2; "": signs in elsewhere only
    Column("active", Boolean, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("made_at", String(32), nullable=False),
)  # fmt: skip
desk_session = Table(
    "desk_session", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.name"), nullable=False, index=True),
    Column("opened_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
)  # fmt: skip
failed_sign_in = Table(
    "failed_sign_in", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("at", String(32), nullable=False),
    Index("ix_failed_sign_in", "name", "at"),
)  # fmt: skip
portal_referral = Table(
    "portal_referral", metadata,
    Column("key", String(64), primary_key=True),
    Column("case_id", ForeignKey("patient_case.id"), index=True),
    Column("member_name", Text, nullable=False),
    Column("member_dob", String(10), nullable=False),
    Column("member_id", Text, nullable=False),
    Column("order_date", String(10), nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
api_token = Table(
    "api_token", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.name"), nullable=False, index=True),
    Column("scopes", JSON, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("until", String(32), nullable=False),
)  # fmt: skip
