"""A death that was a mistake: awards cover the person again, and are due again what they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import Duplicate, OverLimit
from app.registry import members
from app.registry.award_rows import CHANGED, LEFT, note_event
from app.registry.models import ENDED, IN_PAYMENT, Award, AwardEvent, AwardPerson
from app.registry.taking_back import before_of, require_free, undo_event


def undo_death(session: Session, person_id: str, now: datetime) -> None:
    """Take back what the death did to the awards that covered the person. Raises Duplicate (covered elsewhere since).

    An award that ended by it goes on, unless the person was granted another since, or the bed is another's: then it
    begins by a new application. Where others decided on the award since, its sum waits for a re-check.
    """
    of_person = select(AwardPerson.award_id).where(AwardPerson.person_id == person_id)
    statuses = select(Award.id, Award.status).where(Award.id.in_(of_person), Award.status.in_((IN_PAYMENT, ENDED)))
    for award_id, status in session.execute(statuses.order_by(Award.id)).all():
        events = session.scalars(
            select(AwardEvent).where(AwardEvent.award_id == award_id).order_by(AwardEvent.seq)
        ).all()
        left = [(each, told) for each in events if (told := _death(session, each, person_id)) is not None]
        if left:
            _undo(session, status, person_id, *left[-1], [each for each in events if each.seq > left[-1][0].seq], now)


def _death(session: Session, event: AwardEvent, person_id: str) -> Mapping[str, Any] | None:
    """What stood before this person died, where that is what the event was."""
    before = before_of(session, event) if event.kind == LEFT else {}
    return before if before.get("died") == person_id else None


def _undo(
    session: Session,
    status: str,
    person_id: str,
    left: AwardEvent,
    before: Mapping[str, Any],
    later: list[AwardEvent],
    now: datetime,
) -> None:
    if status == ENDED:
        undone = not before["members"]["left"] and _go_on(session, later, now)
        waits_since = before["recount_since"]
    else:
        members.undo(session, left.award_id, before["members"])
        require_free(session, left.award_id, [person_id], left.on)
        undone, waits_since = True, _due_again(session, later, before["recount_since"], now)
    if undone:
        session.execute(update(Award).where(Award.id == left.award_id).values(recount_since=waits_since))
        note_event(session, left.award_id, "undone", left.on, left.amount, now)


def _go_on(session: Session, later: list[AwardEvent], now: datetime) -> bool:
    """The award that ended since goes on, where it can."""
    ended = [each for each in later if each.kind == ENDED]
    try:
        with session.begin_nested():
            for event in ended:
                undo_event(session, event, now)
    except (Duplicate, OverLimit):
        return False
    return bool(ended)


def _due_again(session: Session, later: list[AwardEvent], before: date | None, now: datetime) -> date | None:
    """Take back the sum without the person; the month from which one is still waited for."""
    decided = [each for each in later if each.kind in (CHANGED, LEFT)]
    if not decided:
        return before
    missing: date | None = before_of(session, decided[0])["recount_since"]
    if decided[0].kind == CHANGED and len(decided) == 1:
        undo_event(session, decided[0], now)
        return before
    return missing
