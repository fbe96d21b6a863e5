"""What other slices know to be somebody's work: a few rows of each kind, all in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.cases import duties as of_cases
from app.cases.policy import OBJECTIONS
from app.cases.requests import ACCOUNT, APPEAL
from app.core.actor import Actor
from app.db import Open, Prepared
from app.funds import duties as of_funds
from app.identity import people
from app.identity import policy as identity_policy
from app.identity.shapes import left_open
from app.worklist.rows import Row, of_duty

MOST = 20
"""Rows of a kind that are shown; the page of the kind has the others."""
SHAPES = 64
TODAY = Open("today", Date())


def rows(session: Session, actor: Actor, today: date) -> list[Row]:
    """At most `MOST` of each kind, what is due first. The last one of a kind says where there are more."""
    whose = left_open(actor)
    statement = _together(whose.actor)
    if statement is None:
        return []
    found = sorted(statement.all(session, **whose.values, today=today), key=lambda row: row.kind)
    shown: list[Row] = []
    for _, each in groupby(found, key=lambda row: row.kind):
        of_kind = sorted(each, key=lambda row: (row.due_on or date.max, row.id))
        shown += [of_duty(row, more=len(of_kind) > MOST and at == MOST - 1) for at, row in enumerate(of_kind[:MOST])]
    return shown


@lru_cache(SHAPES)
def _together(actor: Actor) -> Prepared | None:
    """One statement of all kinds for each shape of posts; None where nothing can be due."""
    arms = [_first(arm, MOST + 1) for arm in _arms(actor, TODAY)]
    return Prepared(arms[0] if len(arms) == 1 else union_all(*arms)) if arms else None


def count(actor: Actor, today: Any) -> ColumnElement[int]:
    """How many rows `rows` gives, as a column of a statement."""
    arms = [_first(arm, MOST) for arm in _arms(actor, today)]
    if not arms:
        return literal(0)
    both = (arms[0] if len(arms) == 1 else union_all(*arms)).subquery()
    return select(func.count()).select_from(both).scalar_subquery()


def _first(arm: Select[Any], most: int) -> Select[Any]:
    short = arm.order_by("due_on", "id").limit(most).subquery()
    return select(short)


def _arms(actor: Actor, today: Any) -> Iterator[Select[Any]]:
    """Only what the actor may do: who may not has no such rows."""
    may = {name: identity_policy.may(actor, name) for name in (
        "mend_incidents", "steer_cases", OBJECTIONS, "correct_applications", "reopen_cases", "start_processes", "pay",
        "confirm_batches", people.KEEP,
    )}  # fmt: skip
    if may["mend_incidents"]:
        yield of_cases.incidents(actor)
    if may["steer_cases"]:
        yield of_cases.owed(actor)
    if may[OBJECTIONS]:
        yield of_cases.leads(actor)
    if may["correct_applications"]:
        yield of_cases.requests(actor, ACCOUNT, "correct_applications")
    if may["reopen_cases"]:
        yield of_cases.requests(actor, APPEAL, "reopen_cases")
    if may["start_processes"]:
        yield from of_cases.due_awards(actor, today)
    if may["pay"]:
        yield from of_funds.orders(actor)
    if may["confirm_batches"]:
        yield of_funds.batches(actor)
    if may[people.KEEP]:
        yield from people.vacancies(actor, today)
