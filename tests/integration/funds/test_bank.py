"""Bank files, proof of payment and reserve funds, on both databases."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import audit
from app.audit.models import AuditEvent
from app.core.actor import SYSTEM
from app.core.errors import Duplicate, Gone, Invalid, NotYours, OverLimit, Rejection
from app.core.ids import new_id
from app.funds import bank, lists, operations
from app.funds.models import BankFile, PaymentOrder
from app.funds.operations import OrderRequest, Origin, order_payment
from app.identity import policy as identity_policy
from app.identity import queries as identity
from tests.support.worlds import VILLAGE, Office

DUE = date(2020, 10, 20)


def _orders(office: Office, instalments: int = 1) -> list[str]:
    with office.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, office.now.date())
        request = OrderRequest(
            total=Decimal(900), instalments=instalments, first_on=DUE, payee="周海", account="6228480240009876543",
            source="county_fund", programme="expenditure_relief", dedup=new_id(),
        )  # fmt: skip
        return order_payment(session, request, Origin(identity.chain(session, village.id), SYSTEM), office.now)


def test_a_page_of_orders_follows_the_last_one(office: Office) -> None:
    _orders(office, instalments=3)
    with office.database.read() as session:
        clerk = office.holder(session, "township_clerk")
        first = lists.orders(session, clerk, lists.OrderFilter(), limit=2)
        (last,) = lists.orders(session, clerk, lists.OrderFilter(), lists.cursor_of(first[-1]))
        assert [row.due_on for row in [*first, last]] == [DUE, date(2020, 11, 20), date(2020, 12, 20)]
        assert lists.totals(session, clerk, lists.OrderFilter(until=DUE)) == {
            "pending": lists.Sum(1, Decimal("300.00"))
        }
        with pytest.raises(Invalid):
            lists.orders(session, clerk, lists.OrderFilter(), "昨天_1")
        with pytest.raises(NotYours):
            lists.orders(session, office.holder(session, "village_cadre"), lists.OrderFilter())


def test_two_colleagues_pay_at_the_same_moment_and_one_is_told(office: Office) -> None:
    (order_id,) = _orders(office)
    start, outcome = threading.Barrier(2), []

    def pay(number: int) -> None:
        start.wait()
        try:
            with office.database.write() as session:
                finance = office.holder(session, "finance", number)
                outcome.append(bank.mark_paid(session, finance, [order_id], f"回单{number}", office.now))
        except Rejection as refusal:
            outcome.append(refusal.code)

    threads = [threading.Thread(target=pay, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome, key=str) == [1, Gone.code]
    with office.database.read() as session:
        assert session.scalars(select(PaymentOrder.status)).all() == ["paid"]
        assert session.scalars(select(AuditEvent.kind).where(AuditEvent.chain.startswith("payments:"))).all() == [
            "paid"
        ]


def test_a_file_takes_what_is_due_and_nothing_twice(office: Office) -> None:
    first, *later = _orders(office, instalments=3)
    with office.database.write() as session:
        finance = office.holder(session, "finance")
        file_id = bank.make_file(session, finance, lists.OrderFilter(until=DUE), None, office.now)
        assert [line.account for line in bank.lines_of(session, finance, file_id, office.now)] == [
            "6228480240009876543"
        ]
    for chosen in ([first], [first, *later], ["unknown"]):
        with pytest.raises(Gone), office.database.write() as session:
            bank.make_file(session, finance, lists.OrderFilter(), chosen, office.now)
    with pytest.raises(NotYours), office.database.write() as session:
        bank.lines_of(session, office.holder(session, "county_head"), file_id, office.now)
    with office.database.write() as session:
        assert bank.mark_file_paid(session, finance, file_id, "回单", office.now) == 1
    with pytest.raises(Gone), office.database.write() as session:
        bank.mark_file_paid(session, finance, file_id, "回单", office.now)
    with office.database.read() as session:
        row = lists.bank_file(session, finance, file_id)
        assert (row.pending.count, row.paid) == (0, lists.Sum(1, Decimal("300.00")))
        assert audit.verify(session) == []


def test_two_colleagues_make_a_file_at_the_same_moment_and_there_is_one(office: Office) -> None:
    (order_id,) = _orders(office)
    start, outcome = threading.Barrier(2), []

    def make(chosen: list[str] | None) -> None:
        start.wait()
        try:
            with office.database.write() as session:
                finance = office.holder(session, "finance")
                outcome.append(bank.make_file(session, finance, lists.OrderFilter(until=DUE), chosen, office.now))
        except Rejection as refusal:
            outcome.append(refusal.code)

    threads = [threading.Thread(target=make, args=(chosen,)) for chosen in (None, [order_id])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as session:
        (file_id,) = session.scalars(select(BankFile.id)).all()
        assert session.scalars(select(PaymentOrder.bank_file_id)).all() == [file_id]
    assert len(outcome) == 2
    assert file_id in outcome


def test_what_may_be_at_the_bank_is_not_cancelled(office: Office) -> None:
    with office.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, office.now.date())
        request = OrderRequest(
            total=Decimal(900), instalments=2, first_on=DUE, payee="周海", account="6228480240009876543",
            source="county_fund", programme="expenditure_relief", dedup=new_id(),
        )  # fmt: skip
        origin = Origin(identity.chain(session, village.id), SYSTEM, case_id="c1", case_seq=3)
        first, _ = order_payment(session, request, origin, office.now)
        finance = office.holder(session, "finance")
        bank.make_file(session, finance, lists.OrderFilter(), [first], office.now)
    with pytest.raises(Gone, match="移出"), office.database.write() as session:
        operations.cancel_orders(session, "c1", 1, office.now)
    with office.database.write() as session:
        bank.take_out(session, finance, [first], office.now)
        assert operations.cancel_orders(session, "c1", 1, office.now) == 2


def test_more_orders_than_a_file_holds_are_not_ticked_at_once(office: Office) -> None:
    many = [str(number) for number in range(bank.LONGEST + 1)]
    with pytest.raises(OverLimit), office.database.write() as session:
        bank.mark_paid(session, office.holder(session, "finance"), many, "回单", office.now)


def test_a_reserve_is_kept_by_others_than_the_clerk_whose_cases_draw_on_it(office: Office) -> None:
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        assert chain.township is not None
        township = chain.township.id
        head, clerk = office.holder(session, "township_head"), office.holder(session, "township_clerk")
        operations.open_reserve(session, township, None, head, office.now)
        operations.top_up(session, township, Decimal(5000), "县级预拨", head, office.now)
        assert operations.reconcile(session, township, Decimal("4990.50"), head, office.now) == Decimal("-9.50")
    refusals = (
        (Duplicate, lambda s: operations.open_reserve(s, township, None, head, office.now)),
        (NotYours, lambda s: operations.top_up(s, township, Decimal(1), "县级预拨", clerk, office.now)),
        (Invalid, lambda s: operations.top_up(s, township, Decimal(0), "县级预拨", head, office.now)),
        (Invalid, lambda s: operations.reconcile(s, township, Decimal(-1), head, office.now)),
        (Invalid, lambda s: operations.open_reserve(s, chain.nearest.id, None, head, office.now)),
    )
    for refusal, command in refusals:
        with pytest.raises(refusal), office.database.write() as session:
            command(session)
    with office.database.read() as session:
        (row,) = lists.reserves(session, head)
        assert (row.balance, identity_policy.may(clerk, "keep_funds")) == (Decimal("4990.50"), False)
        assert [entry.kind for entry in lists.ledger(session, row.fund_id)] == ["reconciled", "top_up"]
