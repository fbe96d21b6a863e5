"""Finding cases as people look for them: a part of a name, its pinyin initials, how a number ends."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.instance import Instance
from app.cases.models import CaseGram
from app.cases.store import CASE
from app.core import id_number
from app.core.grams import TAIL, grams_of_name, grams_of_text, initials_asked, tail_of_number
from app.core.spelling import name_key
from app.db import Prepared, either
from app.db.spelling import contains, has_grams
from app.registry import lookups as registry

GRAM: Table = CaseGram.__table__  # type: ignore[assignment]
MOST_TYPED, ID_DIGITS, PAGE = 50, 4, 200
_ID_TAIL = re.compile(r"\d{3}[\dXx]")
_NUMBER_TAIL = re.compile(rf"\d{{3,{TAIL}}}")
_INSERT = Prepared(insert(GRAM))
_UNINDEXED = Prepared(
    select(CASE.c.id, CASE.c.number, CASE.c.applicant_name, CASE.c.county_id, CASE.c.state)
    .where(CASE.c.number_tail.is_(None))
    .order_by(CASE.c.id)
    .limit(PAGE)
    .with_for_update(skip_locked=True)
)


def columns(session: Session, number: str, id_number_given: str | None) -> dict[str, Any]:
    """The columns of a case by which its numbers are found. A provisional file has no identity number to ask for."""
    return {"number_tail": tail_of_number(number), "tail_blind": _tail_blind(session, id_number_given or "")}


def write_name(session: Session, case_id: str, name: str, county_id: str | None) -> None:
    """Index the name of a new case."""
    grams = grams_of_name(name)
    _INSERT.run_all(session, [{"case_id": case_id, "gram": gram, "county_id": county_id} for gram in grams])


def rewrite(action: Action) -> None:
    """After the applicant of a case was corrected."""
    case, given = action.case, action.variables["application"].get("id_number")
    action.session.execute(delete(GRAM).where(GRAM.c.case_id == case.id))
    write_name(action.session, case.id, case.applicant_name, case.county_id)
    found = columns(action.session, case.number, given)
    action.session.execute(update(CASE).where(CASE.c.id == case.id).values(found))


def carry(session: Session, case_ids: Collection[str], county_id: str | None) -> None:
    """The cases lie in another county now."""
    session.execute(update(GRAM).where(GRAM.c.case_id.in_(case_ids)).values(county_id=county_id))


def index_older(session: Session) -> int:
    """Index cases of before there was an index, a page; how many."""
    rows = _UNINDEXED.all(session)
    for row in rows:
        application = Instance.open(session.info["vault"], row.state, row.id).variables.get("application", {})
        found = columns(session, row.number, application.get("id_number"))
        session.execute(update(CASE).where(CASE.c.id == row.id).values(found))
        write_name(session, row.id, row.applicant_name, row.county_id)
    return len(rows)


def found(session: Session, text: str, county_ids: Collection[str] | None = None) -> Any:
    """A sub-select: ids of the cases that are what somebody typed.

    A whole number of a case or a person; the last digits of a case's number, three or more; the last four characters of
    an identity number; any part of a name; the initials of any part. `county_ids`: look in no other counties.
    """
    text = text.strip()[:MOST_TYPED]
    number = id_number.normalise(text)
    if id_number.is_valid(number):
        index = registry.blind(session, number)
        return either(CASE.c.id, [CASE.c.applicant_blind == index,
                                  CASE.c.applicant_blind.in_(registry.indexes_of(index))])  # fmt: skip
    found = [CASE.c.number == text]
    near = () if county_ids is None else (CASE.c.county_id.in_(county_ids),)
    if _NUMBER_TAIL.fullmatch(text):
        tail = text[::-1]
        found.append(and_(CASE.c.number_tail.between(tail, tail.ljust(TAIL, "9")), *near))
    if _ID_TAIL.fullmatch(text):
        found.append(and_(CASE.c.tail_blind == _tail_blind(session, text), *near))
    if name_key(text) and not text.isdigit():
        found.append(
            and_(
                has_grams(CASE.c.id, GRAM.c.case_id, grams_of_text(text), county_ids),
                contains(CASE.c.applicant_name, text),
            )
        )
    if initials := initials_asked(text):
        found.append(has_grams(CASE.c.id, GRAM.c.case_id, initials, county_ids))
    return either(CASE.c.id, found)


def _tail_blind(session: Session, number: str) -> str | None:
    """A keyed hash of the last four characters, which are what a page shows of a masked number."""
    tail = id_number.normalise(number)[-ID_DIGITS:]
    return session.info["vault"].blind(tail, "tail") if _ID_TAIL.fullmatch(tail) else None
