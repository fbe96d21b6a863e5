"""Who lives in an institution: those whose award is paid there, today and on days that have passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.core.exact_json import load_json
from app.identity.queries import RegionRef, within
from app.registry.award_rows import CHANGED, LEFT
from app.registry.models import ENDED, IN_PAYMENT, Award, AwardEvent, Person

_MOVES = (CHANGED, LEFT)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who lives there now."""

    award_id: str
    name: str | None
    programme: str
    region_id: str


def living_in(session: Session, institution_id: str, limit: int = 1000) -> list[Resident]:
    """Who lives in an institution now, by name."""
    there = (Award.institution_id == institution_id) & (Award.status == IN_PAYMENT)
    rows = (
        select(Award.id, Person.name, Award.programme, Award.region_id)
        .join(Person, Person.id == Award.person_id)
        .where(there)
        .order_by(Person.name, Award.id)
        .limit(limit)
    )
    return [Resident(*row) for row in session.execute(rows)]


def living_on(
    session: Session,
    institution_ids: Collection[str],
    programmes: Collection[str],
    near: RegionRef,
    days: Sequence[date],
) -> dict[tuple[str, date], set[str]]:
    """Who lived in each institution on each of some days (in order): ids of the people whom these programmes pay.

    `near` is the region from which people may have come: the city that allocates places, else the county.
    """
    found: dict[tuple[str, date], set[str]] = {(house, day): set() for house in institution_ids for day in days}
    later = AwardEvent.kind.in_(_MOVES), AwardEvent.on > days[0]
    moved = exists(AwardEvent.id).where(AwardEvent.award_id == Award.id, *later).correlate(Award)
    there = and_(
        Award.programme.in_(programmes),
        Award.status.in_((IN_PAYMENT, ENDED)),
        Award.starts_on <= days[-1],
        or_(Award.ended_on.is_(None), Award.ended_on > days[0]),
        or_(Award.institution_id.in_(institution_ids), and_(within(near, Award), moved)),
    )
    left = _left(session, there, days[0])
    columns = (Award.id, Award.person_id, Award.institution_id, Award.starts_on, Award.ended_on, Person.died_on)
    for row in session.execute(select(*columns).join(Person, Person.id == Award.person_id).where(there)):
        last = min(row.ended_on - timedelta(1) if row.ended_on else date.max, row.died_on or date.max)
        for day in days:
            house = next((place for on, place in left.get(row.id, ()) if on > day), row.institution_id)
            if house is not None and row.starts_on <= day <= last and (house, day) in found:
                found[house, day].add(row.person_id)
    return found


def _left(session: Session, there: ColumnElement[bool], since: date) -> dict[str, list[tuple[date, str | None]]]:
    """By award the days of its changes after a day, each with where the person lived before it, in order."""
    vault, found = session.info["vault"], defaultdict[str, list[tuple[date, str | None]]](list)
    columns = (AwardEvent.id, AwardEvent.award_id, AwardEvent.on, AwardEvent.before_sealed)
    changes = select(*columns).join(Award, Award.id == AwardEvent.award_id)
    later = changes.where(there, AwardEvent.kind.in_(_MOVES), AwardEvent.on > since).order_by(AwardEvent.seq)
    for row in session.execute(later):
        before = load_json(vault.open(row.before_sealed, "award_event", "before", row.id))
        found[row.award_id].append((row.on, before["institution_id"]))
    return found
