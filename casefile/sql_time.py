"""A stored time as seconds, in each database's words: ISO texts of different zones cannot be compared as texts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class seconds_of(GenericFunction[float]):  # noqa: N801 - reads as the SQL function it is
    """Seconds since some fixed moment of an ISO time with its zone."""

    type = Float()
    inherit_cache = True


@compiles(seconds_of, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"(julianday({compiler.process(element.clauses, **options)}) * 86400.0)"


@compiles(seconds_of, "postgresql")
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"extract(epoch from cast({compiler.process(element.clauses, **options)} as timestamptz))"
