"""Two people's cases under one number: what is the other one's goes to a file of his own, and back."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.cases import lists, operations, parting, people
from app.cases.parting import Wanted
from app.core.errors import Duplicate, Gone, Invalid, NotEligible, Rejection
from app.core.ids import new_id
from app.funds import bank
from app.funds.models import PaymentOrder
from app.identity import queries as identity
from app.keys import queries as keys
from app.registry import lookups, merging, person_files
from app.registry import operations as registry
from app.registry.merging import Because
from app.scenarios.expect import Snapshot
from tests.support.worlds import RELIEF, VILLAGE, Office

MIXED, WU = "220122194802170021", "220122199001014021"
PROGRAMME, MAY = "uninsured_unemployed_relief", date(2020, 5, 1)
HISTORY = {"person", "person_gram", "person_change", "audit_event", "audit_head", "audit_chain", "case_file"}
WHY = "核对户口簿，是两个人"


def relief(office: Office, name: str = "吴霞") -> str:
    """A relief that was confirmed under the mixed number."""
    case_id = office.apply(PROGRAMME, RELIEF, id_number=MIXED, name=name).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    return case_id


def paid(office: Office) -> None:
    with office.database.write() as session:
        orders = session.scalars(select(PaymentOrder.id).where(PaymentOrder.status == "pending")).all()
        bank.mark_paid(session, office.holder(session, "finance"), orders, "回单", office.now)


def award(office: Office, number: str, name: str, programme: str = "dibao") -> str:
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        request = registry.AwardRequest(
            id=new_id(), programme=programme, id_number=number, name=name, region_id=chain.nearest.id, kind="household",
            monthly=Decimal("400.00"), starts_on=MAY, case_id=new_id(), case_seq=3, case_number=f"220122-{name}",
            members=[{"id_number": number, "name": name}],
        )  # fmt: skip
        registry.start_award(session, request, office.now)
        return request.id


def file_of(office: Office, number: str) -> str:
    with office.database.read() as session:
        return lookups.person_id(session, number) or ""


def cut(office: Office, *keys: str, number: str = WU, name: str = "吴霞", twice: bool = False) -> str:
    wanted = Wanted(frozenset(keys), number, name)
    with office.database.write() as session:
        clerk = office.holder(session, "county_clerk")
        return parting.part(session, clerk, file_of(office, MIXED), wanted, WHY, office.now, twice=twice)


def take_back(office: Office) -> str:
    with office.database.write() as session:
        (change,) = session.scalars(select(merging.CHANGE.c.id).where(merging.CHANGE.c.kind == "parted"))
        return parting.take_back(session, office.holder(session, "county_clerk"), change, WHY, office.now)


def received(office: Office, number: str) -> list[str]:
    with office.database.read() as session:
        return [row.programme for row in person_files.person_file(session, file_of(office, number))["awards"]]


def once_again(office: Office, number: str) -> None:
    """Ask for what is granted once, and leave no trace. Raises Duplicate."""
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        registry.claim_once(session, PROGRAMME, chain.province.id, number, "asked", office.now)
        session.rollback()


def refused(office: Office, kind: type[Rejection], told: str, *keys: str, **whose: str) -> None:
    """The message says it, or names the field."""
    before = Snapshot.take(office.database)
    with pytest.raises(kind) as refusal:
        cut(office, *keys, **whose)
    assert told in refusal.value.fields or re.search(told, refusal.value.message)
    assert not before.changed(office.database)


def test_what_is_the_other_ones_goes_to_a_file_of_his_own_and_back(office: Office) -> None:
    case_id, mine = relief(office), award(office, MIXED, "刘桂芝")
    refused(office, Gone, "1 笔款项正在支付", f"case:{case_id}")
    paid(office)
    before = Snapshot.take(office.database)
    with office.database.read() as session:
        offered = parting.choices(session, office.holder(session, "county_clerk"), file_of(office, MIXED))
    assert [choice.key.partition(":")[0] for choice in offered] == ["case", "award", "home"]
    other = cut(office, f"case:{case_id}")
    assert (other, received(office, WU), received(office, MIXED)) == (file_of(office, WU), [PROGRAMME], ["dibao"])
    once_again(office, MIXED)
    with pytest.raises(Duplicate):
        once_again(office, WU)
    with office.database.write() as session:
        clerk = office.holder(session, "county_clerk")
        for number, found in ((WU, [case_id]), (MIXED, [])):
            rows = lists.find(session, clerk, lists.CaseFilter(text=number)).items
            assert [row.id for row in rows] == found
        for number, came in ((MIXED, False), (WU, True)):
            (change,) = person_files.person_file(session, file_of(office, number))["changes"]
            assert (change.kind, change.came, change.standing) == ("parted", came, True)
        assert not [each.wrong for each in keys.check(session, whole=True)[1] if each.wrong]
    assert take_back(office) == file_of(office, MIXED)
    assert set(before.changed(office.database)) <= HISTORY
    assert sorted(received(office, MIXED)) == ["dibao", PROGRAMME]
    with pytest.raises(Duplicate):
        once_again(office, MIXED)
    with pytest.raises(Gone, match="已经撤回"):
        take_back(office)
    assert mine


def test_a_case_that_went_along_is_decided_again_for_whom_it_is(office: Office) -> None:
    case_id = relief(office)
    paid(office)
    cut(office, f"case:{case_id}")
    with office.database.write() as session:
        operations.reopen(
            session, office.holder(session, "county_head"), case_id, "township_review", "金额有误", office.now
        )
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=900)
    assert (received(office, WU), received(office, MIXED)) == ([PROGRAMME, PROGRAMME], [])
    once_again(office, MIXED)


def test_what_stands_in_the_way_is_said_and_nothing_changes(office: Office) -> None:
    award_id = award(office, MIXED, "刘桂芝")
    award(office, WU, "吴霞")
    key = f"award:{award_id}"
    refused(office, Duplicate, "不能同时享受", key)
    refused(office, Invalid, "chosen")
    refused(office, Gone, "重新勾选", "award:unknown")
    refused(office, Gone, "另一个人的号码", key, number=MIXED)
    refused(office, Invalid, "id_number", key, number="220122194802170020")
    refused(office, Invalid, "name", key, number="", name=" ")
    with office.database.write() as session:
        session.execute(lookups.PERSON.update().where(lookups.PERSON.c.name == "刘桂芝").values(died_on=MAY))
    refused(office, NotEligible, "登记了死亡", key, number="", name="无名氏")
    with office.database.write() as session:
        session.execute(lookups.PERSON.update().values(died_on=None))
    open_case = office.apply(PROGRAMME, RELIEF, id_number=MIXED, name="吴霞").case_id
    refused(office, Gone, "还没有办结.*更正", f"case:{open_case}", number="", name="无名氏")


def test_an_unknown_person_gets_a_provisional_file_and_what_was_merged_since_stays(office: Office) -> None:
    key = f"award:{award(office, MIXED, '刘桂芝')}"
    other = cut(office, key, number="", name="无名氏")
    with office.database.write() as session:
        file = person_files.person_file(session, other)
        assert (file["person"]["id_number"], file["person"]["name"]) == (None, "无名氏")
        right = registry.record_person(session, WU, "吴霞", office.now)
        change = merging.merge(session, right, other, Because(office.holder(session, "county_clerk"), WHY, office.now))
    assert received(office, WU) == ["dibao"]
    with pytest.raises(Gone, match="先拆分那次合并"):
        take_back(office)
    with office.database.write() as session:
        people.split(session, office.holder(session, "county_clerk"), change, WHY, office.now)
    take_back(office)
    assert received(office, MIXED) == ["dibao"]


def test_granted_once_to_the_other_too_must_have_been_seen(office: Office) -> None:
    case_id = relief(office)
    paid(office)
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        registry.record_person(session, WU, "吴霞", office.now)
        registry.claim_once(session, PROGRAMME, chain.province.id, WU, "other", office.now)
    refused(office, Invalid, "twice", f"case:{case_id}")
    cut(office, f"case:{case_id}", twice=True)
    take_back(office)
    with pytest.raises(Duplicate):
        once_again(office, WU)
