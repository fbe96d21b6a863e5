"""What was answered in a case, step by step with who and when: to be played once more through other rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import pages, queries, store
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


def head_of(session: Session, number: str) -> Any:
    """The columns of the case of a number. Raises NotFound. Who may use it is for the caller."""
    case_id = session.scalar(select(store.CASE.c.id).where(store.CASE.c.number == number.strip()))
    if case_id is None:
        raise NotFound("没有这个案件，请核对案件编号")
    return queries.head(session, case_id)


def of_case(session: Session, case_id: str, now: datetime) -> tuple[Form, Mapping[str, Any], list[Answer]]:
    """The form of the application as it was then and what was filled in, then every human step that was done, in order.

    Of a step that was done again the last time counts.
    """
    action = store.look(session, SYSTEM, case_id, now)
    work = items.items_of_case(session, case_id)
    done = sorted((item for item in work if item.status == "done" and item.kind == "task"), key=lambda i: i.closed_at)
    found = []
    for item, values in pages.latest(done, action.variables):
        form = action.bundle.form(action.diagram.elements[item.element_id].attributes["formKey"])
        found.append(Answer(item.element_id, item.position, item.closed_at, form, values))
    return action.bundle.application_form, action.variables["application"], found
