"""Batches: previewed, excluded, confirmed by a second person, one order each, safe to repeat."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.clock import MovableClock
from app.core.errors import Duplicate, Invalid, NotYours
from app.db import Database
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.text import extract_text
from app.funds import batch_lists, batches
from app.funds.batches import BatchSpec
from app.funds.models import PaymentOrder
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.registry import operations as registry
from app.worker import SpoolMessenger, handlers
from tests.support.worlds import VILLAGE, Office

SPEC = BatchSpec(
    key="spring-festival-2021",
    kind="seasonal",
    title="2021年春节一次性补助",
    clause="B6",
    region_code="220122",
    programmes=("dibao", "tekun"),
    due_on=date(2021, 2, 1),
    amount=Decimal("300.00"),
)
PEOPLE = [("周海", "220122198809093311"), ("吴霞", "220122199001014021"), ("周朋", "220122199806152018")]


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    opened = Office.open(database, clock)
    with database.write() as session:
        region = identity.region_by_code(session, VILLAGE, opened.now.date())
        for name, number in PEOPLE:
            registry.record_benefit(
                session, programme="dibao", id_number=number, name=name, region_id=region.id,
                paid_on=date(2020, 1, 1), amount=Decimal("200.00"), monthly=True, now=opened.now,
            )  # fmt: skip
    return opened


def _draft(office: Office, spec: BatchSpec = SPEC) -> str:
    with office.database.write() as session:
        return batches.draft(session, office.holder(session, "county_clerk"), spec, office.now)


def _confirm(office: Office, batch_id: str) -> int:
    with office.database.write() as session:
        return batches.confirm(session, office.holder(session, "county_head"), batch_id, office.now)


def test_excluded_people_get_no_order_and_nobody_gets_two(office: Office) -> None:
    batch_id = _draft(office)
    with office.database.write() as session:
        (out,) = [line for line in batch_lists.lines(session, batch_id) if line.payee == "周朋"]
        batches.exclude(session, office.holder(session, "county_clerk"), batch_id, [out.id], "已就业", office.now)
        assert batches.preview(session, batch_id) == batches.Preview(2, 1, Decimal("600.00"))
    assert (_confirm(office, batch_id), _confirm(office, batch_id)) == (2, 0)
    with office.database.read() as session:
        orders = session.execute(select(PaymentOrder.payee, PaymentOrder.amount, PaymentOrder.status)).all()
        assert sorted(orders) == [("吴霞", Decimal("300.00"), "pending"), ("周海", Decimal("300.00"), "pending")]
        assert jobs.count_by_state(session) == {"ready": 2}
    worker = Worker(office.database, office.clock, handlers(SpoolMessenger(Path())))
    assert worker.run_once() == 2
    office.clock.move_to(office.now + timedelta(minutes=2))
    assert worker.run_once() == 2
    with office.database.read() as session:
        (first, _) = session.scalars(select(Document.id).order_by(Document.number))
        letter = extract_text(documents.issue(session, first).content)
    assert "叁佰元整" in letter
    assert "2021年春节一次性补助" in letter


def test_a_month_of_awards_pays_each_its_own_amount(office: Office) -> None:
    spec = BatchSpec("dibao-2021-02", "monthly", "2021年2月低保金", "D4", "220122", ("dibao",), date(2021, 2, 10))
    assert _confirm(office, _draft(office, spec)) == 3
    with office.database.read() as session:
        assert set(session.scalars(select(PaymentOrder.amount))) == {Decimal("200.00")}


def test_one_batch_of_an_occasion_and_two_pairs_of_eyes(office: Office) -> None:
    batch_id = _draft(office)
    with pytest.raises(Duplicate):
        _draft(office)
    with pytest.raises(NotYours), office.database.write() as session:
        batches.confirm(session, office.holder(session, "county_clerk"), batch_id, office.now)
    with pytest.raises(Invalid), office.database.write() as session:
        batches.exclude(session, office.holder(session, "county_clerk"), batch_id, [], " ", office.now)
    with office.database.write() as session:
        batches.drop(session, office.holder(session, "county_clerk"), batch_id, office.now)
    assert _draft(office) != batch_id
