"""What completing a task would bring about: the real command, in a transaction of which nothing stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.audit.queries import Event
from app.cases import decisions, pages, store, waits
from app.cases.action import Action
from app.cases.operations import complete_task
from app.core.actor import Actor
from app.core.chinese import mask_account
from app.documents.foreseen import ForeseenLetter, letters_since
from app.funds import lists as orders
from app.inbox import queries as items
from app.inbox.operations import COPY
from app.publicity import queries as notices


@dataclass(frozen=True, slots=True)
class NextStep:
    """A task that opens: whose (`township_clerk` as it is said there), and its last day."""

    title: str
    post: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Money:
    """An order that would be made; `account` is masked, empty where nobody gave one."""

    payee: str
    amount: Decimal
    source: str
    due_on: date
    account: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice that would be posted."""

    summary: str
    place: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would be there afterwards. `failure`: why a later step would fail, although nothing is refused.

    `event` is the entry of the history; `elements` the names of the diagram's elements by id; `told` whom it is copied
    to; `waiting` for what the case would wait. `records` are read with `decided`, after the trial.
    """

    status: str
    ended: bool
    failure: str | None
    event: Event
    elements: Mapping[str, str]
    region_codes: list[str]
    next_steps: list[NextStep]
    still_open: list[str]
    waiting: list[str]
    told: list[str]
    records: list[decisions.Record]
    submitted: list[pages.Submitted]
    letters: list[ForeseenLetter]
    money: list[Money]
    notices: list[Posted]


def foresee(session: Session, actor: Actor, task_id: str, data: Mapping[str, Any], now: datetime) -> Foresight:
    """Complete the task and look at what came of it. The session must be a trial's: everything is written.

    Raises what `complete_task` raises.
    """
    done = complete_task(session, actor, task_id, data, now)
    action = store.look(session, actor, done.case_id, now)
    seq, case_id = action.case.audit_seq, action.case.id
    (event,) = audit.events_of(session, f"case:{case_id}", after=seq - 1, limit=1)
    work = items.items_of_case(session, case_id)
    fresh = [item for item in work if item.created_seq == seq and item.status == "open"]
    elements = {element.id: element.label for element in action.diagram.elements.values()}
    return Foresight(
        status=done.status,
        ended=action.case.closed_at is not None,
        failure=done.incident,
        event=event,
        elements=elements,
        region_codes=list(action.region_codes),
        next_steps=[_step(action, item) for item in fresh if item.kind == "task"],
        still_open=[each.title for each in work if each.status == "open" and each.kind == "task" and each not in fresh],
        waiting=[elements.get(row.element_id, row.title) for row in waits.open_of(session, case_id)],
        told=[action.chain.post(item.position) for item in fresh if item.kind == COPY],
        records=decisions.of_action(session, case_id, event.action_id) if event.action_id else [],
        submitted=pages.submitted(action, work),
        letters=letters_since(session, case_id, seq),
        money=_money(session, case_id, seq),
        notices=_posted(session, case_id, seq),
    )


def _step(action: Action, item: Any) -> NextStep:
    return NextStep(item.title, action.chain.post(item.position), item.due_on)


def _money(session: Session, case_id: str, seq: int) -> list[Money]:
    rows = orders.made_since(session, case_id, seq)
    accounts = orders.accounts(session, rows)
    return [
        Money(row.payee, row.amount, row.source, row.due_on, mask_account(accounts.get(row.id, ""))) for row in rows
    ]


def _posted(session: Session, case_id: str, seq: int) -> list[Posted]:
    rows = [row for row in notices.notices_of(session, case_id) if row.case_seq == seq]
    return [Posted(row.summary, row.place, row.posted_on, row.until_on) for row in rows]


def decided(session: Session, seen: Foresight) -> list[pages.Decided]:
    """What the rules said, in the words of their authors; that runs the tables again, so no writer waits for it."""
    return [pages.decided(session, seen.elements, record) for record in seen.records]
