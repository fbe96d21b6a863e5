"""The subsidy of an institution from the draft to the bank and the ledger: current, confirmed, ordered once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import handlers
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotYours
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.text import extract_text
from app.funds import agreement, bank, batch_lists, batches, ledger, quota_due, returns
from app.funds.listing import QUOTA, BatchSpec
from app.funds.lists import OrderFilter
from app.funds.models import PaymentOrder
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.jobs.runner import Worker
from app.registry import house_accounts, houses, ratings
from app.registry.story import import_story_registry
from app.worker import handlers as all_handlers
from tests.support.outside import outside
from tests.support.worlds import Office

TOWNSHIP, COUNTY, HOUSE = "340722100", "340722", "枞阳敬老院"
SPEC = BatchSpec(
    key="2020-10定额补助", kind=QUOTA, title="2020年10月供养服务机构定额补助", clause="E17", region_code=COUNTY,
    programmes=("institution_support",), due_on=date(2020, 10, 1),
    split=({"source": "city_fund", "share": 5}, {"source": "county_fund", "share": 5}),
)  # fmt: skip
PEOPLE = [("陈福", "340722195006050015"), ("樊家旺", "340722195111222042"), ("郑福", "340722194802170021")]


@pytest.fixture
def office(office: Office) -> Office:
    with office.database.write() as session:
        staff.ensure_staffed(session, TOWNSHIP, office.now)
        known = {
            "institutions": [
                {"name": HOUSE, "region": COUNTY, "stars": 3, "rated_from": "2020-01-01"},
                {"name": "汤沟敬老院", "region": COUNTY},
            ],
            "benefits": [
                {"programme": "tekun", "id_number": number, "name": name, "region": TOWNSHIP, "paid_on": "2020-09-01",
                 "amount": "577", "institution": "汤沟敬老院" if name == "郑福" else HOUSE}
                for name, number in PEOPLE
            ],
        }  # fmt: skip
        import_story_registry(session, known, office.now)
        clerk, house = _who(office, session, "county_clerk"), _house(office, session)
        change = house_accounts.propose(session, clerk, house, "6217000011112222", "2020年9月开户证明", office.now)
        house_accounts.confirm(session, _who(office, session, "county_head"), change, office.now)
    return office


def _who(office: Office, session: Session, position: str, number: int = 0) -> Actor:
    return office.holder(session, position, number, TOWNSHIP)


def _house(office: Office, session: Session) -> str:
    county = identity.region_by_code(session, COUNTY, office.now.date())
    found = houses.institution_named(session, county.id, HOUSE)
    assert found is not None
    return found.id


def _confirmed(office: Office) -> str:
    with office.database.write() as session:
        batch_id = batches.draft(session, _who(office, session, "county_clerk"), SPEC, office.now)
        assert batches.confirm(session, _who(office, session, "county_head"), batch_id, office.now) == 1
        assert batches.confirm(session, _who(office, session, "county_head", 1), batch_id, office.now) == 0
    return batch_id


def _work(office: Office, tmp_path: Path) -> None:
    found = {**handlers.HANDLERS, **all_handlers(outside(tmp_path))}
    while Worker(office.database, office.clock, found, on_dead=handlers.on_dead).run_once():
        pass


def _letters(office: Office, template: str) -> list[str]:
    with office.database.write() as session:
        ids = session.scalars(select(Document.id).where(Document.template == template)).all()
        return [extract_text(documents.issue(session, each).content) for each in ids]


def test_a_draft_says_who_is_left_out_and_is_confirmed_by_somebody_else_as_it_is_today(office: Office) -> None:
    with office.database.write() as session:
        clerk = _who(office, session, "county_clerk")
        batch_id = batches.draft(session, clerk, SPEC, office.now)
        (line,) = batch_lists.lines(session, batch_id)
        assert (line.payee, line.heads, line.amount) == (HOUSE, 2, Decimal("1200.00"))
        assert line.basis == "三星级 2 人，每人每年 7200 元"
        found = batches.batch(session, clerk, batch_id)
        county = identity.chain(session, found.region_id).nearest
        assert quota_due.unrated(session, found, county, office.now.date()) == ["汤沟敬老院"]
    with office.database.write() as session:
        ratings.rate(session, _house(office, session), 1, date(2020, 10, 1), office.now)
    with pytest.raises(NotYours), office.database.write() as session:
        batches.confirm(session, _who(office, session, "township_head"), batch_id, office.now)
    with pytest.raises(Gone, match="1 家机构"), office.database.write() as session:
        batches.confirm(session, _who(office, session, "county_head"), batch_id, office.now)
    with office.database.write() as session:
        batches.refresh(session, clerk, batch_id, office.now)
        assert [line.amount for line in batch_lists.lines(session, batch_id)] == [Decimal("800.00")]
        assert batches.confirm(session, _who(office, session, "county_head"), batch_id, office.now) == 1


def test_what_no_subsidy_can_be_drafted_for_is_refused_by_field(office: Office) -> None:
    def refused(**changes: object) -> set[str]:
        given = {name: getattr(SPEC, name) for name in SPEC.__dataclass_fields__} | changes
        with pytest.raises(Invalid) as refusal, office.database.write() as session:
            batches.draft(session, _who(office, session, "county_clerk"), BatchSpec(**given), office.now)
        return set(refusal.value.fields)

    assert refused(programmes=("tekun",)) == {"programmes"}
    assert refused(programmes=("nobody_knows",)) == {"programmes"}
    assert refused(due_on=date(2020, 12, 1), amount=Decimal(600)) == {"due_on", "amount"}
    assert refused(region_code=TOWNSHIP) == {"region"}


def test_it_goes_to_the_institutions_account_comes_back_and_agrees_with_the_ledger(
    office: Office, tmp_path: Path
) -> None:
    _confirmed(office)
    _work(office, tmp_path)
    (letter,) = _letters(office, "subsidy_notice")
    assert HOUSE in letter
    assert "三星级 2 人，每人每年 7200 元，按月拨付十二分之一，计1200.00元" in letter
    with office.database.write() as session:
        payer = _who(office, session, "finance")
        order = session.scalars(select(PaymentOrder)).one()
        assert (order.payee, order.recipient, order.institution_id) == (HOUSE, None, _house(office, session))
        file_id = bank.make_file(session, payer, OrderFilter(), [order.id], office.now)
        (line,) = bank.lines_of(session, payer, file_id, office.now)
        assert (line.payee, line.account, line.note) == (HOUSE, "6217000011112222", SPEC.title)
        bank.mark_paid(session, payer, [order.id], "回单1", office.now)
        assert returns.mark_returned(session, payer, [order.id], "户名不符", office.now) == 1
    _work(office, tmp_path)
    (told,) = _letters(office, "returned_payment_notice")
    assert f"{HOUSE}：" in told
    assert "请核对贵单位登记的开户银行、户名和账号" in told
    assert "身份证" not in told
    with office.database.write() as session:
        assert inbox.item(session, order.id).status == "open"
        again = returns.order_again(session, payer, order.id, "6217000033334444", "机构来函更正账号", office.now)
        other = _who(office, session, "finance", 1)
        with pytest.raises(Gone, match=f"{HOUSE}更正的账号还没有经另一人确认"):
            bank.make_file(session, other, OrderFilter(), [again], office.now)
        (change, *_) = house_accounts.history(session, _house(office, session))
        house_accounts.confirm(session, other, change.id, office.now)
        with pytest.raises(NotYours, match="由另一位同事制作"):
            bank.make_file(session, payer, OrderFilter(), [again], office.now)
        file_id = bank.make_file(session, other, OrderFilter(), [again], office.now)
        assert [line.account for line in bank.lines_of(session, other, file_id, office.now)] == ["6217000033334444"]
        bank.mark_paid(session, other, [again], "回单2", office.now)
    _work(office, tmp_path)
    with office.database.read() as session:
        head = _who(office, session, "county_head")
        found = ledger.lines(session, head, ledger.LedgerFilter(programme="institution_support"))
        assert [(each.source, each.month, each.paid, each.returned, each.agrees) for each in found] == [
            ("city_fund", "2020-10", Decimal("600.00"), Decimal("600.00"), True),
            ("county_fund", "2020-10", Decimal("600.00"), Decimal("600.00"), True),
        ]
        assert agreement.disagreements(session, head) == []
        assert inbox.item(session, order.id).status != "open"


def test_a_resident_whose_money_comes_back_is_dead_and_the_institution_is_told(office: Office, tmp_path: Path) -> None:
    spec = BatchSpec(key="2020-10", kind="monthly", title="2020年10月供养金", clause="E18", region_code=COUNTY,
                     programmes=("tekun",), due_on=date(2020, 10, 1))  # fmt: skip
    with office.database.write() as session:
        payer = _who(office, session, "finance")
        batch_id = batches.draft(session, _who(office, session, "county_clerk"), spec, office.now)
        batches.confirm(session, _who(office, session, "county_head"), batch_id, office.now)
        order = session.scalars(select(PaymentOrder).where(PaymentOrder.recipient == "陈福")).one()
        bank.mark_paid(session, payer, [order.id], "回单1", office.now)
        import_story_registry(session, {"people": [{"id_number": PEOPLE[0][1], "died_on": "2020-10-02"}]}, office.now)
        returns.mark_returned(session, payer, [order.id], "账户已销户", office.now)
    _work(office, tmp_path)
    (told,) = _letters(office, "returned_payment_notice")
    assert f"{HOUSE}：" in told
    assert "陈福的供养金" in told
