"""Competence at the moment of the act (D9): a task that says `competence` may be done only while a table allows it.

The table is asked as a guard of the task when somebody completes it. A job asks it every night while the task is open,
and at once where a figure changed: where it refuses, the message `competence_gone` takes the task away, and the diagram
goes on behind the boundary event that catches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import engine
from app.cases import guards
from app.cases.action import Action
from app.cases.models import Case
from app.core.clock import midnight
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.jobs import operations as jobs

ASK = "case.competence"


def follow(action: Action, tasks: Iterable[engine.OpenTask]) -> None:
    """Ask in the night about each open task that needs competence, unless the case is on hold."""
    for task in tasks if action.case.status != "suspended" else ():
        if engine.COMPETENCE in action.diagram.elements[task.element_id].properties:
            ask_tonight(action, f"{ASK}:{action.case.id}:{task.id}")


def ask_tonight(action: Action, dedup: str | None = None) -> None:
    """Put the question on the table for the first moment of tomorrow."""
    tonight = midnight(action.today + timedelta(days=1))
    jobs.enqueue(action.session, ASK, {}, tonight, dedup, case_id=action.case.id)


def release(action: Action) -> None:
    """The case goes on: it is asked at once, for a figure may have changed meanwhile."""
    if needed(action):
        jobs.enqueue(action.session, ASK, {}, action.now, case_id=action.case.id)


def drop(action: Action) -> None:
    """The case is over or on hold: nobody asks any more. No statement where the diagram never does."""
    if any(engine.COMPETENCE in element.properties for element in action.diagram.elements.values()):
        jobs.cancel(action.session, case_id=action.case.id, kind=ASK)


def ask_now(session: Session, region: identity.RegionRef, now: datetime) -> None:
    """A figure changed: what waits in the region is asked about today, not only in the night."""
    running = select(Case.id).where(identity.within(region, Case), Case.closed_at.is_(None))
    jobs.hasten(session, ASK, running, now)


def needed(action: Action) -> list[engine.Element]:
    """The open tasks that need competence."""
    items = inbox.open_of_case(action.session, action.case.id)
    elements = [action.diagram.elements[item.element_id] for item in items]
    return [element for element in elements if engine.COMPETENCE in element.properties]


def refusal(action: Action, element: engine.Element) -> guards.Hit | None:
    """What the table of such a task says where the competence has gone."""
    found = guards.hits(action, element, [element.properties[engine.COMPETENCE]], {element.id: {}})
    return found[0] if found else None
