"""What a case began is stopped when the case is sent back; what ended before that is told to the township."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import engine
from app.cases import operations, reversal, store
from app.cases.handlers import on_dead
from app.cases.models import Case
from app.inbox.models import WorkItem
from app.worker import Worker, handlers
from tests.support.outside import outside
from tests.support.worlds import RELIEF, Office

STEP = 100


@pytest.fixture
def parted(office: Office, tmp_path: Path) -> tuple[str, str]:
    """A case and the case that it began."""
    first = office.apply("uninsured_unemployed_relief", RELIEF).case_id
    with office.database.write() as session:
        action = store.lock(session, office.holder(session, "township_head"), first, office.now)
        action.case.audit_seq = STEP - 1
        element = next(iter(action.diagram.human_tasks))
        inputs = {"process": "main", "data": RELIEF}
        action.perform(engine.Effect(element, "start_process", inputs, "begin", action.variables))
        reversal.write_planned(action)
        action.case.audit_seq = STEP
    _work(office, tmp_path)
    with office.database.read() as session:
        (second,) = session.scalars(select(Case.id).where(Case.begun_by == first))
    return first, second


def _work(office: Office, folder: Path) -> None:
    worker = Worker(office.database, office.clock, handlers(outside(folder)), on_dead=on_dead)
    while worker.run_once():
        office.clock.move_to(office.now + timedelta(minutes=2))


def _send_back(office: Office, case_id: str, tmp_path: Path) -> None:
    with office.database.write() as session:
        action = store.lock(session, office.holder(session, "township_head"), case_id, office.now)
        reversal.reverse(action, STEP, "走访记录有误")
        reversal.write_planned(action)
    _work(office, tmp_path)


def _standing(session: Session, case_id: str) -> Any:
    return session.execute(select(Case.status, Case.closed_at).where(Case.id == case_id)).one()


def test_a_begun_case_ends_with_the_reason_of_the_return(
    office: Office, parted: tuple[str, str], tmp_path: Path
) -> None:
    first, second = parted
    _send_back(office, first, tmp_path)
    with office.database.read() as session:
        assert _standing(session, second).status == "ended"
        assert _standing(session, first).closed_at is None
        open_items = select(WorkItem.id).where(WorkItem.case_id == second, WorkItem.status == "open")
        assert session.scalars(open_items).all() == []


def test_a_begun_case_that_ended_by_itself_is_told_to_the_township(
    office: Office, parted: tuple[str, str], tmp_path: Path
) -> None:
    first, second = parted
    with office.database.write() as session:
        operations.cancel(session, office.holder(session, "township_head"), second, "本人不再申请", office.now)
    with office.database.read() as session:
        before = _standing(session, second)
    _send_back(office, first, tmp_path)
    with office.database.read() as session:
        assert _standing(session, second) == before
        told = session.scalars(select(WorkItem.title).where(WorkItem.case_id == first, WorkItem.kind == "copy")).all()
        assert any("已经办结" in each for each in told)
