"""`award_start`, `award_change`, `award_end`, `register_institution`: what lives on when the case has ended."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.core.ids import new_id
from app.core.money import to_money
from app.engine import Effect
from app.registry import operations as registry
from app.registry import queries as known


def plan_start(action: Action, effect: Effect) -> dict[str, Any]:
    """An award comes into payment; its id is known to the rest of the diagram.

    It is the applicant's, or that of `recipient` {id_number, name} for whom a guardian applied (D2). A household that
    is admitted with a gap of less than a fen gets nothing by the month and all that comes with being admitted.
    """
    award_id = new_id()
    application = action.variables["application"]
    recipient = inputs.mapping(effect, "recipient") or application
    recheck, visit = effect.inputs.get("recheck_on"), effect.inputs.get("visit_on")
    request = registry.AwardRequest(
        id=award_id,
        programme=inputs.text(effect, "programme") or action.case.programme,
        id_number=recipient["id_number"],
        name=recipient["name"],
        members=(application.get("household") or {}).get("members") or [],
        region_id=action.case.region_id,
        kind=inputs.text(effect, "kind"),
        monthly=inputs.amount(effect, "monthly", zero=True),
        starts_on=inputs.day(effect, "on", action.today),
        recheck_on=None if recheck is None else inputs.day(effect, "recheck_on", action.today),
        visit_on=None if visit is None else inputs.day(effect, "visit_on", action.today),
        facts=inputs.mapping(effect, "facts"),
        account=application.get("bank_account"),
        institution_id=inputs.text(effect, "institution_id"),
        place_rank=_rank(effect),
        case_id=action.case.id,
        case_number=action.case.number,
    )
    action.plan(Planned(Rank.RECORD, partial(_start, request=request)))
    action.note("award_started", programme=request.programme, monthly=request.monthly)
    return {"id": award_id, "monthly": request.monthly, "starts_on": request.starts_on}


def plan_change(action: Action, effect: Effect) -> None:
    """The award of this case gets other figures, another day of re-check, or another place.

    The input `institution_id` says where the person lives from now on (null: at home); left out, nobody moves.
    `place_rank` puts the person in line for a place in an institution, null takes him out (E12). `visit_on` is the day
    of the next visit (E11; null: none).
    """
    monthly = effect.inputs.get("monthly")
    recheck, visit = effect.inputs.get("recheck_on"), effect.inputs.get("visit_on")
    change = {
        "monthly": None if monthly is None else to_money(monthly),
        "recheck_on": None if recheck is None else inputs.day(effect, "recheck_on", action.today),
        "facts": inputs.mapping(effect, "facts"),
        "moves": "institution_id" in effect.inputs,
        "institution_id": inputs.text(effect, "institution_id"),
        "visits": "visit_on" in effect.inputs,
        "visit_on": None if visit is None else inputs.day(effect, "visit_on", action.today),
        "waits": "place_rank" in effect.inputs,
        "place_rank": _rank(effect),
    }
    award_id = _award(action, effect)
    action.plan(Planned(Rank.RECORD, partial(_change, award_id=award_id, change=change)))
    action.note("award_changed", monthly=change["monthly"])


def plan_end(action: Action, effect: Effect) -> None:
    """The award of this case ends on a day, with a reason."""
    reason = str(inputs.required(effect, "reason"))
    on = inputs.day(effect, "on", action.today)
    award_id = _award(action, effect)
    action.plan(Planned(Rank.RECORD, partial(_end, award_id=award_id, reason=reason, on=on)))
    action.note("award_ended", reason=reason, on=on)


def plan_institution(action: Action, effect: Effect) -> dict[str, Any]:
    """The institution of this name; one that nobody registered is registered (fine print 14)."""
    name = str(inputs.required(effect, "name"))
    county = action.chain.county
    if county is None:
        raise EffectError(f"「{effect.element.label}」需要案件属于某个县")
    found = known.institution_named(action.session, county.id, name)
    if found is None:
        found = known.InstitutionRow(id=new_id(), office_id=new_id(), name=name, beds=None, free=None)
        action.plan(Planned(Rank.RECORD, partial(_register, row=found)))
    return {"id": found.id, "office_id": found.office_id, "name": found.name, "free": found.free}


def _rank(effect: Effect) -> int | None:
    return None if effect.inputs.get("place_rank") is None else inputs.whole(effect, "place_rank", 1)


def _award(action: Action, effect: Effect) -> str:
    award = inputs.text(effect, "award_id") or action.case.award_id
    if award is None:
        raise EffectError(f"「{effect.element.label}」没有对应的在保待遇")
    return award


def _start(action: Action, request: registry.AwardRequest) -> None:
    registry.start_award(action.session, request, action.now)
    action.case.award_id = request.id


def _change(action: Action, award_id: str, change: dict[str, Any]) -> None:
    registry.change_award(action.session, award_id, now=action.now, on=action.today, case_id=action.case.id, **change)


def _end(action: Action, award_id: str, reason: str, on: Any) -> None:
    registry.end_award(action.session, award_id, on=on, reason=reason, now=action.now, case_id=action.case.id)


def _register(action: Action, row: known.InstitutionRow) -> None:
    county = action.chain.county
    assert county is not None
    registry.register_institution(
        action.session,
        name=row.name,
        county_id=county.id,
        beds=row.beds,
        now=action.now,
        id=row.id,
        office_id=row.office_id,
    )
