"""A decision on an award is made again (docs/adr/0034): it holds as of the day of the one that fell.

What a case did to an award that was there before is undone when it is reopened; an award that it began itself is paid
as it stands until something else is decided. Money and the letter follow by a job, once the months are known.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from app.cases.action import Action
from app.cases.effects.corrections import latest
from app.cases.plan import Planned, Rank
from app.core.errors import Gone
from app.jobs import operations as jobs
from app.registry import award_decisions, queries
from app.registry import operations as registry
from app.registry.queries import AwardState

CORRECTED = "award.corrected"
"""The job that settles what was ordered for an award against what it is due since a decision was made again."""


def is_due(action: Action) -> bool:
    """Whether the case was reopened and has not decided on its award since, in an action before this one."""
    if action.case.reopened_seq is None or action.case.award_id is None:
        return False
    made = award_decisions.of_case(action.session, action.case.award_id, action.case.id)
    return not any(action.case.reopened_seq < each.case_seq < action.seq for each in made)


def day_of(action: Action) -> date:
    """The day of a decision on an award."""
    held = latest(action).holds_from if is_due(action) else None
    return held or action.today


def own_award(action: Action) -> AwardState | None:
    """The award that this case began."""
    award = queries.award(action.session, action.case.award_id) if action.case.award_id else None
    return award if award is not None and award.case_id == action.case.id else None


def as_correction(action: Action, begun: AwardState, request: registry.AwardRequest) -> dict[str, Any]:
    """The change that makes an award what it should have been from its first day.

    Raises Gone where it should have been somebody else's: that is no correction of an award.
    """
    same = begun.id_number == request.id_number
    if not same and begun.name != request.name:
        told = f"待遇的领取人由{begun.name or '原领取人'}变为{request.name}，不能在本案更正"
        raise Gone(f"{told}；请对本案作出不予救助的决定，由{request.name}另行申请")
    recipient = {"id_number": request.id_number, "name": request.name}
    people = [{**recipient, "relation": "本人"}, *request.members]
    return {
        "kind": request.kind,
        "people": people if request.members or not same else None,
        "recipient": None if same else {**recipient, "account": begun.account},
    }


def undo(action: Action, since: int, kind: str) -> int:
    """Undo what the case did to an award that was there before; nothing is paid for it until it is decided again."""
    if own_award(action) is not None:
        return 0
    return len(registry.undo_award_events(action.session, action.case.id, since, kind, action.now))


def withdraw(action: Action) -> bool:
    """The award that the case began, and did not decide on again, was never granted; whether it was so."""
    award, after = own_award(action), action.case.reopened_seq or 0
    if award is None or award.status != queries.IN_PAYMENT:
        return False
    mine = award_decisions.of_case(action.session, award.id, action.case.id)
    if any(each.case_seq > after for each in mine):
        return False
    settle_later(action)
    registry.take_back_awards(action.session, action.case.id, 0, action.now, whatever_since=True)
    action.case.award_id = None
    return True


def plan_settling(action: Action) -> None:
    """The case has decided again."""
    if action.case.award_id is not None:
        action.plan(Planned(Rank.JOB, settle_later))


def settle_later(action: Action) -> None:
    """Have the money settled and the letter written, once an action."""
    award_id = action.case.award_id
    if award_id is None:
        return
    told = {"case_id": action.case.id, "reopened_seq": action.case.reopened_seq, "since": latest(action).holds_from}
    key = f"{CORRECTED}:{action.case.id}:{action.seq}"
    jobs.enqueue(action.session, CORRECTED, told, due=action.now, dedup=key, reference=award_id)
