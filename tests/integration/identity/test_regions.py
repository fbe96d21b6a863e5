"""Regions as they stood, offices and who holds what."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM
from app.core.errors import Duplicate, Invalid, NotFound, NotYours
from app.db import Database, Vault, stamps
from app.identity import appointed, operations, policy, queries, rights, staff
from app.identity.models import Office, Region
from tests.support.statements import counted

VILLAGE = "220122100001"
TODAY = date(2020, 10, 12)


def test_a_region_opens_with_its_ancestors_and_its_chain_is_one_statement(database: Database) -> None:
    with database.write() as session:
        region = operations.ensure_region(session, VILLAGE)
        assert operations.ensure_region(session, VILLAGE).id == region.id
    with database.read() as session, counted(session) as statements:
        chain = queries.chain(session, region.id)
    assert len(statements) == 2  # the stamps, and what this process does not know yet
    with database.read() as session, counted(session) as statements:
        assert queries.chain_of_code(session, VILLAGE, TODAY) == queries.chain(session, region.id) == chain
        assert queries.offices_of(session, chain) == {}
    assert len(statements) == 2  # the stamps, and who carries the code
    assert [ref.code for ref in chain.refs] == [VILLAGE, "220122100", "220122", "2201", "22"]
    assert chain.full_name == "吉林省长春市农安县农安镇东好来宝村"
    assert chain.nearest.id == region.id


def test_offices_and_ties_of_another_process_count_at_once(
    database: Database, database_url: str, vault: Vault, now: datetime
) -> None:
    number, elsewhere = "220122198305123011", Database(database_url, vault)
    with elsewhere.write() as session:
        chain = operations.ensure_staffed(session, VILLAGE, now)
        office = queries.office_of(session, chain, "township_clerk")
        clerk = appointed.holders(session, f"township_clerk@{office.id}", TODAY)[0].user_id

    def seen() -> tuple[str, list[str]]:
        with database.read() as session:
            found = queries.offices_of(session, queries.chain(session, chain.nearest.id))["township"]
            return found.name, appointed.ties(session, clerk, [number])

    def change(session: Session) -> None:
        stamps.bump(session, queries.REGIONS)
        session.execute(update(Office).where(Office.id == office.id).values(name="农安镇新政府"))
        operations.declare_tie(session, clerk, number, "父母", TODAY)

    before = seen()
    with suppress(ZeroDivisionError), elsewhere.write() as session:
        change(session)
        assert appointed.ties(session, clerk, [number]) == ["父母"]
        raise ZeroDivisionError  # rolled back: nobody has seen it
    assert seen() == before == (office.name, [])
    with elsewhere.write() as session:
        change(session)
        assert seen() == before
    assert seen() == ("农安镇新政府", ["父母"])
    elsewhere.dispose()


def test_a_township_has_no_village_in_its_chain(database: Database) -> None:
    with database.write() as session:
        chain = queries.chain(session, operations.ensure_region(session, "340722400").id)
    assert chain.village is None
    assert chain.township is not None
    assert chain.nearest.name == "枞阳经济开发区"


@pytest.mark.parametrize("code", ["220", "2201221000012", "abc"])
def test_a_code_of_no_level_is_refused(database: Database, code: str) -> None:
    with database.write() as session, pytest.raises(Invalid, match="2、4、6、9 或 12 位"):
        operations.ensure_region(session, code)


def test_a_county_that_moved_keeps_its_old_ancestors_for_old_days(database: Database) -> None:
    with database.write() as session:
        old_village = operations.ensure_region(session, "340823100001")
        old = session.get_one(Region, old_village.county_id)
        new = operations.ensure_region(session, "340722")
        operations.succeed_region(session, old, new, date(2016, 1, 1))
    with database.read() as session:
        before = queries.region_by_code(session, "340823100001", date(2015, 12, 31))
        assert queries.chain(session, before.id).city.name == "安庆市"
        with pytest.raises(NotFound, match="340823100001"):
            queries.region_by_code(session, "340823100001", date(2016, 1, 1))
        with pytest.raises(NotFound):
            queries.region_by_code(session, "340722", date(2015, 12, 31))
        after = queries.region_by_code(session, "340722", date(2016, 1, 1))
        assert session.get_one(Region, queries.chain(session, before.id).county.id).successor_id == after.id


def test_a_subtree_is_one_comparison_at_every_level(database: Database) -> None:
    codes = [VILLAGE, "220122100207", "220122101001", "220104001001"]
    with database.write() as session:
        for code in codes:
            operations.ensure_region(session, code)
        found = {}
        for code in ("22", "220122", "220122100", VILLAGE):
            top = queries.region_by_code(session, code, TODAY)
            villages = session.query(Region).filter(queries.within(top), Region.level == "village")
            found[code] = {village.code for village in villages}
    assert found == {
        "22": set(codes),
        "220122": set(codes[:3]),
        "220122100": set(codes[:2]),
        VILLAGE: {VILLAGE},
    }


def test_every_position_of_a_staffed_region_has_two_holders(database: Database, now: datetime) -> None:
    with database.write() as session:
        chain = operations.ensure_staffed(session, VILLAGE, now)
        operations.ensure_staffed(session, VILLAGE, now)
    positions = ("village_cadre", "township_clerk", "township_head", "county_clerk", "county_head", "finance")
    with database.read() as session:
        with counted(session) as statements:
            assert all(queries.office_of(session, chain, position) for position in positions)
        assert len(statements) == 2  # the stamps, and the offices with the chain
        for position in positions:
            office = queries.office_of(session, chain, position)
            assert office is not None
            people = appointed.holders(session, f"{position}@{office.id}", TODAY)
            assert len({person.user_id for person in people}) == 2, position
        assert queries.office_of(session, chain, "institution") is None
        assert set(queries.offices_of(session, chain)) == {"village", "township", "county", "city", "province"}


def test_an_actor_is_loaded_with_the_positions_held_on_the_day(database: Database, now: datetime) -> None:
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, VILLAGE, now)
        office = queries.office_of(session, chain, "township_clerk")
        user = staff.create_user(session, SYSTEM, office.id, username="li.min", name="李敏", phone=None, now=now)
        appointment = staff.appoint(session, SYSTEM, user.id, office.id, "township_clerk", now=now)
        with pytest.raises(Duplicate):
            staff.appoint(session, SYSTEM, user.id, office.id, "township_clerk", now=now)
        with pytest.raises(Invalid, match="没有这个岗位"):
            staff.appoint(session, SYSTEM, user.id, office.id, "county_head", now=now)
        staff.end_appointment(session, SYSTEM, appointment.id, date(2020, 12, 1), now)
    with database.read() as session:
        kinds = [event.kind for event in audit.events_of(session, staff.AUDIT_CHAIN)]
        assert kinds == ["user_created", "appointed", "appointment_ended"]
        with counted(session) as statements:
            actor = appointed.load_actor(session, user.id, TODAY)
        assert len(statements) == 1
        assert actor.candidates == {f"township_clerk@{office.id}"}
        assert policy.covers(actor, chain, "see_cases")
        assert appointed.load_actor(session, user.id, date(2020, 12, 1)).appointments == ()
        assert appointed.load_actor(session, "nobody", TODAY) is None


def test_people_reach_their_own_subtree_and_no_other(database: Database, now: datetime) -> None:
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, VILLAGE, now)
        other = operations.ensure_staffed(session, "220122101001", now)
        house = operations.add_institution_office(session, chain.county.id, "农安镇敬老院")
        operations.ensure_holders(session, house, now)
        office = queries.office_of(session, chain, "township_clerk")
        clerk = _holder(session, f"township_clerk@{office.id}")
        nurse = _holder(session, f"institution@{house.id}")
        county = _holder(session, f"administrator@{queries.office_of(session, chain, 'county_clerk').id}")
        assert policy.covers(clerk, chain, "steer_cases")
        assert not policy.covers(clerk, other, "steer_cases")
        assert not policy.covers(clerk, chain, "confirm_batches")
        assert policy.candidates(nurse, "return_cases") == nurse.candidates
        assert policy.covers(county, other, "keep_people")
        with pytest.raises(NotYours, match="吉林省长春市农安县伏龙泉镇.*乡镇（街道）负责人、县级负责人"):
            policy.require_covers(session, clerk, other, "confirm_batches")
        with pytest.raises(NotYours):
            staff.create_user(session, clerk, office.id, username="new", name="新人", phone=None, now=now)
        staff.create_user(session, county, office.id, username="new", name="新人", phone=None, now=now)
        with pytest.raises(Duplicate, match="用户名"):
            staff.create_user(session, county, office.id, username="new", name="新人", phone=None, now=now)
        with pytest.raises(Invalid) as refused:
            staff.create_user(session, county, office.id, username="A b", name=" ", phone=None, now=now)
        assert set(refused.value.fields) == {"username", "name"}


def test_a_declared_tie_is_found_by_number_and_only_for_who_declared_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        chain = operations.ensure_staffed(session, VILLAGE, now)
        office = queries.office_of(session, chain, "village_cadre")
        first, second = appointed.holders(session, f"village_cadre@{office.id}", TODAY)
        operations.declare_tie(session, first.user_id, "220122198305123011", "兄弟", TODAY)
        operations.declare_tie(session, first.user_id, "220122198305123011", "表兄弟", TODAY)
        with pytest.raises(Invalid) as refused:
            operations.declare_tie(session, first.user_id, "220122198305123012", "", TODAY)
        assert set(refused.value.fields) == {"id_number", "relation"}
        assert appointed.ties(session, first.user_id, ["220122198809093311", "220122198305123011"]) == ["表兄弟"]
        assert appointed.ties(session, second.user_id, ["220122198305123011"]) == []


def _holder(session, candidate: str):
    return appointed.load_actor(session, appointed.holders(session, candidate, TODAY)[0].user_id, TODAY)
