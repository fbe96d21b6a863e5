"""`register_institution`, `join_line`: places in institutions from the placement on, and the line for them (E12)."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.core.ids import new_id
from app.effects import SCHEMAS
from app.engine import Effect
from app.identity import queries as identity
from app.registry import held_places, houses, place_line, queries
from app.registry import operations as registry


class RegisterInstitution(EffectObject):
    """The institution of this name; one that nobody registered is registered (fine print 14).

    It is of the case's county; where the city allocates, of any county of the city, or else of the city itself.
    """

    schema = SCHEMAS["register_institution"]

    def plan(
        self, action: Action, effect: Effect, *, name: str, keep: bool | None, rank: int | None, allocated: bool | None
    ) -> dict[str, Any]:
        region = _region(action, effect, "city" if allocated else "county")
        if allocated:
            found = houses.allocated(action.session, region, name)
        else:
            found = houses.institution_named(action.session, region.id, name)
        if found is None:
            found = houses.InstitutionRow(id=new_id(), office_id=new_id(), name=name, beds=None, free=None)
            action.plan(Planned(Rank.RECORD, partial(_register, row=found, region_id=region.id)))
        if keep:
            action.plan(Planned(Rank.RECORD, partial(_hold, institution_id=found.id, rank=rank)))
        self.note(action, name=found.name)
        return {"id": found.id, "office_id": found.office_id, "name": found.name, "free": found.free}

    def close(self, action: Action, reason: str) -> None:
        held_places.release(action.session, action.case.id)

    def undo(self, action: Action, since: int, reason: str) -> int:
        held_places.release(action.session, action.case.id, since)
        return registry.take_back_institutions(action.session, action.case.id, since, action.now)


class JoinLine(EffectObject):
    """The case waits for a place in its county, by a rank; an award that waits already keeps its number."""

    schema = SCHEMAS["join_line"]

    def plan(self, action: Action, effect: Effect, *, rank: int | None) -> dict[str, Any]:
        if rank is None:
            return {"place": None}
        county, award_id = _region(action, effect, "county"), action.case.award_id
        line = place_line.waiting_for_place(action.session, county.id)
        waits = award_id is not None and queries.award(action.session, award_id).place_rank is not None
        if not waits:
            action.plan(Planned(Rank.RECORD, partial(_join, county_id=county.id, rank=rank)))
        place = 1 + place_line.before(line, rank, action.case.id, award_id)
        self.note(action, place=place)
        return {"place": place}

    def close(self, action: Action, reason: str) -> None:
        place_line.leave(action.session, action.case.id)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return place_line.leave(action.session, action.case.id, since)


def _region(action: Action, effect: Effect, level: str) -> identity.RegionRef:
    region = action.chain.at(level)
    if region is None:
        told = {"county": "某个县", "city": "某个设区的市"}[level]
        raise EffectError(f"「{effect.element.label}」需要案件属于{told}，请检查案件所在的区划")
    return region


def _hold(action: Action, institution_id: str, rank: int | None) -> None:
    case = action.case
    held = held_places.Holding(case.id, action.seq, case.award_id, rank, case.county_id)
    held_places.hold(action.session, institution_id, held, action.now)


def _join(action: Action, county_id: str, rank: int) -> None:
    case = action.case
    joining = place_line.Joining(case.id, action.seq, case.programme, case.region_id, case.applicant_name, rank)
    place_line.join(action.session, joining, county_id, action.today, action.now)


def _register(action: Action, row: houses.InstitutionRow, region_id: str) -> None:
    registry.register_institution(
        action.session,
        name=row.name,
        county_id=region_id,
        beds=row.beds,
        now=action.now,
        id=row.id,
        office_id=row.office_id,
        case_id=action.case.id,
        case_seq=action.seq,
    )
