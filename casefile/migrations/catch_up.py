"""Brings a database to the tables as declared: what is missing is added, what is there is left alone."""

from typing import Any

from sqlalchemy import MetaData, inspect


def catch_up(op: Any, metadata: MetaData) -> None:
    """Create missing tables, columns and indexes. A new database has them all from the first revision."""
    bind = op.get_bind()
    seen = inspect(bind)
    known = set(seen.get_table_names())
    metadata.create_all(bind)
    for table in metadata.sorted_tables:
        if table.name not in known:
            continue
        columns = {column["name"] for column in seen.get_columns(table.name)}
        for column in table.columns:
            if column.name not in columns:
                op.add_column(table.name, column.copy() if hasattr(column, "copy") else column._copy())
        indexes = {index["name"] for index in seen.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in indexes:
                index.create(bind, checkfirst=True)
