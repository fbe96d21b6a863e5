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

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.store import CASE
from app.core.errors import Rejection
from app.core.spelling import compact
from app.db import AwareDateTime, Prepared
from app.definitions.bundle import Bundle
from app.registry import lookups

MOST = 5
AGAIN = "_again"
_COLUMNS = (CASE.c.id, CASE.c.number, CASE.c.status, CASE.c.applied_on, CASE.c.filed_at, CASE.c.closed_at)
_NEWEST = (CASE.c.filed_at.desc(), CASE.c.id)
LIKE: ColumnElement[bool] = and_(
    CASE.c.applicant_blind == bindparam("blind"),
    CASE.c.programme == bindparam("programme"),
    CASE.c.award_id.is_(None),
    CASE.c.begun_by.is_(None),
    CASE.c.filed_at.between(bindparam("since", type_=AwareDateTime()), bindparam("until", type_=AwareDateTime())),
    CASE.c.status != "withdrawn",
)
"""Whether a row of CASE repeats an application, or is repeated by it; asked with `likeness`."""
_EARLIER = Prepared(select(*_COLUMNS).where(LIKE).order_by(*_NEWEST).limit(MOST))
_OTHERS = Prepared(select(*_COLUMNS).where(LIKE, CASE.c.id != bindparam("own")).order_by(*_NEWEST).limit(MOST))


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
    span = _span(bundle.programme, blind, now, timedelta(days=bundle.repeat_days), timedelta())
    return [Repeat(*row) for row in _EARLIER.all(session, **span)]


def of_number(session: Session, bundle: Bundle, number: Any, now: datetime) -> list[Repeat]:
    """The same for a number as it was typed; nothing for none."""
    typed = compact(str(number or "")).upper()
    return earlier(session, bundle, lookups.blind(session, typed), now) if typed else []


def of_case(action: Action) -> list[Repeat]:
    """The others of a case that an application began, before it and after it."""
    around = likeness(action)
    return [Repeat(*row) for row in _OTHERS.all(action.session, own=action.case.id, **around)] if around else []


def likeness(action: Action) -> dict[str, Any]:
    """What `LIKE` is asked with for the application of this case; empty where none repeats another."""
    head, days = action.case, action.bundle.repeat_days
    if days is None or head.award_id is not None:
        return {}
    return _span(head.programme, head.applicant_blind, head.filed_at, timedelta(days=days), timedelta(days=days))


def _span(programme: str, blind: str, at: datetime, before: timedelta, after: timedelta) -> dict[str, Any]:
    return {"programme": programme, "blind": blind, "since": at - before, "until": at + after}
