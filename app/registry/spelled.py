"""Finding the awards of people by any part of a name, or by its pinyin initials, in the counties that one looks in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, select
from sqlalchemy.orm import Session

from app.core.grams import grams_of_name, grams_of_text, initials_asked
from app.core.spelling import name_key
from app.db import Prepared, either, insert_if_absent
from app.db.spelling import contains, has_grams
from app.registry.lookups import AWARD, PERSON
from app.registry.models import PersonGram

GRAM: Table = PersonGram.__table__  # type: ignore[assignment]
PAGE = 500
NO_COUNTY = ""
_INSERT = Prepared(insert_if_absent(GRAM, ["gram", "county_id", "person_id"]))
_COUNTY = func.coalesce(AWARD.c.county_id, NO_COUNTY)
_RECEIVING = (
    select(PERSON.c.id, PERSON.c.name, _COUNTY.label("county_id"))
    .join_from(AWARD, PERSON, PERSON.c.id == AWARD.c.person_id)
    .where(PERSON.c.name.is_not(None))
    .distinct()
)
_KNOWN = exists().where(GRAM.c.person_id == PERSON.c.id, GRAM.c.county_id == _COUNTY)
_UNINDEXED = Prepared(_RECEIVING.where(~_KNOWN).order_by(PERSON.c.id).limit(PAGE))


def write(session: Session, people: Iterable[tuple[str, str | None, str | None]]) -> None:
    """Index `(person_id, name, county_id)`, whose awards lie in the county; what is known already stays."""
    rows = [{"person_id": person_id, "gram": gram, "county_id": county_id or NO_COUNTY}
            for person_id, name, county_id in people for gram in grams_of_name(name or "")]  # fmt: skip
    _INSERT.run_all(session, rows)


def follow(session: Session, *which: ColumnElement[bool]) -> None:
    """Index whom these awards belong to now, where they lie now."""
    write(session, session.execute(_RECEIVING.where(*which)).tuples().all())


def rewrite(session: Session, person_id: str) -> None:
    """The person has another name now."""
    session.execute(delete(GRAM).where(GRAM.c.person_id == person_id))
    follow(session, AWARD.c.person_id == person_id)


def index_older(session: Session) -> int:
    """Index people of before there was an index, a page; how many."""
    rows = _UNINDEXED.all(session)
    write(session, rows)
    return len(rows)


def named(text: str, county_ids: Collection[str] | None = None) -> Any:
    """A sub-select: ids of the people who have a name with this part, or with these initials somewhere.

    `county_ids`: only people with an award in one of them.
    """
    found: list[ColumnElement[bool]] = []
    if name_key(text):
        has = has_grams(PERSON.c.id, GRAM.c.person_id, grams_of_text(text), county_ids)
        found.append(and_(has, contains(PERSON.c.name, text)))
    if initials := initials_asked(text):
        found.append(has_grams(PERSON.c.id, GRAM.c.person_id, initials, county_ids))
    return either(PERSON.c.id, found)
