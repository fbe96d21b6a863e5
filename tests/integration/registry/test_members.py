"""Who is covered by an award has days: members come, leave, and come back with the case that moved them."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from app.core.errors import Duplicate
from app.core.ids import new_id
from app.db import Database, stamps
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.registry import members, operations, paying
from app.registry.reader import RegistryReader
from tests.support.statements import counted

ZHOU = {"name": "周海", "id_number": "220122198809093311", "relation": "本人"}
WU = {"name": "吴霞", "id_number": "220122199001014021", "relation": "配偶"}
LIU = {"name": "刘桂兰", "id_number": "220122194802170021", "relation": "母亲"}
MAY, OCTOBER, LATER = date(2021, 5, 1), date(2021, 10, 11), date(2022, 1, 5)


@pytest.fixture
def chain(database: Database) -> identity.RegionChain:
    with database.write() as session:
        return identity.chain(session, identity_operations.ensure_region(session, "220122100001").id)


def start(session, chain, now, *people, **changed) -> str:
    given = {"id": new_id(), "programme": "dibao", "region_id": chain.nearest.id, "kind": "household"}
    own = {"id_number": people[0]["id_number"], "name": people[0]["name"], "members": people}
    days = {"monthly": Decimal("840.00"), "starts_on": MAY, "case_id": new_id(), "case_seq": 3}
    request = operations.AwardRequest(**{**given, **own, **days, **changed})
    operations.start_award(session, request, now)
    return request.id


def receives(session, person, on: date) -> bool:
    benefits = RegistryReader(session, id_number=person["id_number"], on=on)["benefits"]
    return any(each["in_payment"] for each in benefits)


def heads(session, chain, on: date) -> list[int]:
    wanted = paying.in_payment_select(chain.county, ["dibao"], paying.on_day(on))
    return [row.heads for row in session.execute(wanted)]


def test_members_come_and_leave_by_the_day(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU, LIU)
        operations.change_award(session, award, now=now, people=[ZHOU, WU], on=OCTOBER)
        days = {each.name: (each.valid_from, each.valid_until) for each in members.members_of(session, award)}
        assert days == {"刘桂兰": (MAY, OCTOBER), "周海": (MAY, None), "吴霞": (OCTOBER, None)}
        assert [receives(session, LIU, day) for day in (MAY, date(2021, 10, 10), OCTOBER)] == [True, True, False]
        assert [receives(session, WU, day) for day in (date(2021, 10, 10), OCTOBER)] == [False, True]
        assert heads(session, chain, date(2021, 11, 1)) == [2]
        own = start(session, chain, now, LIU, starts_on=OCTOBER)
        assert [each.name for each in members.members_of(session, own)] == ["刘桂兰"]


def test_nobody_is_covered_by_two_households(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU)
        start(session, chain, now, LIU, WU, case_number="220122-2021-000001")
    with database.write() as session, pytest.raises(Duplicate, match="吴霞已随刘桂兰享受.*220122-2021-000001"):
        operations.change_award(session, award, now=now, people=[ZHOU, WU], on=OCTOBER)
    with database.write() as session, pytest.raises(Duplicate, match="吴霞已随刘桂兰享受"):
        start(session, chain, now, {**WU, "relation": "本人"}, starts_on=OCTOBER)
    with database.read() as session:
        assert [each.name for each in members.members_of(session, award)] == ["周海"]


def test_what_a_case_moved_comes_back_with_it(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU, LIU)
        told = {"now": now, "on": OCTOBER, "case_id": "recheck", "case_seq": 5}
        operations.change_award(session, award, people=[ZHOU, WU], **told)
        operations.undo_award_events(session, "recheck", 0, "changed", now)
        assert {each.name for each in members.members_of(session, award)} == {"周海", "刘桂兰"}
        household = RegistryReader(
            session, id_number=ZHOU["id_number"], members=[LIU["id_number"], WU["id_number"]], on=OCTOBER
        )["members"]
        assert [each["other_household"] for each in household] == [False, False]
        operations.change_award(session, award, people=[ZHOU, WU], **told)
        assert receives(session, WU, OCTOBER)
        start(session, chain, now, LIU, starts_on=OCTOBER)
        with pytest.raises(Duplicate, match="刘桂兰已享受本项待遇"):
            operations.undo_award_events(session, "recheck", 0, "changed", now)


def test_an_ended_award_opens_again_only_for_people_who_are_free(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU, WU)
        operations.end_award(session, award, on=OCTOBER, reason="收入", now=now, case_id="ending", case_seq=4)
        start(session, chain, now, WU, starts_on=LATER)
        with pytest.raises(Duplicate, match="吴霞"):
            operations.undo_award_events(session, "ending", 0, "ended", now)


def test_a_grant_by_the_person_counts_who_is_covered_on_its_day(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU, LIU)
        operations.change_award(session, award, now=now, people=[ZHOU, LIU, WU], on=OCTOBER)
        assert [heads(session, chain, day) for day in (MAY, LATER)] == [[2], [3]]


def test_a_change_of_members_costs_few_statements(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        award = start(session, chain, now, ZHOU, LIU, WU)
    with database.write() as session:
        stamps.read(session)  # as every action has
        with counted(session) as statements:
            operations.change_award(session, award, now=now, monthly=Decimal(1), people=[ZHOU, LIU, WU], on=OCTOBER)
    assert len(statements) <= 7, "\n".join(statements)  # the seventh: the terms
