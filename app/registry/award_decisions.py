"""What cases decided on an award, in the order in which it happened: which decision is the newest one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.award_rows import CHANGED, LEFT
from app.registry.models import ENDED, AwardEvent

__all__ = ["LEFT", "Decision", "of_case", "standing", "taken_out_of"]
STARTED = "started"
_DECIDES = (STARTED, CHANGED, ENDED, LEFT)
_ROW = select(AwardEvent.seq, AwardEvent.kind, AwardEvent.on, AwardEvent.case_id, AwardEvent.case_seq)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that stands: `seq` counts on the award, `case_seq` is the audit number in its case."""

    seq: int
    kind: str
    on: date
    case_id: str
    case_seq: int


def of_case(session: Session, award_id: str, case_id: str) -> list[Decision]:
    """What a case decided on an award and was not undone, the earliest first."""
    return [each for each in standing(session, award_id) if each.case_id == case_id]


def taken_out_of(session: Session, case_id: str) -> list[str]:
    """The awards that lost somebody to what the case granted."""
    lost = AwardEvent.case_id == case_id, AwardEvent.kind == LEFT
    return list(session.scalars(select(AwardEvent.award_id).where(*lost).distinct().order_by(AwardEvent.award_id)))


def standing(session: Session, award_id: str) -> list[Decision]:
    """What cases decided on an award and was not undone, the earliest first."""
    mine = AwardEvent.award_id == award_id, AwardEvent.kind.in_(_DECIDES), AwardEvent.case_id.is_not(None)
    return [Decision(*row) for row in session.execute(_ROW.where(*mine).order_by(AwardEvent.seq))]
