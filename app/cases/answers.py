"""What was answered in a case, step by step with who and when: to be played once more through other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import pages, store
from app.cases.action import CaseHead
from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.forms import Form
from app.inbox import queries as items


@dataclass(frozen=True, slots=True)
class Answer:
    """A human step: its element, who did it (a position), when, the form and what was filled in."""

    element_id: str
    position: str
    at: datetime
    form: Form
    values: Mapping[str, Any]


def head_of(session: Session, number: str, now: datetime) -> CaseHead:
    """The case of a number. Raises NotFound. Who may use it is for the caller."""
    case_id = session.scalar(select(store.CASE.c.id).where(store.CASE.c.number == number.strip()))
    if case_id is None:
        raise NotFound("没有这个案件，请核对案件编号")
    return store.look(session, SYSTEM, case_id, now).case


def application(session: Session, case_id: str, now: datetime) -> tuple[Form, Mapping[str, Any]]:
    """The form of the application as it was then, and what was filled in."""
    action = store.look(session, SYSTEM, case_id, now)
    return action.bundle.application_form, action.variables["application"]


def answers(session: Session, case_id: str, now: datetime) -> list[Answer]:
    """Every human step that was done, in order; of one that was done again the last time counts."""
    action = store.look(session, SYSTEM, case_id, now)
    work = items.items_of_case(session, case_id)
    done = sorted((item for item in work if item.status == "done" and item.kind == "task"), key=lambda i: i.closed_at)
    found = []
    for item, values in pages.latest(done, action.variables):
        form = action.bundle.form(action.diagram.elements[item.element_id].attributes["formKey"])
        found.append(Answer(item.element_id, item.position, item.closed_at, form, values))
    return found
