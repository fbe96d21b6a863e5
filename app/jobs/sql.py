"""What the two databases spell differently: their clock, fresh ids, and inserting what is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Float, Insert, String, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement


class database_epoch(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it is
    """The database's own clock in seconds: workers on machines whose clocks differ agree on leases."""

    type = Float()
    inherit_cache = True


@compiles(database_epoch, "postgresql")
def _postgresql_epoch(element: Any, compiler: Any, **options: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


@compiles(database_epoch, "sqlite")
def _sqlite_epoch(element: Any, compiler: Any, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


class random_id(FunctionElement[str]):  # noqa: N801
    """A fresh row id for each row of an INSERT … SELECT."""

    type = String()
    inherit_cache = True


@compiles(random_id, "postgresql")
def _postgresql_id(element: Any, compiler: Any, **options: Any) -> str:
    return "replace(gen_random_uuid()::text, '-', '')"


@compiles(random_id, "sqlite")
def _sqlite_id(element: Any, compiler: Any, **options: Any) -> str:
    return "lower(hex(randomblob(16)))"


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


class _InsertIfNew(Insert):
    """The databases' own INSERT … ON CONFLICT of SQLAlchemy is compiled anew at each use; this one is compiled once."""

    inherit_cache = True
    unique: ClassVar[str]


@compiles(_InsertIfNew)
def _compiled(element: Any, compiler: Any, **options: Any) -> str:
    return f"{compiler.visit_insert(element, **options)} ON CONFLICT ({element.unique}) DO NOTHING"


@cache
def _class_of(unique: str) -> type[_InsertIfNew]:
    # What a statement is remembered by holds its class, and so the columns too.
    return type("_InsertIfNew", (_InsertIfNew,), {"inherit_cache": True, "unique": unique})


def insert_if_new(table: Table, *key: str) -> Insert:
    """INSERT that leaves a row alone whose `key` (of one or more columns) is there already."""
    return _class_of(", ".join(key))(table)


def count_inserted(session: Session, statement: Insert, given: Mapping[str, Any] | None = None) -> int:
    """Execute `statement`; how many rows it entered."""
    result = session.connection().execute(statement, given, execution_options={"preserve_rowcount": True})
    # Python's sqlite3 knows no row count of an INSERT that begins with WITH.
    if is_postgresql(session):
        return result.rowcount
    return session.connection().exec_driver_sql("SELECT changes()").scalar() or 0
