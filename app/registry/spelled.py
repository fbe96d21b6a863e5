"""Finding people by any part of a name, or by its pinyin initials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, insert, select
from sqlalchemy.orm import Session

from app.core.grams import grams_of_name, grams_of_text, initials_asked
from app.core.spelling import name_key
from app.db import either
from app.db.spelling import contains, has_grams
from app.registry.lookups import PERSON
from app.registry.models import PersonGram

GRAM: Table = PersonGram.__table__  # type: ignore[assignment]
PAGE = 500
_INSERT = insert(GRAM)
_UNINDEXED = (
    select(PERSON.c.id, PERSON.c.name)
    .where(PERSON.c.name.is_not(None), ~exists().where(GRAM.c.person_id == PERSON.c.id))
    .order_by(PERSON.c.id)
    .limit(PAGE)
)


def write(session: Session, names: Mapping[str, str | None]) -> None:
    """Index names `{person_id: name}` that were not known before."""
    rows = [{"person_id": key, "gram": gram} for key, name in names.items() for gram in grams_of_name(name or "")]
    if rows:
        session.connection().execute(_INSERT, rows)


def rewrite(session: Session, person_id: str, name: str | None) -> None:
    """The person has another name now."""
    session.execute(delete(GRAM).where(GRAM.c.person_id == person_id))
    write(session, {person_id: name})


def index_older(session: Session) -> int:
    """Index people of before there was an index, a page; how many."""
    rows = session.execute(_UNINDEXED).all()
    write(session, {row.id: row.name for row in rows})
    return len(rows)


def named(text: str) -> Any:
    """A sub-select: ids of the people who have a name with this part, or with these initials somewhere."""
    found: list[ColumnElement[bool]] = []
    if name_key(text):
        found.append(and_(has_grams(PERSON.c.id, GRAM, grams_of_text(text)), contains(PERSON.c.name, text)))
    if initials := initials_asked(text):
        found.append(has_grams(PERSON.c.id, GRAM, initials))
    return either(PERSON.c.id, found)
