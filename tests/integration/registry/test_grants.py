"""Once in the province, also when two confirm at the same moment; what is known reaches the rules."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest

from app import feel
from app.core.errors import Duplicate, Invalid
from app.db import Database, stamps
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.registry import operations
from app.registry.reader import RegistryReader
from tests.support.statements import counted

RELIEF = "uninsured_unemployed_relief"
WANG, SUN, ZHOU = "220122198305123011", "220122197204040503", "220122198809093311"
TODAY = date(2020, 11, 3)


@pytest.fixture
def chain(database: Database) -> identity.RegionChain:
    with database.write() as session:
        identity_operations.ensure_region(session, "220104001001")
        identity_operations.ensure_region(session, "340722100001")
        return identity.chain(session, identity_operations.ensure_region(session, "220122100001").id)


def pay(session, chain, now, **changed):
    grant = {"programme": RELIEF, "id_number": WANG, "region_id": chain.nearest.id, "paid_on": date(2020, 10, 15)}
    return operations.record_benefit(session, amount=Decimal(800), now=now, **{**grant, **changed})


def test_what_was_paid_anywhere_in_the_province_blocks_a_second_grant(database, chain, now: datetime) -> None:
    with database.write() as session:
        pay(session, chain, now)
        pay(session, chain, now, programme="emergency_relief", id_number=SUN)
        with pytest.raises(
            Duplicate, match="2020年10月15日在吉林省长春市农安县农安镇东好来宝村.*吉林省范围内"
        ) as refused:
            operations.claim_once(session, RELIEF, chain.province.id, WANG, "case2", now)
        assert refused.value.clause == "A6"
        # Another programme, another person, another province: nothing stands in the way.
        anhui = identity.region_by_code(session, "34", TODAY)
        operations.claim_once(session, "other_relief", chain.province.id, WANG, "case2", now)
        operations.claim_once(session, RELIEF, chain.province.id, SUN, "case2", now)
        operations.claim_once(session, RELIEF, anhui.id, WANG, "case2", now)


def test_a_claim_is_the_cases_own_until_it_is_released(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        for _ in range(2):
            operations.claim_once(session, RELIEF, chain.province.id, WANG, "case1", now, 3)
        pay(session, chain, now, case_id="case1", case_seq=3)
        operations.claim_once(session, RELIEF, chain.province.id, WANG, "case1", now, 3)
        with pytest.raises(Duplicate):
            operations.claim_once(session, RELIEF, chain.province.id, WANG.lower(), "case2", now)
        operations.release_claims(session, "case1", 4)
        assert operations.withdraw_grants(session, "case1", 4) == []
        with pytest.raises(Duplicate):
            operations.claim_once(session, RELIEF, chain.province.id, WANG, "case2", now)
        operations.release_claims(session, "case1", 3)
        assert len(operations.withdraw_grants(session, "case1", 3)) == 1
        operations.claim_once(session, RELIEF, chain.province.id, WANG, "case2", now)


def test_two_townships_that_confirm_at_the_same_moment_cannot_both_succeed(
    database: Database, chain, now: datetime
) -> None:
    start, won, refused = threading.Barrier(4), [], []

    def confirm(case_id: str) -> None:
        start.wait()
        try:
            with database.write() as session:
                operations.claim_once(session, RELIEF, chain.province.id, WANG, case_id, now)
            won.append(case_id)
        except Duplicate:
            refused.append(case_id)

    threads = [threading.Thread(target=confirm, args=(f"case{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(refused) == 3


def test_rules_see_benefits_members_and_households_in_one_statement(database: Database, chain, now: datetime) -> None:
    story = {
        "people": [{"name": "周海", "id_number": ZHOU}],
        "households": [{"members": [ZHOU, SUN]}, {"members": [WANG]}],
        "benefits": [
            {
                "programme": "dibao",
                "id_number": SUN,
                "region": "340722100001",
                "paid_on": date(2019, 5, 1),
                "amount": 300,
            },
            {"programme": RELIEF, "id_number": SUN, "region": "220104001001", "paid_on": "2020-10-15", "amount": "800"},
            {
                "programme": "tekun",
                "id_number": WANG,
                "region": "220122",
                "paid_on": "2018-01-01",
                "ended_on": "2020-01-01",
            },
        ],
    }
    with database.write() as session:
        operations.import_story_registry(session, story, now)
    with database.read() as session:
        stamps.read(session)  # as every action has
        with counted(session) as statements:
            registry = RegistryReader(session, id_number=ZHOU, members=[ZHOU, SUN, WANG], on=TODAY)
            own, spouse, other = registry["members"]
            assert registry["known"] is True
            assert registry["benefits"] == []
    assert len(statements) == 1
    assert (own["name"], own["household_known"], own["other_household"]) == ("周海", True, False)
    assert (spouse["other_household"], other["other_household"]) == (False, True)
    assert [(b["programme"], b["province"], b["in_payment"], b["amount"]) for b in spouse["benefits"]] == [
        ("dibao", "34", True, Decimal("300.00")),
        (RELIEF, "22", False, Decimal("800.00")),
    ]
    assert [(b["programme"], b["monthly"], b["in_payment"]) for b in other["benefits"]] == [("tekun", True, False)]
    rule = feel.compile("some m in registry.members satisfies (some b in m.benefits satisfies b.in_payment)")
    assert rule.evaluate({"registry": registry}) is True


def test_the_case_itself_and_strangers_are_unknown(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        pay(session, chain, now, case_id="case1")
        own = RegistryReader(session, id_number=WANG, on=TODAY, exclude_case_id="case1")
        assert own["benefits"] == []
        assert len(RegistryReader(session, id_number=WANG, on=TODAY, exclude_case_id="case2")["benefits"]) == 1
        stranger = RegistryReader(session, id_number=SUN, members=[SUN], on=TODAY)
        assert stranger["known"] is False
        assert stranger["members"][0]["household_known"] is False


def test_nothing_is_looked_up_before_a_rule_asks(database: Database, chain) -> None:
    with database.read() as session, counted(session) as statements:
        registry = RegistryReader(session, id_number=None, members=[], on=TODAY)
        assert not statements
        assert registry["benefits"] == []
        assert len(statements) == 1


def test_identity_numbers_rest_sealed(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        pay(session, chain, now)
        raw = str(session.connection().exec_driver_sql("SELECT * FROM person").all())
        assert WANG not in raw
        assert repr(WANG.encode())[2:-1] not in raw


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"pets": []}, "registry.pets"),
        ({"benefits": [{"programme": "dibao", "id_number": WANG}]}, "registry.benefits.0.region"),
        ({"people": [{"name": "某人", "id_number": "220122198305123012"}]}, "id_number"),
    ],
)
def test_a_story_that_is_wrong_says_where(database: Database, chain, now: datetime, data, field: str) -> None:
    with database.write() as session, pytest.raises(Invalid) as refused:
        operations.import_story_registry(session, data, now)
    assert set(refused.value.fields) == {field}
