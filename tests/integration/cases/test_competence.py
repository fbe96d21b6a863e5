"""Who confirms must have the competence when the act is done; what waits without it goes to the county by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases import operations
from app.config import Config
from app.core.errors import OverLimit
from app.figures import seeding as figures
from app.funds import queries as funds
from app.inbox import queries as inbox
from app.jobs.runner import Worker
from app.worker import Outside, handlers
from tests.support.worlds import SPENDING, Office

WITHDRAWN = "township_spending_authorised"


def _waiting(office: Office) -> str:
    """A spending case that the township may confirm."""
    case_id = office.apply("expenditure_relief", SPENDING).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "verification", "township_clerk", hardship_confirmed=True, necessary_spending=30000)
    office.do(case_id, "review", "township_head", approved=True, amount=3000, instalments=1)
    office.clock.move_to(office.now + timedelta(days=8))
    _work(office)
    return case_id


def _work(office: Office) -> None:
    worker = Worker(office.database, office.clock, handlers(Outside.of(Config())))
    while worker.run_once():
        pass


def _withdraw(office: Office) -> None:
    with office.database.write() as session:
        given = {"origin": figures.STORY, "now": office.now}
        figures.establish(session, WITHDRAWN, "220122", 0, **given)


def _open(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [item.element_id for item in inbox.open_of_case(session, case_id)]


@pytest.mark.parametrize("answer", [{"approved": True}, {"approved": False, "opinion": "不属实"}])
def test_before_the_night_the_act_is_refused_and_changes_nothing(office: Office, answer: dict[str, object]) -> None:
    case_id = _waiting(office)
    _withdraw(office)
    with pytest.raises(OverLimit, match="县级确认"):
        office.do(case_id, "township_confirmation", "township_head", 1, **answer)
    assert _open(office, case_id) == ["township_confirmation"]
    with office.database.read() as session:
        assert funds.orders_of(session, case_id) == []


def test_in_the_night_it_goes_to_the_county_once(office: Office) -> None:
    case_id = _waiting(office)
    _work(office)
    assert _open(office, case_id) == ["township_confirmation"]
    _withdraw(office)
    office.clock.move_to(office.now + timedelta(days=1))
    for _ in range(2):
        _work(office)
        assert _open(office, case_id) == ["county_confirmation"]
        with office.database.write() as session:
            operations.ask_competence(session, case_id, lambda: None, office.now)
    office.do(case_id, "county_confirmation", "county_head", approved=True)
    with office.database.read() as session:
        assert len(funds.orders_of(session, case_id)) == 1


def test_an_act_that_comes_too_late_is_told_why(office: Office) -> None:
    case_id = _waiting(office)
    with office.database.read() as session:
        item, actor = office.task(session, case_id, "township_confirmation"), office.holder(session, "township_head", 1)
    _withdraw(office)
    with office.database.write() as session:
        operations.ask_competence(session, case_id, lambda: None, office.now)
    with pytest.raises(OverLimit), office.database.write() as session:
        operations.complete_task(session, actor, item.id, {"approved": True}, office.now)


def test_on_hold_nobody_asks_and_what_changed_meanwhile_counts_at_once(office: Office) -> None:
    case_id = _waiting(office)
    with office.database.write() as session:
        operations.hold(session, office.holder(session, "township_head"), case_id, "等待核查", office.now)
    _withdraw(office)
    office.clock.move_to(office.now + timedelta(days=2))
    _work(office)
    assert _open(office, case_id) == ["township_confirmation"]
    with office.database.write() as session:
        operations.release(session, office.holder(session, "township_head"), case_id, office.now)
    _work(office)
    assert _open(office, case_id) == ["county_confirmation"]
