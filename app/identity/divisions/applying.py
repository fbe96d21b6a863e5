"""Writing what a plan of divisions says, in a handful of statements however many lines it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.ids import new_id
from app.db import stamps
from app.identity import gazetteer
from app.identity.divisions.planning import Place, Plan
from app.identity.divisions.standing import LEVEL_COLUMNS
from app.identity.models import Office, Region
from app.identity.operations import HOTLINE
from app.identity.queries import REGIONS

AUDIT_CHAIN = "regions"
_TOLD = 50
"""How many codes of a kind an event names; it counts them all."""
_REGION, _OFFICE = Region.__table__, Office.__table__
_LONGEST_SHORT = 20


@dataclass(frozen=True, slots=True)
class Done:
    """What was written: numbers of divisions and offices."""

    opened: int
    changed: int
    ended: int
    offices: int

    @property
    def nothing(self) -> bool:
        return not (self.opened or self.changed or self.ended or self.offices)


def apply(session: Session, actor: Actor, plan: Plan, now: datetime) -> Done:
    """Open, rename and end divisions, and open the office of each that stands. Carrying work over is the caller's."""
    opened = [_region_row(place) for place in plan.opened]
    changed = [(place, values) for place in plan.places if place.stands and (values := _changes(place, plan))]
    offices = [_office_row(place) for place in plan.places if _wants_office(place, local_date(now))]
    renamed = [values for place in plan.places if (values := _office_changes(place))]
    stamps.bump(session, REGIONS)
    if opened:
        session.connection().execute(insert(_REGION), opened)  # type: ignore[arg-type]
    for table, rows in ((_REGION, [values for _, values in changed]), (_OFFICE, renamed)):
        _update(session, table, rows)
    if offices:
        session.connection().execute(insert(_OFFICE), offices)  # type: ignore[arg-type]
    session.expire_all()
    kept = [place for place, _ in changed if not place.ends]
    done = Done(len(opened), len(kept), len(plan.ended), len(offices) + len(renamed))
    if not done.nothing:
        _tell(session, actor, plan, done, [place.line.code for place, _ in changed], now)
    return done


def _region_row(place: Place) -> dict[str, Any]:
    line = place.line
    row = {"id": place.id, "code": line.code, "name": line.name, "level": line.level, "parent_id": place.parent_id}
    dates = {"valid_from": place.since, "valid_until": place.until}
    return row | {column: place.levels.get(column) for column in LEVEL_COLUMNS} | dates


def _changes(place: Place, plan: Plan) -> dict[str, Any] | None:
    """All columns that a line may change, or None where it changes none."""
    stands = place.stands
    assert stands is not None
    wanted = {
        "name": place.line.name,
        "valid_from": place.since,
        "valid_until": place.until,
        "successor_id": plan.successors.get(place.id, stands.successor_id),
    }
    return (
        {"of_id": stands.id, **wanted} if any(getattr(stands, key) != value for key, value in wanted.items()) else None
    )


def _wants_office(place: Place, today: date) -> bool:
    stands = place.stands
    return (stands is None or stands.office_id is None) and (place.until is None or place.until > today)


def _office_row(place: Place) -> dict[str, Any]:
    line = place.line
    return {
        "id": new_id(),
        "region_id": place.id,
        "county_id": place.levels.get("county_id"),
        "kind": line.level,
        "name": line.office or gazetteer.office_name(line.name, line.level),
        "short_name": (line.short or gazetteer.short_name(line.name, line.level))[:_LONGEST_SHORT],
        "phone": line.phone or HOTLINE,
    }


def _office_changes(place: Place) -> dict[str, Any] | None:
    """What the line says of an office that is there; what it does not say stays."""
    stands, line = place.stands, place.line
    if stands is None or stands.office_id is None:
        return None
    wanted = {"name": line.office or stands.office, "short_name": line.short or stands.short,
              "phone": line.phone or stands.phone}  # fmt: skip
    known = {"name": stands.office, "short_name": stands.short, "phone": stands.phone}
    return {"of_id": stands.office_id, **wanted} if wanted != known else None


def _update(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        names: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "of_id"}
        session.connection().execute(update(table).where(table.c.id == bindparam("of_id")).values(names), rows)


def _tell(session: Session, actor: Actor, plan: Plan, done: Done, changed: list[str], now: datetime) -> None:
    told = {
        "counts": {"opened": done.opened, "changed": done.changed, "ended": done.ended, "offices": done.offices},
        "opened": [place.line.code for place in plan.opened[:_TOLD]],
        "changed": changed[:_TOLD],
        "ended": [{"code": place.line.code, "on": place.line.until, "successor": place.line.successor}
                  for place in plan.ended[:_TOLD]],
    }  # fmt: skip
    audit.append(session, AUDIT_CHAIN, "regions_imported", actor, told, None, now, shared=True)
