"""A place in an institution is kept for a case from the placement on (E12): of two exactly one gets the last bed.

A kept place counts as taken. The award of the case moves into it; withdrawal, return and refusal set it free.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import rows_changed
from app.registry.houses import institution
from app.registry.institutions import free_place, take_place
from app.registry.models import Award, HeldPlace

HELD, USED, FREED = "held", "used", "freed"
PLACE: Table = HeldPlace.__table__  # type: ignore[assignment]
_INSERT = insert(PLACE)


def hold(
    session: Session, institution_id: str, case_id: str, case_seq: int, award_id: str | None, now: datetime
) -> None:
    """Keep a place for the case; who lives there already needs none. Raises Invalid (`institution`): it is full."""
    if award_id and session.scalar(select(Award.institution_id).where(Award.id == award_id)) == institution_id:
        return
    if not take_place(session, institution_id):
        name = institution(session, institution_id).name
        told = f"{name}的最后一张空床位刚刚安排给了别人，请另选机构，或者登记轮候、报市级民政部门统筹调配"
        raise Invalid({"institution": told}, clause="E12")
    row = {"id": new_id(), "institution_id": institution_id, "case_id": case_id, "case_seq": case_seq}
    session.connection().execute(_INSERT, {**row, "state": HELD, "at": now})


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
