"""Telling people of the staff what happened to work of a case."""

from __future__ import annotations

from typing import Any

from app.cases.action import Action
from app.identity import appointed
from app.inbox import queries as items
from app.messages import operations as messages


def about(action: Action, item: Any, item_id: str | None = None) -> messages.About:
    """What a message about work of a case is about: the name of the step alone, which names nobody."""
    element = action.diagram.elements.get(item.element_id)
    step = element.label if element else "退汇处理"
    return messages.About(action.case.id, action.case.number, step, item_id)


def readers(action: Action, user_id: str | None, candidate: str) -> list[str]:
    """Who hears of work: who has it, or all who could take it."""
    return (
        [user_id] if user_id else [each.user_id for each in appointed.holders(action.session, candidate, action.today)]
    )


def returned(action: Action, element_id: str, reason: str) -> None:
    """Who did a step hears that the case came back to it."""
    session, case_id = action.session, action.case.id
    doers = items.closers(session, case_id, [element_id])
    opened = next((item for item in items.open_of_case(session, case_id) if item.element_id == element_id), None)
    if opened is not None:
        told = about(action, opened, opened.id)
        messages.tell(session, sorted(doers), "returned", told, action.actor, action.now, reason.strip())


def holders(action: Action, kind: str, text: str = "") -> None:
    """Who has signed for open tasks hears what happened to the case."""
    for item in items.open_of_case(action.session, action.case.id):
        if item.assignee_id is not None:
            told = about(action, item, item.id)
            messages.tell(action.session, [item.assignee_id], kind, told, action.actor, action.now, text.strip())
