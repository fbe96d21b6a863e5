"""What applicants ask of the office: another telephone, another account, to look at a decision again."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases import informing, operations, queries, requests, store
from app.core.actor import APPLICANT, SYSTEM
from app.core.errors import Gone, Invalid, NotYours
from app.funds import bank, lists
from app.funds.queries import orders_of
from tests.support.worlds import RELIEF, Office

PROGRAMME = "uninsured_unemployed_relief"
OTHER = "6228480240001234576"


@pytest.fixture
def case_id(office: Office) -> str:
    return office.apply(PROGRAMME, RELIEF).case_id


def decide(office: Office, case_id: str, **review: Any) -> None:
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(case_id, "township_review", "township_clerk", **review)


def application(office: Office, case_id: str) -> dict[str, object]:
    with office.database.read() as session:
        return dict(store.look(session, SYSTEM, case_id, office.now).variables["application"])


def test_a_changed_telephone_is_told_to_the_old_one(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        operations.change_phone(session, APPLICANT, case_id, "139 0431 0088", office.now)
    with office.database.read() as session:
        (told,) = [each for each in informing.of_case(session, case_id) if each.event == informing.PHONE_CHANGED]
    assert (told.phone, "139****0088" in told.text) == (RELIEF["phone"], True)
    assert application(office, case_id)["phone"] == "13904310088"
    with office.database.write() as session, pytest.raises(Invalid, match="不用更正"):
        operations.change_phone(session, APPLICANT, case_id, "13904310088", office.now)
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    assert application(office, case_id)["phone"] == "13904310088"


def test_an_account_is_changed_by_staff_and_only_what_waits_follows(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        for account, holder in ((OTHER, "别人"), ("1", "王建国")):
            with pytest.raises(Invalid):
                operations.ask_for_account(session, APPLICANT, case_id, account, holder, office.now)
        operations.ask_for_account(session, APPLICANT, case_id, f"{OTHER[:4]} {OTHER[4:]}", "王建国", office.now)
        with pytest.raises(Gone, match="还在核对"):
            operations.ask_for_account(session, APPLICANT, case_id, OTHER, "王建国", office.now)
    assert application(office, case_id)["bank_account"] == RELIEF["bank_account"]
    with office.database.write() as session:
        (request,) = requests.of_case(session, case_id)
        cadre = office.holder(session, "village_cadre")
        with pytest.raises(NotYours):
            operations.settle_account(session, cadre, case_id, request.id, True, "", office.now)
        clerk = office.holder(session, "township_clerk")
        operations.settle_account(session, clerk, case_id, request.id, True, "", office.now)
        with pytest.raises(Gone):
            operations.settle_account(session, clerk, case_id, request.id, False, "再改", office.now)
    decide(office, case_id, confirmed=True, amount=800)
    with office.database.read() as session:
        orders = orders_of(session, case_id)
        assert set(lists.accounts(session, lists.made_since(session, case_id, 0)).values()) == {OTHER}
        assert [order.status for order in orders] == ["pending"]


def test_what_is_ordered_and_not_at_the_bank_follows_the_account(office: Office, case_id: str) -> None:
    decide(office, case_id, confirmed=True, amount=800)
    with office.database.write() as session:
        operations.ask_for_account(session, APPLICANT, case_id, OTHER, "王建国", office.now)
        (request,) = requests.of_case(session, case_id)
        clerk, finance = office.holder(session, "township_clerk", 1), office.holder(session, "finance")
        assert operations.settle_account(session, clerk, case_id, request.id, True, "", office.now) == 1
        (order,) = lists.made_since(session, case_id, 0)
        assert lists.accounts(session, [order]) == {order.id: OTHER}
        bank.mark_paid(session, finance, [order.id], "回单1", office.now)
        with pytest.raises(Gone, match="没有等待发放的款项"):
            operations.ask_for_account(session, APPLICANT, case_id, RELIEF["bank_account"], "王建国", office.now)


def test_an_appeal_is_answered_by_who_had_no_part_in_the_decision(office: Office, case_id: str) -> None:
    with office.database.write() as session, pytest.raises(Gone, match="还没有作出决定"):
        operations.appeal(session, APPLICANT, case_id, "不服", office.now)
    decide(office, case_id, confirmed=False, opinion="有单位发放的工资")
    with office.database.write() as session:
        number = operations.appeal(session, APPLICANT, case_id, "工资早就停发了", office.now)
        assert number == f"{queries.head(session, case_id).number}-S1"
        with pytest.raises(Gone, match="还没有答复"):
            operations.appeal(session, APPLICANT, case_id, "工资早就停发了", office.now)
    with office.database.write() as session:
        (request,) = requests.of_case(session, case_id)
        clerk = office.holder(session, "township_clerk")
        with pytest.raises(NotYours):
            operations.answer_appeal(session, clerk, case_id, request.id, "维持", office.now)
        head = office.holder(session, "county_head")
        operations.answer_appeal(session, head, case_id, request.id, "已核实，维持原决定", office.now)
        (request,) = requests.of_case(session, case_id)
        assert (request.status, request.answer) == ("answered", "已核实，维持原决定")
        assert informing.of_case(session, case_id)[-1].event == informing.ANSWERED
