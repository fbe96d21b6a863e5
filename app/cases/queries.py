"""Reading cases: the row, the variables, and what a page of a case shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import calendar
from app.cases import incidents, policy, store
from app.cases.action import Action
from app.cases.models import Case, DecisionRecord, Owed
from app.core.actor import Actor
from app.core.errors import NotFound
from app.db.types import load_json
from app.definitions import bundle_by_id
from app.documents import queries as documents
from app.forms import Form
from app.funds import queries as funds
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.publicity import queries as notices
from app.registry import queries as registry


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything that the page of a case shows; the viewer's right was checked."""

    action: Action
    items: list[Any]
    clocks: list[Any]
    documents: list[Any]
    orders: list[Any]
    notices: list[Any]
    owed: list[Owed]
    incidents: list[Any]
    objections: list[dict[str, Any]]
    open_elements: list[str]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything that the page of a task shows."""

    action: Action
    item: Any
    form: Form
    values: dict[str, Any]
    clock: str | None
    failing_rules: list[dict[str, Any]]
    documents: list[Any]


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What an applicant sees with case number and query code, in plain words."""

    case_id: str
    number: str
    title: str
    status: str
    applied_on: Any
    steps: list[str]
    documents: list[Any]
    notices: list[Any]


def head(session: Session, case_id: str) -> Any:
    """The case's columns without its state. Raises NotFound."""
    row = session.execute(select(*store.COLUMNS).where(store.CASE.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("没有这个案件，请核对案件编号")
    return row


def open_case(session: Session, actor: Actor, case_id: str, now: datetime) -> Action:
    """The case with its variables, for looking at; nothing is locked on a reading session."""
    action = store.look(session, actor, case_id, now)
    policy.require_may_see(session, actor, action)
    return action


def facts(session: Session, actor: Actor, case_id: str) -> dict[str, Any]:
    """The variable `case`."""
    return store.look(session, actor, case_id, head(session, case_id).filed_at).variables["case"]


def owed_of(session: Session, case_id: str) -> list[Owed]:
    """What is or was owed after the fact, in order."""
    return list(session.scalars(select(Owed).where(Owed.case_id == case_id).order_by(Owed.since, Owed.place)))


def incidents_of(session: Session, case_id: str) -> list[Any]:
    """What waits for a retry."""
    return incidents.open_incidents(session, case_id)


def case_page(session: Session, actor: Actor, case_id: str, now: datetime) -> CasePage:
    """Raises NotFound and NotYours."""
    action = open_case(session, actor, case_id, now)
    work = items.items_of_case(session, case_id)
    return CasePage(
        action=action,
        items=work,
        clocks=calendar.clocks_of(session, case_id),
        documents=documents.documents_of(session, case_id),
        orders=funds.orders_of(session, case_id),
        notices=notices.notices_of(session, case_id),
        owed=owed_of(session, case_id),
        incidents=incidents.open_incidents(session, case_id),
        objections=notices.objections_of(session, case_id),
        open_elements=_standing(action, work, notices.standing(session, case_id)),
    )


def task_page(session: Session, actor: Actor, task_id: str, now: datetime) -> TaskPage:
    """Raises NotFound, NotYours, Gone or Taken."""
    item = inbox.load(session, actor, task_id)
    action = store.look(session, actor, item.case_id, now)
    element = action.diagram.elements[item.element_id]
    policy.require_may_complete(action, item, element)
    clock = next((clock for clock in calendar.clocks_of(session, item.case_id) if clock.id == item.clock_id), None)
    return TaskPage(
        action=action,
        item=item,
        form=action.bundle.form(element.attributes["formKey"]),
        values=inbox.draft_of(session, item),
        clock=calendar.explain(session, clock) if clock else None,
        failing_rules=action.variables["case"].get("failing_rules") or [],
        documents=documents.documents_of(session, item.case_id),
    )


def task_form(session: Session, task_id: str) -> tuple[Any, Form]:
    """A task's item and form, to read a submission with; whether the actor may is for the command. Raises NotFound."""
    item = items.item(session, task_id)
    if item is None:
        raise NotFound("没有这项工作，请刷新待办")
    row = head(session, item.case_id)
    bundle = bundle_by_id(session, row.release_id)
    key = bundle.process(row.process_key).elements[item.element_id].attributes.get("formKey")
    if key is None:
        raise NotFound("这项不需要填写办理，请到案件页查看")
    return item, bundle.form(key)


def public_status(session: Session, number: str, query_code: str) -> PublicStatus:
    """Raises NotFound alike for a wrong number and a wrong code: nobody learns which cases exist."""
    code = session.info["vault"].blind(query_code.strip().upper(), "query")
    case_id = session.scalar(select(Case.id).where(Case.number == number.strip(), Case.query_hash == code))
    if case_id is None:
        raise NotFound("案件编号或查询码不正确，请核对回执")
    return status_of(session, case_id)


def status_of(session: Session, case_id: str) -> PublicStatus:
    """The same for an applicant who proved number and query code before. Raises NotFound."""
    row = head(session, case_id)
    return PublicStatus(
        case_id=row.id,
        number=row.number,
        title=row.title,
        status=row.status,
        applied_on=row.applied_on,
        steps=[item.title for item in items.items_of_case(session, row.id) if item.status == "open"],
        documents=[each for each in documents.documents_of(session, row.id) if each.voided_at is None],
        notices=notices.notices_of(session, row.id),
    )


def decisions_of(session: Session, case_id: str) -> list[dict[str, Any]]:
    """Every evaluation of a decision in the case: inputs, rows, result and the figures that were read."""
    vault = session.info["vault"]
    query = select(DecisionRecord).where(DecisionRecord.case_id == case_id).order_by(DecisionRecord.decided_at)
    return [
        {
            "decision": row.decision,
            "element": row.element_id,
            "decided_at": row.decided_at,
            **load_json(vault.open_text(row.sealed, "decision_record", "sealed", row.id)),
        }
        for row in session.scalars(query)
    ]


def benefits(session: Session, action: Action) -> list[dict[str, Any]]:
    """What the applicant receives or received, for the staff who decide."""
    found = registry.benefits_of(session, {action.case.applicant_blind}, action.today, action.case.id)
    return found.get(action.case.applicant_blind, [])


def _standing(action: Action, work: Iterable[Any], notice: Any | None) -> list[str]:
    """Elements of the diagram where the case stands."""
    found = [item.element_id for item in work if item.status == "open" and item.kind == "task"]
    return list(dict.fromkeys(found + ([notice.element_id] if notice else [])))


def made_under(session: Session, release_id: str) -> list[tuple[str, str, list[str]]]:
    """Number, title and valid letters (with their numbers) of the cases that run or ran on a release."""
    rows = session.execute(
        select(Case.id, Case.number, Case.title).where(Case.release_id == release_id).order_by(Case.number)
    )
    return [
        (row.number, row.title, [f"{each.title}{each.number or ''}" for each in documents.documents_of(session, row.id)
                                 if each.voided_at is None])
        for row in rows
    ]  # fmt: skip
