"""What a case asks of the people in it, in statements that are built once: who is known, and who receives what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.db import Prepared, either
from app.registry.models import WITHDRAWN, Award, AwardPerson, HouseholdMember, Person


def blind(session: Session, id_number: str) -> str:
    """The index by which a person is found without the number being readable in the database."""
    return session.info["vault"].blind(id_numbers.normalise(id_number), "person")


PERSON: Table = Person.__table__  # type: ignore[assignment]
AWARD: Table = Award.__table__  # type: ignore[assignment]
COVERED: Table = AwardPerson.__table__  # type: ignore[assignment]
HOME: Table = HouseholdMember.__table__  # type: ignore[assignment]
NUMBER = PERSON.alias("by_number")
"""The file with a number, which may have been merged into another since."""
WHO = func.coalesce(NUMBER.c.merged_into, NUMBER.c.id)
"""Whose number it is."""
FOUND = NUMBER.join(PERSON, PERSON.c.id == WHO)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the registry knows, with the household of the day, the day of death, and what the person receives or
    received, as `registry.benefits` of FEEL.

    Benefits, earliest first: `{programme, region, province, paid_on, amount, monthly, in_payment, case_number}`.
    Somebody receives a household's award from the day on which it began to cover him until it covers him no more.
    """

    person_id: str
    name: str | None
    household_id: str | None
    died_on: date | None
    benefits: list[dict[str, Any]] = field(default_factory=list)


_LIVES = and_(
    HOME.c.person_id == PERSON.c.id,
    or_(HOME.c.valid_from.is_(None), HOME.c.valid_from <= bindparam("on")),
    or_(HOME.c.valid_until.is_(None), HOME.c.valid_until > bindparam("on")),
)
_COVERS = and_(
    COVERED.c.person_id == WHO, or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > COVERED.c.valid_from)
)
_COUNTS = and_(
    AWARD.c.id == COVERED.c.award_id,
    AWARD.c.status != WITHDRAWN,
    or_(AWARD.c.case_id.is_(None), AWARD.c.case_id != bindparam("own_case")),
)
_OF_AWARD = (
    "programme", "region_code", "province_code", "ended_on", "amount", "monthly", "case_number",
)  # fmt: skip
_KNOWN = Prepared(
    select(NUMBER.c.blind, PERSON.c.id, PERSON.c.name, HOME.c.household_id, PERSON.c.died_on)
    .add_columns(AWARD.c.id.label("award_id"), COVERED.c.valid_from, COVERED.c.valid_until)
    .add_columns(*(AWARD.c[name] for name in _OF_AWARD))
    .select_from(FOUND.outerjoin(HOME, _LIVES).outerjoin(COVERED, _COVERS).outerjoin(AWARD, _COUNTS))
    .where(NUMBER.c.blind.in_(bindparam("blinds", expanding=True)))
    .order_by(COVERED.c.valid_from, AWARD.c.id)
)
_NAMES = Prepared(
    select(PERSON.c.name)
    .select_from(PERSON.join(HOME, _LIVES))
    .where(HOME.c.household_id == bindparam("household_id"), PERSON.c.name.is_not(None))
    .order_by(PERSON.c.id)
)


def leading_to(file: Any) -> Select[tuple[str]]:
    """A sub-select: the indexes of all numbers that lead to a file, its own and those of files merged into it."""
    mine = either(PERSON.c.id, [PERSON.c.id == file, PERSON.c.merged_into == file])
    return select(PERSON.c.blind).where(PERSON.c.id.in_(mine))


_SAME = leading_to(select(WHO).where(NUMBER.c.blind == bindparam("of_index")).scalar_subquery())


def person_id(session: Session, id_number: str) -> str | None:
    """The file to which a number leads."""
    return file_of(session, blind(session, id_number))


def file_of(session: Session, index: str) -> str | None:
    """The file to which the number of an index leads."""
    return session.scalar(select(WHO).where(NUMBER.c.blind == index))


def indexes_of(index: str) -> Select[tuple[str]]:
    """A sub-select: the indexes of all numbers that lead to the person whom one leads to; empty where unknown."""
    return _SAME.params(of_index=index)


def known_people(
    session: Session, blinds: Iterable[str], on: date, exclude_case_id: str | None = None
) -> dict[str, Known]:
    """By blind index, those whom the registry knows, with what they receive by other cases. One statement."""
    found: dict[str, Known] = {}
    for row in _KNOWN.all(session, blinds=list(blinds), on=on, own_case=exclude_case_id or ""):
        known = found.setdefault(row.blind, Known(row.id, row.name, row.household_id, row.died_on))
        if row.award_id is not None:
            known.benefits.append(_benefit(row, on))
    return found


def _benefit(row: Any, on: date) -> dict[str, Any]:
    runs = row.valid_from <= on and all(day is None or on < day for day in (row.ended_on, row.valid_until))
    return {
        "programme": row.programme,
        "region": row.region_code,
        "province": row.province_code,
        "paid_on": row.valid_from,
        "amount": row.amount,
        "monthly": row.monthly,
        "in_payment": row.monthly and runs,
        "case_number": row.case_number,
    }


def names_of_household(session: Session, household_id: str, on: date) -> list[str]:
    """The names of those who live in a household on a day. One statement."""
    return _NAMES.scalars(session, household_id=household_id, on=on)
