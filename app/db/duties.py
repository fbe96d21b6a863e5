"""What is somebody's work without being a task: rows of any table in one shape, so that lists take them together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Integer, Select, String, cast, literal, null, select, type_coerce

from app.db.types import AwareDateTime, Money

_TEXT, _DAY = String(), Date()
_SHAPE: dict[str, Any] = {
    "id": _TEXT, "title": _TEXT, "subject": _TEXT, "programme": _TEXT, "number": _TEXT, "case_id": _TEXT,
    "region_id": _TEXT, "township_id": _TEXT, "village_id": _TEXT, "due_on": _DAY, "amount": Money(),
    "arrived_at": AwareDateTime(), "count": Integer(),
}  # fmt: skip


def duty(kind: str, **given: Any) -> Select[Any]:
    """A statement whose rows are work of a kind; columns by name, what is left out is NULL.

    `id` is what the page that does it needs, `count` how many things one row stands for.
    """
    columns: list[Any] = [_typed(given.get(name), type_).label(name) for name, type_ in _SHAPE.items()]
    return select(literal(kind, _TEXT).label("kind"), *columns)


def _typed(column: Any, type_: Any) -> Any:
    """NULL has no type of its own for a UNION. SQLite would cast the text of a day to the number of its year."""
    if column is None:
        return cast(null(), type_)
    return type_coerce(column, type_) if isinstance(type_, (Date, AwareDateTime)) else cast(column, type_)
