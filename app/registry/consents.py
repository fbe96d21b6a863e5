"""What people allowed (E21): recorded by a case with form, day and who said it, withdrawn at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db import rows_changed
from app.registry.models import Consent, Person


@dataclass(frozen=True, slots=True)
class Given:
    """A consent to be recorded. `scope` and `form` are words for people, `by` is the name of who said it."""

    scope: str
    form: str
    on: date
    by: str


def give(session: Session, person_id: str, given: Given, now: datetime, case_id: str, case_seq: int) -> None:
    """Somebody allows something from a day on."""
    row = {"id": new_id(), "person_id": person_id, "scope": given.scope, "form": given.form, "given_on": given.on}
    more = {"given_by": given.by, "case_id": case_id, "case_seq": case_seq, "recorded_at": now}
    session.execute(insert(Consent).values(**row, **more))


def withdraw(session: Session, person_id: str, on: date, case_id: str, case_seq: int, scope: str | None = None) -> int:
    """What somebody allowed stands from a day on no more, all of it or one scope; how many consents."""
    mine = of_person(person_id) & Consent.withdrawn_on.is_(None) & Consent.taken_back_at.is_(None)
    wanted = mine if scope is None else mine & (Consent.scope == scope)
    values = {"withdrawn_on": on, "withdrawn_case_id": case_id, "withdrawn_seq": case_seq}
    return rows_changed(session, update(Consent).where(wanted).values(values))


def standing(session: Session, person_id: str, day: date) -> list[Consent]:
    """What stands on a day."""
    open_ = or_(Consent.withdrawn_on.is_(None), Consent.withdrawn_on > day)
    return [each for each in history(session, person_id, open_) if each.given_on <= day]


def history(session: Session, person_id: str, *more: ColumnElement[bool]) -> list[Consent]:
    """Everything that somebody allowed, also what was withdrawn since; the latest last."""
    mine = select(Consent).where(of_person(person_id), Consent.taken_back_at.is_(None), *more)
    return list(session.scalars(mine.order_by(Consent.given_on, Consent.recorded_at, Consent.id)))


def take_back(session: Session, case_id: str, since: int, now: datetime) -> int:
    """What a case recorded at audit number `since` and later was never said; how much there was."""
    given = (Consent.case_id == case_id) & (Consent.case_seq >= since) & Consent.taken_back_at.is_(None)
    gone = (Consent.withdrawn_case_id == case_id) & (Consent.withdrawn_seq >= since)
    again = {"withdrawn_on": None, "withdrawn_case_id": None, "withdrawn_seq": None}
    return rows_changed(session, update(Consent).where(gone).values(again)) + rows_changed(
        session, update(Consent).where(given).values(taken_back_at=now)
    )


def of_person(person_id: str) -> ColumnElement[bool]:
    """The condition that a consent is of a person, or of a file that was merged into the person's."""
    merged = select(Person.id).where(Person.merged_into == person_id)
    return or_(Consent.person_id == person_id, Consent.person_id.in_(merged))
