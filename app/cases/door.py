"""Answers at the door: somebody is refused before there is a case, and the answer must be explained later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app.cases import decisions
from app.cases.action import Action
from app.cases.models import DoorAnswer
from app.core.errors import Invalid, Rejection
from app.core.ids import new_id
from app.db import outlive
from app.identity import queries as identity

_ANSWER: Table = DoorAnswer.__table__  # type: ignore[assignment]
_INSERT = insert(_ANSWER)
PLACE = ("door_answer", "sealed")
INSIST = "insist"
"""The field of an application that goes on although a rule speaks against it; nobody is asked before one does."""


def record(action: Action, refusal: Rejection) -> None:
    """Keep what the rules answered, in a transaction of its own, since the one of the refused application rolls back.

    Fields that are to be corrected are no answer: the form comes back with them.
    """
    if isinstance(refusal, Invalid) or not action.decided:
        return
    door_id, head = new_id(), action.case
    answer = {
        "id": door_id,
        "release_id": head.release_id,
        "process_key": head.process_key,
        "region_id": head.region_id,
        "applicant_blind": head.applicant_blind,
        "award_id": head.award_id,
        "channel": head.channel,
        "code": refusal.code,
        "sealed": action.vault.seal_text(refusal.message, *PLACE, door_id),
        "answered_at": action.now,
        "answered_by": action.actor.user_id,
    }
    records = action.decision_rows(door_id=door_id)

    def write(session: Session) -> None:
        session.connection().execute(_INSERT, answer)
        decisions.write(session, records)

    outlive(action.session, write)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody was told at the door; `region` is its name, `code` the refusal's."""

    id: str
    at: datetime
    region: str
    release_id: str
    process_key: str
    code: str
    message: str


def answers(session: Session, since: datetime) -> list[Answer]:
    """Who was refused at the door since a moment, latest first."""
    wanted = select(_ANSWER).where(_ANSWER.c.answered_at >= since).order_by(_ANSWER.c.answered_at.desc(), _ANSWER.c.id)
    rows = session.execute(wanted).all()
    names, vault = identity.region_names(session, (row.region_id for row in rows)), session.info["vault"]
    return [
        Answer(
            row.id, row.answered_at, names[row.region_id], row.release_id, row.process_key, row.code,
            vault.open_text(row.sealed, *PLACE, row.id),
        )
        for row in rows
    ]  # fmt: skip
