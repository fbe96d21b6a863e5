"""What an applicant asks of the office about a case: another account, or to look at a decision again (申诉)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.models import CaseRequest
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.db import Prepared

ACCOUNT, APPEAL = "account", "appeal"
WAITING, GRANTED, DECLINED, ANSWERED = "waiting", "granted", "declined", "answered"
REQUEST: Table = CaseRequest.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Request:
    """As it reads. `said`: `{account, holder}` or `{reason}`; `answer`: what the office said to it."""

    id: str
    case_id: str
    kind: str
    number: str
    status: str
    said: Mapping[str, str]
    answer: str
    asked_at: datetime
    answered_at: datetime | None


_OF_CASE = Prepared(
    select(REQUEST).where(REQUEST.c.case_id == bindparam("case_id")).order_by(REQUEST.c.asked_at, REQUEST.c.id)
)


def of_case(session: Session, case_id: str) -> list[Request]:
    """All requests of a case, oldest first."""
    return [_request(session, row) for row in _OF_CASE.all(session, case_id=case_id)]


def find(session: Session, case_id: str, request_id: str) -> Request:
    """Raises NotFound."""
    mine = REQUEST.c.id == request_id, REQUEST.c.case_id == case_id
    row = session.execute(select(REQUEST).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("没有这项请求，请刷新案件页")
    return _request(session, row)


def waits(session: Session, case_id: str, kind: str) -> bool:
    """Whether one of the kind waits for the office."""
    mine = REQUEST.c.case_id == case_id, REQUEST.c.kind == kind, REQUEST.c.status == WAITING
    return session.scalar(select(REQUEST.c.id).where(*mine).limit(1)) is not None


def add(action: Action, kind: str, said: Mapping[str, str]) -> str:
    """Keep a request; the number under which people speak of it."""
    session, case, request_id = action.session, action.case, new_id()
    count = session.scalar(select(func.count()).where(REQUEST.c.case_id == case.id, REQUEST.c.kind == kind)) or 0
    number = f"{case.number}-{'S' if kind == APPEAL else 'Z'}{count + 1}"
    row = {
        "id": request_id, "case_id": case.id, "county_id": case.county_id, "kind": kind, "number": number,
        "status": WAITING, "said": action.vault.seal_text(dump_json(dict(said)), "case_request", "said", request_id),
        "asked_at": action.now,
    }  # fmt: skip
    session.execute(insert(REQUEST).values(row))
    return number


def settle(session: Session, request: Request, status: str, answer: str, actor: Actor, now: datetime) -> None:
    """What the office said to it."""
    sealed = session.info["vault"].seal_text(answer, "case_request", "answer", request.id) if answer else None
    values = {"status": status, "answer": sealed, "answered_by": actor.user_id, "answered_at": now}
    session.execute(update(REQUEST).where(REQUEST.c.id == request.id).values(values))


def _request(session: Session, row: Any) -> Request:
    vault = session.info["vault"]
    said = load_json(vault.open_text(row.said, "case_request", "said", row.id))
    answer = vault.open_text(row.answer, "case_request", "answer", row.id) if row.answer else ""
    return Request(row.id, row.case_id, row.kind, row.number, row.status, said, answer, row.asked_at, row.answered_at)
