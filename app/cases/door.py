"""Answers at the door: somebody is refused before there is a case, and the answer must be explained later."""

from __future__ import annotations

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.cases import decisions
from app.cases.action import Action
from app.cases.models import DoorAnswer
from app.core.errors import Invalid, Rejection
from app.core.ids import new_id
from app.db import outlive

_ANSWER: Table = DoorAnswer.__table__  # type: ignore[assignment]
_INSERT = insert(_ANSWER)
PLACE = ("door_answer", "sealed")


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
