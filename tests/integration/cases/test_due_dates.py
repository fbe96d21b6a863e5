"""`camunda:dueDate`: a clock of one task, in working or calendar days, with pauses, retries and migrations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import calendar
from app.calendar import LegalClock
from app.cases import operations, queries
from tests.integration.cases.test_migrate import _migrate, _published
from tests.support.worlds import RELIEF, Office

PROGRAMME, TASK = "uninsured_unemployed_relief", "village_investigation"
FORM = f'camunda:formKey="{TASK}.form.json">'
CLOCK = '<camunda:property name="clock" value="village_investigation" />'


def due(text: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """The legal clock of the first task gives way to a due date."""
    return ("relief.bpmn", CLOCK, ""), ("relief.bpmn", FORM, f'camunda:dueDate="{text}" {FORM}')


def clocks(office: Office, case_id: str) -> list[LegalClock]:
    with office.database.read() as session:
        return calendar.clocks_of(session, case_id)


def due_on(office: Office, case_id: str) -> date | None:
    with office.database.read() as session:
        return office.task(session, case_id, TASK).due_on


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-12-01", date(2020, 12, 1)),
        ("P7D", date(2020, 10, 19)),
        ("=5", date(2020, 10, 19)),
        ("=case.applied_on + duration(&quot;P1M&quot;)", date(2020, 11, 12)),
        ("=null", None),
    ],
)
def test_a_due_date_is_the_due_day_of_its_task(office: Office, text: str, day: date | None) -> None:
    _published(office, PROGRAMME, *due(text))
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    assert due_on(office, case_id) == day
    office.do(case_id, TASK, "village_cadre", facts_true=True)
    ended = [each.status for each in clocks(office, case_id) if each.title == "村（社区）调查核实"]
    assert ended == ([] if day is None else ["met"])


def test_working_days_that_did_not_count_are_made_up_for(office: Office) -> None:
    _published(office, PROGRAMME, *due("=5"))
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        operations.hold(session, office.holder(session, "township_head"), case_id, "等待公安核查", office.now)
    office.clock.move_to(office.now + timedelta(days=7))
    with office.database.write() as session:
        operations.release(session, office.holder(session, "township_head"), case_id, office.now)
    assert due_on(office, case_id) == date(2020, 10, 26)


def test_a_due_date_that_is_none_is_an_incident_and_the_task_stays_open(office: Office) -> None:
    _published(office, PROGRAMME, *due("=1.5"))
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    assert due_on(office, case_id) is None
    with office.database.read() as session:
        assert ["1.5" in each.message for each in queries.incidents_of(session, case_id)] == [True]
    office.do(case_id, TASK, "village_cadre", facts_true=True)


def test_a_migration_keeps_the_day_and_begins_or_ends_the_clock_with_the_due_date(office: Office) -> None:
    _published(office, PROGRAMME, *due("P7D"))
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    (before,) = clocks(office, case_id)
    other = ("relief.bpmn", 'camunda:dueDate="P7D"', 'camunda:dueDate="P9D"')
    _migrate(office, _published(office, PROGRAMME, other))
    assert clocks(office, case_id) == [before]
    none = ("relief.bpmn", 'camunda:dueDate="P9D" ', "")
    _migrate(office, _published(office, PROGRAMME, none))
    assert [each.status for each in clocks(office, case_id)] == ["void"]
    assert due_on(office, case_id) is None
    again = ("relief.bpmn", FORM, f'camunda:dueDate="2020-12-01" {FORM}')
    _migrate(office, _published(office, PROGRAMME, again))
    assert due_on(office, case_id) == date(2020, 12, 1)
