"""A reserve fund under simultaneous decisions (B5): it pays as long as it can, and never more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.cases import operations, queries
from app.core.actor import SYSTEM
from app.core.errors import OverLimit
from app.core.money import to_money
from app.funds import operations as funds
from app.funds import queries as books
from app.funds.models import FundEntry, PaymentOrder
from app.identity import queries as identity
from tests.support.worlds import EMERGENCY, VILLAGE, Office

DECIDING = 6
EACH, HELD = Decimal(400), Decimal("1000.00")


@pytest.fixture
def township(office: Office) -> str:
    with office.database.write() as session:
        region = identity.region_by_code(session, VILLAGE[:9], office.now.date())
        funds.open_reserve(session, region.id, HELD, SYSTEM, office.now)
        return region.id


def _decisions(office: Office) -> list[tuple[str, str]]:
    """Cases that wait for the township's decision: case and task."""
    with office.database.read() as session:
        clerk = office.holder(session, "township_clerk")
    found = []
    for _ in range(DECIDING):
        case_id = office.apply("emergency_relief", EMERGENCY, clerk).case_id
        with office.database.read() as session:
            found.append((case_id, office.task(session, case_id, "rescue_decision").id))
    return found


def test_simultaneous_decisions_never_overdraw(office: Office, township: str) -> None:
    waiting = _decisions(office)
    with office.database.read() as session:
        head = office.holder(session, "township_head")
    together = threading.Barrier(DECIDING)

    def decide(task_id: str) -> bool:
        together.wait()
        try:
            with office.database.write() as session:
                operations.complete_task(session, head, task_id, {"approved": True, "amount": EACH}, office.now)
        except OverLimit:
            return False
        return True

    with ThreadPoolExecutor(DECIDING) as pool:
        paid = list(pool.map(decide, [task_id for _, task_id in waiting]))
    assert sum(paid) == 2
    with office.database.read() as session:
        assert books.balance(session, township) == HELD - 2 * EACH
        assert session.scalar(select(func.sum(FundEntry.amount))) == HELD - 2 * EACH
        assert session.scalars(select(PaymentOrder.amount)).all() == [EACH, EACH]
        for (case_id, _), was_paid in zip(waiting, paid, strict=True):
            owed = queries.owed_of(session, case_id)
            open_step = "supplement" if was_paid else "rescue_decision"
            assert (bool(owed), office.task(session, case_id, open_step).status) == (was_paid, "open")


def test_simultaneous_top_ups_and_payments_all_count(office: Office, township: str) -> None:
    with office.database.read() as session:
        chain = identity.chain(session, township)
    together = threading.Barrier(DECIDING)

    def move(number: int) -> None:
        together.wait()
        with office.database.write() as session:
            if number % 2:
                funds.top_up(session, township, Decimal(100), "追加", SYSTEM, office.now)
            else:
                order = funds.OrderRequest(
                    to_money(100), 1, date(2020, 10, 12), "刘桂芝", None, funds.RESERVE, "emergency_relief", str(number)
                )
                funds.order_payment(session, order, funds.Origin(chain, SYSTEM), office.now)

    with ThreadPoolExecutor(DECIDING) as pool:
        list(pool.map(move, range(DECIDING)))
    with office.database.read() as session:
        assert books.balance(session, township) == HELD
        assert session.scalar(select(func.sum(FundEntry.amount))) == HELD
