"""What can happen to a case besides its tasks: return, withdrawal, cancelling, hold, incidents, objections."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app import calendar
from app.cases import operations, queries
from app.core.actor import APPLICANT, SYSTEM
from app.core.errors import Gone, Invalid, NotYours
from app.documents import queries as documents
from app.figures import seeding as figures
from app.funds import operations as fund_operations
from app.funds import queries as funds
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox.queries import NO_DUE_DAY
from app.publicity import queries as notices
from tests.support.worlds import EMERGENCY, RELIEF, SPENDING, VILLAGE, Office


def _posted(office: Office) -> str:
    """A spending case whose 公示 stands."""
    receipt = office.apply("expenditure_relief", SPENDING)
    office.do(receipt.case_id, "acceptance", "township_clerk", complete=True)
    office.do(receipt.case_id, "verification", "township_clerk", hardship_confirmed=True, necessary_spending=30000)
    office.do(receipt.case_id, "review", "township_head", approved=True, amount=3000, instalments=1)
    return receipt.case_id


def test_a_case_goes_back_to_an_earlier_step_and_the_notice_is_taken_down(office: Office) -> None:
    case_id = _posted(office)
    with office.database.write() as session:
        operations.object_to(session, APPLICANT, case_id, {"reason": "有车"}, office.now)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.return_case(session, clerk, case_id, "verification", "收入重新核实", office.now)
    with office.database.read() as session:
        assert [notice.status for notice in notices.notices_of(session, case_id)] == ["taken_down"]
        letters = {row.template: row.voided_at for row in documents.documents_of(session, case_id)}
        assert letters["publicity_notice"] == office.now
        assert "void_notice" in letters
        assert office.task(session, case_id, "verification").position == "township_clerk"


def test_a_return_needs_a_reason_and_whose_turn_it_is(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    for position, step, reason, refusal in (
        ("township_clerk", "village_investigation", " ", Invalid),
        ("township_clerk", "township_review", "有误", Invalid),
        ("village_cadre", "village_investigation", "有误", NotYours),
    ):
        with office.database.write() as session:
            actor = office.holder(session, position)
            with pytest.raises(refusal):
                operations.return_case(session, actor, receipt.case_id, step, reason, office.now)


def test_returned_to_the_village_the_clock_runs_again(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.return_case(session, clerk, receipt.case_id, "village_investigation", "补充证明人", office.now)
    with office.database.read() as session:
        assert office.task(session, receipt.case_id, "village_investigation").due_on is not None
        assert [each.status for each in calendar.clocks_of(session, receipt.case_id)] == ["met", "met", "running"]


def test_withdrawal_cancels_what_waits_and_frees_the_claim(office: Office) -> None:
    case_id = _posted(office)
    with office.database.write() as session:
        operations.withdraw(session, APPLICANT, case_id, "已找到工作", office.now)
    with office.database.read() as session:
        assert queries.head(session, case_id).status == "withdrawn"
        assert [notice.status for notice in notices.notices_of(session, case_id)] == ["taken_down"]
        assert "withdrawal_notice" in {row.template for row in documents.documents_of(session, case_id)}
    with pytest.raises(Gone), office.database.write() as session:
        operations.withdraw(session, APPLICANT, case_id, "再次", office.now)


def test_reasons_that_no_letter_holds_are_refused(office: Office) -> None:
    case_id = _posted(office)
    with office.database.read() as session:
        head = office.holder(session, "township_head")
    for command, actor in ((operations.withdraw, APPLICANT), (operations.hold, head), (operations.cancel, head)):
        with pytest.raises(Invalid) as refused, office.database.write() as session:
            command(session, actor, case_id, "长" * 501, office.now)
        assert refused.value.fields.keys() == {"reason"}


def test_money_paid_blocks_a_withdrawal(office: Office) -> None:
    with office.database.write() as session:
        township = identity.region_by_code(session, VILLAGE[:9], office.now.date())
        fund_operations.open_reserve(session, township.id, Decimal(5000), SYSTEM, office.now)
        clerk = office.holder(session, "township_clerk")
    receipt = office.apply("emergency_relief", EMERGENCY, clerk)
    office.do(receipt.case_id, "rescue_decision", "township_head", approved=True, amount=1000)
    with pytest.raises(Gone, match="已有款项发放"), office.database.write() as session:
        operations.withdraw(session, APPLICANT, receipt.case_id, "不需要了", office.now)
    with office.database.read() as session:
        assert funds.balance(session, township.id) == 4000


def test_a_missing_figure_waits_as_an_incident_and_a_retry_goes_on(office: Office) -> None:
    elsewhere = "220322100001"
    with office.database.write() as session:
        staff.ensure_staffed(session, elsewhere, office.now)
        receipt = operations.apply(session, APPLICANT, "uninsured_unemployed_relief", elsewhere, RELIEF, office.now)
    with office.database.read() as session:
        (incident,) = queries.incidents_of(session, receipt.case_id)
        assert "农村低保" in incident.message
    with office.database.write() as session:
        figures.establish(session, "rural_dibao_standard_month", "220322", 345, origin=figures.STORY, now=office.now)
        operations.retry_incident(
            session, office.holder(session, "township_clerk", code=elsewhere), receipt.case_id, office.now
        )
    with office.database.read() as session:
        assert queries.incidents_of(session, receipt.case_id) == []
        assert office.task(session, receipt.case_id, "village_investigation").due_on is not None


def test_on_hold_nothing_moves_and_the_days_left_remain(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.write() as session:
        head = office.holder(session, "township_head")
        operations.hold(session, head, receipt.case_id, "等待公安核查", office.now)
    with pytest.raises(Gone, match="暂停"):
        office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    office.clock.move_to(office.now + timedelta(days=7))
    with office.database.read() as session:  # nothing is late meanwhile, though its day of before is over
        waiting = office.task(session, receipt.case_id, "village_investigation")
        assert (waiting.due_on, waiting.sort_on, waiting.clock_id is not None) == (None, NO_DUE_DAY, True)
    with office.database.write() as session:
        operations.release(session, head, receipt.case_id, office.now)
    with office.database.read() as session:
        due = office.task(session, receipt.case_id, "village_investigation").due_on
    assert due.isoformat() == "2020-10-22"


def test_a_cancelled_case_is_ended_by_the_office_alone(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with pytest.raises(NotYours), office.database.write() as session:
        operations.cancel(session, APPLICANT, receipt.case_id, "误报", office.now)
    with office.database.write() as session:
        operations.cancel(session, office.holder(session, "township_head"), receipt.case_id, "重复登记", office.now)
    with office.database.read() as session:
        assert queries.head(session, receipt.case_id).status == "ended"
        assert not [item for item in queries.items.items_of_case(session, receipt.case_id) if item.status == "open"]


def test_a_relative_is_kept_out(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.write() as session:
        cadre = office.holder(session, "village_cadre")
        staff.declare_tie(session, cadre.user_id or "", RELIEF["id_number"], "兄弟", office.now.date())
    with pytest.raises(NotYours, match="回避"):
        office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(receipt.case_id, "village_investigation", "village_cadre", 1, facts_true=True)
