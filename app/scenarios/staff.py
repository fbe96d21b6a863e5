"""What a story says of the staff: who holds a second position, and who is whose relative (`registry`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.identity import operations as identity
from app.identity import queries as regions
from app.identity import staff
from app.scenarios import acting
from app.scenarios.story import Step, Story

APPOINTMENTS, TIES = "appointments", "ties"


def enter(session: Session, story: Story, known: dict[str, Any], now: datetime) -> None:
    """Take `appointments` ({as, position}) and `ties` ({as, id_number, relation?}) out of what a story knows.

    Raises Invalid.
    """
    on = local_date(now)
    chain = regions.chain_of_code(session, story.region, on)
    for entry in known.pop(APPOINTMENTS, None) or []:
        person, position = _person(session, story, entry, now), _text(entry, APPOINTMENTS, "position")
        office = regions.office_of(session, chain, position)
        if office is None:
            raise Invalid({f"registry.{APPOINTMENTS}": f"{chain.full_name}没有岗位 {position}"})
        staff.appoint(session, SYSTEM, person.user_id or "", office.id, position, now=now)
    for entry in known.pop(TIES, None) or []:
        person, relation = _person(session, story, entry, now), str(entry.get("relation") or "亲属")
        identity.declare_tie(session, person.user_id or "", _text(entry, TIES, "id_number"), relation, on)


def _person(session: Session, story: Story, entry: Mapping[str, Any], now: datetime) -> Actor:
    """`as` names a holder as steps do; without a number it is the first."""
    step = Step(do="", actor=_text(entry, "staff", "as").replace(" ", ""))
    return acting.actors(session, step, story.region, None, now)[0]


def _text(entry: Any, kind: str, name: str) -> str:
    value = entry.get(name) if isinstance(entry, Mapping) else None
    if not value:
        raise Invalid({f"registry.{kind}.{name}": f"registry.{kind} 的 {name} 未填写"})
    return str(value)
