"""Batches: previewed, excluded, confirmed by a second person, one order each, safe to repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.errors import Duplicate, Gone, Invalid, NotYours
from app.core.ids import new_id
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.text import extract_text
from app.funds import bank, batch_lists, batches, by_hand
from app.funds.listing import BatchSpec
from app.funds.lists import OrderFilter
from app.funds.models import PaymentOrder
from app.funds.operations import shares
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.registry import house_accounts
from app.registry import operations as registry
from app.worker import handlers
from tests.support.jobs import count_by_state
from tests.support.outside import outside
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
def office(office: Office) -> Office:
    with office.database.write() as session:
        region = identity.region_by_code(session, VILLAGE, office.now.date())
        for name, number in PEOPLE:
            registry.record_benefit(
                session, programme="dibao", id_number=number, name=name, region_id=region.id,
                paid_on=date(2020, 1, 1), amount=Decimal("200.00"), monthly=True, now=office.now,
            )  # fmt: skip
    return office


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
        assert count_by_state(session) == {"ready": 2}
    worker = Worker(office.database, office.clock, handlers(outside(Path())))
    assert worker.run_once() == 2
    office.clock.move_to(office.now + timedelta(minutes=2))
    assert worker.run_once() == 2
    with office.database.read() as session:
        first, second = session.scalars(select(Document).order_by(Document.number))
        assert [row.number.rpartition("〕")[2] for row in (first, second)] == ["1号", "2号"]
        kept = documents.issue(session, first.id).content
        assert kept == documents._drawing(session, first)(), "a lot gives the bytes that a single letter has"
        letter = extract_text(kept)
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


CITY_AND_COUNTY = [{"source": "city_fund", "share": Decimal("0.5")}, {"source": "county_fund", "share": Decimal("0.5")}]
MONTH = BatchSpec("tekun-2021-02", "monthly", "2021年2月供养金", "E18", "220122", ("tekun",), date(2021, 2, 10))


def _supported(
    office: Office, name: str, number: str, amount: str, institution_id: str | None = None,
    starts_on: date = date(2020, 1, 1),
) -> str:  # fmt: skip
    """Somebody in 特困 support, at home or in an institution, as the award's case leaves it."""
    terms = {"channel": "institution_account" if institution_id else "card", "split": CITY_AND_COUNTY}
    with office.database.write() as session:
        request = registry.AwardRequest(
            id=new_id(), programme="tekun", id_number=number, name=name, monthly=Decimal(amount),
            region_id=identity.region_by_code(session, VILLAGE, office.now.date()).id, starts_on=starts_on,
            facts={"payment_terms": terms}, account="6228480240001234568", institution_id=institution_id,
        )  # fmt: skip
        registry.start_award(session, request, office.now)
    return request.id


def test_a_month_pays_from_the_month_after_the_confirmation_to_the_month_of_the_end(office: Office) -> None:
    paid = {}
    award_id = _supported(office, "钱贵", "220122197204040503", "430.00", starts_on=date(2021, 2, 1))
    with office.database.write() as session:
        registry.end_award(session, award_id, on=date(2021, 4, 1), reason="去世", now=office.now)
    for month in range(1, 6):
        spec = replace(MONTH, key=f"tekun-{month}", due_on=date(2021, month, 28))
        paid[month] = _confirm(office, _draft(office, spec))
    assert paid == {1: 0, 2: 0, 3: 1, 4: 0, 5: 0}
    with office.database.read() as session:
        assert session.scalars(select(PaymentOrder.purpose)).all() == ["2021-03"]


def test_a_month_is_split_by_the_award_and_residents_are_paid_through_the_institution(office: Office) -> None:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        house = registry.register_institution(session, name="中心敬老院", county_id=county.id, beds=2, now=office.now)
        house_accounts.establish(session, house.id, "6217000011112222", office.now)
    _supported(office, "郑福", "220122194802170021", "577.05", house.id)
    _supported(office, "钱贵", "220122197204040503", "430.00")
    assert _confirm(office, _draft(office, MONTH)) == 2
    again = BatchSpec("tekun-2021-02-b", "monthly", "补发", "E18", "220122", ("tekun",), date(2021, 2, 20))
    assert _confirm(office, _draft(office, again)) == 0
    with office.database.write() as session:
        columns = (PaymentOrder.payee, PaymentOrder.recipient, PaymentOrder.amount, PaymentOrder.split)
        paid = {row.payee: row for row in session.execute(select(*columns))}
        assert (paid["中心敬老院"].recipient, paid["钱贵"].recipient) == ("郑福", None)
        parts = shares(paid["中心敬老院"].amount, paid["中心敬老院"].split)
        assert [(part["source"], part["amount"]) for part in parts] == [
            ("city_fund", Decimal("288.52")), ("county_fund", Decimal("288.53"))
        ]  # fmt: skip
        chosen = list(session.scalars(select(PaymentOrder.id)))
        file_id = bank.make_file(session, SYSTEM, OrderFilter(), chosen, office.now)
        lines = {line.payee: line for line in bank.lines_of(session, SYSTEM, file_id, office.now)}
        assert (lines["中心敬老院"].account, lines["钱贵"].account) == ("6217000011112222", "6228480240001234568")
        assert lines["中心敬老院"].note == "2021年2月供养金（郑福）"


def _add(office: Office, batch_id: str, name: str, number: str, **changed: object) -> str:
    given = {"basis": "住房失火，无处安身", "region_code": VILLAGE, "account": "6228 4802 4000 9999"} | changed
    with office.database.write() as session:
        addition = by_hand.Addition(name=name, id_number=number, **given)  # type: ignore[arg-type]
        return by_hand.add(session, office.holder(session, "county_clerk"), batch_id, addition, office.now)


def test_a_household_in_hardship_is_added_once_and_paid_to_its_account(office: Office) -> None:
    batch_id = _draft(office)
    line_id = _add(office, batch_id, "刘桂芝", "220122194802170021")
    with pytest.raises(Duplicate):
        _add(office, batch_id, "刘桂芝", "220122194802170021")
    with pytest.raises(Duplicate):
        _add(office, batch_id, *PEOPLE[0])
    with pytest.raises(Invalid) as refused:
        _add(office, batch_id, "王建国", "220122198305123011", basis=" ", account="12", heads=0)
    assert set(refused.value.fields) == {"basis", "account", "heads"}
    assert _confirm(office, batch_id) == 4
    with office.database.write() as session:
        raw = str(session.connection().exec_driver_sql("SELECT * FROM batch_line").all())
        assert "6228480240009999" not in raw
        file_id = bank.make_file(session, SYSTEM, OrderFilter(), [line_id], office.now)
        (line,) = bank.lines_of(session, SYSTEM, file_id, office.now)
        assert (line.payee, line.account, line.amount) == ("刘桂芝", "6228480240009999", Decimal("300.00"))
        in_township = BatchSpec(**{**_fields(SPEC), "region_code": "220122100"})
        township = batches.draft(session, office.holder(session, "county_clerk"), in_township, office.now)
        assert batches.preview(session, township).lines == 0
    with pytest.raises(Duplicate):
        _add(office, township, "刘桂芝", "220122194802170021")


def test_who_added_somebody_does_not_confirm(office: Office) -> None:
    batch_id = _draft(office)
    with office.database.write() as session:
        head, clerk = office.holder(session, "county_head"), office.holder(session, "county_clerk", 1)
        both = replace(head, appointments=head.appointments + clerk.appointments)
        number = "220122194802170021"
        added = by_hand.Addition(name="刘桂芝", id_number=number, basis="困难", region_code=VILLAGE)
        by_hand.add(session, both, batch_id, added, office.now)
    with pytest.raises(NotYours, match="添加过人员"), office.database.write() as session:
        batches.confirm(session, both, batch_id, office.now)
    with office.database.write() as session:
        assert batches.confirm(session, office.holder(session, "county_head", 1), batch_id, office.now) == 4


@pytest.mark.parametrize(
    ("field", "value"), [("source", "reserve_fund"), ("source", ""), ("clause", "长" * 101), ("title", "")]
)
def test_a_batch_that_no_book_could_hold_is_refused(office: Office, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        _draft(office, BatchSpec(**{**_fields(SPEC), field: value}))
    assert refused.value.fields.keys() == {field}


def test_nobody_is_added_to_a_month(office: Office) -> None:
    spec = BatchSpec("dibao-2021-02", "monthly", "2021年2月低保金", "D4", "220122", ("dibao",), date(2021, 2, 10))
    with pytest.raises(Gone):
        _add(office, _draft(office, spec), "刘桂芝", "220122194802170021")


def _fields(spec: BatchSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in BatchSpec.__slots__}
