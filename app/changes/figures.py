"""Figures that a change enters with its releases. Floors are held when one is typed and again when it counts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.changes import policy, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.ids import new_id
from app.figures import operations as figures
from app.identity import queries as identity


def enter(
    session: Session, actor: Actor, change_id: str, key: str, region_code: str, value: str, *,
    valid_from: date | None, clause: str | None, now: datetime,
) -> None:  # fmt: skip
    """Write down a figure for a region, in the place of what the change said of it before.

    `valid_from` None: from the day on that the change is submitted for. Raises NotFound, Gone, NotYours, Taken,
    Invalid (key, region, value; a floor that is not kept).
    """
    policy.edit(session, actor, change_id, now)
    if not region_code:
        raise Invalid({"region": "请选择在哪里执行"})
    day = valid_from or local_date(now)
    floors = figures.assess(session, actor, key, region_code, value, valid_from=day, now=now)
    for floor in floors:
        if floor.refusal is not None:
            raise floor.refusal
    region_id = identity.region_by_code(session, region_code, local_date(now)).id
    _forget(session, change_id, key, region_id)
    session.execute(insert(store.FIGURE).values(
        id=new_id(), change_id=change_id, key=key, region_id=region_id, value=value.strip(), valid_from=valid_from,
        clause=clause or None,
    ))  # fmt: skip


def remove(session: Session, actor: Actor, change_id: str, figure_id: str, *, now: datetime) -> None:
    """Leave a figure as it is after all. Raises NotFound, Gone, NotYours, Taken."""
    policy.edit(session, actor, change_id, now)
    mine = (store.FIGURE.c.change_id == change_id) & (store.FIGURE.c.id == figure_id)
    session.execute(delete(store.FIGURE).where(mine))


def _forget(session: Session, change_id: str, key: str, region_id: str) -> None:
    mine = store.FIGURE.c
    same = (mine.change_id == change_id) & (mine.key == key) & (mine.region_id == region_id)
    session.execute(delete(store.FIGURE).where(same))
