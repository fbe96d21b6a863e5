"""`award_start`, `award_change`, `award_end`: what lives on when the case has ended."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from app.cases import exclusive, roles
from app.cases.action import Action
from app.cases.effects import decided_again
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.core.chinese import chinese_date
from app.core.errors import Rejection
from app.core.ids import new_id
from app.effects import LEFT_OUT, SCHEMAS
from app.engine import Effect
from app.funds import arrears
from app.funds import operations as funds
from app.jobs import operations as jobs
from app.registry import award_decisions, queries
from app.registry import operations as registry
from app.registry import roles as held
from app.registry.overlaps import Other

LEFT, RECALCULATE, RECHECK = "award.left", "award.change", "award.recheck"
"""The jobs that have an award calculated again: which covers somebody no more, which other figures may concern, at
which people must look."""


class AwardStart(EffectObject):
    """An award comes into payment; its id is known to the rest of the diagram.

    It is the applicant's, or that of `recipient` {id_number, name} for whom a guardian applied (D2). A household that
    is admitted with a gap of less than a fen gets nothing by the month and all that comes with being admitted.
    An award that the case began before is not begun again but becomes what is asked for: the city found a place (E12),
    or the case decides again, and what it decides holds from the award's first day.
    """

    schema = SCHEMAS["award_start"]

    def plan(
        self,
        action: Action,
        effect: Effect,
        *,
        programme: str | None,
        recipient: dict[str, Any] | None,
        kind: str | None,
        monthly: Decimal,
        on: date | None,
        recheck_on: date | None,
        visit_on: date | None,
        facts: dict[str, Any] | None,
        institution_id: str | None,
        place_rank: int | None,
    ) -> dict[str, Any]:
        given: dict[str, Any] = {"kind": kind, "monthly": monthly, "recheck_on": recheck_on, "visit_on": visit_on}
        given |= {"institution_id": institution_id, "place_rank": place_rank, "facts": facts or {}}
        request = _request(action, programme or action.case.programme, recipient, on or action.today, given)
        begun = decided_again.own_award(action)
        if begun is not None:
            change = _as_change(request)
            if decided_again.is_due(action):
                change |= decided_again.as_correction(action, begun, request)
            action.plan(Planned(Rank.RECORD, partial(_change, award_id=begun.id, change=change)))
            self.note(action, monthly=monthly)
            return {"id": begun.id, "monthly": monthly, "starts_on": begun.starts_on}
        action.plan(Planned(Rank.RECORD, partial(_start, request=request)))
        self.note(action, monthly=request.monthly)
        return {"id": request.id, "monthly": request.monthly, "starts_on": request.starts_on}

    def undo(self, action: Action, since: int, reason: str) -> int:
        started = registry.awards_started(action.session, action.case.id, since)
        taken_out = len(_undo(action, since, "left"))
        if not started:
            return taken_out
        funds.cancel_award_orders(action.session, started, action.now)
        if action.case.award_id in started:
            action.case.award_id = (action.variables["case"].get("award") or {}).get("id")
        return registry.take_back_awards(action.session, action.case.id, since, action.now)

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """Nobody goes without money while an office corrects itself: it is paid until something else is decided."""
        return 0

    def settle(self, action: Action) -> None:
        """An award that was not decided again is refused: it was never granted."""
        action.plan(Planned(Rank.RECORD, _withdraw))
        decided_again.plan_settling(action)


class AwardChange(EffectObject):
    """The award of this case gets other figures, another day of re-check, or another place.

    The input `institution_id` says where the person lives from now on (null: at home); left out, nobody moves.
    `members` {id_number, name, relation} are all whom it covers from today on; `recipient` {id_number, name} is paid
    from now on, to an account that is still to be given.
    `place_rank` puts the person in line for a place in an institution, null takes him out (E12). `visit_on` is the day
    of the next visit (E11; null: none). `roles` {role, id_number, name} have others from today on, and it is paid to
    `account`: another guardian.
    """

    schema = SCHEMAS["award_change"]

    def plan(
        self,
        action: Action,
        effect: Effect,
        *,
        award_id: str | None,
        monthly: Decimal | None,
        recheck_on: date | None,
        facts: dict[str, Any] | None,
        members: list[dict[str, Any]] | None,
        recipient: dict[str, Any] | None,
        institution_id: Any,
        place_rank: Any,
        visit_on: Any,
        roles: list[dict[str, Any]] | None,
        account: str | None,
    ) -> None:
        change = {
            "monthly": monthly,
            "recheck_on": recheck_on,
            "facts": facts,
            "people": members,
            "recipient": recipient,
            "moves": institution_id is not LEFT_OUT,
            "institution_id": _given(institution_id),
            "visits": visit_on is not LEFT_OUT,
            "visit_on": _given(visit_on),
            "waits": place_rank is not LEFT_OUT,
            "place_rank": _given(place_rank),
            "roles": {each["role"]: each for each in roles or []},
            "account": account,
        }
        action.taking.update({each["role"]: each["name"] for each in roles or []})
        award = _award(action, effect, award_id)
        action.plan(Planned(Rank.RECORD, partial(_change, award_id=award, change=change)))
        self.note(action, monthly=monthly, recheck_on=recheck_on)

    def undo(self, action: Action, since: int, reason: str) -> int:
        held.take_back(action.session, action.case.id, since)
        return len(_undo(action, since, "changed"))

    def reopen(self, action: Action, since: int, reason: str) -> int:
        held.take_back(action.session, action.case.id, since)
        return decided_again.undo(action, since, "changed")

    def settle(self, action: Action) -> None:
        decided_again.plan_settling(action)


class AwardEnd(EffectObject):
    """The award of this case ends on a day, with a reason."""

    schema = SCHEMAS["award_end"]

    def plan(self, action: Action, effect: Effect, *, award_id: str | None, reason: str, on: date | None) -> None:
        # The diagram's today is the day of the decision, also of one that is made again.
        award, day = _award(action, effect, award_id), on
        if day in (None, action.today):
            day = decided_again.day_of(action)
        action.plan(Planned(Rank.RECORD, partial(_end, award_id=award, reason=reason, on=day)))
        self.note(action, reason=reason, on=day)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return len(_undo(action, since, "ended"))

    def reopen(self, action: Action, since: int, reason: str) -> int:
        return decided_again.undo(action, since, "ended")

    def settle(self, action: Action) -> None:
        decided_again.plan_settling(action)


def _undo(action: Action, since: int, kind: str) -> dict[str, date]:
    """What awards are worth again may be of older figures: they are calculated by those of today (D15)."""
    undone = registry.undo_award_events(action.session, action.case.id, since, kind, action.now)
    jobs.enqueue_all(action.session, [settle(each, undone[each], action.now, action.id) for each in undone])
    return undone


def settle(award_id: str, since: date, now: datetime, by: str) -> jobs.NewJob:
    """A job that calculates an award again and pays what its months lack, since the first one that may be another."""
    told = {"since": since, "settles": True}
    return jobs.NewJob(RECALCULATE, told, now, f"settle:{by}:{award_id}", None, reference=award_id)


def _as_change(request: registry.AwardRequest) -> dict[str, Any]:
    same = ("monthly", "recheck_on", "facts", "institution_id", "visit_on", "place_rank")
    moved = {"moves": True, "visits": True, "waits": True}
    return {name: getattr(request, name) for name in same} | moved


def _given(value: Any) -> Any:
    return None if value is LEFT_OUT else value


def _award(action: Action, effect: Effect, award_id: str | None) -> str:
    award = award_id or action.case.award_id
    if award is None:
        raise EffectError(f"「{effect.element.label}」没有对应的在保待遇，请政策管理员检查流程图")
    return award


def _request(
    action: Action, programme: str, recipient: dict[str, Any] | None, starts_on: date, given: dict[str, Any]
) -> registry.AwardRequest:
    """`given` is what the diagram says of the award as the request has it."""
    application = action.variables["application"]
    person = recipient or application
    return registry.AwardRequest(
        id=new_id(),
        programme=programme,
        id_number=person["id_number"],
        name=person["name"],
        members=(application.get("household") or {}).get("members") or [],
        region_id=action.case.region_id,
        starts_on=starts_on,
        account=application.get("bank_account"),
        others=exclusive.others(action, programme),
        roles=roles.named(action),
        case_id=action.case.id,
        case_number=action.case.number,
        case_seq=action.seq,
        **given,
    )


def _start(action: Action, request: registry.AwardRequest) -> None:
    left = registry.start_award(action.session, request, action.now)
    action.case.award_id = request.id
    rules = {other.programme: other for other in request.others}
    jobs.enqueue_all(
        action.session, [_departure(action, request, award_id, rules[of]) for award_id, of in left.items()]
    )


def _departure(action: Action, request: registry.AwardRequest, award_id: str, rule: Other) -> jobs.NewJob:
    """What remains of an award of another programme is calculated again, in a case of its own."""
    reason = f"{request.name}{chinese_date(request.starts_on)}起{rule.text}"
    told = {"reason": reason, "clause": rule.clause, "starts_on": request.starts_on, "died": False}
    key = f"{LEFT}:{award_id}:{action.case.id}:{action.seq}"
    return jobs.NewJob(LEFT, told, action.now, key, action.case.id, reference=award_id, case_seq=action.seq)


def _withdraw(action: Action) -> None:
    """Whom the award took out of others they cover again; where one of them was decided since, people look."""
    if not decided_again.withdraw(action):
        return
    try:
        with action.session.begin_nested():
            _undo(action, 0, "left")
    except Rejection:
        left = award_decisions.taken_out_of(action.session, action.case.id)
        looks = [jobs.NewJob(RECHECK, {}, action.now, f"{RECHECK}:{action.id}:{each}", reference=each) for each in left]
        jobs.enqueue_all(action.session, looks)


def _change(action: Action, award_id: str, change: dict[str, Any]) -> None:
    again, day = decided_again.is_due(action), decided_again.day_of(action)
    withheld = held.withheld_since(action.session, award_id) if held.PAYEE in change.get("roles", ()) else None
    since = registry.change_award(
        action.session, award_id, now=action.now, on=day, case_id=action.case.id, case_seq=action.seq, **change
    )
    if again:
        decided_again.settle_later(action)
        return
    since = min(filter(None, (since, withheld)), default=None)
    # The first of its months may have been drafted before: without the award, or with what was due then.
    if since and (since <= action.today or arrears.is_ordered(action.session, award_id, since)):
        jobs.enqueue_all(action.session, [settle(award_id, since, action.now, action.id)])


def _end(action: Action, award_id: str, reason: str, on: date) -> None:
    known = queries.award(action.session, award_id)
    if known.status != queries.IN_PAYMENT and known.ended_on is not None and known.ended_on <= on:
        return  # a death, or another programme, was there before the tapering was over
    registry.end_award(
        action.session, award_id, on=on, reason=reason, now=action.now, case_id=action.case.id, case_seq=action.seq
    )
