"""`record_death`: somebody whom the award of this case covers has died; what that means for the money."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.core.months import month_after
from app.effects import SCHEMAS
from app.engine import Effect
from app.funds import operations as funds
from app.funds import queries as orders
from app.jobs import operations as jobs
from app.registry import deaths, members
from app.registry import operations as registry


class RecordDeath(EffectObject):
    """The day goes into the registry. The result says how many the award still covers and what was paid too much.

    `overpaid` are the orders for the months after the death that were paid or are at the bank, with what of each nobody
    has claimed. What was ordered
    for somebody alone and did not reach the bank is cancelled.
    """

    schema = SCHEMAS["record_death"]

    def plan(self, action: Action, effect: Effect, *, id_number: str, on: date) -> dict[str, Any]:
        award_id = action.case.award_id
        if award_id is None:
            raise EffectError(f"「{effect.element.label}」没有对应的在保待遇，请政策管理员检查流程图")
        person = deaths.person_with(action.session, id_number)
        deaths.require_day(person, on, action.today)
        first_unpaid = month_after(person.died_on or on)
        remaining = len(members.covered_now(action.session, award_id) - {person.id})
        stopped = [] if remaining else [award_id]
        action.dying.add(id_number)
        action.plan(Planned(Rank.RECORD, partial(_record, person=person, on=on, award_ids=stopped)))
        self.note(action, name=person.name, on=person.died_on or on)
        return {
            "id_number": id_number,
            "first_unpaid": first_unpaid,
            "remaining": remaining,
            "overpaid": orders.overpaid(action.session, first_unpaid, award_id=award_id),
        }

    def undo(self, action: Action, since: int, reason: str) -> int:
        case_id = action.case.id
        jobs.cancel(action.session, case_id=case_id, kind=deaths.DIED, since=since)
        return len(registry.undo_award_events(action.session, case_id, since, "left", action.now))


def _record(action: Action, person: deaths.Known, on: date, award_ids: list[str]) -> None:
    deaths.record(action.session, person, on, action.actor, action.now, action.case.id, action.seq)
    if award_ids:
        day = month_after(person.died_on or on)
        funds.stop_orders(action.session, day, action.now, award_ids=award_ids)
