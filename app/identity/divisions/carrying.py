"""An ended division goes on in another: people and institutions go along; other slices carry what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.ids import new_id
from app.db import stamps
from app.identity import queries
from app.identity.divisions.planning import Plan
from app.identity.models import Appointment, Office
from app.identity.positions import INSTITUTION

AUDIT_CHAIN = "regions"


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where: both with their ancestors. `offices`: the old office of each level and the new one."""

    old: queries.RegionChain
    new: queries.RegionChain
    offices: Sequence[tuple[queries.OfficeRow, queries.OfficeRow]]

    @classmethod
    def of(cls, session: Session, old_id: str, new_id: str) -> Move:
        old, new = queries.chain(session, old_id), queries.chain(session, new_id)
        there = queries.offices_of(session, new)
        pairs = [(office, there[kind]) for kind, office in queries.offices_of(session, old).items() if kind in there]
        return cls(old, new, [(before, after) for before, after in pairs if before.id != after.id])

    def columns(self, *names: str) -> dict[str, str | None]:
        """The region columns of a row that lies in the new division."""
        levels = {f"{ref.level}_id": ref.id for ref in self.new.refs}
        return {name: self.new.nearest.id if name == "region_id" else levels.get(name) for name in names}


def moves_later(plan: Plan, today: date) -> list[tuple[str, date]]:
    """Ids of the divisions that the plan carries over on a day to come, with the day."""
    later = [(place.id, place.line.until) for place in plan.ended]
    return [(id, on) for id, on in later if on and on > today and id in plan.successors]


def moves_due(session: Session, plan: Plan, today: date) -> list[Move]:
    """What the plan carries over now."""
    due = [place for place in plan.ended if place.line.until and place.line.until <= today]
    return [Move.of(session, place.id, plan.successors[place.id]) for place in due if place.id in plan.successors]


def move_of(session: Session, region_id: str) -> Move | None:
    """Where an ended division goes on; None where nothing says so."""
    found = queries.region(session, region_id)
    return Move.of(session, found.id, found.successor_id) if found.successor_id else None


def carry(session: Session, actor: Actor, move: Move, moved: dict[str, int], now: datetime) -> None:
    """The staff of the old office and its institutions go along; the audit keeps what was `moved`, by kind."""
    on = queries.region(session, move.old.nearest.id).valid_until
    for before, after in move.offices:
        if before.region_id == move.old.nearest.id:
            moved["appointments"] = _move_people(session, before.id, after.id, on)
    stamps.bump(session, queries.REGIONS)
    if move.old.nearest.level == "county":
        here = (Office.region_id == move.old.nearest.id) & (Office.kind == INSTITUTION)
        county = {"region_id": move.new.nearest.id, "county_id": move.new.nearest.id}
        session.execute(update(Office).where(here).values(county))
    told = {"from": move.old.nearest.code, "to": move.new.nearest.code, "moved": moved}
    audit.append(session, AUDIT_CHAIN, "region_carried", actor, told, None, now, shared=True)


def _move_people(session: Session, before: str, after: str, on: date | None) -> int:
    """Appointments that still run end on the day and go on at the new office, but for those held there already."""
    still = Appointment.valid_until.is_(None) if on is None else queries.not_over(Appointment, on)
    rows = session.scalars(select(Appointment).where(Appointment.office_id == before, still)).all()
    there = select(Appointment.user_id, Appointment.position).where(Appointment.office_id == after, still)
    held = {tuple(row) for row in session.execute(there)}
    for row in rows:
        if (row.user_id, row.position) not in held:
            begins = max(filter(None, (row.valid_from, on)), default=None)
            session.add(Appointment(id=new_id(), user_id=row.user_id, office_id=after, position=row.position,
                                    valid_from=begins, valid_until=row.valid_until))  # fmt: skip
        row.valid_until = max(filter(None, (row.valid_from, on)), default=None)
    session.flush()
    return len(rows)
