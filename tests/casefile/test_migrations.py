"""A database of the first version is brought up to date with what it holds."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine, inspect, text

from casefile import tables as t
from casefile.store import Store

OLD_TABLES = {
    "alembic_version",
    "fax",
    "arrival",
    "page",
    "patient_case",
    "document",
    "finding",
    "problem",
    "gap",
    "event",
    "packet",
}
NEW_COLUMNS = ("copies", "open_gaps", "next_due", "status_by_person", "status_at")
OLD_INDEXES = {"ix_arrival_sha256", "ix_patient_case_member_id", "ix_document_sha256", "ix_document_case_id", "ix_finding_sha256",
               "ix_problem_sha256", "ix_event_case_id", "ix_packet_case_id"}  # fmt: skip


def test_a_database_of_the_first_version_is_upgraded_and_keeps_its_cases(database_url: str) -> None:
    Store.open(database_url).close()
    engine = create_engine(database_url)
    with engine.begin() as c:
        for table in OLD_TABLES:
            names = {i["name"] for i in inspect(c).get_indexes(table) if not i["unique"]}
            for name in names - OLD_INDEXES:
                c.execute(text(f"drop index {name}"))
        if c.dialect.name == "sqlite":
            c.execute(text("drop table page_words"))  # its shadow tables go with it
        for name in set(inspect(c).get_table_names()) - OLD_TABLES:
            c.execute(text(f"drop table {name}" + (" cascade" if c.dialect.name == "postgresql" else "")))
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
