"""The same people elsewhere: what they receive and applied for, in every programme and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, select

from app.cases import repeated
from app.cases.action import Action
from app.cases.store import CASE
from app.db import Prepared
from app.registry import lookups

MOST = 12
"""Of each kind, the newest: who has more is looked up in his file."""


@dataclass(frozen=True, slots=True)
class ElsewhereCase:
    """Another application by somebody of this household; `repeats` this one within days (`cases.repeated`)."""

    id: str
    number: str
    name: str
    title: str
    status: str
    applied_on: date
    filed_at: datetime
    closed: bool
    repeats: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """benefits: `(name, benefit)` with what `registry.benefits` holds, newest first."""

    benefits: list[tuple[str, Mapping[str, Any]]]
    cases: list[ElsewhereCase]


def elsewhere(action: Action) -> Elsewhere:
    """For the applicant and all in the household who have a number; two statements however many they are."""
    application = action.variables.get("application") or {}
    members = (application.get("household") or {}).get("members") or []
    people = {
        lookups.blind(action.session, each["id_number"]): each.get("name") or "" for each in [*members, application]
        if each.get("id_number")
    }  # fmt: skip
    if not people:
        return Elsewhere([], [])
    known = lookups.known_people(action.session, people, action.today, exclude_case_id=action.case.id)
    benefits: list[tuple[str, Mapping[str, Any]]] = [
        (name, each) for blind, name in people.items() if blind in known for each in known[blind].benefits
    ]
    benefits.sort(key=lambda pair: (pair[1]["in_payment"], pair[1]["paid_on"]), reverse=True)
    return Elsewhere(benefits[:MOST], _cases(action, list(people)))


def _cases(action: Action, blinds: list[str]) -> list[ElsewhereCase]:
    around = repeated.likeness(action)
    query = _THEIRS if around else _THEIRS_UNLIKE
    return [ElsewhereCase(*row) for row in query.all(action.session, blinds=blinds, own=action.case.id, **around)]


def _theirs(like: ColumnElement[bool]) -> Prepared:
    told = (CASE.c.id, CASE.c.number, CASE.c.applicant_name, CASE.c.title, CASE.c.status, CASE.c.applied_on)
    columns = (*told, CASE.c.filed_at, CASE.c.closed_at.is_not(None), like)
    theirs = CASE.c.applicant_blind.in_(bindparam("blinds", expanding=True)) & (CASE.c.id != bindparam("own"))
    return Prepared(select(*columns).where(theirs).order_by(CASE.c.filed_at.desc(), CASE.c.id).limit(MOST))


_THEIRS, _THEIRS_UNLIKE = _theirs(repeated.LIKE), _theirs(false())
