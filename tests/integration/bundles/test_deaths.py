"""A death: money stops with the month, what was paid after is owed back, others go on, nobody writes to the dead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app import audit
from app.cases import informing, operations, queries, store
from app.cases.messaging import sending
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotEligible, NotYours
from app.documents.operations import TAKE_BACK
from app.funds.models import PaymentOrder
from app.jobs.runner import Worker
from app.registry import deaths, members, people
from app.registry import queries as registry
from tests.integration.bundles.test_dibao import (
    APPLICATION,
    HEAD,
    INCOME,
    WIFE,
    admitted,
    award_of,
    begin,
    letter,
    pass_days,
    put_in_force,
    status,
    to_review,
)  # fmt: skip
from tests.integration.bundles.test_exclusions import begun_on, paid_for
from tests.support.worlds import SPENDING, Office

NOVEMBER, DECEMBER, JANUARY = date(2020, 11, 5), date(2020, 12, 5), date(2021, 1, 5)


@pytest.fixture
def office(office: Office) -> Office:
    put_in_force(office, rural_dibao_standard_month=400, publicity_days=7)
    return office


def reported(office: Office, award: registry.AwardState, **told: Any) -> str:
    """A death that is reported, examined and approved."""
    case_id = begin(office, award, "ending")
    office.do(case_id, "risk_assessment", "township_clerk", reason="died", **told)
    office.do(case_id, "ending_review", "township_head", approved=True)
    office.do(case_id, "county_approval", "county_head", approved=True)
    pass_days(office, 0)
    return case_id


def owed(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [row.key for row in queries.owed_of(session, case_id) if row.settled_at is None]


def person(office: Office, data: dict[str, Any]) -> deaths.Known:
    with office.database.write() as session:
        return deaths.person_with(session, data["id_number"])


def order(office: Office, award: registry.AwardState, month: date, amount: str, **state: Any) -> None:
    with office.database.write() as session:
        row = {"id": f"o{month}", "award_id": award.id, "programme": "dibao", "region_id": award.region_id, "place": 0}
        paid = {"payee": "周海", "source": "county_fund", "status": "paid", "created_at": office.now}
        dated = {"amount": Decimal(amount), "due_on": month, "dedup": f"monthly:{month:%Y-%m}:{award.id}"}
        session.add(PaymentOrder(**row, **dated, **{**paid, **state}))


def test_a_household_goes_on_without_the_dead(office: Office) -> None:
    award = admitted(office, members=[HEAD, WIFE])
    assert award.monthly == Decimal("500.00")
    order(office, award, NOVEMBER, "500.00")
    pass_days(office, 20)
    case_id = reported(office, award, person="吴霞", happened_on=date(2020, 10, 25))
    after = award_of(office, case_id)
    assert (after.status, after.name, after.monthly, after.recount_since) == (
        "in_payment", "周海", Decimal("100.00"), None,
    )  # fmt: skip
    assert (status(office, case_id), owed(office, case_id)) == ("ended", ["overpaid"])
    told = letter(office, case_id, "recheck_notice")
    assert all(part in told for part in ("周海：", "吴霞已死亡", "多发的400元应当退回", "2020年11月1日起"))
    assert paid_for(office, DECEMBER) == [("周海", Decimal("100.00"))]
    with office.database.read() as session:
        days = {each.name: each.valid_until for each in members.members_of(session, award.id)}
    assert days == {"周海": None, "吴霞": date(2020, 10, 26)}


def test_who_is_paid_changes_where_the_recipient_has_died(office: Office) -> None:
    award = admitted(office, members=[HEAD, WIFE])
    case_id = reported(office, award, happened_on=office.now.date())
    after = award_of(office, case_id)
    assert (after.name, after.account, owed(office, case_id)) == ("吴霞", None, [])
    told = letter(office, case_id, "recheck_notice")
    assert all(part in told for part in ("吴霞：", "今后由吴霞领款"))


def test_the_last_is_paid_for_the_month_of_death_and_no_more(office: Office) -> None:
    award = admitted(office, members=[HEAD])
    order(office, award, DECEMBER, "100.00")
    order(office, award, JANUARY, "100.00", status="pending")
    pass_days(office, 30)
    case_id = reported(office, award, happened_on=date(2020, 11, 10))
    assert (award_of(office, case_id).ended_on, owed(office, case_id)) == (date(2020, 12, 1), ["overpaid"])
    told = letter(office, case_id, "ending_notice")
    assert all(part in told for part in ("周海的家属：", "周海的最低生活保障自2020年12月1日起", "多发的100元应当退回"))
    assert (paid_for(office, NOVEMBER), paid_for(office, DECEMBER)) == ([("周海", Decimal("100.00"))], [])
    with office.database.read() as session:
        states = session.scalars(select(PaymentOrder.status).order_by(PaymentOrder.due_on)).all()
    assert states == ["paid", "cancelled"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"happened_on": date(2099, 1, 1)}, "happened_on"),
        ({"happened_on": date(1988, 9, 8)}, "happened_on"),
        ({"person": "吴霞", "happened_on": date(1989, 12, 31)}, "happened_on"),
        ({"person": "无此人", "happened_on": date(2020, 10, 12)}, "person"),
        ({}, "happened_on"),
    ],
)
def test_a_day_that_cannot_be_is_refused(office: Office, told: dict[str, Any], field: str) -> None:
    case_id = begin(office, admitted(office, members=[HEAD, WIFE]), "ending")
    with pytest.raises(Invalid) as refused:
        office.do(case_id, "risk_assessment", "township_clerk", reason="died", **told)
    assert set(refused.value.fields) == {field}


def test_a_death_known_twice_is_harmless_and_a_mistake_is_corrected_with_history(office: Office) -> None:
    award = admitted(office, members=[HEAD, WIFE])
    order(office, award, DECEMBER, "500.00", purpose="2020-12")
    wife, day = person(office, WIFE), office.now.date()
    with office.database.write() as session:
        clerk, finance = office.holder(session, "township_clerk"), office.holder(session, "finance")
        with pytest.raises(NotYours):
            deaths.record_by_staff(session, finance, wife.id, day, office.now)
        assert deaths.record_by_staff(session, clerk, wife.id, day, office.now)
        assert not deaths.record_by_staff(session, clerk, wife.id, day - timedelta(days=1), office.now)
    pass_days(office, 0)
    departure = begun_on(office, award, "departure")
    assert (award_of(office, departure).monthly, owed(office, departure)) == (Decimal("100.00"), ["overpaid"])
    told = letter(office, departure, "recheck_notice")
    assert all(part in told for part in ("自2020年11月1日起", "11月起多发的400元应当退回"))
    with office.database.write() as session:
        with pytest.raises(Invalid, match="理由"):
            deaths.correct(session, clerk, wife.id, None, " ", office.now)
        deaths.correct(session, clerk, wife.id, None, "同名误登，本人健在", office.now)
        assert audit.verify(session) == []
        assert [event.kind for event in audit.events_of(session, f"person:{wife.id}")] == ["died", "death_corrected"]
    pass_days(office, 0)
    assert begun_on(office, award, "recheck")
    with office.database.read() as session:
        assert set(members.numbers_of(session, award.id)) == {HEAD["id_number"], WIFE["id_number"]}
        after = registry.award(session, award.id)
    assert (after.monthly, after.recount_since, owed(office, departure)) == (Decimal("500.00"), None, [])
    assert paid_for(office, NOVEMBER) == [("周海", Decimal("500.00"))]


def test_an_award_that_a_mistaken_death_ended_goes_on_and_nothing_is_owed_back(office: Office) -> None:
    award = admitted(office, members=[HEAD])
    order(office, award, DECEMBER, "100.00", purpose="2020-12")
    pass_days(office, 60)
    case_id = reported(office, award, happened_on=date(2020, 11, 10))
    assert (award_of(office, case_id).status, owed(office, case_id)) == ("ended", ["overpaid"])
    head = person(office, HEAD)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        deaths.correct(session, clerk, head.id, None, "同名误登，本人健在", office.now)
    pass_days(office, 0)
    after = award_of(office, case_id)
    assert (after.status, after.ended_on, after.recount_since, owed(office, case_id)) == ("in_payment", None, None, [])
    assert paid_for(office, JANUARY) == [("周海", Decimal("100.00"))]
    with office.database.read() as session:
        assert audit.verify(session) == []


def test_nobody_is_admitted_with_a_member_who_has_died(office: Office) -> None:
    with office.database.write() as session:
        people.record_person(session, WIFE["id_number"], "吴霞", office.now)
        known = deaths.person_with(session, WIFE["id_number"])
        deaths.record(session, known, office.now.date(), office.holder(session, "county_clerk"), office.now)
    with pytest.raises(NotEligible, match="家庭成员登记为已经死亡"):
        admitted(office, members=[HEAD, WIFE])


def test_later_instalments_stop_and_what_was_paid_is_owed_back(office: Office) -> None:
    put_in_force(office, township_spending_authorised=1)
    case_id = office.apply("expenditure_relief", SPENDING).case_id
    with office.database.write() as session:
        of_case = {"case_id": case_id, "case_seq": 1, "programme": "expenditure_relief", "region_id": "r"}
        each = {"payee": "孙丽", "amount": Decimal(1000), "source": "county_fund", "created_at": office.now}
        for place, state in enumerate(("paid", "paid", "pending")):
            dated = {"id": f"i{place}", "dedup": f"i{place}", "due_on": date(2020, 10 + place, 20), "status": state}
            session.add(PaymentOrder(**of_case, **each, **dated, place=place))
        people.record_person(session, SPENDING["id_number"], "孙丽", office.now)
        known = deaths.person_with(session, SPENDING["id_number"])
        deaths.record(session, known, office.now.date(), office.holder(session, "county_clerk"), office.now)
    pass_days(office, 0)
    assert owed(office, case_id) == ["overpaid"]
    with office.database.read() as session:
        orders = select(PaymentOrder.status).where(PaymentOrder.case_id == case_id).order_by(PaymentOrder.place)
        assert session.scalars(orders).all() == ["paid", "paid", "cancelled"]


def test_an_open_application_of_the_dead_ends(office: Office) -> None:
    household = {"members": [HEAD], "annual_income": INCOME, "financial_assets": 0}
    case_id = office.apply("dibao", APPLICATION, household=household).case_id
    with office.database.write() as session:
        people.record_person(session, HEAD["id_number"], "周海", office.now)
        known = deaths.person_with(session, HEAD["id_number"])
        deaths.record(session, known, office.now.date(), office.holder(session, "county_clerk"), office.now)
    pass_days(office, 0)
    assert status(office, case_id) == "ended"


def test_no_letter_and_no_message_goes_to_the_dead(office: Office) -> None:
    case_id = to_review(office)
    with office.database.write() as session:
        people.record_person(session, HEAD["id_number"], "周海", office.now)
        known = deaths.person_with(session, HEAD["id_number"])
        deaths.record(session, known, office.now.date(), office.holder(session, "county_clerk"), office.now)
        informing.tell(store.lock(session, SYSTEM, case_id, office.now), ["accepted"])
    office.clock.move_to(office.now + TAKE_BACK)
    sent: list[str] = []
    messenger = SimpleNamespace(send=lambda key, to, text: sent.append(to))
    worker = Worker(office.database, office.clock, {informing.SEND: sending(messenger)})
    assert worker.run_once()
    with office.database.write() as session:
        before = session.scalar(select(Case.query_hash).where(Case.id == case_id))
        operations.send_code(session, HEAD["id_number"], APPLICATION["phone"], lambda: None, office.now)
        assert session.scalar(select(Case.query_hash).where(Case.id == case_id)) == before
    assert sent == []
    with office.database.read() as session:
        said = [event.payload.get("text", "") for event in audit.events_of(session, f"case:{case_id}")]
    assert any("短信没有发出" in text and "已受理" in text for text in said)
    office.do(case_id, "review", "township_head", approved=False, opinion="申请人已去世")
    told = letter(office, case_id, "refusal_notice")
    assert "周海的家属：" in told
    assert "周海（公民身份号码220122********3311）于2020年10月12日提出的" in told
