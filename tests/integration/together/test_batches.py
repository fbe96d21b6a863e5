"""Many cases decided together: outliers apart, each an act of its own, nothing twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import audit
from app.cases import alike, operations
from app.cases.models import Case, Owed
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound, OverLimit
from app.core.ids import new_id
from app.desk import batch_letters
from app.drafts import operations as drafts
from app.drafts import queries as drafted
from app.funds.models import PaymentOrder
from app.identity.models import FamilyTie
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.inbox import staffing
from app.jobs.runner import Worker
from app.together import deciding, queries
from app.together import operations as together
from tests.support.statements import counted
from tests.support.worlds import RELIEF, Office, id_number

MOST_STATEMENTS = 45
"""To decide one case of a batch: what completing a task takes, the item, its job and a savepoint's look."""
ANSWER = {"confirmed": True, "amount": 600}


class Desk:
    """A clerk with cases that wait for the review, and the worker of batches."""

    def __init__(self, office: Office, cases: int) -> None:
        self.office, self.database = office, office.database
        self.cases = []
        for number in range(cases):
            case = office.apply("uninsured_unemployed_relief", RELIEF, id_number=id_number(number), name=f"王{number}")
            office.do(case.case_id, "village_investigation", "village_cadre", facts_true=True)
            self.cases.append(case.case_id)
        with self.database.read() as session:
            self.clerk, self.other = (office.holder(session, "township_clerk", number) for number in (0, 1))
            self.tasks = [office.task(session, each, "township_review").id for each in self.cases]

    @property
    def now(self) -> datetime:
        return self.office.now

    def begin(self) -> str:
        with self.database.write() as session:
            batch_id = together.begin(session, self.clerk, self.tasks, self.now)
        with self.database.write() as session:
            together.try_out(session, self.clerk, batch_id, ANSWER, self.now)
        return batch_id

    def work(self) -> int:
        known = {**deciding.HANDLERS, together.TRY: deciding.trying(self.database)}
        return Worker(self.database, self.office.clock, known, on_dead=deciding.on_dead).run_once()

    def seen(self, batch_id: str) -> queries.Batch:
        with self.database.read() as session:
            return queries.batch(session, self.clerk, batch_id)

    def confirm(self, batch_id: str, pieces: list[queries.Piece]) -> int:
        with self.database.write() as session:
            return together.confirm(session, self.clerk, batch_id, [each.id for each in pieces], self.now)

    def complete(self, actor: Actor, task: str, **data: Any) -> None:
        with self.database.write() as session:
            operations.complete_task(session, actor, task, data, self.now)

    def orders(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(PaymentOrder)) or 0


def test_what_may_be_done_together_is_known_for_a_page_in_one_statement(office: Office) -> None:
    desk = Desk(office, 3)
    early = office.apply("uninsured_unemployed_relief", RELIEF, id_number=id_number(9)).case_id
    with desk.database.read() as session:
        first = office.task(session, early, "village_investigation").id
        wanted = [(task, case, "uninsured_unemployed_relief", "township_review")
                  for task, case in zip(desk.tasks, desk.cases, strict=True)]  # fmt: skip
        wanted.append((first, early, "uninsured_unemployed_relief", "village_investigation"))
        alike.kinds(session, wanted)
        with counted(desk.database.engine) as statements:
            found = alike.kinds(session, wanted)
    assert len(statements) == 1
    assert (set(found), len(set(found.values()))) == (set(desk.tasks), 1)


def test_outliers_stand_apart_and_the_rest_is_decided_once(office: Office) -> None:
    desk = Desk(office, 6)
    with office.database.write() as session:
        vault = session.info["vault"]
        blind = vault.blind(id_number(1), "person")
        session.add(FamilyTie(user_id=desk.clerk.user_id, person_blind=blind, relation="兄弟",
                              declared_on=local_date(desk.now)))  # fmt: skip
        inbox.claim(session, desk.other, desk.tasks[2], desk.now)
        county = session.scalars(select(Case.county_id).where(Case.id == desk.cases[3])).one()
        session.add(Owed(id=new_id(), case_id=desk.cases[3], county_id=county, case_seq=1, key="proof", place=1,
                         title="补交证明", since=desk.now))  # fmt: skip
        place = drafts.Place(drafted.owner_of(desk.other), desk.other.name, drafted.task(desk.tasks[4]), "")
        drafts.save_stuck(session, place, {"opinion": "写了一半"}, desk.now)
    batch_id = desk.begin()
    assert desk.seen(batch_id).phase == queries.TRIAL
    assert desk.work() == 6
    tried = desk.seen(batch_id)
    assert (tried.phase, desk.orders()) == (queries.TRIED, 0)
    assert [each.subject for each in tried.fine] == ["王0", "王5"]
    assert [(each.told.apart[0][0], each.told.bars) for each in tried.apart] == [
        ("conflict", True), ("claimed", True), ("missing", False), ("draft", False),
    ]  # fmt: skip
    assert (tried.fine[0].told.letters, [amount for _, amount in tried.fine[0].told.money]) != ((), [])
    desk.complete(desk.other, desk.tasks[5], confirmed=False, opinion="不符合条件")
    assert desk.confirm(batch_id, [*tried.fine, *tried.apart]) == 4
    with pytest.raises(Gone):
        desk.confirm(batch_id, tried.fine)
    assert desk.work() == 4
    assert desk.work() == 0
    over = desk.seen(batch_id)
    assert over.phase == queries.OVER
    assert [each.subject for each in over.decided] == ["王0", "王3", "王4"]
    assert [(each.subject, desk.other.name in each.told.message) for each in over.refused] == [("王5", True)]
    assert [each.subject for each in over.left] == ["王1", "王2"]
    assert desk.orders() == 3
    with office.database.read() as session:
        assert items.item(session, desk.tasks[0]).closed_by == desk.clerk.user_id
        told = audit.events_of(session, f"case:{desk.cases[0]}")[-1]
        assert (told.kind, told.actor_name) == ("completed", desk.clerk.name)
        bound = batch_letters.build(session, desk.clerk, f"batch:{batch_id}", False, desk.now)
        assert [each.title.split()[0] for each in bound.parts[1:]] == ["王0", "王3", "王4"]
        with pytest.raises(NotFound):
            queries.batch(session, desk.other, batch_id)


def test_a_killed_worker_decides_nothing_twice_and_who_stops_keeps_what_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(office, 3)
    batch_id = desk.begin()
    desk.work()
    note, killed = deciding._note, []

    def dies(*given: Any) -> None:
        killed.append(given)
        raise RuntimeError("killed")

    desk.confirm(batch_id, desk.seen(batch_id).fine[:2])
    monkeypatch.setattr(deciding, "_note", dies)
    desk.work()
    assert (len(killed), desk.orders()) == (2, 0)
    monkeypatch.setattr(deciding, "_note", note)
    office.clock.move_to(desk.now.replace(minute=desk.now.minute + 5))
    with counted(office.database.engine) as statements:
        desk.work()
    assert len(statements) <= 2 * MOST_STATEMENTS, len(statements)
    assert desk.orders() == 2
    with office.database.write() as session:
        second = together.begin(session, desk.clerk, desk.tasks, desk.now)
    with office.database.write() as session:
        together.try_out(session, desk.clerk, second, ANSWER, desk.now)
    desk.work()
    assert [each.subject for each in desk.seen(second).pieces] == ["王2"]
    desk.confirm(second, desk.seen(second).fine)
    with office.database.write() as session:
        together.stop(session, desk.clerk, second, desk.now)
    desk.work()
    stopped = desk.seen(second)
    assert (stopped.phase, stopped.stopped, len(stopped.left), desk.orders()) == (queries.OVER, True, 1, 2)


def test_a_refusal_after_something_was_written_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, real = Desk(office, 2), operations.complete_task
    batch_id = desk.begin()
    desk.work()

    def refuses(session: Session, actor: Actor, task_id: str, *given: Any) -> operations.Completed:
        done = real(session, actor, task_id, *given)
        if task_id == desk.tasks[0]:
            raise OverLimit("备用金余额不足")
        return done

    desk.confirm(batch_id, desk.seen(batch_id).fine)
    monkeypatch.setattr(operations, "complete_task", refuses)
    desk.work()
    over = desk.seen(batch_id)
    assert [each.told.message for each in over.refused] == ["备用金余额不足"]
    assert ([each.subject for each in over.decided], desk.orders()) == (["王1"], 1)
    with office.database.read() as session:
        assert items.item(session, desk.tasks[0]).status == "open"


def test_who_leaves_in_the_middle_decides_no_more(office: Office) -> None:
    desk = Desk(office, 1)
    batch_id = desk.begin()
    desk.work()
    desk.confirm(batch_id, desk.seen(batch_id).fine)
    with office.database.write() as session:
        staffing.deactivate(session, SYSTEM, desk.clerk.user_id or "", desk.now)
    desk.work()
    (refused,) = desk.seen(batch_id).refused
    assert ("不在岗" in refused.told.message, desk.orders()) == (True, 0)


def test_what_cannot_be_ticked_together_is_said(office: Office) -> None:
    desk = Desk(office, 1)
    fresh = office.apply("uninsured_unemployed_relief", RELIEF, id_number=id_number(7)).case_id
    with office.database.write() as session:
        cadre = office.holder(session, "village_cadre")
        visit = office.task(session, fresh, "village_investigation").id
        with pytest.raises(Invalid, match="逐件办理"):
            together.begin(session, cadre, [visit], desk.now)
        with pytest.raises(Invalid, match="一次最多 100 件，您选了 10000 件"):
            together.begin(session, desk.clerk, [str(each) for each in range(10_000)], desk.now)
        with pytest.raises(Gone):
            together.begin(session, cadre, desk.tasks, desk.now)
        batch_id = together.begin(session, desk.clerk, desk.tasks * 2, desk.now)
        with pytest.raises(Invalid) as wrong:
            together.try_out(session, desk.clerk, batch_id, {}, desk.now)
        assert "confirmed" in wrong.value.fields
