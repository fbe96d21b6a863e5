"""The worker's own duties."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from app.audit.models import AuditRoot
from app.cases import deadlines
from app.core.clock import MovableClock
from app.db import Database
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.worker import HOUSEKEEPING, handlers, plan_housekeeping
from tests.support.outside import outside
from tests.support.worlds import RELIEF, Office


def test_every_night_the_day_is_signed_once(database: Database, clock: MovableClock, tmp_path: Path) -> None:
    office = Office.open(database, clock)
    office.apply("uninsured_unemployed_relief", RELIEF)
    with database.write() as session:
        plan_housekeeping(session, clock.now())
        plan_housekeeping(session, clock.now())
    worker = Worker(database, clock, {HOUSEKEEPING: handlers(outside(tmp_path))[HOUSEKEEPING]})
    for _ in range(2):
        clock.move_to(clock.now() + timedelta(days=1))
        assert worker.run_once() == 1
    with database.read() as session:
        signed = list(session.scalars(select(AuditRoot.day).order_by(AuditRoot.day)))
    assert signed == [date(2020, 10, 12), date(2020, 10, 13)]


def test_a_new_holiday_moves_the_due_day_of_open_tasks(database: Database, clock: MovableClock) -> None:
    office = Office.open(database, clock)
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    lines = [f"{day},{'上班' if work else '放假'},演练" for day, work in (("2020-10-13", False), ("2020-10-17", True))]
    with database.write() as session:
        county = identity.region_by_code(session, "220122", date(2020, 10, 12)).id
        deadlines.import_calendar(session, "\n".join(lines), "演练通知", "管理员", clock.now(), county)
    with database.read() as session:
        assert office.task(session, receipt.case_id, "village_investigation").due_on == date(2020, 10, 16)
