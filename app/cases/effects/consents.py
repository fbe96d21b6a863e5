"""`record_consent`, `withdraw_consent`: what the person of a case allows (E21)."""

from __future__ import annotations

from datetime import date
from functools import partial

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect
from app.registry import consents, lookups


class RecordConsent(EffectObject):
    """The person of the case allows something from a day on."""

    schema = SCHEMAS["record_consent"]

    def plan(self, action: Action, effect: Effect, *, scope: str, form: str, on: date | None, by: str | None) -> None:
        given = consents.Given(scope, form, on or action.today, by or action.variables["application"]["name"])
        action.plan(Planned(Rank.RECORD, partial(_give, person_id=_person(action, effect), given=given)))
        self.note(action, by=given.by, form=form, on=given.on)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return consents.take_back(action.session, action.case.id, since, action.now)


class WithdrawConsent(EffectObject):
    """The person of the case allows something, or (no `scope`) anything, no more."""

    schema = SCHEMAS["withdraw_consent"]

    def plan(self, action: Action, effect: Effect, *, scope: str | None, on: date | None) -> None:
        day = on or action.today
        action.plan(Planned(Rank.RECORD, partial(_withdraw, person_id=_person(action, effect), on=day, scope=scope)))
        self.note(action, on=day)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return consents.take_back(action.session, action.case.id, since, action.now)


def _person(action: Action, effect: Effect) -> str:
    found = lookups.person_id(action.session, action.number)
    if found is None:
        raise EffectError(f"「{effect.element.label}」需要登记过的人，请先登记身份")
    return found


def _give(action: Action, person_id: str, given: consents.Given) -> None:
    consents.give(action.session, person_id, given, action.now, action.case.id, action.seq)


def _withdraw(action: Action, person_id: str, on: date, scope: str | None) -> None:
    consents.withdraw(action.session, person_id, on, action.case.id, action.seq, scope)
