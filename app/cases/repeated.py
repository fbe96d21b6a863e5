"""One person applies for one programme again within days: shown to those who may know it, never multiplied unseen.

How many days is the programme's business (`repeat_days` in bundle.yaml; none where people may apply as often as they
like). An applicant is not told of an application that the number alone would betray: anybody can type a neighbour's
number. Who types at the window sees it before there is a second case; who has a case on the desk sees the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.store import CASE
from app.core.errors import Rejection
from app.core.spelling import compact
from app.definitions.bundle import Bundle
from app.registry import lookups

MOST = 5
AGAIN = "_again"
_COLUMNS = (CASE.c.id, CASE.c.number, CASE.c.status, CASE.c.applied_on, CASE.c.filed_at, CASE.c.closed_at)
_NEWEST = (CASE.c.filed_at.desc(), CASE.c.id)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another application of the same person for the same programme; times are aware."""

    id: str
    number: str
    status: str
    applied_on: date
    filed_at: datetime
    closed_at: datetime | None


class Repeated(Rejection):
    """The person has applied already: whoever goes on says why (field `_again`)."""

    code = "repeated"
    status = 422

    def __init__(self, found: Sequence[Repeat]) -> None:
        told = "、".join(f"{each.applied_on.month}月{each.applied_on.day}日（案号 {each.number}）" for each in found)
        message = f"这个人近日已经申请过同一项救助：{told}。请先看那一件；确需另立一件的，写明理由再提交"
        super().__init__(message, fields={AGAIN: message})
        self.found = list(found)


def earlier(session: Session, bundle: Bundle, blind: str, now: datetime) -> list[Repeat]:
    """What the person with this blind index has filed within the days before `now`, newest first."""
    if bundle.repeat_days is None:
        return []
    same = _same(bundle.programme, blind, now - timedelta(days=bundle.repeat_days), now)
    return [Repeat(*row) for row in session.execute(select(*_COLUMNS).where(same).order_by(*_NEWEST).limit(MOST))]


def of_number(session: Session, bundle: Bundle, number: Any, now: datetime) -> list[Repeat]:
    """The same for a number as it was typed; nothing for none."""
    typed = compact(str(number or "")).upper()
    return earlier(session, bundle, lookups.blind(session, typed), now) if typed else []


def of_case(action: Action) -> list[Repeat]:
    """The others of a case that an application began, before it and after it."""
    if action.bundle.repeat_days is None or action.case.award_id is not None:
        return []
    query = select(*_COLUMNS).where(like(action), CASE.c.id != action.case.id).order_by(*_NEWEST).limit(MOST)
    return [Repeat(*row) for row in action.session.execute(query)]


def like(action: Action) -> ColumnElement[bool]:
    """Whether a row of CASE repeats the application of this case, or is repeated by it."""
    head, days = action.case, action.bundle.repeat_days
    if days is None or head.award_id is not None:
        return false()
    around = timedelta(days=days)
    return _same(head.programme, head.applicant_blind, head.filed_at - around, head.filed_at + around)


def _same(programme: str, blind: str, since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(
        CASE.c.applicant_blind == blind,
        CASE.c.programme == programme,
        CASE.c.award_id.is_(None),
        CASE.c.begun_by.is_(None),
        CASE.c.filed_at.between(since, until),
        CASE.c.status != "withdrawn",
    )
