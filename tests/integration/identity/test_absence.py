"""Somebody is away: the deputy finds the work, does it under both names, and never more than that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.cases import operations
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid, NotYours, Taken
from app.identity import absence, appointed, staff
from app.identity.models import Appointment, FamilyTie
from app.inbox import listing, staffing
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.inbox.models import WorkItem
from tests.support.worlds import RELIEF, Office

HEAD, CLERK = "township_head", "township_clerk"


def enter(
    office: Office, who: Actor, deputy: Actor, days: int = 3, by: Actor | None = None, kind: str = "trip"
) -> None:
    today = local_date(office.now)
    with office.database.write() as session:
        post = post_of(session, who)
        staffing.enter_absence(
            session, by or who, post, deputy.user_id, kind=kind, first=today,
            last=today + timedelta(days=days - 1), now=office.now,
        )  # fmt: skip


def again(office: Office, actor: Actor) -> Actor:
    with office.database.read() as session:
        found = appointed.load_actor(session, actor.user_id or "", local_date(office.now))
    assert found is not None
    return found


def people(office: Office) -> tuple[Actor, Actor, Actor]:
    """The head, the first clerk and the second of the township."""
    with office.database.read() as session:
        return office.holder(session, HEAD), office.holder(session, CLERK), office.holder(session, CLERK, 1)


def waiting_review(office: Office) -> tuple[str, str]:
    """A case that waits for a clerk of the township, and its task."""
    case_id = office.apply("uninsured_unemployed_relief", RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
    with office.database.read() as session:
        return case_id, office.task(session, case_id, "township_review").id


def complete(office: Office, actor: Actor, task: str) -> None:
    with office.database.write() as session:
        operations.complete_task(session, actor, task, {"confirmed": False, "opinion": "不符合条件"}, office.now)


def test_the_deputy_does_the_work_under_both_names_until_the_return(office: Office) -> None:
    head, clerk, other = people(office)
    case_id, task = waiting_review(office)
    with office.database.write() as session:
        inbox.claim(session, clerk, task, office.now)
    enter(office, clerk, head, days=3)
    deputy = again(office, head)
    assert deputy.candidates > head.candidates
    assert again(office, other).candidates == other.candidates
    with office.database.read() as session:
        shown = listing.page(session, deputy, listing.Filter(today=local_date(office.now)), listing.DUE, None, 10)
        assert task in [row.id for row in shown.items]
        with pytest.raises(Taken):
            inbox.load(session, other, task)
    complete(office, deputy, task)
    named = f"{head.name} 代 {clerk.name}"
    with office.database.read() as session:
        done = items.item(session, task)
        assert (done.closed_by, done.closed_by_name) == (head.user_id, named)
        assert audit.events_of(session, f"case:{case_id}")[-1].actor_name == named
    office.clock.move_to(office.now + timedelta(days=3))
    assert again(office, head).candidates == head.candidates


def test_what_holds_for_everybody_holds_for_the_deputy(office: Office) -> None:
    head, clerk, other = people(office)
    enter(office, clerk, head)
    deputy = again(office, head)
    _, task = waiting_review(office)
    with office.database.write() as session:
        done = update(WorkItem).where(WorkItem.element_id == "village_investigation")
        session.execute(done.values(closed_by=head.user_id))
    with pytest.raises(NotYours, match="职责分离"):
        complete(office, deputy, task)
    with office.database.write() as session:
        session.execute(done.values(closed_by="somebody"))
        blind = office.database.vault.blind(RELIEF["id_number"], "person")
        tie = FamilyTie(user_id=head.user_id, person_blind=blind, relation="叔侄", declared_on=local_date(office.now))
        session.add(tie)
    with pytest.raises(NotYours, match="回避"):
        complete(office, deputy, task)


def test_what_a_deputy_had_claimed_goes_back_when_the_colleague_does(office: Office) -> None:
    head, clerk, _ = people(office)
    _, task = waiting_review(office)
    enter(office, clerk, head)
    with office.database.write() as session:
        inbox.claim(session, again(office, head), task, office.now)
    with office.database.write() as session:
        assert staffing.give_back(session, SYSTEM, office.now) == 0
        (row,) = absence.current(session, clerk, local_date(office.now))
        assert staffing.end_absence(session, clerk, row.id, office.now) == 1
        assert items.item(session, task).assignee_id is None
    assert again(office, head).candidates == head.candidates
    enter(office, clerk, head, kind="standing")
    with office.database.write() as session:
        staff.end_appointment(session, SYSTEM, post_of(session, head), local_date(office.now), office.now)
    assert again(office, head).candidates == frozenset()


def test_who_may_not_stand_in(office: Office) -> None:
    head, clerk, other = people(office)
    with office.database.read() as session:
        cadre = office.holder(session, "village_cadre")
    for deputy, told in ((cadre, "同一单位"), (clerk, "本人")):
        with pytest.raises(Invalid, match=told):
            enter(office, clerk, deputy)
    with pytest.raises(NotYours, match="本人"):
        enter(office, clerk, other, by=cadre)
    enter(office, clerk, other, by=head)
    with pytest.raises(Duplicate):
        enter(office, clerk, head)
    with pytest.raises(Invalid, match="也外出"):
        enter(office, head, clerk)


def post_of(session: Session, actor: Actor) -> str:
    return session.scalars(select(Appointment.id).where(Appointment.user_id == actor.user_id)).one()
