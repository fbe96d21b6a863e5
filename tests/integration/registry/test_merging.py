"""Two files of one person: everything goes on in one, under both numbers, and comes apart exactly."""

from datetime import date, datetime
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases import people
from app.core import id_number
from app.core.actor import SYSTEM
from app.core.errors import Duplicate, Gone, Invalid, NotEligible
from app.core.ids import new_id
from app.db import Database
from app.figures import seeding
from app.identity import appointed, rights
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.identity.models import User
from app.keys import queries as keys
from app.registry import deaths, lookups, members, merging, operations, overlaps, person_files
from app.registry.merging import Because
from app.registry.reader import RegistryReader
from app.scenarios.expect import Snapshot

LIU, WRONG, WU = "220122194802170021", "220122194802170048", "220122199001014021"
RELIEF, MAY, OCTOBER = "uninsured_unemployed_relief", date(2021, 5, 1), date(2021, 10, 11)
HISTORY = {"person_gram", "stamp", "person_change", "audit_event", "audit_head", "audit_chain"}


@pytest.fixture
def chain(database: Database) -> identity.RegionChain:
    with database.write() as session:
        return identity.chain(session, identity_operations.ensure_region(session, "220122100001").id)


def award(session, chain, now, number, name="刘桂芝", programme="dibao", others=()) -> str:
    request = operations.AwardRequest(
        id=new_id(), programme=programme, id_number=number, name=name, region_id=chain.nearest.id, kind="household",
        monthly=Decimal("400.00"), starts_on=MAY, case_id=new_id(), case_seq=3, case_number=f"220122-{number[-4:]}",
        members=[{"id_number": number, "name": name}, *({"id_number": each, "name": "吴霞"} for each in others)],
    )  # fmt: skip
    operations.start_award(session, request, now)
    return request.id


def file_of(session, number) -> str:
    found = lookups.person_id(session, number)
    assert found
    return found


def because(now, reason="核对户口簿") -> Because:
    return Because(SYSTEM, reason, now)


def receives(session, number, on=OCTOBER) -> list[str]:
    benefits = RegistryReader(session, id_number=number, on=on)["benefits"]
    return [each["programme"] for each in benefits if each["in_payment"]]


def test_everything_goes_on_in_one_file_and_comes_apart_exactly(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        session.add(User(id="clerk", username="c", name="张敏", created_at=now))
        session.flush()
        award_id = award(session, chain, now, WRONG, others=[WU])
        right = operations.record_person(session, LIU, "刘桂芝", now)
        operations.claim_once(session, RELIEF, chain.province.id, WRONG, "case1", now, 3)
        identity_operations.declare_tie(session, "clerk", LIU, "母亲", MAY)
    before = Snapshot.take(database)
    with database.write() as session:
        change = merging.merge(session, right, file_of(session, WRONG), because(now))
    with database.write() as session:
        assert file_of(session, WRONG) == file_of(session, LIU) == right
        assert receives(session, LIU) == receives(session, WRONG) == ["dibao"]
        assert {each.person_id for each in members.members_of(session, award_id)} >= {right}
        assert set(members.numbers_of(session, award_id)) == {LIU, WRONG, WU}
        reader = RegistryReader(session, id_number=LIU, members=[WU], on=OCTOBER)
        assert sorted(reader["household"]) == ["刘桂芝", "吴霞"]
        assert not reader["members"][0]["other_household"]
        assert appointed.ties(session, "clerk", [WRONG]) == ["母亲"]
        for number in (LIU, WRONG):
            with pytest.raises(Duplicate):
                operations.claim_once(session, RELIEF, chain.province.id, number, "case2", now)
        with pytest.raises(Duplicate, match="刘桂芝"):
            overlaps.refuse(session, [file_of(session, LIU)], "dibao", OCTOBER)
        # Whoever is told the wrong number again records nobody new and renames nobody.
        assert operations.record_person(session, WRONG, "刘桂枝", now) == right
        assert person_files.person_file(session, file_of(session, WRONG))["person"]["name"] == "刘桂芝"
        assert person_files.region_of_person(session, person_id_of(session, WRONG)) == [chain.nearest.id]
        assert not [each.wrong for each in keys.check(session, whole=True)[1] if each.wrong]
        kinds = session.scalars(select(AuditEvent.kind).where(AuditEvent.chain.like("person:%"))).all()
        assert sorted(kinds) == ["merged", "merged"]
    with database.write() as session:
        merging.split(session, change, because(now, "不是同一人"))
    assert set(before.changed(database)) <= HISTORY
    with database.write() as session, pytest.raises(Gone, match="已经拆分"):
        merging.split(session, change, because(now))


def person_id_of(session, number) -> str:
    """The file that has the number itself, merged or not."""
    own = lookups.PERSON.c.blind == lookups.blind(session, number)
    found: str = session.scalar(select(lookups.PERSON.c.id).where(own))
    return found


def test_a_provisional_file_becomes_that_of_the_number(database: Database, chain, now: datetime) -> None:
    stand_in = id_number.stand_in("0123abcd")
    with database.write() as session:
        paid = {"programme": "emergency_relief", "region_id": chain.nearest.id, "paid_on": MAY, "amount": Decimal(500)}
        operations.record_benefit(session, id_number=stand_in, name="无名氏", now=now, **paid)
        provisional = file_of(session, stand_in)
        assert person_files.person_file(session, provisional)["person"]["id_number"] is None
        right = operations.record_person(session, LIU, None, now)
        merging.merge(session, right, provisional, because(now))
        file = person_files.person_file(session, provisional)
        assert (file["person"]["id"], file["person"]["id_number"], file["person"]["name"]) == (right, LIU, "无名氏")
        assert [row.programme for row in file["awards"]] == ["emergency_relief"]
        assert [(change.kind, change.other) for change in file["changes"]] == [("merged", "无名氏")]
        # A second merge leads the first number on, and its split leads it back.
        third = operations.record_person(session, WU, "吴霞", now)
        again = merging.merge(session, third, right, because(now))
        assert file_of(session, stand_in) == third
        merging.split(session, again, because(now))
        assert file_of(session, stand_in) == file_of(session, LIU) == right


def test_what_nobody_receives_at_once_is_not_merged(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        seeding.seed_defaults(session, now)
        award(session, chain, now, LIU)
        award(session, chain, now, WRONG, programme="tekun")
        award(session, chain, now, WU, name="吴霞")
    county = actor(database, chain, now)
    for other, told in ((WRONG, "特困"), (WU, "同一项待遇")):
        with database.write() as session, pytest.raises(Duplicate, match=f"220122-{LIU[-4:]}.*{told}.*先终止"):
            people.merge(session, county, file_of(session, other), LIU, "核对户口簿", now)
    with database.write() as session:
        both = award(session, chain, now, "110105194912310038", name="赵强", others=["11010519491231002X"])
        assert both
        one, two = file_of(session, "110105194912310038"), file_of(session, "11010519491231002X")
        with pytest.raises(Duplicate, match="把两份档案都算作成员"):
            merging.merge(session, one, two, because(now))


def actor(database: Database, chain, now: datetime):
    with database.write() as session:
        rights.seed(session)
        identity_operations.ensure_staffed(session, chain.nearest.code, now)
        office = identity.offices_of(session, chain)["county"]
        holder = appointed.holders(session, f"county_clerk@{office.id}", now.date())[0]
        return appointed.load_actor(session, holder.user_id, now.date())


def test_granted_once_to_both_is_shown_and_must_have_been_seen(database: Database, chain, now: datetime) -> None:
    county = actor(database, chain, now)
    with database.write() as session:
        for number in (LIU, WRONG):
            paid = {"programme": RELIEF, "region_id": chain.nearest.id, "paid_on": MAY, "amount": Decimal(800)}
            operations.claim_once(session, RELIEF, chain.province.id, number, f"case{number[-1]}", now)
            operations.record_benefit(session, id_number=number, name="刘桂芝", now=now, **paid)
        assert people.preview(session, county, file_of(session, WRONG), LIU, now).twice == [RELIEF]
        with pytest.raises(Invalid) as refused:
            people.merge(session, county, file_of(session, WRONG), LIU, "核对户口簿", now)
        assert set(refused.value.fields) == {"twice"}
        people.merge(
            session, county, file_of(session, WRONG), f" {LIU[:6]} {LIU[6:]}\ufeff", "核对户口簿", now, twice=True
        )
        assert file_of(session, WRONG) == file_of(session, LIU)


def test_deaths_agree_or_are_settled_first(database: Database, chain, now: datetime) -> None:
    died = date(2020, 6, 1)
    with database.write() as session:
        award(session, chain, now, WRONG)
        right = operations.record_person(session, LIU, "刘桂芝", now)
        session.execute(lookups.PERSON.update().where(lookups.PERSON.c.id == right).values(died_on=died))
        with pytest.raises(NotEligible, match="2020年6月1日死亡，另一份还在享受"):
            merging.merge(session, right, file_of(session, WRONG), because(now))
        session.execute(lookups.PERSON.update().values(died_on=None))
        other = operations.record_person(session, WU, "吴霞", now)
        session.execute(lookups.PERSON.update().where(lookups.PERSON.c.id == other).values(died_on=died))
        change = merging.merge(session, right, other, because(now))
        assert deaths.person(session, right).died_on == died
        merging.split(session, change, because(now))
        assert deaths.person(session, right).died_on is None
        assert deaths.person(session, other).died_on == died


@pytest.mark.parametrize("granted_first", [True, False])
def test_a_grant_and_a_merge_at_the_same_moment_come_one_after_the_other(
    database: Database, chain, now: datetime, granted_first: bool
) -> None:
    with database.write() as session:
        right = operations.record_person(session, LIU, "刘桂芝", now)
        other = operations.record_person(session, WRONG, "刘桂芝", now)

    def claim(session) -> None:
        operations.claim_once(session, RELIEF, chain.province.id, WRONG, "case1", now, 3)

    def pay(session) -> None:
        paid = {"programme": RELIEF, "region_id": chain.nearest.id, "paid_on": MAY, "amount": Decimal(800)}
        operations.record_benefit(session, id_number=WRONG, name="刘桂芝", now=now, case_id="case1", **paid)

    def merge(session) -> None:
        merging.merge(session, right, other, because(now))

    first, second = ([claim, pay], [merge]) if granted_first else ([merge], [claim, pay])

    def at_the_same_moment() -> None:
        with database.write() as session:
            for step in second:
                step(session)

    thread = Thread(target=at_the_same_moment)
    with database.write() as session:
        first[0](session)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        for step in first[1:]:
            step(session)
    thread.join(10)
    with database.write() as session:
        assert [row.programme for row in person_files.person_file(session, right)["awards"]] == [RELIEF]
        for number in (LIU, WRONG):
            with pytest.raises(Duplicate):
                operations.claim_once(session, RELIEF, chain.province.id, number, "case2", now)
