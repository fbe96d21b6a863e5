"""What applicants are told by SMS, and what became of it: a row of the case for each message, and a job that sends it.

A message waits as long as the action that caused it can be taken back. What happened in an action is told once, when
all of it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.models import CaseMessage
from app.core.ids import new_id
from app.db import Prepared, insert_if_absent
from app.definitions.messages import fill
from app.documents.operations import TAKE_BACK
from app.jobs import operations as jobs
from app.jobs.operations import NewJob

SEND = "message.send"
MAIN = "main"
FILED, PAID, MONTHLY, QUESTION, WITHDRAWN = "filed", "paid", "monthly", "question", "withdrawn"
DECIDED = frozenset({"approved", "refused"})
NOTIFIED, PHONE_CHANGED, CODE, CODE_RENEWED = "notified", "phone", "code", "code_renewed"
ACCOUNT_CHANGED, ANSWERED, RETURNED = "account", "answered", "returned"
ONCE = frozenset({"filed", "accepted"})
"""Said once in a case, however often it comes past there; everything else once an action."""
ALWAYS = frozenset({PHONE_CHANGED, CODE, CODE_RENEWED, ACCOUNT_CHANGED})
"""Said to those too who want no messages: it protects the case from others."""
MESSAGE: Table = CaseMessage.__table__  # type: ignore[assignment]
_ADD = Prepared(insert_if_absent(MESSAGE, ["once"]))


@dataclass(frozen=True, slots=True)
class Told:
    """A message as it reads. `phone` is None where nobody gave one; `why` says why it was not sent."""

    id: str
    event: str
    phone: str | None
    text: str
    status: str
    why: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said; to the telephone of the application unless `phone` is another. `at_once`: it waits for no
    taking back. `secret`: what stands in places of the text as it goes out, and is not kept with the case."""

    event: str
    text: str
    phone: str | None = None
    at_once: bool = False
    secret: Mapping[str, str] = field(default_factory=dict)


def follow(action: Action, status: str | None) -> None:
    """Tell what happened in this step: what its elements `tell`, what was paid, and the decision it came to."""
    events = list(dict.fromkeys(action.events))
    if status in DECIDED and status != action.case.status:
        events.append(status)
    if events and action.case.process_key == MAIN and not action.bundle.by_office:
        tell(action, events)


def tell(action: Action, events: Iterable[str]) -> None:
    """Say what the programme says of these events; two statements, none where it says nothing."""
    texts = ((event, action.bundle.messages.get(event, "")) for event in events)
    say(action, [Message(event, filled(action, text)) for event, text in texts if text])


def filled(action: Action, text: str, **more: str) -> str:
    """A text of the programme with what is known of the case, and `more`, in its places."""
    offices = [action.offices[kind] for kind in ("township", "county") if kind in action.offices]
    name, phone = (offices[0].name, offices[0].phone or "") if offices else (action.chain.nearest.name, "")
    return fill(text, {"项目": action.case.title, "案号": action.case.number, "单位": name, "电话": phone, **more})


def say(action: Action, messages: Sequence[Message]) -> None:
    """Put messages on record and on the table."""
    rows = [_row(action, message) for message in messages]
    if not rows:
        return
    _ADD.run_all(action.session, rows)
    jobs.enqueue_all(action.session, [_job(action, row, message) for row, message in zip(rows, messages, strict=True)])


def _job(action: Action, row: Mapping[str, Any], message: Message) -> NewJob:
    due = action.now if message.at_once else action.now + TAKE_BACK
    return NewJob(SEND, dict(message.secret), due, f"{SEND}:{row['once']}", case_id=action.case.id,
                  reference=row["id"], case_seq=action.seq)  # fmt: skip


def undo(session: Session, case_id: str, since: int) -> int:
    """What was to be said at audit number `since` and later and did not go out yet is not said; how much."""
    cancelled = jobs.cancel(session, case_id=case_id, kind=SEND, since=since)
    if cancelled:
        mine = (MESSAGE.c.case_id == case_id) & (MESSAGE.c.case_seq >= since) & (MESSAGE.c.status == "waiting")
        taken = {"status": "taken_back", "once": MESSAGE.c.id, "why": "办理已经撤回，没有发出"}
        session.connection().execute(update(MESSAGE).where(mine).values(taken))
    return cancelled


_OF_CASE = Prepared(
    select(MESSAGE).where(MESSAGE.c.case_id == bindparam("case_id")).order_by(MESSAGE.c.created_at, MESSAGE.c.id)
)


def of_case(session: Session, case_id: str) -> list[Told]:
    """All messages of a case, oldest first."""
    return [_told(session, row) for row in _OF_CASE.all(session, case_id=case_id)]


def find(session: Session, message_id: str | None) -> Told | None:
    """One message."""
    row = session.execute(select(MESSAGE).where(MESSAGE.c.id == message_id)).one_or_none()
    return _told(session, row) if row else None


def settle(session: Session, message_id: str, status: str, why: str | None, now: datetime) -> None:
    """What became of a message."""
    values = {"status": status, "why": why[:200] if why else None, "settled_at": now}
    session.execute(update(MESSAGE).where(MESSAGE.c.id == message_id).values(values))


def _row(action: Action, message: Message) -> dict[str, Any]:
    message_id, case_id = new_id(), action.case.id
    phone = message.phone or action.variables["application"].get("phone")
    once = f"{case_id}:{message.event}" if message.event in ONCE else message_id
    return {
        "id": message_id, "case_id": case_id, "case_seq": action.seq, "event": message.event, "once": once,
        "phone": action.vault.seal_text(phone, "case_message", "phone", message_id) if phone else None,
        "text": action.vault.seal_text(message.text, "case_message", "text", message_id),
        "status": "waiting", "why": None, "created_at": action.now, "settled_at": None,
    }  # fmt: skip


def _told(session: Session, row: Any) -> Told:
    vault = session.info["vault"]
    phone = vault.open_text(row.phone, "case_message", "phone", row.id) if row.phone else None
    text = vault.open_text(row.text, "case_message", "text", row.id)
    return Told(row.id, row.event, phone, text, row.status, row.why, row.created_at, row.settled_at)
