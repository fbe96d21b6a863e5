"""Incidents: what failed is seen once, and not any longer than it matters."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from app.cases import handlers, operations, queries
from app.core.actor import APPLICANT
from app.core.errors import NotYours, OverLimit
from app.db import stamps
from app.figures import seeding as figures
from app.figures.models import Figure
from app.identity import operations as staff
from app.inbox import queries as inbox
from app.jobs.runner import Worker
from app.publicity import operations as publicity
from app.registry import lookups
from tests.support.worlds import RELIEF, SPENDING, Office, id_number

CAP = "uninsured_relief_cap"


def _incidents(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [incident.element_id for incident in queries.incidents_of(session, case_id)]


def _forget(office: Office, key: str) -> None:
    with office.database.write() as session:
        stamps.bump(session, "figures")
        session.execute(delete(Figure).where(Figure.key == key))


def test_a_guard_that_could_not_answer_is_one_incident_until_it_does(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    _forget(office, CAP)
    for _ in range(2):
        stuck = office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
        assert "未参保" in (stuck.incident or "")
    assert _incidents(office, receipt.case_id) == ["township_review"]
    with office.database.write() as session:
        figures.establish(session, CAP, "22", 1000, origin=figures.STORY, now=office.now)
    assert office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800).incident is None
    assert _incidents(office, receipt.case_id) == []


def test_a_database_that_is_lost_while_a_rule_reads_is_no_incident(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)

    def lost(*given: object) -> None:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(lookups, "known_people", lost)
        with pytest.raises(OperationalError):
            office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
        with pytest.raises(OperationalError):
            office.apply("uninsured_unemployed_relief", RELIEF, id_number=id_number(7))
    assert _incidents(office, receipt.case_id) == []


def test_an_incident_does_not_outlive_the_step_that_was_returned(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    _forget(office, CAP)
    office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.return_case(session, clerk, receipt.case_id, "village_investigation", "补充证明人", office.now)
    assert _incidents(office, receipt.case_id) == []


def test_a_case_that_is_taken_back_leaves_no_incident(office: Office) -> None:
    _forget(office, "rural_dibao_standard_month")
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    assert _incidents(office, receipt.case_id) == ["apply"]
    with office.database.write() as session:
        operations.withdraw(session, APPLICANT, receipt.case_id, "已就业", office.now)
    assert _incidents(office, receipt.case_id) == []


def _wait(office: Office, days: int) -> None:
    """Days pass, and the worker does what falls due."""
    office.clock.move_to(office.now + timedelta(days=days))
    Worker(office.database, office.clock, handlers.HANDLERS, on_dead=handlers.on_dead).run_once()


def _posted(office: Office) -> str:
    receipt = office.apply("expenditure_relief", SPENDING)
    office.do(receipt.case_id, "acceptance", "township_clerk", complete=True)
    office.do(receipt.case_id, "verification", "township_clerk", hardship_confirmed=True, necessary_spending=30000)
    office.do(receipt.case_id, "review", "township_head", approved=True, amount=3000, instalments=1)
    return receipt.case_id


def _elements(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [item.element_id for item in inbox.open_of_case(session, case_id)]


def test_what_time_cannot_do_becomes_an_incident_that_can_be_retried(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = _posted(office)
    with monkeypatch.context() as patched:
        patched.setattr(publicity, "complete", _refuse)
        _wait(office, 8)
    with office.database.write() as session:
        (incident,) = queries.incidents_of(session, case_id)
        assert (incident.message, incident.stage) == ("备用金余额不足", "timer")
        operations.retry_incident(session, office.holder(session, "township_clerk"), case_id, office.now)
    _wait(office, 0)
    assert (_elements(office, case_id), _incidents(office, case_id)) == (["township_confirmation"], [])


def _refuse(*given: object) -> bool:
    raise OverLimit("备用金余额不足")


def test_on_hold_time_does_not_move_a_case_either(office: Office) -> None:
    """The days of a 公示 that were left when it was taken down are still to be stood."""
    case_id = _posted(office)
    _wait(office, 3)
    with office.database.write() as session:
        operations.hold(session, office.holder(session, "township_head"), case_id, "等待公安核查", office.now)
    _wait(office, 30)
    assert _elements(office, case_id) == []
    with office.database.write() as session:
        operations.release(session, office.holder(session, "township_head"), case_id, office.now)
    _wait(office, 4)
    assert _elements(office, case_id) == []
    _wait(office, 1)
    assert _elements(office, case_id) == ["township_confirmation"]


def test_staff_of_elsewhere_withdraw_nothing(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.write() as session:
        staff.ensure_staffed(session, "220322100001", office.now)
        stranger = office.holder(session, "township_clerk", code="220322100001")
    with pytest.raises(NotYours), office.database.write() as session:
        operations.withdraw(session, stranger, receipt.case_id, "误报", office.now)
