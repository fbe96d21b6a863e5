"""Stamps: one number for each kind of content that processes keep in memory. Who changes the content bumps it.

An action reads all numbers with its case's row, so a change made by one process reaches every other without a statement
more. Nothing else invalidates what `Stamped` keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, String, Table, cast, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.prepared import Prepared

Value = TypeVar("Value")


class Stamps(NamedTuple):
    """The numbers by kind; 0 is a kind that was never changed."""

    catalogue: int = 0
    figures: int = 0
    releases: int = 0
    regions: int = 0
    calendar: int = 0
    letters: int = 0
    capabilities: int = 0
    training: int = 0
    keys: int = 0
    ties: int = 0


class Stamp(Base):
    """How often the content of a kind was changed."""

    __tablename__ = "stamp"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


_STAMP: Table = Stamp.__table__  # type: ignore[assignment]
_PAIR = _STAMP.c.kind + "=" + cast(_STAMP.c.number, String)
COLUMN: ColumnElement[str | None] = select(func.aggregate_strings(_PAIR, ",")).scalar_subquery().label("stamps")
"""All numbers as one text, for a statement that reads something else anyway; give its value to `note`."""
_READ = Prepared(select(COLUMN))
_BUMP = Prepared(
    sql("INSERT INTO stamp (kind, number) VALUES (:kind, 1) ON CONFLICT (kind) DO UPDATE SET number = stamp.number + 1")
)
_READ_HERE, _BUMPED, _OWN = "stamps", "bumped", "stamped"
_NOWHERE, _TOGETHER = object(), object()


def bump(session: Session, kind: str) -> None:
    """Say in the writer's transaction, before the change, that content of this kind changes.

    Until it commits, the session reads such content anew. Raises KeyError for a kind that `Stamps` does not have.
    """
    if kind not in Stamps._fields:
        raise KeyError(kind)
    _BUMP.run(session, {"kind": kind})
    session.info.setdefault(_BUMPED, set()).add(kind)
    own = session.info.get(_OWN, {})
    session.info[_OWN] = {place: value for place, value in own.items() if place[0].kind != kind}


def read(session: Session) -> Stamps:
    """All numbers, at most one statement in a transaction."""
    if _READ_HERE not in session.info:
        note(session, _READ.scalar(session))
    return session.info[_READ_HERE]


def note(session: Session, text: str | None) -> None:
    """Keep the numbers that a statement brought along in `COLUMN`."""
    session.info[_READ_HERE] = _parsed(text)


@lru_cache(maxsize=8)
def _parsed(text: str | None) -> Stamps:
    pairs = (pair.split("=") for pair in (text or "").split(",") if pair)
    return Stamps(**{kind: int(number) for kind, number in pairs if kind in Stamps._fields})


def note_locked(session: Session, text: str | None) -> None:
    """The same from a statement that may have waited for a row. PostgreSQL then gives the row as it is now, but
    `COLUMN` as it was before the wait: there the numbers are read when they are asked for.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.info.pop(_READ_HERE, None)
    else:
        note(session, text)


class Stamped(Generic[Value]):
    """Values that a process keeps until the stamp of their kind moves, for each database its own (`Database.kept`).

    Beyond `entries` all are dropped and filled again. What is kept is shared by threads: it must not be changed.
    """

    def __init__(self, kind: str, entries: int = 1) -> None:
        self.kind, self._entries = kind, entries

    def get(self, session: Session, key: Hashable, load: Callable[[], Value]) -> Value:
        """The value of a key, loaded where this process does not have it as of now."""
        if self.kind in session.info.get(_BUMPED, ()):
            return self._own(session, key, load)
        number = getattr(read(session), self.kind)
        kept: dict[Stamped[Value], tuple[int, dict[Hashable, Value]]] = session.info["kept"]
        known, values = kept.get(self, (-1, {}))
        if known > number:
            return load()  # a transaction that began before the last change
        if known < number:
            kept[self] = number, values = number, {}
        found = values.get(key)
        if found is None:
            found = load()
            if len(values) >= self._entries:
                values.clear()
            values[key] = found
        return found

    def get_all(
        self, session: Session, keys: Collection[Hashable], load: Callable[[list[Any]], Mapping[Any, Value]]
    ) -> dict[Any, Value]:
        """The values of many keys; those that this process does not have are loaded together, and may be none.

        Beyond `entries` what is loaded is not kept.
        """
        known: Any = self.get(session, _TOGETHER, dict)  # type: ignore[arg-type]
        found = {key: known[key] for key in keys if key in known}
        if missing := [key for key in set(keys) if key not in found]:
            loaded = load(missing)
            if len(known) + len(loaded) <= self._entries:
                known.update(loaded)
            found |= loaded
        return found

    def _own(self, session: Session, key: Hashable, load: Callable[[], Value]) -> Value:
        """What a writer that bumped reads: it may still be rolled back, so other sessions must not get it.

        What was read in a savepoint holds as long as the session is in it.
        """
        own: dict[Any, tuple[Any, Value]] = session.info[_OWN]
        savepoint = session.get_nested_transaction()
        read_in, value = own.get((self, key), (_NOWHERE, None))
        if read_in is not None and read_in is not savepoint:
            value = load()
            own[self, key] = savepoint, value
        return value  # type: ignore[return-value]
