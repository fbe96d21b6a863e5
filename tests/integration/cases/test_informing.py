"""Applicants are told by SMS what happens: once, not while it can be taken back, and the case knows what came of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.cases import handlers, informing, operations, progress, queries
from app.cases.handlers import on_dead
from app.cases.informing import Told
from app.cases.messaging import sending
from app.core.actor import APPLICANT
from app.core.ids import new_id
from app.documents.operations import TAKE_BACK
from app.funds import bank, batches, lists, returns, telling
from app.funds.listing import MONTHLY, BatchSpec
from app.identity import queries as identity
from app.inbox import queries as items
from app.jobs import operations as jobs
from app.jobs.operations import JOB
from app.jobs.runner import Worker
from app.outside import Failed, Refused
from app.registry import operations as registry
from tests.support.statements import counted
from tests.support.worlds import RELIEF, SPENDING, VILLAGE, Office, id_number

PROGRAMME = "uninsured_unemployed_relief"


class Carrier:
    """Keeps what it was given; `fault` is raised instead."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.got = fault, list[tuple[str, str]]()

    def send(self, key: str, to: str, text: str) -> None:
        if self.fault:
            raise self.fault
        self.got.append((to, text))


def run(office: Office, carrier: Carrier) -> None:
    """What is due a minute later."""
    office.clock.move_to(office.now + TAKE_BACK)
    kinds = {informing.SEND: sending(carrier), **handlers.HANDLERS}
    worker = Worker(office.database, office.clock, kinds, on_dead=on_dead)
    while worker.run_once():
        pass


def told(office: Office, case_id: str) -> list[Told]:
    with office.database.read() as session:
        return informing.of_case(session, case_id)


def number(office: Office, case_id: str) -> str:
    with office.database.read() as session:
        return str(queries.head(session, case_id).number)


def test_what_was_queued_before_an_upgrade_goes_out(office: Office) -> None:
    carrier, case_id = Carrier(), office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        payload = {"to": "13904310001", "text": "请补材料"}
        jobs.enqueue(session, informing.SEND, payload, due=office.now, case_id=case_id)
    run(office, carrier)
    assert carrier.got[0] == ("13904310001", "请补材料")


def test_each_event_is_told_once_with_its_text(office: Office) -> None:
    carrier, case_id = Carrier(), office.apply("expenditure_relief", SPENDING).case_id
    run(office, carrier)
    assert [text for _, text in carrier.got] == [
        f"您的支出型临时救助申请已收到，案号{number(office, case_id)}。凭案号和查询码可以查进度。"
        "有事请找农安镇人民政府，电话12345。"
    ]
    office.do(case_id, "acceptance", "township_clerk", complete=False, missing="低保证")
    run(office, carrier)
    assert "还缺材料" in carrier.got[1][1]
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    run(office, carrier)
    assert "已受理" in carrier.got[2][1]
    run(office, carrier)
    assert [each.event for each in told(office, case_id)] == ["filed", "asked", "accepted"]
    assert {each.status for each in told(office, case_id)} == {"sent"}
    assert {to for to, _ in carrier.got} == {SPENDING["phone"]}
    assert not any(word in text for _, text in carrier.got for word in ("孙丽", SPENDING["id_number"], "3000"))


def test_what_is_taken_back_is_not_told_and_can_be_told_later(office: Office) -> None:
    case_id = office.apply("expenditure_relief", SPENDING).case_id
    carrier = Carrier()
    run(office, carrier)
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    with office.database.write() as session:
        actor = office.holder(session, "township_clerk")
        task = next(each for each in items.items_of_case(session, case_id) if each.element_id == "acceptance")
        operations.take_back(session, actor, task.id, timedelta(minutes=1), office.now)
    run(office, carrier)
    assert [each.status for each in told(office, case_id)] == ["sent", "taken_back"]
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    run(office, carrier)
    assert [each.status for each in told(office, case_id)] == ["sent", "taken_back", "sent"]


@pytest.mark.parametrize(
    ("fault", "status"), [(Refused("短信网关没有接受，状态 403"), "failed"), (Failed("连不上"), "waiting")]
)
def test_the_case_says_what_was_not_sent(office: Office, fault: Exception, status: str) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    run(office, Carrier(fault))
    (message,) = told(office, case_id)
    assert message.status == status
    assert status == "waiting" or message.why == str(fault)


def test_no_telephone_is_said_and_silence_is_kept(office: Office) -> None:
    carrier, quiet = Carrier(), office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        operations.want_messages(session, APPLICANT, quiet, False, office.now)
    run(office, carrier)
    assert [(each.status, each.why) for each in told(office, quiet)] == [("withheld", "申请人选择不收短信")]
    assert carrier.got == []


def test_the_bank_paid_is_told_and_costs_two_statements(office: Office) -> None:
    carrier, case_id = Carrier(), office.apply(PROGRAMME, RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session, counted(session) as statements:
        finance = office.holder(session, "finance")
        orders = [row.id for row in lists.orders(session, finance, lists.OrderFilter())]
        statements.clear()
        bank.mark_paid(session, finance, orders, "回单1", office.now)
    assert sum("INSERT INTO job" in each for each in statements) == 2, "one for cases, one for months of awards"
    run(office, carrier)
    run(office, carrier)
    assert [each.event for each in told(office, case_id)] == ["filed", "approved", "paid"]
    assert "救助金已经发放" in carrier.got[-1][1]
    with office.database.write() as session:
        returns.mark_returned(session, finance, orders, "户名不符", office.now)
    run(office, carrier)
    run(office, carrier)
    assert "被银行退回" in carrier.got[-1][1]


def grant(office: Office, place: int, case_id: str | None) -> None:
    """Somebody in payment; by a case or, taken over, by none."""
    with office.database.write() as session:
        region_id = identity.region_by_code(session, VILLAGE, office.now.date()).id
        request = registry.AwardRequest(
            id=new_id(), programme="dibao", id_number=id_number(place), name=f"张{place}", region_id=region_id,
            monthly=Decimal("200.00"), starts_on=date(2019, 10, 1), facts={}, case_id=case_id,
        )  # fmt: skip
        registry.start_award(session, request, office.now)


def order(office: Office, kind: str, month: int) -> list[str]:
    """The orders of a batch of dibao: of a month, or of an occasion."""
    amount = None if kind == MONTHLY else Decimal(100)
    spec = BatchSpec(f"{kind}-{month}", kind, "发放低保金", "D4", "220122", ("dibao",), date(2020, month, 20), amount)
    with office.database.write() as session:
        batch_id = batches.draft(session, office.holder(session, "county_clerk"), spec, office.now)
        batches.confirm(session, office.holder(session, "county_head"), batch_id, office.now)
        waiting = lists.OrderFilter(status="pending")
        return [row.id for row in lists.orders(session, office.holder(session, "finance"), waiting)]


def pay(office: Office, orders: list[str]) -> list[str]:
    """The bank paid; the statements that took."""
    with office.database.write() as session, counted(session) as statements:
        bank.mark_paid(session, office.holder(session, "finance"), orders, "回单", office.now)
    return statements


def heard(office: Office, case_id: str) -> int:
    """How often the case was told of its months, when all is sent that is due."""
    for _ in range(2):
        run(office, Carrier())
    return sum(each.event == informing.MONTHLY for each in told(office, case_id))


def test_the_first_month_of_an_award_is_told_and_again_when_money_came_back(office: Office) -> None:
    case_id, carrier = office.apply(PROGRAMME, RELIEF).case_id, Carrier()
    run(office, carrier)
    grant(office, 1, case_id)
    pay(office, order(office, "seasonal", 9))
    assert heard(office, case_id) == 0, "an occasion is no month"
    pay(office, order(office, MONTHLY, 10))
    assert heard(office, case_id) == 1
    (message,) = [each for each in told(office, case_id) if each.event == informing.MONTHLY]
    assert "按月发放" in message.text
    assert (message.status, message.phone) == ("sent", RELIEF["phone"])
    with office.database.write() as session:
        jobs.purge(session, office.now + TAKE_BACK)
    (order_id,) = order(office, MONTHLY, 11)
    pay(office, [order_id])
    assert heard(office, case_id) == 1, "the second month is as expected, however long ago the first was told"
    for times in (2, 3):
        with office.database.write() as session:
            finance = office.holder(session, "finance")
            returns.mark_returned(session, finance, [order_id], "账号不存在", office.now)
            order_id = returns.order_again(session, finance, order_id, "", "银行已恢复账户", office.now)
        pay(office, [order_id])
        assert heard(office, case_id) == times
    pay(office, order(office, MONTHLY, 12))
    assert heard(office, case_id) == 3


def test_a_file_of_first_months_takes_as_many_statements_as_one(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    grant(office, 1, case_id)
    grant(office, 2, None)
    both = order(office, MONTHLY, 10)
    one, other = len(pay(office, both[:1])), len(pay(office, both[1:]))
    grant(office, 3, case_id)
    grant(office, 4, None)
    grant(office, 5, None)
    order(office, MONTHLY, 11)
    many = pay(office, order(office, MONTHLY, 12))
    assert one == other == len(many), "two months of five, of which three are new"
    with office.database.read() as session:
        if office.database.is_sqlite:
            first = next(each for each in many if "JOIN" in each and "INSERT INTO job" in each)
            given = ("",) * first.count("?")
            plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {first}", given).all())
            assert plan.count("ix_payment_order_award (award_id=? AND purpose>?") == 3, (
                "of each award alone, however long the file"
            )
        jobs_made = session.scalars(select(JOB.c.case_id).where(JOB.c.kind == telling.TELL_MONTH)).all()
    assert jobs_made == [case_id, case_id], (
        "one for each award that a case granted, two months at once or not; none for who was taken over"
    )


def test_what_is_missing_is_named_until_somebody_goes_on(office: Office) -> None:
    case_id = office.apply("expenditure_relief", SPENDING).case_id

    def missing() -> tuple[str, ...]:
        with office.database.read() as session:
            return progress.of_case(session, case_id, office.now).missing

    assert missing() == ()
    office.do(case_id, "acceptance", "township_clerk", complete=False, missing="低保证\n住院发票")
    assert missing() == ("低保证", "住院发票")
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    assert missing() == ()
