"""`rate_institution`: the stars of an institution from a day on (E17)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect
from app.registry import houses, ratings


class RateInstitution(EffectObject):
    """An institution of the case's county has other stars from a day on."""

    schema = SCHEMAS["rate_institution"]

    def plan(self, action: Action, effect: Effect, *, institution_id: str, stars: Decimal, on: date | None) -> None:
        known = houses.institutions_of(action.session, action.case.county_id or "")
        found = next((each for each in known if each.id == institution_id), None)
        if found is None or stars not in ratings.STARS:
            raise EffectError(f"「{effect.element.label}」需要本县登记的机构和一到三星，请检查流程图")
        day = on or action.today
        action.plan(Planned(Rank.RECORD, partial(_rate, institution_id=institution_id, stars=int(stars), on=day)))
        self.note(action, name=found.name, stars=stars, on=day)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return ratings.take_back(action.session, action.case.id, since, action.now)


def _rate(action: Action, institution_id: str, stars: int, on: date) -> None:
    ratings.rate(action.session, institution_id, stars, on, action.now, case_id=action.case.id, case_seq=action.seq)
