"""A database of the first version is brought up to date with what it holds."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine, inspect, text

from casefile import tables as t
from casefile.store import Store

NEW_TABLES = ("identifier", "correction", "decision", "placement", "request", "audit")
NEW_COLUMNS = ("copies", "open_gaps", "next_due", "status_by_person", "status_at")
NEW_INDEXES = (
    "ix_case_dob",
    "ix_case_work",
    "ix_case_status_work",
    "ix_case_unchecked",
    "ix_fax_work",
    "ix_fax_received",
    "ix_page_state",
)


def test_a_database_of_the_first_version_is_upgraded_and_keeps_its_cases(database_url: str) -> None:
    Store.open(database_url).close()
    engine = create_engine(database_url)
    with engine.begin() as c:
        for name in NEW_INDEXES:
            c.execute(text(f"drop index {name}"))
        for name in NEW_TABLES:
            c.execute(text(f"drop table {name}"))
        for name in NEW_COLUMNS:
            c.execute(text(f"alter table patient_case drop column {name}"))
        c.execute(text("delete from alembic_version"))
        c.execute(text("insert into alembic_version values ('0001')"))
        row = {"id": "C-0001", "at": datetime(2026, 11, 1, tzinfo=UTC).isoformat()}
        c.execute(text("insert into patient_case (id, member_name, member_dob, member_id, payer_name, status, unchecked, created_at, "
                       "verdicts, clocks, timeline) values (:id, 'Rosalind Kestrelman', '', '', '', 'new', true, :at, '[]', '[]', '[]')"), row)  # fmt: skip
    engine.dispose()
    store = Store.open(database_url)
    assert {table.name for table in t.metadata.sorted_tables} <= set(inspect(store.engine).get_table_names())
    store.check_case("C-0001", datetime(2026, 11, 24, tzinfo=UTC))
    assert [row["id"] for row in store.search("kestrel")] == ["C-0001"]
    assert store.worklist()[0]["next_due"] is None
    assert {index["name"] for index in inspect(store.engine).get_indexes("patient_case")} >= {
        "ix_case_work",
        "ix_case_dob",
    }
    store.close()
