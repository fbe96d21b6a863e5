"""Incidents: what failed is seen once, and not any longer than it matters."""

from __future__ import annotations

from sqlalchemy import delete

from app.cases import operations, queries
from app.core.actor import APPLICANT, SYSTEM
from app.figures import operations as figures
from app.figures.models import Figure
from tests.support.worlds import RELIEF, Office

CAP = "uninsured_relief_cap"


def _incidents(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [incident.element_id for incident in queries.incidents_of(session, case_id)]


def _forget(office: Office, key: str) -> None:
    with office.database.write() as session:
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
        figures.set_figure(session, SYSTEM, CAP, "22", 1000, now=office.now, checked=False)
    assert office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800).incident is None
    assert _incidents(office, receipt.case_id) == []


def test_a_case_that_is_taken_back_leaves_no_incident(office: Office) -> None:
    _forget(office, "rural_dibao_standard_month")
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    assert _incidents(office, receipt.case_id) == ["apply"]
    with office.database.write() as session:
        operations.withdraw(session, APPLICANT, receipt.case_id, "已就业", office.now)
    assert _incidents(office, receipt.case_id) == []
