"""A place in an institution is kept for a case from the placement on (E12): of two exactly one gets the last bed.

A kept place counts as taken. The award of the case moves into it; withdrawal, return and refusal set it free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import rows_changed
from app.registry import houses, place_line
from app.registry.institutions import free_place, take_place
from app.registry.models import CHILDREN, Award, HeldPlace, Institution

HELD, USED, FREED = "held", "used", "freed"
PLACE: Table = HeldPlace.__table__  # type: ignore[assignment]
_INSERT = insert(PLACE)
_HOUSE = select(Institution.name, Institution.county_id, Institution.kind, Institution.beds).where(
    Institution.id == bindparam("of_id")
)


@dataclass(frozen=True, slots=True)
class Holding:
    """For whom a place is kept: a case at audit number `case_seq`, by the rank of the line; without one nobody waits.

    `county_id` is the case's own county: its line counts also where the city allocates a place of another.
    """

    case_id: str
    case_seq: int
    award_id: str | None = None
    rank: int | None = None
    county_id: str | None = None


def hold(session: Session, institution_id: str, held: Holding, now: datetime) -> None:
    """Keep a place for the case; who lives there already needs none.

    Raises Invalid (`institution`): it is full, or its free places are for those who come first in the line.
    """
    lives_in = select(Award.institution_id).where(Award.id == held.award_id)
    if held.award_id and session.scalar(lives_in) == institution_id:
        return
    house = session.execute(_HOUSE, {"of_id": institution_id}).one()
    if held.rank is not None:
        place_line.lock(session, house.county_id)
    if not take_place(session, institution_id):
        told = f"{house.name}已没有空床位，请另选机构，或者登记轮候、报市级民政部门统筹调配"
        raise Invalid({"institution": told}, clause="E12")
    if house.beds is not None and house.kind != CHILDREN:
        _require_turn(session, house.county_id, held)
    row = {"id": new_id(), "institution_id": institution_id, "case_id": held.case_id, "case_seq": held.case_seq}
    session.connection().execute(_INSERT, {**row, "state": HELD, "at": now})


def _require_turn(session: Session, county_id: str, held: Holding) -> None:
    """Whoever comes first in the line must still find a place when this one is taken."""
    if held.rank is None:
        return
    line = place_line.waiting_for_place(session, *{county_id, held.county_id or county_id})
    first = place_line.before(line, held.rank, held.case_id, held.award_id)
    if first > houses.free_places(session, county_id).get(county_id, 0):
        told = f"前面还有{first}人轮候，空床位应当先安排他们；这一位请先分散供养并登记轮候，急需的请勾选处境紧急"
        raise Invalid({"institution": told}, clause="E12")


def use(session: Session, institution_id: str, case_id: str | None) -> bool:
    """The award of the case moves into the place that was kept for it; False where none was."""
    return case_id is not None and _change(session, institution_id, case_id, HELD, USED)


def hold_again(session: Session, institution_id: str, case_id: str) -> bool:
    """The award of the case is taken back, and its place is kept as before; False where none was."""
    return _change(session, institution_id, case_id, USED, HELD)


def release(session: Session, case_id: str, since: int = 0) -> int:
    """Set free what was kept for a case at audit number `since` and later, and nobody moved into; how many."""
    mine = (PLACE.c.case_id == case_id) & (PLACE.c.state == HELD) & (PLACE.c.case_seq >= since)
    places = session.execute(select(PLACE.c.id, PLACE.c.institution_id).where(mine)).all()
    for place in places:
        still = update(PLACE).where(PLACE.c.id == place.id, PLACE.c.state == HELD)
        if rows_changed(session, still.values(state=FREED)):
            free_place(session, place.institution_id)
    return len(places)


def _change(session: Session, institution_id: str, case_id: str, old: str, new: str) -> bool:
    mine = (PLACE.c.institution_id == institution_id) & (PLACE.c.case_id == case_id) & (PLACE.c.state == old)
    latest = select(PLACE.c.id).where(mine).order_by(PLACE.c.case_seq.desc()).limit(1).scalar_subquery()
    return rows_changed(session, update(PLACE).where(PLACE.c.id == latest).values(state=new)) == 1
