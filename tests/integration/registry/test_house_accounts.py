"""The account of an institution: entered by one person, counting once another has confirmed it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.errors import Duplicate, Gone, Invalid, NotYours, Rejection
from app.identity import queries as identity
from app.registry import house_accounts, payees, paying
from app.registry import operations as registry
from app.registry.models import Institution, InstitutionAccount
from tests.support.worlds import Office

FIRST, SECOND = "6217000011112222", "6217000033334444"
BASIS = "机构来函和开户证明"


@pytest.fixture
def house(office: Office) -> str:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        return registry.register_institution(session, name="敬老院", county_id=county.id, beds=9, now=office.now).id


def _propose(office: Office, session: Session, house: str, number: str, position: str = "finance") -> str:
    return house_accounts.propose(session, office.holder(session, position), house, number, BASIS, office.now)


def _refused(office: Office, kind: type[Rejection], act: Any) -> Rejection:
    with pytest.raises(kind) as refusal, office.database.write() as session:
        act(session)
    return refusal.value


def _paid_to(session: Session, house: str) -> str | None:
    return paying.accounts_of_institutions(session, [house]).get(house)


def test_money_goes_to_the_account_that_another_person_confirmed_last(office: Office, house: str) -> None:
    for number, before in ((FIRST, None), (SECOND, FIRST)):
        with office.database.write() as session:
            change = _propose(office, session, house, number)
            assert _paid_to(session, house) == before
            assert house_accounts.waiting(session, [house]) == {house}
        same = _refused(office, NotYours, lambda s, c=change: house_accounts.confirm(
            s, office.holder(s, "finance"), c, office.now))  # fmt: skip
        assert "不能自己确认" in same.message
        _refused(office, NotYours, lambda s, c=change: house_accounts.confirm(
            s, office.holder(s, "township_clerk"), c, office.now))  # fmt: skip
        _refused(office, Duplicate, lambda s: _propose(office, s, house, "6217000099998888", "county_clerk"))
        with office.database.write() as session:
            house_accounts.confirm(session, office.holder(session, "county_clerk"), change, office.now)
            assert _paid_to(session, house) == number
        _refused(office, Gone, lambda s, c=change: house_accounts.confirm(
            s, office.holder(s, "county_head"), c, office.now))  # fmt: skip
    with office.database.read() as session:
        shown = [(each.state, each.number) for each in house_accounts.history(session, house)]
        assert shown == [("in_force", "************4444"), ("superseded", "************2222")]
        kinds = session.query(AuditEvent.kind).filter_by(chain=f"institution:{house}").order_by(AuditEvent.seq)
        assert [row.kind for row in kinds] == ["account_proposed", "account_set"] * 2


def test_what_was_sent_back_never_counts_and_what_is_no_account_is_refused_by_field(office: Office, house: str) -> None:
    with office.database.write() as session:
        house_accounts.establish(session, house, FIRST, office.now)
        change = _propose(office, session, house, SECOND)
    clerk = "county_clerk"
    empty = _refused(office, Invalid, lambda s: house_accounts.reject(
        s, office.holder(s, clerk), change, "", office.now))  # fmt: skip
    assert set(empty.fields or {}) == {"reason"}
    with office.database.write() as session:
        house_accounts.reject(session, office.holder(session, clerk), change, "户名不是机构的", office.now)
        assert _paid_to(session, house) == FIRST
    for number in ("", "12345", "abc", FIRST):
        wrong = _refused(office, Invalid, lambda s, n=number: _propose(office, s, house, n))
        assert set(wrong.fields or {}) == {"account"}


def test_the_database_refuses_one_person_in_both_parts(office: Office, house: str) -> None:
    with office.database.write() as session:
        _propose(office, session, house, FIRST)
        user = office.holder(session, "finance").user_id
    alone = update(InstitutionAccount).values(state="in_force", decided_by=user)
    with pytest.raises(IntegrityError, match="two_people"), office.database.write() as session:
        session.execute(alone)


def test_a_case_pays_an_institution_of_its_county_or_city_whose_account_counts(office: Office, house: str) -> None:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        chain = identity.chain(session, county.id)

        def refused(name: str) -> str:
            with pytest.raises(Invalid) as refusal:
                payees.institution_to_pay(session, chain, name)
            assert set(refusal.value.fields or {}) == {"institution"}
            return (refusal.value.fields or {})["institution"]

        assert "没有登记名为“没有的敬老院”" in refused("没有的敬老院")
        assert "没有登记银行账号" in refused("敬老院")
        _propose(office, session, house, FIRST)
        assert "还没有经另一人确认" in refused("敬老院")
        house_accounts.establish(session, house, FIRST, office.now)
        assert payees.institution_to_pay(session, chain, " 敬老院 ").id == house
        session.execute(update(Institution).values(withdrawn_at=office.now))
        assert "登记已经撤销" in refused("敬老院")
