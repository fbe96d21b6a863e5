"""Who lives in an institution: those whose award is paid there, today and on days that have passed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.models import IN_PAYMENT, Award, Person


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
